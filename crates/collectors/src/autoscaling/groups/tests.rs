use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::GROUPS;
use crate::testing::{columns, xml_error};

const WEB: &str = "<member><AutoScalingGroupName>web</AutoScalingGroupName>
    <AutoScalingGroupARN>arn:asg:web</AutoScalingGroupARN>
    <LaunchTemplate><LaunchTemplateId>lt-0a</LaunchTemplateId><LaunchTemplateName>web</LaunchTemplateName>
    <Version>3</Version></LaunchTemplate><MinSize>1</MinSize><MaxSize>4</MaxSize>
    <DesiredCapacity>3</DesiredCapacity><HealthCheckType>ELB</HealthCheckType>
    <AvailabilityZones><member>eu-west-1a</member></AvailabilityZones>
    <TargetGroupARNs><member>arn:tg</member></TargetGroupARNs><VPCZoneIdentifier>subnet-1, subnet-2</VPCZoneIdentifier>
    <Instances><member><InstanceId>i-1</InstanceId><LaunchTemplate><LaunchTemplateId>lt-0a</LaunchTemplateId>
    <Version>3</Version></LaunchTemplate></member><member><InstanceId>i-2</InstanceId><LaunchTemplate>
    <LaunchTemplateId>lt-0a</LaunchTemplateId><Version>2</Version></LaunchTemplate></member>
    <member><InstanceId>i-3</InstanceId></member></Instances>
    <SuspendedProcesses><member><ProcessName>Launch</ProcessName></member></SuspendedProcesses>
    <NewInstancesProtectedFromScaleIn>false</NewInstancesProtectedFromScaleIn>
    <MaxInstanceLifetime>604800</MaxInstanceLifetime><CreatedTime>2025-12-22T00:00:00.000Z</CreatedTime>
    <Operator><Principal>eks.amazonaws.com</Principal></Operator>
    <Tags><member><Key>team</Key><Value>web</Value><PropagateAtLaunch>true</PropagateAtLaunch></member></Tags>
    </member>";
const MIXED: &str = "<member><AutoScalingGroupName>mixed</AutoScalingGroupName>
    <AutoScalingGroupARN>arn:asg:mixed</AutoScalingGroupARN><MixedInstancesPolicy><LaunchTemplate>
    <LaunchTemplateSpecification><LaunchTemplateId>lt-0b</LaunchTemplateId><Version>$Latest</Version>
    </LaunchTemplateSpecification><Overrides><member><InstanceType>z9.huge</InstanceType></member>
    <member><LaunchTemplateSpecification><LaunchTemplateName>arm</LaunchTemplateName>
    </LaunchTemplateSpecification></member></Overrides></LaunchTemplate><InstancesDistribution>
    <OnDemandPercentageAboveBaseCapacity>20</OnDemandPercentageAboveBaseCapacity></InstancesDistribution>
    </MixedInstancesPolicy><MinSize>0</MinSize><MaxSize>0</MaxSize><DesiredCapacity>0</DesiredCapacity>
    <HealthCheckType>EC2</HealthCheckType><CreatedTime>2025-12-22T00:00:00.000Z</CreatedTime>
    <Status>Delete in progress</Status></member>";
const OLD: &str = "<member><AutoScalingGroupName>old</AutoScalingGroupName>
    <LaunchConfigurationName>lc-2</LaunchConfigurationName><CreatedTime>soon</CreatedTime><Instances>
    <member><InstanceId>i-4</InstanceId><LaunchConfigurationName>lc-2</LaunchConfigurationName></member>
    <member><InstanceId>i-5</InstanceId><LaunchConfigurationName>lc-1</LaunchConfigurationName></member>
    </Instances></member>";

fn page(groups: &str, token: &str) -> String {
    format!(
        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups>{groups}\
         </AutoScalingGroups>{token}</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    )
}

#[tokio::test]
async fn groups_of_two_pages_with_a_template_a_policy_and_a_configuration() {
    let first = page(&format!("{WEB}{MIXED}"), "<NextToken>second</NextToken>");
    let recorded = Recorded::new().answer_to("DescribeAutoScalingGroups", "MaxRecords=100", &first).answer_to(
        "DescribeAutoScalingGroups",
        "NextToken=second",
        &page(&format!("{OLD}<member><MinSize>1</MinSize></member>"), ""),
    );
    let collected = recorded.run(&GROUPS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&GROUPS);
    let of = |names: &[&str]| columns(&collected, "autoscaling_groups", names);
    let names =
        ["launch_template_id", "launch_template_version", "override_launch_templates", "launch_configuration_name"];
    assert_eq!(
        of(&names),
        [
            json!(["lt-0a", "3", [], null]),
            json!(["lt-0b", "$Latest", ["arm:$Default"], null]),
            json!([null, null, [], "lc-2"]),
        ]
    );
    let names = ["has_mixed_instances_policy", "desired_capacity", "instance_count", "outdated_instance_count"];
    assert_eq!(of(&names), [json!([false, 3, 3, 2]), json!([true, 0, 0, 0]), json!([false, null, 2, 1])]);
    let names = ["subnet_ids", "suspended_processes", "managed_by", "age_days"];
    assert_eq!(of(&names)[0], json!([["subnet-1", "subnet-2"], ["Launch"], "eks.amazonaws.com", 10]));
    let names = ["arn", "status", "on_demand_above_base_percent"];
    assert_eq!(of(&names)[1], json!(["arn:asg:mixed", "Delete in progress", 20]));
    assert_eq!(collected.table("autoscaling_groups")[0]["tags"], json!({"team": "web"}));
    // One group's sizes, its capacity, its check and its moment; and another's name.
    assert_eq!(collected.short(), (6, vec!["autoscaling_groups"]));
}

#[tokio::test]
async fn denied_on_the_second_page_is_how_the_task_ends() {
    let recorded = Recorded::new()
        .answer("DescribeAutoScalingGroups", &page(WEB, "<NextToken>second</NextToken>"))
        .refuse("DescribeAutoScalingGroups", "second", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&GROUPS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
