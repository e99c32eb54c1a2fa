//! Instance profiles, by ListInstanceProfiles: those without a role too. Calls for each account: one for each 1000.

use aws_sdk_iam::types::InstanceProfile as Listed;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Unread, made_at, word};

/// One instance profile: what gives an EC2 instance its role.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_instance_profiles", key = "arn")]
pub struct InstanceProfile {
    /// The instance profile's ARN.
    pub arn: String,
    /// The instance profile's name.
    pub instance_profile_name: String,
    /// The instance profile's unique id, AIPA….
    pub instance_profile_id: String,
    /// The instance profile's path, / by default.
    pub path: String,
    /// When the instance profile was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// ARNs of the roles it holds: one, by AWS's quota, or none.
    pub role_arns: Vec<String>,
    /// The ARN of the first of them; null when it holds none.
    pub role_arn: Option<String>,
    /// Whether it holds a role; an instance with an empty one has no credentials.
    pub has_role: bool,
}

/// Instance profiles of an account.
pub const INSTANCE_PROFILES: Collector = Collector {
    name: "iam_instance_profiles",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListInstanceProfiles")],
    resources: &[],
    tables: &[table::<InstanceProfile>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let mut profiles = iam.list_instance_profiles().max_items(1000).into_paginator().items().send();
    while let Some(profile) = profiles.next().await {
        let mut unread = Unread::default();
        let row = instance_profile(profile?, rows.captured_at(), &mut unread);
        unread.push(rows, "iam:ListInstanceProfiles", row).await?;
    }
    Ok(())
}

fn instance_profile(listed: Listed, now: Timestamp, unread: &mut Unread) -> Option<InstanceProfile> {
    let arn = unread.value("Arn", word(&listed.arn))?;
    let name = unread.value("InstanceProfileName", word(&listed.instance_profile_name));
    let id = unread.value("InstanceProfileId", word(&listed.instance_profile_id));
    let created_at = unread.value("CreateDate", made_at(&listed.create_date));
    let roles = listed.roles.iter();
    let role_arns: Vec<String> = roles.filter_map(|role| unread.value("Roles.Arn", word(&role.arn))).collect();
    Some(InstanceProfile {
        arn,
        instance_profile_name: name.unwrap_or_default(),
        instance_profile_id: id.unwrap_or_default(),
        path: listed.path,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        role_arn: role_arns.first().cloned(),
        has_role: !listed.roles.is_empty(),
        role_arns,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListInstanceProfiles";

    fn page(name: &str, role: &str, rest: &str) -> String {
        format!(
            "<ListInstanceProfilesResponse><ListInstanceProfilesResult><InstanceProfiles><member>\
             <Arn>arn:aws:iam::111122223333:instance-profile/{name}</Arn><Path>/</Path>\
             <InstanceProfileName>{name}</InstanceProfileName><InstanceProfileId>AIPA1</InstanceProfileId>\
             <CreateDate>2025-12-31T00:00:00Z</CreateDate><Roles>{role}</Roles></member></InstanceProfiles>{rest}\
             </ListInstanceProfilesResult></ListInstanceProfilesResponse>"
        )
    }

    #[tokio::test]
    async fn profiles_with_and_without_a_role_have_rows() {
        let role = "<member><Arn>arn:aws:iam::111122223333:role/web</Arn><RoleName>web</RoleName></member>";
        let first = page("web", role, "<IsTruncated>true</IsTruncated><Marker>next</Marker>");
        let nameless = "</Roles></member><member><Path>/</Path><Roles>";
        let recorded = Recorded::new().answer_to(LIST, "MaxItems=1000", &first).answer_to(
            LIST,
            "Marker=next",
            &page("empty", nameless, "<IsTruncated>false</IsTruncated>"),
        );
        let collected = recorded.run(&INSTANCE_PROFILES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&INSTANCE_PROFILES);
        let names = ["instance_profile_name", "role_arn", "role_arns", "has_role", "age_days"];
        let web = "arn:aws:iam::111122223333:role/web";
        assert_eq!(
            columns(&collected, "iam_instance_profiles", &names),
            [json!(["web", web, [web], true, 1]), json!(["empty", null, [], false, 1])]
        );
        assert_eq!(collected.short(), (1, vec!["iam_instance_profiles"]), "one without an ARN");
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&INSTANCE_PROFILES).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!((error.class, error.operation.as_deref()), (Class::Denied, Some("iam:ListInstanceProfiles")));
    }
}
