//! Who may use which permission set in which account. Calls: one in each region; where the instance is, one for each
//! 100 accounts of a set (ListAccountsForProvisionedPermissionSet) and one for each set in each account
//! (ListAccountAssignments): 5 sets in 1,000 accounts are about 5,050 calls, at the default rate eight and a half
//! minutes.

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{instances, permission_sets};
use crate::items::{Answer, Unread, all, details, given, is_gone};

const ACCOUNTS: Read<Accounts> =
    reads("ssoadmin", "ListAccountsForProvisionedPermissionSet").needs("sso:ListAccountsForProvisionedPermissionSet");
const LIST: Read<Page> = reads("ssoadmin", "ListAccountAssignments").needs("sso:ListAccountAssignments");

/// How Identity Center says that there is no such set, or no such account.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One user or group that may use one permission set in one account.
#[derive(Debug, Serialize, Row)]
#[row(
    table = "identity_center_account_assignments",
    key = "permission_set_arn, target_account_id, principal_type, principal_id"
)]
pub struct AccountAssignment {
    /// The permission set's ARN.
    pub permission_set_arn: String,
    /// The account that it lets in to, 12 digits. The stamped account is the management account.
    pub target_account_id: String,
    /// USER or GROUP, as AWS says it.
    pub principal_type: String,
    /// The user's or group's id in the directory; one that was deleted there stays.
    pub principal_id: String,
}

/// All assignments of all permission sets.
pub const ACCOUNT_ASSIGNMENTS: Collector = Collector {
    name: "identity_center_account_assignments",
    scope: Scope::OrganizationRegion,
    runs: Runs::Always,
    calls: &[instances::LIST.call(), permission_sets::LIST.call(), ACCOUNTS.call(), LIST.call()],
    resources: &[],
    tables: &[table::<AccountAssignment>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Accounts {
    account_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    account_assignments: Vec<Assignment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Assignment {
    permission_set_arn: Option<String>,
    account_id: Option<String>,
    principal_type: Option<String>,
    principal_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    for instance in instances::of_organization(session, rows.stamp()).await? {
        let arn = given(instance.instance_arn, &instances::LIST.call().name(), "InstanceArn");
        let Some(instance_arn) = rows.item([AccountAssignment::TABLE], arn)? else { continue };
        let mut pages = permission_sets::list(session, &instance_arn);
        while let Some(page) = pages.next().await {
            for set_arn in page?.permission_sets {
                of_set(session, &instance_arn, &set_arn, rows).await?;
            }
        }
    }
    Ok(())
}

async fn of_set(session: &Session, instance_arn: &str, set_arn: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let input = json!({"InstanceArn": instance_arn, "PermissionSetArn": set_arn, "MaxResults": 100});
    let mut pages = ACCOUNTS.pages(session, input);
    while let Some(page) = pages.next().await {
        // One set that cannot be read does not cost the others.
        if is_gone(GONE, &page) {
            rows.gone();
            return Ok(());
        }
        let Some(page) = rows.item([AccountAssignment::TABLE], page)? else { return Ok(()) };
        let mut read = details(page.account_ids, |account_id| read(session, instance_arn, set_arn, account_id));
        while let Some(assignments) = read.next().await {
            // The set was taken from the account meanwhile, or is gone.
            if is_gone(GONE, &assignments) {
                rows.gone();
                continue;
            }
            for it in rows.item([AccountAssignment::TABLE], assignments)?.unwrap_or_default() {
                let mut unread = Unread::default();
                let row = row(it, &mut unread);
                unread.push(rows, &LIST.call().name(), row).await?;
            }
        }
    }
    Ok(())
}

async fn read(session: &Session, instance_arn: &str, set_arn: &str, account_id: String) -> Answer<Vec<Assignment>> {
    let input = json!({
        "InstanceArn": instance_arn,
        "PermissionSetArn": set_arn,
        "AccountId": account_id,
        "MaxResults": 100,
    });
    all(&LIST, session, input, |page| page.account_assignments).await
}

fn row(it: Assignment, unread: &mut Unread) -> Option<AccountAssignment> {
    Some(AccountAssignment {
        permission_set_arn: unread.value("PermissionSetArn", it.permission_set_arn)?,
        target_account_id: unread.value("AccountId", it.account_id)?,
        principal_type: unread.value("PrincipalType", it.principal_type)?,
        principal_id: unread.value("PrincipalId", it.principal_id)?,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::ACCOUNT_ASSIGNMENTS;
    use crate::testing::{columns, json_error};

    const INSTANCES: &str = r#"{"Instances": [
        {"InstanceArn": "ins-own", "OwnerAccountId": "111122223333", "PrimaryRegion": "eu-west-1"},
        {"InstanceArn": "ins-replica", "OwnerAccountId": "111122223333", "PrimaryRegion": "us-east-1"},
        {"InstanceArn": "ins-of-an-account", "OwnerAccountId": "222222222222"}, {"OwnerAccountId": "111122223333"}]}"#;
    const ACCOUNTS: &str = "ListAccountsForProvisionedPermissionSet";
    const LIST: &str = "ListAccountAssignments";

    fn assignment(account: &str, kind: &str, id: &str) -> serde_json::Value {
        json!({ "AccountId": account, "PermissionSetArn": "ps-1", "PrincipalType": kind, "PrincipalId": id })
    }

    #[tokio::test]
    async fn only_the_organizations_instance_is_read_and_one_refusal_costs_one_account() {
        let first = json!({ "AccountAssignments": [assignment("1", "GROUP", "g-1")], "NextToken": "more" });
        let second = json!({ "AccountAssignments": [assignment("1", "ROBOT", "r-1"), {"AccountId": "1"}] });
        let collected = Recorded::new()
            .answer("ListInstances", INSTANCES)
            .answer_to("ListPermissionSets", "ins-own", r#"{"PermissionSets": ["ps-1", "ps-gone"]}"#)
            .answer_to(ACCOUNTS, "ps-1", r#"{"AccountIds": ["1", "2"]}"#)
            .refuse(ACCOUNTS, "ps-gone", 400, &json_error("ResourceNotFoundException"))
            .answer_to(LIST, r#""NextToken":"more""#, &second.to_string())
            .answer_to(LIST, r#""AccountId":"1""#, &first.to_string())
            .refuse(LIST, r#""AccountId":"2""#, 400, &json_error("AccessDeniedException"))
            .run(&ACCOUNT_ASSIGNMENTS)
            .await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ACCOUNT_ASSIGNMENTS);
        // The assignments of one account, an instance without an ARN, and an assignment of which little is said.
        assert_eq!(collected.short(), (3, vec!["identity_center_account_assignments"]));
        assert_eq!(collected.gone, 1);
        let names = ["permission_set_arn", "target_account_id", "principal_type", "principal_id"];
        assert_eq!(
            columns(&collected, "identity_center_account_assignments", &names),
            [json!(["ps-1", "1", "GROUP", "g-1"]), json!(["ps-1", "1", "ROBOT", "r-1"])]
        );
    }

    #[tokio::test]
    async fn a_region_without_an_instance_has_no_rows_and_a_refusal_ends_the_task() {
        let none = Recorded::new().answer("ListInstances", r#"{"Instances": []}"#).run(&ACCOUNT_ASSIGNMENTS).await;
        none.result.as_ref().unwrap();
        assert!(none.rows.is_empty());
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListInstances", "", 400, &denied).run(&ACCOUNT_ASSIGNMENTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
