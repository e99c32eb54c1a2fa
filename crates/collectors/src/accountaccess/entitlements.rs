//! Applications of account access manager: ListApplications, then ListEntitlements for each.

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("accountaccess", "ListApplications");
const ENTITLED: Read<Entitled> = reads("accountaccess", "ListEntitlements");

/// How the service says that there is no such application.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One application of account access manager, by which people of Identity Center enter roles of any account.
#[derive(Debug, Serialize, Row)]
#[row(table = "account_access_applications", key = "arn")]
pub struct Application {
    /// The application's ARN.
    pub arn: String,
    /// The tenant to which it belongs, by AWS's id. Null: AWS did not say.
    pub tenant_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// One user or group of Identity Center that may enter one role by account access manager, without a permission set.
#[derive(Debug, Serialize, Row)]
#[row(table = "account_access_entitlements", key = "application_arn, entitlement_id")]
pub struct Entitlement {
    /// The ARN of the application that grants it.
    pub application_arn: String,
    /// The entitlement's id.
    pub entitlement_id: String,
    /// USER or GROUP. Null: it is for a principal of a kind that is not known here.
    pub principal_type: Option<String>,
    /// The user's or group's id in the directory. Null: it is for a principal of a kind that is not known here.
    pub principal_id: Option<String>,
    /// The ARN of the role that it lets in to. Null: AWS did not say.
    pub role_arn: Option<String>,
    /// The account of this role, 12 digits. The stamped account is that of the application.
    pub target_account_id: Option<String>,
    /// The name of this account. Null: AWS did not say.
    pub target_account_name: Option<String>,
    /// When it was granted (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was granted.
    pub age_days: Option<i32>,
}

/// The applications of one region, with what they grant.
pub const ENTITLEMENTS: Collector = Collector {
    name: "account_access_entitlements",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ENTITLED.call()],
    resources: &[],
    tables: &[table::<Application>(), table::<Entitlement>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    applications: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    application_arn: Option<String>,
    tenant_id: Option<String>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entitled {
    entitlements: Vec<Granted>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Granted {
    entitlement_id: Option<String>,
    entitlement: Kinds,
    created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Kinds {
    principal_role: PrincipalRole,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PrincipalRole {
    principal: Principal,
    role_arn: Option<String>,
    account: Option<String>,
    account_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Principal {
    identity_center: InDirectory,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InDirectory {
    user_id: Option<String>,
    group_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut applications = details(page?.applications, |listed| read(session, listed));
        while let Some((listed, granted)) = applications.next().await {
            if is_gone(GONE, &granted) {
                rows.gone();
            } else {
                push(rows, listed, granted).await?;
            }
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Vec<Granted>>) {
    // The filter must be there, and one that names nothing leaves nothing out.
    let input = json!({
        "applicationArn": listed.application_arn,
        "filter": {"principalRole": {}},
        "maxResults": 100,
    });
    let granted = all(&ENTITLED, session, input, |page| page.entitlements).await;
    (listed, granted)
}

async fn push(rows: &mut Rows<'_>, mut listed: Listed, granted: Answer<Vec<Granted>>) -> Result<(), Error> {
    let now = rows.captured_at();
    let mut unread = Unread::default();
    let Some(arn) = unread.value("applicationArn", listed.application_arn.take()) else {
        unread.lost(rows, [Application::TABLE, Entitlement::TABLE], &LIST.call().name());
        return Ok(());
    };
    for granted in rows.item([Entitlement::TABLE], granted)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = entitlement(arn.clone(), granted, now, &mut unread);
        unread.push(rows, &ENTITLED.call().name(), row).await?;
    }
    let row = application(arn, listed, now, &mut unread);
    unread.count(rows, Application::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn application(arn: String, it: Listed, now: Timestamp, unread: &mut Unread) -> Application {
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    Application {
        arn,
        tenant_id: it.tenant_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: unread.moment("updatedAt", it.updated_at.as_ref()),
    }
}

fn entitlement(application_arn: String, it: Granted, now: Timestamp, unread: &mut Unread) -> Option<Entitlement> {
    let entitlement_id = unread.value("entitlementId", it.entitlement_id)?;
    let PrincipalRole { principal, role_arn, account, account_name } = it.entitlement.principal_role;
    let InDirectory { user_id, group_id } = principal.identity_center;
    let principal_type = match (&user_id, &group_id) {
        (Some(_), _) => Some("USER".to_owned()),
        (None, Some(_)) => Some("GROUP".to_owned()),
        (None, None) => None,
    };
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    Some(Entitlement {
        application_arn,
        entitlement_id,
        principal_type: unread.value("principal", principal_type),
        principal_id: user_id.or(group_id),
        role_arn: unread.value("roleArn", role_arn),
        target_account_id: unread.value("account", account),
        target_account_name: account_name,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::ENTITLEMENTS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListApplications";
    const ENTITLED: &str = "ListEntitlements";

    fn listed(id: &str) -> String {
        format!(
            r#"{{"applicationArn":"arn:{id}","tenantId":"t-1","createdAt":"2025-12-22T00:00:00Z","updatedAt":"soon"}}"#
        )
    }

    fn granted(id: &str, principal: &str) -> String {
        format!(
            r#"{{"entitlementId":"{id}","createdAt":1767139200,"entitlement":{{"principalRole":{{
            "principal":{{"identityCenter":{{{principal}}}}},"roleArn":"arn:aws:iam::444455556666:role/analyst",
            "account":"444455556666","accountName":"data"}}}}}}"#
        )
    }

    /// Two pages of applications: one that grants on two pages, one that went away, and one whose grants are refused.
    #[tokio::test]
    async fn users_and_groups_that_enter_roles() {
        let user = granted("e-1", r#""userId":"u-1""#);
        let group = granted("e-2", r#""groupId":"g-1""#);
        let odd = r#"{"entitlementId":"e-3","entitlement":{"robotRole":{}}}"#;
        let recorded = Recorded::new()
            .answer_to(
                LIST,
                r#""maxResults":100"#,
                &format!(r#"{{"applications":[{}],"nextToken":"more"}}"#, listed("a")),
            )
            .answer_to(LIST, "more", &format!(r#"{{"applications":[{},{},{{}}]}}"#, listed("b"), listed("c")))
            .answer_to(ENTITLED, "arn:a", &format!(r#"{{"entitlements":[{user}],"nextToken":"rest"}}"#))
            .answer_to(ENTITLED, "rest", &format!(r#"{{"entitlements":[{group},{odd},{{}}]}}"#))
            .refuse(ENTITLED, "arn:b", 404, &json_error("ResourceNotFoundException"))
            .refuse(ENTITLED, "arn:c", 403, &json_error("AccessDeniedException"));
        let collected = recorded.run(&ENTITLEMENTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ENTITLEMENTS);
        let names = ["entitlement_id", "principal_type", "principal_id", "target_account_id", "age_days"];
        assert_eq!(
            columns(&collected, "account_access_entitlements", &names),
            [
                json!(["e-1", "USER", "u-1", "444455556666", 1]),
                json!(["e-2", "GROUP", "g-1", "444455556666", 1]),
                json!(["e-3", null, null, null, null]),
            ]
        );
        let names = ["arn", "tenant_id", "age_days", "modified_at"];
        assert_eq!(
            columns(&collected, "account_access_applications", &names),
            [json!(["arn:a", "t-1", 10, null]), json!(["arn:c", "t-1", 10, null])]
        );
        // The four values of the odd entitlement, the entitlements of one application, two moments, and one of each
        // without an id.
        assert_eq!(collected.short(), (9, vec!["account_access_applications", "account_access_entitlements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&ENTITLEMENTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
