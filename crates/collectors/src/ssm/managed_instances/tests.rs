//! Managed instances of two pages, and the patches of each page.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::MANAGED_INSTANCES;
use crate::testing::{columns, json_error};

const LIST: &str = "DescribeInstanceInformation";
const PATCHES: &str = "DescribeInstancePatchStates";
const FULL: &str = r#"{"InstanceId":"i-0a","PingStatus":"Online","LastPingDateTime":1767225600.5,"AgentVersion":"3.3.1",
    "IsLatestVersion":false,"PlatformType":"Linux","PlatformName":"Amazon Linux","PlatformVersion":"2023",
    "ResourceType":"EC2Instance","IPAddress":"10.0.0.4","ComputerName":"web.example","AssociationStatus":"Success",
    "LastAssociationExecutionDate":1766361600,"LastSuccessfulAssociationExecutionDate":1766361600,
    "AssociationOverview":{"DetailedStatus":"Success"},"SourceId":"i-0a","SourceType":"AWS::EC2::Instance"}"#;
const HYBRID: &str = r#"{"InstanceId":"mi-0b","PingStatus":"Dozing","LastPingDateTime":"lately","Name":"cellar",
    "ActivationId":"a-1","IamRole":"service-role/ssm","RegistrationDate":1735689600,"ResourceType":"ManagedInstance"}"#;
const PATCHED: &str = r#"{"InstanceId":"i-0a","PatchGroup":"","BaselineId":"pb-1","MissingCount":0,"FailedCount":0,
    "InstalledCount":120,"CriticalNonCompliantCount":0,"SecurityNonCompliantCount":1,"OtherNonCompliantCount":2,
    "OperationStartTime":1766361600.25,"OperationEndTime":1766361600.5,"Operation":"Scan","RebootOption":"NoReboot"}"#;

/// Four instances on two pages, the last one without an id. Of the first page's patches there are two pages, of the
/// second's they are refused.
async fn collected(refusal: &str) -> Collected {
    let first = format!(r#"{{"InstanceInformationList":[{FULL},{HYBRID}],"NextToken":"more"}}"#);
    let recorded = Recorded::new()
        .answer_to(LIST, "\"MaxResults\":50", &first)
        .answer_to(PATCHES, "mi-0b", &format!(r#"{{"InstancePatchStates":[{PATCHED}],"NextToken":"next"}}"#))
        .answer_to(PATCHES, "next", r#"{"InstancePatchStates":[{"InstanceId":"mi-0b","MissingCount":3},{}]}"#)
        .answer_to(LIST, "more", r#"{"InstanceInformationList":[{"InstanceId":"i-0c"},{}]}"#)
        .refuse(PATCHES, "i-0c", 400, &json_error(refusal));
    let collected = recorded.run(&MANAGED_INSTANCES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn instances_of_two_pages_have_rows() {
    let collected = collected("AccessDeniedException").await;
    collected.assert_all_calls(&MANAGED_INSTANCES);
    let names = ["arn", "is_online", "last_ping_days", "is_latest_agent", "registered_days", "instance_name"];
    assert_eq!(
        columns(&collected, "ssm_managed_instances", &names),
        [
            json!(["arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", true, 0, false, null, null]),
            json!(["arn:aws:ssm:eu-west-1:111122223333:managed-instance/mi-0b", false, null, null, 365, "cellar"]),
            json!(["arn:aws:ec2:eu-west-1:111122223333:instance/i-0c", null, null, null, null, null]),
        ]
    );
    let instances = collected.table("ssm_managed_instances");
    assert_eq!(
        (&instances[0]["platform_name"], &instances[1]["ping_status"]),
        (&json!("Amazon Linux"), &json!("Dozing"))
    );
    assert_eq!(
        (&instances[0]["ip_address"], &instances[1]["iam_role"]),
        (&json!("10.0.0.4"), &json!("service-role/ssm"))
    );
    assert!(!instances[0]["last_successful_association_at"].is_null());
}

#[tokio::test]
async fn patches_are_read_page_by_page_and_what_is_missing_is_counted() {
    for refusal in ["AccessDeniedException", "UnsupportedOperationException"] {
        let collected = collected(refusal).await;
        let names =
            ["instance_id", "is_patched", "missing_count", "patch_group", "last_operation", "last_operation_days"];
        assert_eq!(
            columns(&collected, "ssm_patch_states", &names),
            [json!(["i-0a", true, 0, null, "Scan", 9]), json!(["mi-0b", false, 3, null, null, null])]
        );
        // A ping's moment; of the odd state its baseline, group, operation and two moments; the refused batch; an
        // instance and a state without an id.
        assert_eq!(collected.short(), (9, vec!["ssm_managed_instances", "ssm_patch_states"]), "{refusal}");
        assert_eq!(collected.gone, 0);
    }
}

#[tokio::test]
async fn no_instance_asks_for_no_patches() {
    let collected = Recorded::new().answer(LIST, r#"{"InstanceInformationList":[]}"#).run(&MANAGED_INSTANCES).await;
    collected.result.as_ref().unwrap();
    assert!(
        collected.table("ssm_managed_instances").is_empty()
            && !collected.calls.contains("ssm:DescribeInstancePatchStates")
    );
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&MANAGED_INSTANCES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
