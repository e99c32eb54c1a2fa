//! Target groups of load balancers: DescribeTargetGroups.

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const LIST: Read<Page> = reads("elasticloadbalancingv2", "DescribeTargetGroups");

/// One target group: where load balancers send what they take.
#[derive(Debug, Serialize, Row)]
#[row(table = "elbv2_target_groups", key = "arn")]
pub struct TargetGroup {
    /// The target group's ARN.
    pub arn: String,
    /// The target group's name.
    pub target_group_name: String,
    /// instance, ip, lambda or alb. Null: AWS did not say.
    pub target_type: Option<String>,
    /// The protocol by which targets are reached, HTTP. Null: AWS did not say, as of functions.
    pub protocol: Option<String>,
    /// HTTP1, HTTP2 or GRPC. Null: AWS did not say, as of targets that are not reached by HTTP.
    pub protocol_version: Option<String>,
    /// The port of targets that name none. Null: AWS did not say, as of functions.
    pub port: Option<i32>,
    /// The VPC of the targets. Null: AWS did not say, as of functions.
    pub vpc_id: Option<String>,
    /// ipv4 or ipv6. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// The load balancers that send to it, by their ARNs. Empty: it is not in use.
    pub load_balancer_arns: Vec<String>,
    /// Whether targets are checked. Null: AWS did not say.
    pub has_health_check: Option<bool>,
    /// The protocol of the checks. Null: AWS did not say.
    pub health_check_protocol: Option<String>,
    /// The port of the checks, or traffic-port: that of the target. Null: AWS did not say.
    pub health_check_port: Option<String>,
    /// The path that the checks ask for. Null: they are not by HTTP.
    pub health_check_path: Option<String>,
}

/// The target groups of one region.
pub const TARGET_GROUPS: Collector = Collector {
    name: "elbv2_target_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<TargetGroup>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    target_groups: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    target_group_arn: Option<String>,
    target_group_name: Option<String>,
    target_type: Option<String>,
    protocol: Option<String>,
    protocol_version: Option<String>,
    port: Option<i32>,
    vpc_id: Option<String>,
    ip_address_type: Option<String>,
    load_balancer_arns: Vec<String>,
    health_check_enabled: Option<bool>,
    health_check_protocol: Option<String>,
    health_check_port: Option<String>,
    health_check_path: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"PageSize": 400}));
    while let Some(page) = pages.next().await {
        for described in page?.target_groups {
            let mut unread = Unread::default();
            let row = target_group(described, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn target_group(it: Described, unread: &mut Unread) -> Option<TargetGroup> {
    let arn = unread.value("TargetGroupArn", it.target_group_arn)?;
    // …:targetgroup/web/73e2d6bc24d8a067
    let name = it.target_group_name.or_else(|| arn.split('/').nth(1).map(str::to_owned));
    Some(TargetGroup {
        target_group_name: name.unwrap_or_default(),
        arn,
        target_type: it.target_type,
        protocol: it.protocol,
        protocol_version: it.protocol_version,
        port: it.port,
        vpc_id: it.vpc_id,
        ip_address_type: it.ip_address_type,
        load_balancer_arns: it.load_balancer_arns,
        has_health_check: it.health_check_enabled,
        health_check_protocol: it.health_check_protocol,
        health_check_port: it.health_check_port,
        health_check_path: it.health_check_path,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::TARGET_GROUPS;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "DescribeTargetGroups";
    const FULL: &str = "<member><TargetGroupArn>arn:targetgroup/web/1</TargetGroupArn>
        <TargetGroupName>web</TargetGroupName><Protocol>HTTP</Protocol><ProtocolVersion>HTTP2</ProtocolVersion>
        <Port>8080</Port><VpcId>vpc-0a</VpcId><TargetType>ip</TargetType><IpAddressType>ipv4</IpAddressType>
        <LoadBalancerArns><member>arn:lb</member></LoadBalancerArns><HealthCheckEnabled>true</HealthCheckEnabled>
        <HealthCheckProtocol>HTTP</HealthCheckProtocol><HealthCheckPort>traffic-port</HealthCheckPort>
        <HealthCheckPath>/ok</HealthCheckPath><Matcher><HttpCode>200</HttpCode></Matcher></member>";
    const ODD: &str = "<member><TargetGroupArn>arn:targetgroup/jobs/2</TargetGroupArn>
        <TargetType>teapot</TargetType><LoadBalancerArns/></member><member><Port>80</Port></member>";

    fn page(groups: &str, marker: &str) -> String {
        format!(
            "<{LIST}Response><{LIST}Result><TargetGroups>{groups}</TargetGroups>{marker}</{LIST}Result></{LIST}Response>"
        )
    }

    #[tokio::test]
    async fn target_groups_of_two_pages_one_whole_and_one_odd() {
        let recorded = Recorded::new()
            .answer_to(LIST, "PageSize=400", &page(FULL, "<NextMarker>more</NextMarker>"))
            .answer_to(LIST, "Marker=more", &page(ODD, ""));
        let collected = recorded.run(&TARGET_GROUPS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&TARGET_GROUPS);
        let names = ["target_group_name", "target_type", "protocol", "port", "load_balancer_arns", "has_health_check"];
        assert_eq!(
            columns(&collected, "elbv2_target_groups", &names),
            [json!(["web", "ip", "HTTP", 8080, ["arn:lb"], true]), json!(["jobs", "teapot", null, null, [], null])]
        );
        let names = ["protocol_version", "vpc_id", "health_check_port", "health_check_path"];
        let web = &columns(&collected, "elbv2_target_groups", &names)[0];
        assert_eq!(*web, json!(["HTTP2", "vpc-0a", "traffic-port", "/ok"]));
        assert_eq!(collected.short(), (1, vec!["elbv2_target_groups"]), "one without an ARN");
    }

    #[tokio::test]
    async fn refused_is_how_the_task_ends() {
        for (code, class) in [("AccessDenied", Class::Denied), ("InvalidAction", Class::Unsupported)] {
            let collected = Recorded::new().refuse(LIST, "", 400, &xml_error(code)).run(&TARGET_GROUPS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
