//! The organization's own resource policy: DescribeResourcePolicy. Fills the tables of policies only.

use aws_sdk_organizations::operation::describe_resource_policy::DescribeResourcePolicyOutput as Answer;
use orgcensus_collect::kinds::ORGANIZATION;
use orgcensus_collect::{Collector, Error, Optional, Policy, PolicyText, Rows, Runs, Scope, Session, call, client};

use crate::items::given;

/// The policy by which the organization lets members manage parts of it.
pub const RESOURCE_POLICY: Collector = Collector {
    name: "organization_resource_policy",
    scope: Scope::Organization,
    runs: Runs::Always,
    calls: &[call("organizations", "DescribeResourcePolicy")],
    resources: &[ORGANIZATION],
    tables: &[],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let answer =
        organizations.describe_resource_policy().send().await.optional(&["ResourcePolicyNotFoundException"])?;
    // The policy's own ARN exists only while the policy does; what it protects is the organization.
    let (partition, stamp) = (session.partition(), rows.stamp());
    let (management, id) = (&stamp.account_id, &stamp.organization_id);
    let arn = format!("arn:{partition}:organizations::{management}:organization/{id}");
    let content = |answer: Answer| answer.resource_policy.and_then(|policy| policy.content);
    let text = answer.map(|answer| given(content(answer), "organizations:DescribeResourcePolicy", "Content"));
    let text = PolicyText::read(text.transpose()?);
    rows.policy(Policy::of(&arn, ORGANIZATION, text)).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};

    use super::RESOURCE_POLICY;
    use crate::testing::json_error;

    const DESCRIBE: &str = "DescribeResourcePolicy";

    #[tokio::test]
    async fn a_policy_is_kept_byte_for_byte() {
        let answer = r#"{"ResourcePolicy": {"ResourcePolicySummary": {"Id": "rp-1"}, "Content": "{ \"a\" : 1 }"}}"#;
        let collected = Recorded::new().answer(DESCRIBE, answer).run(&RESOURCE_POLICY).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&RESOURCE_POLICY);
        let policy = &collected.table("policy_documents")[0];
        assert_eq!(policy["resource_arn"], "arn:aws:organizations::111122223333:organization/o-test");
        assert_eq!(policy["document"], r#"{ "a" : 1 }"#);
    }

    #[tokio::test]
    async fn no_policy_is_absent_and_a_refusal_is_not() {
        let none = json_error("ResourcePolicyNotFoundException");
        let collected = Recorded::new().refuse(DESCRIBE, "", 400, &none).run(&RESOURCE_POLICY).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.table("policy_documents")[0]["state"], "absent");

        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(DESCRIBE, "", 400, &denied).run(&RESOURCE_POLICY).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("policy_documents").is_empty());
    }
}
