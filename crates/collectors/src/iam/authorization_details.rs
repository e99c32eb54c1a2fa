//! Users, groups, roles and customer managed policies, by GetAccountAuthorizationDetails: one paged call.
//!
//! AWS's own policies are kept in each account that attaches them or bounds by them, and there only the version in force:
//! what an identity may do is then answered by the account's own rows. They cost no call but the pages they lengthen, and
//! little room, since equal documents of many accounts are stored once in each row group (a dictionary).

use std::collections::BTreeMap;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Page;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail};
use orgcensus_collect::kinds::{IAM_GROUP, IAM_MANAGED_POLICY, IAM_ROLE, IAM_USER};
use orgcensus_collect::{Collector, Error, Rows, Runs, Said, Scope, Session, call, client};
use orgcensus_row::table;
use quick_xml::events::Event;

use super::detail::tags;
use super::groups::{self, Group};
use super::managed_policies::{self, ManagedPolicy, PolicyVersion};
use super::principal::{InlinePolicy, PolicyAttachment};
use super::roles::{self, Role};
use super::users::{self, GroupMembership, User};

const IS_ATTACHABLE: &str = "IsAttachable";

/// Users, groups, memberships, roles, managed policies and their versions, inline policies, attachments, and the
/// documents of all of them.
pub const AUTHORIZATION_DETAILS: Collector = Collector {
    name: "iam_authorization_details",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetAccountAuthorizationDetails")],
    resources: &[IAM_GROUP, IAM_MANAGED_POLICY, IAM_ROLE, IAM_USER],
    tables: &[
        table::<User>(),
        table::<Group>(),
        table::<GroupMembership>(),
        table::<Role>(),
        table::<ManagedPolicy>(),
        table::<PolicyVersion>(),
        table::<InlinePolicy>(),
        table::<PolicyAttachment>(),
    ],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let said = Said::new();
    let iam = client!(session, aws_sdk_iam, |builder| builder.interceptor(said.clone()));
    let mut pages = iam
        .get_account_authorization_details()
        .filter(EntityType::User)
        .filter(EntityType::Group)
        .filter(EntityType::Role)
        .filter(EntityType::LocalManagedPolicy)
        .filter(EntityType::AwsManagedPolicy)
        .max_items(1000)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        push(rows, page?, &said, session.role_arn()).await?;
    }
    Ok(())
}

/// Adds a page. `own` is the role by which it was read.
async fn push(rows: &mut Rows<'_>, page: Page, said: &Said, own: Option<&str>) -> Result<(), Error> {
    let policies = page.policies.unwrap_or_default();
    let attachable = is_attachable(&policies, said);
    for user in page.user_detail_list.unwrap_or_default() {
        users::push(rows, user).await?;
    }
    for group in page.group_detail_list.unwrap_or_default() {
        groups::push(rows, group).await?;
    }
    for role in page.role_detail_list.unwrap_or_default() {
        roles::push(rows, role, own).await?;
    }
    for (policy, is_attachable) in policies.into_iter().zip(attachable) {
        managed_policies::push(rows, policy, is_attachable).await?;
    }
    Ok(())
}

/// The tags of the role by which the session reads. None: the session has no role, or AWS does not show it.
pub async fn own_role_tags(session: &Session) -> Result<Option<BTreeMap<String, String>>, Error> {
    let Some(own) = session.role_arn() else { return Ok(None) };
    let iam = client!(session, aws_sdk_iam);
    let call = iam.get_account_authorization_details().filter(EntityType::Role).max_items(1000);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let roles = page?.role_detail_list.unwrap_or_default();
        if let Some(role) = roles.into_iter().find(|role| role.arn.as_deref() == Some(own)) {
            return Ok(Some(tags(role.tags).unwrap_or_default()));
        }
    }
    Ok(None)
}

/// Whether each policy may be attached, if the answer says it: the SDK returns false for a missing member.
fn is_attachable(policies: &[ManagedPolicyDetail], said: &Said) -> Vec<Option<bool>> {
    let flags = policies.iter().map(|policy| Some(policy.is_attachable));
    if said.count(IS_ATTACHABLE) == policies.len() {
        return flags.collect();
    }
    let is_said = policies_that_say(&said.bytes(), IS_ATTACHABLE);
    flags
        .zip(is_said.into_iter().chain(std::iter::repeat(false)))
        .map(|(flag, is_said)| flag.filter(|_| is_said))
        .collect()
}

