use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::LOAD_BALANCERS;
use crate::testing::{columns, xml_error};

const LIST: &str = "DescribeLoadBalancers";
const ATTRIBUTES: &str = "DescribeLoadBalancerAttributes";

const FULL: &str = "<member><LoadBalancerName>web</LoadBalancerName><DNSName>web.example.com</DNSName>
    <CanonicalHostedZoneNameID>Z1</CanonicalHostedZoneNameID><ListenerDescriptions><member><Listener>
    <Protocol>HTTPS</Protocol><LoadBalancerPort>443</LoadBalancerPort><InstanceProtocol>HTTP</InstanceProtocol>
    <InstancePort>8080</InstancePort><SSLCertificateId>arn:cert</SSLCertificateId></Listener>
    <PolicyNames><member>tls-1-2</member></PolicyNames></member><member><Listener><Protocol>GOPHER</Protocol>
    <LoadBalancerPort>70</LoadBalancerPort></Listener><PolicyNames/></member><member><Listener><Protocol>TCP</Protocol>
    </Listener></member></ListenerDescriptions>
    <AvailabilityZones><member>eu-west-1a</member></AvailabilityZones><Subnets><member>subnet-0a</member></Subnets>
    <VPCId>vpc-0a</VPCId><Instances><member><InstanceId>i-0a</InstanceId></member></Instances>
    <HealthCheck><Target>HTTP:80/ok</Target></HealthCheck><SecurityGroups><member>sg-0a</member></SecurityGroups>
    <CreatedTime>2025-12-22T00:00:00.000Z</CreatedTime><Scheme>internet-facing</Scheme></member>";
const ON: &str =
    "<LoadBalancerAttributes><AccessLog><Enabled>true</Enabled><S3BucketName>logs</S3BucketName></AccessLog>
    <CrossZoneLoadBalancing><Enabled>false</Enabled></CrossZoneLoadBalancing>
    <ConnectionDraining><Enabled>true</Enabled><Timeout>300</Timeout></ConnectionDraining>
    <ConnectionSettings><IdleTimeout>60</IdleTimeout></ConnectionSettings><AdditionalAttributes><member>
    <Key>elb.http.desyncmitigationmode</Key><Value>strictest</Value></member></AdditionalAttributes>
    </LoadBalancerAttributes>";

fn listed(name: &str) -> String {
    format!("<member><LoadBalancerName>{name}</LoadBalancerName><CreatedTime>soon</CreatedTime></member>")
}

fn answer(operation: &str, inner: &str) -> String {
    format!("<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>")
}

fn page(balancers: &str, marker: &str) -> String {
    answer(LIST, &format!("<LoadBalancerDescriptions>{balancers}</LoadBalancerDescriptions>{marker}"))
}

/// Five load balancers on two pages: a usual one, one of which little is said, one that went away, one whose attributes
/// may not be read, and one without a name.
async fn collected() -> Collected {
    let rest = [listed("bare"), listed("gone"), listed("shut"), "<member/>".to_owned()];
    let recorded = Recorded::new()
        .answer_to(LIST, "PageSize=400", &page(FULL, "<NextMarker>more</NextMarker>"))
        .answer_to(LIST, "Marker=more", &page(&rest.concat(), ""))
        .answer_to(ATTRIBUTES, "web", &answer(ATTRIBUTES, ON))
        .answer_to(ATTRIBUTES, "bare", &answer(ATTRIBUTES, "<LoadBalancerAttributes/>"))
        .refuse(ATTRIBUTES, "gone", 400, &xml_error("LoadBalancerNotFound"))
        .refuse(ATTRIBUTES, "shut", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&LOAD_BALANCERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn load_balancers_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&LOAD_BALANCERS);
    let names = ["load_balancer_name", "scheme", "vpc_id", "has_access_logs", "is_cross_zone", "age_days"];
    assert_eq!(
        columns(&collected, "elb_load_balancers", &names),
        [
            json!(["web", "internet-facing", "vpc-0a", true, false, 10]),
            json!(["bare", null, null, null, null, null]),
            json!(["shut", null, null, null, null, null]),
        ]
    );
    let names =
        ["instance_ids", "listener_count", "idle_timeout_seconds", "desync_mitigation_mode", "health_check_target"];
    let web = &columns(&collected, "elb_load_balancers", &names)[0];
    assert_eq!(*web, json!([["i-0a"], 3, 60, "strictest", "HTTP:80/ok"]));
    let arn = &collected.table("elb_load_balancers")[1]["arn"];
    assert_eq!(*arn, "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/bare");
    assert_eq!(collected.gone, 1);
    // What was refused, two moments that cannot be read, a load balancer without a name, a listener without a port.
    assert_eq!(collected.short(), (5, vec!["elb_listeners", "elb_load_balancers"]));
}

#[tokio::test]
async fn listeners_are_rows_of_their_own() {
    let names = ["port", "protocol", "instance_port", "certificate_arn", "policy_names"];
    assert_eq!(
        columns(&collected().await, "elb_listeners", &names),
        [json!([443, "HTTPS", 8080, "arn:cert", ["tls-1-2"]]), json!([70, "GOPHER", null, null, []])]
    );
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDenied", Class::Denied), ("InvalidAction", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &xml_error(code)).run(&LOAD_BALANCERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
