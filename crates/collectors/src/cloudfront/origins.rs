//! Origins of CloudFront's distributions: what stands behind them. The collector of the distributions reads them.

use orgcensus_row::Row;
use serde::{Deserialize, Serialize};

use super::parts::{Several, said};
use crate::items::Unread;

/// One origin of a distribution of CloudFront.
#[derive(Debug, Serialize, Row)]
#[row(table = "cloudfront_origins", key = "distribution_arn, origin_id")]
pub struct DistributionOrigin {
    /// The distribution's ARN.
    pub distribution_arn: String,
    /// The distribution's id.
    pub distribution_id: String,
    /// The origin's name within the distribution.
    pub origin_id: String,
    /// The host that is asked.
    pub domain_name: Option<String>,
    /// What is added before a request's path. Null: nothing.
    pub origin_path: Option<String>,
    /// s3, s3_website, load_balancer, api, function_url or other, by the host's name. Null: AWS did not say the host.
    pub origin_type: Option<String>,
    /// The bucket, or the alias of the access point, by the host's name. Null: the origin is not of S3.
    pub bucket_name: Option<String>,
    /// Whether requests go there by default.
    pub is_default: bool,
    /// How many behaviours lead there beside the default.
    pub behavior_count: i32,
    /// The origin access control by which CloudFront signs its requests, by its id. Null: none.
    pub origin_access_control_id: Option<String>,
    /// The origin access identity, E…, as which CloudFront asks S3. Null: none.
    pub origin_access_identity: Option<String>,
    /// How CloudFront asks it: http-only, match-viewer (as it was asked itself) or https-only. Null: it is an origin of
    /// S3 or within a VPC.
    pub origin_protocol_policy: Option<String>,
    /// The versions of TLS and SSL by which CloudFront may ask it.
    pub ssl_protocols: Vec<String>,
    /// The port for HTTP. Null: it is an origin of S3 or within a VPC.
    pub http_port: Option<i32>,
    /// The port for HTTPS. Null: it is an origin of S3 or within a VPC.
    pub https_port: Option<i32>,
    /// The names of the headers that CloudFront adds. Their values, which are often secrets, are not kept.
    pub custom_header_names: Vec<String>,
    /// The VPC origin by which CloudFront reaches a host that has no public address, by its id. Null: none.
    pub vpc_origin_id: Option<String>,
    /// The account that owns the VPC origin. Null: it is none, or AWS did not say.
    pub vpc_origin_owner_id: Option<String>,
    /// The certificate by which CloudFront proves to it who asks, by its ARN. Null: none.
    pub client_certificate_arn: Option<String>,
    /// The region whose cache asks it for all others. Null: none.
    pub origin_shield_region: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Origin {
    id: Option<String>,
    domain_name: Option<String>,
    origin_path: Option<String>,
    custom_headers: Several<Header>,
    s3_origin_config: Identity,
    custom_origin_config: Custom,
    vpc_origin_config: Vpc,
    origin_shield: Shield,
    origin_access_control_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Header {
    header_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Identity {
    origin_access_identity: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Custom {
    #[serde(rename = "HTTPPort")]
    http_port: Option<i32>,
    #[serde(rename = "HTTPSPort")]
    https_port: Option<i32>,
    origin_protocol_policy: Option<String>,
    origin_ssl_protocols: Several<String>,
    origin_mtls_config: Mtls,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Mtls {
    client_certificate_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Vpc {
    vpc_origin_id: Option<String>,
    owner_account_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Shield {
    origin_shield_region: Option<String>,
}

/// The distribution of an origin, and the origins to which its behaviours lead.
pub(super) struct ItsDistribution<'a> {
    pub(super) arn: &'a str,
    pub(super) id: &'a str,
    /// That of the default behaviour.
    pub(super) default: Option<&'a str>,
    /// Those of all others.
    pub(super) targets: &'a [String],
}

/// The row of an origin of a distribution.
pub(super) fn origin(its: &ItsDistribution<'_>, it: Origin, unread: &mut Unread) -> Option<DistributionOrigin> {
    let origin_id = unread.value("Id", it.id)?;
    let domain_name = unread.value("DomainName", it.domain_name);
    let (origin_type, bucket_name) = domain_name.as_deref().map_or((None, None), |host| {
        let (origin_type, bucket) = type_of(host);
        (Some(origin_type), bucket)
    });
    let identity = said(it.s3_origin_config.origin_access_identity);
    let leads_here = its.targets.iter().filter(|target| **target == origin_id).count();
    Some(DistributionOrigin {
        distribution_arn: its.arn.to_owned(),
        distribution_id: its.id.to_owned(),
        origin_type: origin_type.map(str::to_owned),
        bucket_name: bucket_name.map(str::to_owned),
        domain_name,
        origin_path: said(it.origin_path),
        is_default: its.default == Some(origin_id.as_str()),
        behavior_count: i32::try_from(leads_here).unwrap_or(i32::MAX),
        origin_access_control_id: said(it.origin_access_control_id),
        // It is written origin-access-identity/cloudfront/E….
        origin_access_identity: identity.map(|it| it.rsplit('/').next().unwrap_or_default().to_owned()),
        origin_protocol_policy: it.custom_origin_config.origin_protocol_policy,
        ssl_protocols: it.custom_origin_config.origin_ssl_protocols.items,
        http_port: it.custom_origin_config.http_port,
        https_port: it.custom_origin_config.https_port,
        custom_header_names: it.custom_headers.items.into_iter().filter_map(|it| it.header_name).collect(),
        vpc_origin_id: it.vpc_origin_config.vpc_origin_id,
        vpc_origin_owner_id: it.vpc_origin_config.owner_account_id,
        client_certificate_arn: it.custom_origin_config.origin_mtls_config.client_certificate_arn,
        origin_shield_region: it.origin_shield.origin_shield_region,
        origin_id,
    })
}

/// What an origin is by its host's name, and the bucket if it is of S3.
fn type_of(host: &str) -> (&'static str, Option<&str>) {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.ends_with(".on.aws") && host.contains(".lambda-url.") {
        return ("function_url", None);
    }
    let aws = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    let Some(aws) = aws else { return ("other", None) };
    if aws.contains(".execute-api.") {
        return ("api", None);
    }
    // eu-west-1.elb of an application load balancer, elb.eu-west-1 of a network load balancer.
    if aws.ends_with(".elb") || aws.contains(".elb.") {
        return ("load_balancer", None);
    }
    // The label of the service is the last one that begins so: a bucket's name may have dots, and begin so as well.
    let label = aws.rmatch_indices(".s3").find(|(at, _)| {
        let rest = &aws[at + ".s3".len()..];
        rest.is_empty() || rest.starts_with(['.', '-'])
    });
    match label.map(|(at, _)| aws.split_at(at)) {
        Some((bucket, service)) if service.starts_with(".s3-website") => ("s3_website", Some(bucket)),
        Some((bucket, _)) => ("s3", Some(bucket)),
        None => ("other", None),
    }
}

#[cfg(test)]
mod tests {
    use super::type_of;

    #[test]
    fn a_host_says_what_stands_behind_it() {
        for (host, origin_type, bucket) in [
            ("b-1.s3.amazonaws.com", "s3", Some("b-1")),
            ("b-1.s3.eu-west-1.amazonaws.com", "s3", Some("b-1")),
            ("b-1.s3-eu-west-1.amazonaws.com", "s3", Some("b-1")),
            ("www.example.com.s3.dualstack.eu-west-1.amazonaws.com", "s3", Some("www.example.com")),
            ("a.s3.b.s3.cn-north-1.amazonaws.com.cn", "s3", Some("a.s3.b")),
            ("p-alias-s3alias.s3.eu-west-1.amazonaws.com", "s3", Some("p-alias-s3alias")),
            ("b-1.s3-website-eu-west-1.amazonaws.com", "s3_website", Some("b-1")),
            ("b-1.s3-website.eu-central-1.amazonaws.com", "s3_website", Some("b-1")),
            ("front-1.eu-west-1.elb.amazonaws.com", "load_balancer", None),
            ("front-1.elb.eu-west-1.amazonaws.com", "load_balancer", None),
            ("a1b2.execute-api.eu-west-1.amazonaws.com", "api", None),
            ("abc.lambda-url.eu-west-1.on.aws", "function_url", None),
            ("ec2-1-2-3-4.compute-1.amazonaws.com", "other", None),
            ("b.s3x.amazonaws.com", "other", None),
            ("www.example.com", "other", None),
            ("", "other", None),
        ] {
            assert_eq!(type_of(host), (origin_type, bucket), "{host}");
        }
    }
}