/// For each policy of a page, in order: whether it has this member. A page that is not XML was an error before.
fn policies_that_say(page: &[u8], member: &str) -> Vec<bool> {
    let (mut said, mut depth) = (Vec::new(), None::<usize>);
    let mut reader = quick_xml::Reader::from_reader(page);
    while let Ok(event) = reader.read_event() {
        match (event, &mut depth) {
            (Event::Eof, _) => break,
            (Event::Start(tag), None) if tag.name().as_ref() == b"Policies" => depth = Some(0),
            (Event::Start(tag), Some(depth)) => {
                match (*depth, tag.name().as_ref()) {
                    (0, _) => said.push(false),
                    (1, name) if name == member.as_bytes() => {
                        said.iter_mut().last().into_iter().for_each(|it| *it = true)
                    }
                    _ => {}
                }
                *depth += 1;
            }
            (Event::Empty(_), Some(0)) => said.push(false),
            (Event::End(_), Some(0)) => depth = None,
            (Event::End(_), Some(depth)) => *depth -= 1,
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::{Collected, Recorded};
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const GET: &str = "GetAccountAuthorizationDetails";
    const FIRST: &str = include_str!("../../fixtures/iam/authorization_details_1.xml");
    const SECOND: &str = include_str!("../../fixtures/iam/authorization_details_2.xml");

    async fn collected() -> Collected {
        let recorded = Recorded::new().answer_to(GET, "MaxItems=1000", FIRST).answer_to(GET, "Marker=page-2", SECOND);
        let collected = recorded.run(&AUTHORIZATION_DETAILS).await;
        collected.result.as_ref().unwrap();
        // The second page's user lacks its ARN, its role the trust policy, and its policy whether it may be attached.
        assert_eq!(collected.short().0, 3);
        let codes = columns(&collected, "policy_documents", &["error_code"]);
        assert_eq!(codes.last(), Some(&json!(["NoDocument"])));
        collected
    }

    #[tokio::test]
    async fn principals_of_all_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&AUTHORIZATION_DETAILS);
        let names = ["user_name", "age_days", "has_direct_policies", "has_permissions_boundary", "tags"];
        assert_eq!(
            columns(&collected, "iam_users", &names),
            [json!(["alice", 365, true, true, {"team": "payments"}]), json!(["bob", 0, false, false, null])]
        );
        let memberships = columns(&collected, "iam_group_memberships", &["user_name", "group_name"]);
        assert_eq!(memberships, [json!(["alice", "admins"]), json!(["alice", "readers"])]);
        assert_eq!(columns(&collected, "iam_groups", &["group_name", "attached_policy_count"]), [json!(["admins", 1])]);
        let names = ["role_name", "is_service_linked", "last_used_days", "last_used_region", "has_instance_profile"];
        assert_eq!(
            columns(&collected, "iam_roles", &names),
            [
                json!(["web", false, 31, "eu-west-1", true]),
                json!(["AWSServiceRoleForSupport", true, null, null, false]),
            ]
        );
    }

    #[tokio::test]
    async fn a_policy_of_which_is_attachable_is_left_out_is_unknown_and_no_other() {
        let collected = collected().await;
        let names = ["policy_name", "is_attachable"];
        let expected = [json!(["deploy", true]), json!(["nameless", null])];
        assert_eq!(columns(&collected, "iam_managed_policies", &names), expected);
        let policy = |name: &str, rest: &str| {
            format!(
                "<member><Arn>arn:aws:iam::111122223333:policy/{name}</Arn><DefaultVersionId>v1</DefaultVersionId>{rest}</member>"
            )
        };
        let versions = "<PolicyVersionList><member><VersionId>v1</VersionId><Document>%7B%7D</Document></member></PolicyVersionList>";
        let policies = [policy("a", versions), policy("b", "<IsAttachable>false</IsAttachable>")];
        let page = format!(
            "<{GET}Response><{GET}Result><Policies>{}</Policies></{GET}Result></{GET}Response>",
            policies.concat()
        );
        let collected = Recorded::new().answer(GET, &page).run(&AUTHORIZATION_DETAILS).await;
        let expected = [json!(["a", null]), json!(["b", false])];
        assert_eq!(columns(&collected, "iam_managed_policies", &names), expected);
        // The policy itself says which of its versions is in force.
        assert_eq!(
            columns(&collected, "iam_policy_versions", &["version_id", "is_default_version"]),
            [json!(["v1", true])]
        );
        assert_eq!(collected.short(), (1, vec!["iam_managed_policies"]));
    }

    #[tokio::test]
    async fn policies_have_rows_and_decoded_documents() {
        let collected = collected().await;
        let names = ["policy_name", "policy_id", "default_version_id", "is_attached", "version_count"];
        assert_eq!(
            columns(&collected, "iam_managed_policies", &names),
            [json!(["deploy", "ANPADEPLOY", "v2", true, 2]), json!(["nameless", null, "v1", false, 0])]
        );
        let versions = columns(&collected, "iam_policy_versions", &["version_id", "is_default_version"]);
        assert_eq!(versions, [json!(["v2", true]), json!(["v1", false])]);
        let inline = columns(&collected, "iam_inline_policies", &["principal_type", "principal_name", "policy_name"]);
        assert_eq!(inline, [json!(["user", "alice", "own keys"])]);
        let names = ["principal_type", "principal_name", "policy_name", "is_aws_managed", "is_administrator_access"];
        assert_eq!(
            columns(&collected, "iam_policy_attachments", &names),
            [
                json!(["user", "alice", "ReadOnlyAccess", true, false]),
                json!(["group", "admins", "AdministratorAccess", true, true]),
                json!(["role", "web", "deploy", false, false]),
            ]
        );
        let names = ["resource_type", "policy_kind", "policy_name", "is_in_force", "state"];
        assert_eq!(
            columns(&collected, "policy_documents", &names),
            [
                json!(["iam_user", "inline", "own keys", true, "read"]),
                json!(["iam_role", "trust", "", true, "read"]),
                json!(["iam_managed_policy", "managed", "v2", true, "read"]),
                json!(["iam_managed_policy", "managed", "v1", false, "read"]),
                json!(["iam_role", "trust", "", true, "unread"]),
            ]
        );
        let trust = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        let document = format!(r#"{{"Version":"2012-10-17","Statement":[{trust}]}}"#);
        assert_eq!(collected.table("policy_documents")[1]["document"], document);
    }

    #[tokio::test]
    async fn what_has_no_arn_or_name_is_counted() {
        let arn = |rest: &str| format!("<Arn>arn:aws:iam::111122223333:{rest}</Arn>");
        let policies = "<UserPolicyList><member><PolicyDocument>%7B%7D</PolicyDocument></member></UserPolicyList>\
            <AttachedManagedPolicies><member><PolicyName>odd</PolicyName></member></AttachedManagedPolicies>";
        let version = "<DefaultVersionId>v1</DefaultVersionId><IsAttachable>true</IsAttachable><PolicyVersionList>\
            <member><Document>%7B%7D</Document></member></PolicyVersionList>";
        let page = format!(
            "<{GET}Response><{GET}Result><UserDetailList><member><UserName>nobody</UserName></member>\
             <member>{}{policies}</member></UserDetailList><GroupDetailList><member/></GroupDetailList>\
             <RoleDetailList><member/></RoleDetailList><Policies><member/><member>{}{version}</member></Policies>\
             </{GET}Result></{GET}Response>",
            arn("user/ana"),
            arn("policy/a")
        );
        let collected = Recorded::new().answer(GET, &page).run(&AUTHORIZATION_DETAILS).await;
        collected.result.as_ref().unwrap();
        let names = ["user_name", "has_direct_policies", "attached_policy_count", "attached_policy_arns"];
        assert_eq!(columns(&collected, "iam_users", &names), [json!(["ana", true, 1, []])]);
        // What the inline policy and the version say is kept.
        let states = columns(&collected, "policy_documents", &["policy_kind", "policy_name", "state"]);
        assert_eq!(states, [json!(["inline", "", "read"]), json!(["managed", "", "read"])]);
        // A user, a group, a role and a policy; the policy that is attached, that which is inline, and the version.
        let (missed, tables) = collected.short();
        assert_eq!((missed, tables.len()), (7, 10), "{tables:?}");
        for table in ["iam_groups", "iam_roles", "iam_policy_attachments"] {
            assert!(collected.table(table).is_empty(), "{table}");
        }
    }

    #[tokio::test]
    async fn a_refusal_on_a_later_page_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let recorded = Recorded::new().answer(GET, FIRST).refuse(GET, "Marker=page-2", 403, &denied);
        let collected = recorded.run(&AUTHORIZATION_DETAILS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
