use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::LOAD_BALANCERS;
use crate::testing::{columns, xml_error};

const LIST: &str = "DescribeLoadBalancers";
const ATTRIBUTES: &str = "DescribeLoadBalancerAttributes";
const LISTENERS: &str = "DescribeListeners";

const FULL: &str = "<member><LoadBalancerArn>arn:lb/app/web/1</LoadBalancerArn><LoadBalancerName>web</LoadBalancerName>
    <Type>application</Type><Scheme>internet-facing</Scheme><State><Code>active</Code></State>
    <DNSName>web.example.com</DNSName><CanonicalHostedZoneId>Z1</CanonicalHostedZoneId><VpcId>vpc-0a</VpcId>
    <IpAddressType>dualstack</IpAddressType><AvailabilityZones><member><ZoneName>eu-west-1a</ZoneName>
    <SubnetId>subnet-0a</SubnetId><LoadBalancerAddresses><member><IpAddress>203.0.113.7</IpAddress></member>
    </LoadBalancerAddresses></member><member><ZoneName>eu-west-1b</ZoneName><SubnetId>subnet-0b</SubnetId>
    <LoadBalancerAddresses/></member></AvailabilityZones><SecurityGroups><member>sg-0a</member></SecurityGroups>
    <CreatedTime>2025-12-22T00:00:00.000Z</CreatedTime></member>";

fn listed(name: &str) -> String {
    format!("<member><LoadBalancerArn>arn:lb/net/{name}/1</LoadBalancerArn><Type>quantum</Type></member>")
}

fn answer(operation: &str, inner: &str) -> String {
    format!("<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>")
}

fn page(balancers: &str, marker: &str) -> String {
    answer(LIST, &format!("<LoadBalancers>{balancers}</LoadBalancers>{marker}"))
}

fn attributes(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>"));
    answer(ATTRIBUTES, &format!("<Attributes>{}</Attributes>", pairs.collect::<String>()))
}

fn listeners(inner: &str, marker: &str) -> String {
    answer(LISTENERS, &format!("<Listeners>{inner}</Listeners>{marker}"))
}

const HTTPS: &str = "<member><ListenerArn>arn:listener/1</ListenerArn><Port>443</Port><Protocol>HTTPS</Protocol>
    <SslPolicy>ELBSecurityPolicy-TLS13-1-2-2021-06</SslPolicy>
    <Certificates><member><CertificateArn>arn:cert</CertificateArn></member></Certificates>
    <DefaultActions><member><Type>authenticate-oidc</Type><Order>1</Order></member><member><Type>forward</Type>
    <TargetGroupArn>arn:tg/1</TargetGroupArn><ForwardConfig><TargetGroups><member>
    <TargetGroupArn>arn:tg/1</TargetGroupArn></member><member><TargetGroupArn>arn:tg/2</TargetGroupArn></member>
    </TargetGroups></ForwardConfig></member></DefaultActions>
    <MutualAuthentication><Mode>verify</Mode><TrustStoreArn>arn:trust</TrustStoreArn></MutualAuthentication>
    <AlpnPolicy><member>HTTP2Preferred</member></AlpnPolicy></member>";
const HTTP: &str = "<member><ListenerArn>arn:listener/2</ListenerArn><Port>80</Port><Protocol>HTTP</Protocol>
    <DefaultActions><member><Type>redirect</Type><RedirectConfig><Protocol>HTTPS</Protocol><Port>443</Port>
    <StatusCode>HTTP_301</StatusCode></RedirectConfig></member></DefaultActions></member>
    <member><Port>81</Port></member>";

