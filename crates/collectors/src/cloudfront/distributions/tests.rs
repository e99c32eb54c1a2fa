//! Recorded answers: distributions of two pages with their origins.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::DISTRIBUTIONS;
use crate::testing::{columns, xml_error};

const ARN: &str = "arn:aws:cloudfront::111122223333:distribution";

const FULL: &str = "<DistributionSummary><Id>E1</Id><ARN>arn:aws:cloudfront::111122223333:distribution/E1</ARN>
    <Status>Deployed</Status><LastModifiedTime>2025-12-22T00:00:00.000Z</LastModifiedTime>
    <DomainName>d1.cloudfront.net</DomainName>
    <Aliases><Quantity>1</Quantity><Items><CNAME>www.example.com</CNAME></Items></Aliases>
    <Origins><Quantity>3</Quantity><Items>
    <Origin><Id>files</Id><DomainName>b-1.s3.eu-west-1.amazonaws.com</DomainName><OriginPath></OriginPath>
    <CustomHeaders><Quantity>0</Quantity></CustomHeaders>
    <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>
    <OriginAccessControlId>EOAC</OriginAccessControlId></Origin>
    <Origin><Id>old</Id><DomainName>b-2.s3.amazonaws.com</DomainName><OriginPath>/old</OriginPath>
    <S3OriginConfig><OriginAccessIdentity>origin-access-identity/cloudfront/EOAI</OriginAccessIdentity></S3OriginConfig>
    <OriginAccessControlId></OriginAccessControlId>
    <OriginShield><Enabled>true</Enabled><OriginShieldRegion>eu-west-1</OriginShieldRegion></OriginShield></Origin>
    <Origin><Id>app</Id><DomainName>front.eu-west-1.elb.amazonaws.com</DomainName>
    <CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>x-origin</HeaderName>
    <HeaderValue>a secret</HeaderValue></OriginCustomHeader></Items></CustomHeaders>
    <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>
    <OriginProtocolPolicy>http-only</OriginProtocolPolicy>
    <OriginSslProtocols><Quantity>1</Quantity><Items><SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols>
    </CustomOriginConfig></Origin></Items></Origins>
    <OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>both</Id></OriginGroup></Items></OriginGroups>
    <DefaultCacheBehavior><TargetOriginId>files</TargetOriginId>
    <TrustedKeyGroups><Enabled>true</Enabled></TrustedKeyGroups>
    <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>
    <FieldLevelEncryptionId></FieldLevelEncryptionId></DefaultCacheBehavior>
    <CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>/api/*</PathPattern>
    <TargetOriginId>app</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>
    <FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>arn:function</FunctionARN>
    <EventType>viewer-request</EventType></FunctionAssociation></Items></FunctionAssociations>
    <RealtimeLogConfigArn>arn:realtime</RealtimeLogConfigArn></CacheBehavior></Items></CacheBehaviors>
    <Comment>the shop</Comment><PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled>
    <ViewerCertificate><CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate>
    <ACMCertificateArn>arn:certificate</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>
    <MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion></ViewerCertificate>
    <Restrictions><GeoRestriction><RestrictionType>whitelist</RestrictionType><Quantity>1</Quantity>
    <Items><Location>DE</Location></Items></GeoRestriction></Restrictions>
    <WebACLId>arn:acl</WebACLId><HttpVersion>http2and3</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled>
    <Staging>false</Staging></DistributionSummary>";

/// Of another distribution nothing is set: a VPC origin, and no web ACL.
const PLAIN: &str = "<DistributionSummary><Id>E2</Id><Status>Melting</Status>
    <LastModifiedTime>2025-12-22T00:00:00.000Z</LastModifiedTime><DomainName>d2.cloudfront.net</DomainName>
    <Origins><Quantity>1</Quantity><Items><Origin><Id>inner</Id><DomainName>inner.example.com</DomainName>
    <VpcOriginConfig><VpcOriginId>vo_1</VpcOriginId><OwnerAccountId>222233334444</OwnerAccountId></VpcOriginConfig>
    </Origin><Origin><DomainName>odd.example.com</DomainName></Origin></Items></Origins>
    <DefaultCacheBehavior><TargetOriginId>inner</TargetOriginId>
    <ViewerProtocolPolicy>https-only</ViewerProtocolPolicy></DefaultCacheBehavior><Comment></Comment>
    <PriceClass>PriceClass_100</PriceClass><Enabled>false</Enabled><ViewerCertificate>
    <CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>
    <MinimumProtocolVersion>TLSv1</MinimumProtocolVersion></ViewerCertificate>
    <Restrictions><GeoRestriction><RestrictionType>none</RestrictionType></GeoRestriction></Restrictions>
    <WebACLId></WebACLId><HttpVersion>http2</HttpVersion><IsIPV6Enabled>false</IsIPV6Enabled>
    <Staging>false</Staging></DistributionSummary>";

fn page(summaries: &str, more: &str) -> String {
    format!("<DistributionList xmlns=\"http://cloudfront\">{more}<Items>{summaries}</Items></DistributionList>")
}

fn bare(id: &str) -> String {
    format!("<DistributionSummary><Id>{id}</Id></DistributionSummary>")
}

/// Six distributions on two pages: two whole ones, one that went away, one whose configuration is denied, one of which
/// it is not supported, and one without an id.
async fn collected() -> Collected {
    let first = page(&format!("{FULL}{PLAIN}"), "<IsTruncated>true</IsTruncated><NextMarker>next</NextMarker>");
    let nameless = "<DistributionSummary><Status>Deployed</Status></DistributionSummary>";
    let second = ["E3", "E4", "E5"].map(bare).concat();
    let second = page(&format!("{second}{nameless}"), "<IsTruncated>false</IsTruncated>");
    let config = "<DistributionConfig><DefaultRootObject>index.html</DefaultRootObject><Logging><Enabled>true</Enabled>
        <IncludeCookies>true</IncludeCookies><Bucket>logs.s3.amazonaws.com</Bucket><Prefix>cdn/</Prefix></Logging>
        </DistributionConfig>";
    let none = "<DistributionConfig><DefaultRootObject></DefaultRootObject><Logging><Enabled>false</Enabled>
        <IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix></Logging></DistributionConfig>";
    let recorded = Recorded::new()
        .answer_to("ListDistributions", "MaxItems=100", &first)
        .answer_to("ListDistributions", "Marker=next", &second)
        .answer_to("GetDistributionConfig", "/E1/", config)
        .answer_to("GetDistributionConfig", "/E2/", none)
        .refuse("GetDistributionConfig", "/E3/", 404, &xml_error("NoSuchDistribution"))
        .refuse("GetDistributionConfig", "/E4/", 403, &xml_error("AccessDenied"))
        .refuse("GetDistributionConfig", "/E5/", 400, &xml_error("UnsupportedOperation"));
    let collected = recorded.run(&DISTRIBUTIONS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn distributions_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&DISTRIBUTIONS);
    let names = ["arn", "status", "web_acl_id", "allows_http", "is_logging_enabled", "default_root_object"];
    assert_eq!(
        columns(&collected, "cloudfront_distributions", &names),
        [
            json!([format!("{ARN}/E1"), "Deployed", "arn:acl", true, true, "index.html"]),
            json!([format!("{ARN}/E2"), "Melting", null, false, false, null]),
            json!([format!("{ARN}/E4"), null, null, null, null, null]),
            json!([format!("{ARN}/E5"), null, null, null, null, null]),
        ]
    );
    let rows = collected.table("cloudfront_distributions");
    let said = |names: [&str; 5]| json!(names.map(|name| rows[0][name].clone()));
    assert_eq!(
        said(["aliases", "viewer_protocol_policies", "minimum_protocol_version", "log_bucket", "log_prefix"]),
        json!([
            ["www.example.com"],
            ["allow-all", "redirect-to-https"],
            "TLSv1.2_2021",
            "logs.s3.amazonaws.com",
            "cdn/"
        ])
    );
    assert_eq!(
        said(["geo_restriction_type", "geo_restriction_countries", "function_arns", "needs_signature", "origin_count"]),
        json!(["whitelist", ["DE"], ["arn:function"], false, 3])
    );
    assert_eq!(
        said(["behavior_count", "origin_group_count", "realtime_log_config_arns", "has_logged_cookies", "description"]),
        json!([1, 1, ["arn:realtime"], true, "the shop"])
    );
    // Of two their configurations, and of each of them twelve values that CloudFront always gives; the id of one, and of
    // an origin.
    assert_eq!(collected.short(), (28, vec!["cloudfront_distributions", "cloudfront_origins"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn origins_say_what_protects_them_and_no_secret() {
    let collected = collected().await;
    let names = ["origin_id", "origin_type", "bucket_name", "origin_access_control_id", "origin_access_identity"];
    assert_eq!(
        columns(&collected, "cloudfront_origins", &names),
        [
            json!(["files", "s3", "b-1", "EOAC", null]),
            json!(["old", "s3", "b-2", null, "EOAI"]),
            json!(["app", "load_balancer", null, null, null]),
            json!(["inner", "other", null, null, null]),
        ]
    );
    let names = ["is_default", "behavior_count", "origin_protocol_policy", "vpc_origin_id", "origin_shield_region"];
    assert_eq!(
        columns(&collected, "cloudfront_origins", &names),
        [
            json!([true, 0, null, null, null]),
            json!([false, 0, null, null, "eu-west-1"]),
            json!([false, 1, "http-only", null, null]),
            json!([true, 0, null, "vo_1", null]),
        ]
    );
    let origins = collected.table("cloudfront_origins");
    assert_eq!(
        (&origins[2]["custom_header_names"], &origins[1]["origin_path"]),
        (&json!(["x-origin"]), &json!("/old"))
    );
    assert_eq!((&origins[2]["ssl_protocols"], &origins[2]["https_port"]), (&json!(["TLSv1.2"]), &json!(443)));
    assert!(!json!(origins).to_string().contains("a secret"));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = xml_error("AccessDenied");
    let collected = Recorded::new().refuse("ListDistributions", "", 403, &denied).run(&DISTRIBUTIONS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