/// Five load balancers on two pages: a usual one, one of which little is said, one that went away, one of which nothing
/// more may be read, and one without an ARN.
async fn collected() -> Collected {
    let first = page(FULL, "<NextMarker>more</NextMarker>");
    let second = page(&[listed("bare"), listed("gone"), listed("shut"), "<member/>".to_owned()].concat(), "");
    let all = [
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", "logs"),
        ("deletion_protection.enabled", "false"),
        ("routing.http.drop_invalid_header_fields.enabled", "true"),
        ("waf.fail_open.enabled", "maybe"),
        ("idle_timeout.timeout_seconds", "60"),
        ("routing.http.desync_mitigation_mode", "defensive"),
    ];
    let denied = xml_error("AccessDenied");
    let gone = xml_error("LoadBalancerNotFound");
    let recorded = Recorded::new()
        .answer_to(LIST, "PageSize=400", &first)
        .answer_to(LIST, "Marker=more", &second)
        .answer_to(ATTRIBUTES, "web", &attributes(&all))
        .answer_to(ATTRIBUTES, "bare", &attributes(&[]))
        .refuse(ATTRIBUTES, "gone", 400, &gone)
        .refuse(ATTRIBUTES, "shut", 403, &denied)
        .answer_to(LISTENERS, "Marker=rest", &listeners(HTTP, ""))
        .answer_to(LISTENERS, "web", &listeners(HTTPS, "<NextMarker>rest</NextMarker>"))
        .answer_to(LISTENERS, "bare", &listeners("", ""))
        .refuse(LISTENERS, "gone", 400, &gone)
        .refuse(LISTENERS, "shut", 403, &denied);
    let collected = recorded.run(&LOAD_BALANCERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn load_balancers_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&LOAD_BALANCERS);
    let names = ["load_balancer_name", "load_balancer_type", "scheme", "is_deletion_protected", "age_days"];
    assert_eq!(
        columns(&collected, "elbv2_load_balancers", &names),
        [
            json!(["web", "application", "internet-facing", false, 10]),
            json!(["bare", "quantum", null, null, null]),
            json!(["shut", "quantum", null, null, null]),
        ]
    );
    let names = ["has_access_logs", "access_logs_bucket", "is_invalid_header_dropped", "is_waf_fail_open"];
    assert_eq!(columns(&collected, "elbv2_load_balancers", &names)[0], json!([true, "logs", true, null]));
    let names = ["subnet_ids", "security_group_ids", "ip_addresses", "idle_timeout_seconds"];
    let web = columns(&collected, "elbv2_load_balancers", &names);
    assert_eq!(web[0], json!([["subnet-0a", "subnet-0b"], ["sg-0a"], ["203.0.113.7"], 60]));
    let balancers = collected.table("elbv2_load_balancers");
    assert_eq!(balancers[0]["attributes"]["waf.fail_open.enabled"], "maybe");
    assert_eq!(balancers[1]["attributes"], json!({}));
    assert!(balancers[2]["attributes"].is_null());
    assert_eq!(collected.gone, 1);
    // What was refused twice, one odd attribute, a load balancer and a listener without an ARN.
    assert_eq!(collected.short(), (5, vec!["elbv2_listeners", "elbv2_load_balancers"]));
}

#[tokio::test]
async fn listeners_say_what_they_do() {
    let collected = collected().await;
    let names = ["arn", "port", "protocol", "default_action_types", "default_target_group_arns", "redirect_protocol"];
    assert_eq!(
        columns(&collected, "elbv2_listeners", &names),
        [
            json!(["arn:listener/1", 443, "HTTPS", ["authenticate-oidc", "forward"], ["arn:tg/1", "arn:tg/2"], null]),
            json!(["arn:listener/2", 80, "HTTP", ["redirect"], [], "HTTPS"]),
        ]
    );
    let names = ["load_balancer_arn", "tls_policy", "certificate_arn", "mutual_authentication_mode", "trust_store_arn"];
    assert_eq!(
        columns(&collected, "elbv2_listeners", &names)[0],
        json!(["arn:lb/app/web/1", "ELBSecurityPolicy-TLS13-1-2-2021-06", "arn:cert", "verify", "arn:trust"])
    );
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDenied", Class::Denied), ("InvalidAction", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &xml_error(code)).run(&LOAD_BALANCERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
