//! Part B put to a small organization whose misconfigurations are known.

use orgcensus_lake::{Lake, LakeOptions};
use orgcensus_row::Row;
use serde::Serialize;
use serde_json::Value;

use crate::testing::{Coverage, begin, commit, rows, task, write};
use crate::{QUESTIONS, Snapshot, Which, ask, ask_json, select};

rows! {
    Credentials "iam_credential_report" {
        is_root: bool, password_enabled: Option<bool>, password_last_used_days: Option<i32>,
        password_age_days: Option<i32>, mfa_active: Option<bool>,
        access_key_1_active: Option<bool>, access_key_1_age_days: Option<i32>,
        access_key_1_last_used_days: Option<i32>, access_key_2_active: Option<bool>,
        access_key_2_age_days: Option<i32>, access_key_2_last_used_days: Option<i32>,
    }
    PasswordPolicy "iam_password_policies" {
        is_configured: bool, minimum_password_length: Option<i32>, password_reuse_prevention: Option<i32>,
        requires_symbols: Option<bool>, requires_numbers: Option<bool>, requires_uppercase_characters: Option<bool>,
        requires_lowercase_characters: Option<bool>,
    }
    User "iam_users" { arn: String, has_direct_policies: bool }
    Instance "ec2_instances" { arn: String, is_terminated: bool, instance_profile_arn: Option<String> }
    Profile "iam_instance_profiles" { arn: String, role_arn: String }
    Identity "identity_access" {
        identity_arn: String, identity_type: String, is_service_linked: bool, is_administrator: Option<bool>,
        allows_everything: Option<bool>, may_escalate: Option<bool>,
    }
    Document "policy_documents" { resource_arn: String, resource_type: String, policy_kind: String, state: String }
}

/// id, population, definition, numerator, denominator, percent, coverage.
const ANSWERS: &str = "\
B1 console_users lake 2 4 50.0 50.0
B1 root_users lake 1 2 50.0 50.0
B2 accounts no_policy 1 4 25.0 100.0
B2 accounts weak 3 4 75.0 100.0
B3 users over_45_days 3 5 60.0 50.0
B3 users over_90_days 2 5 40.0 50.0
B4 users lake 1 2 50.0 100.0
B5 active_keys lake 2 4 50.0 50.0
B5 users_with_active_key lake 2 3 66.7 50.0
B6 instances no_profile 1 6 16.7 100.0
B6 instances_with_profile over_broad 2 5 40.0 100.0
B7 identities administrator 1 5 20.0 100.0
B7 identities allows_everything 2 5 40.0 100.0
B7 identities may_escalate 1 5 20.0 100.0
B8 s3_bucket lake 1 3 33.3 null
B8 sqs_queue lake 1 1 100.0 null";

fn credentials() -> Vec<Credentials> {
    let user = || Credentials { password_enabled: Some(false), mfa_active: Some(false), ..Credentials::default() };
    let console = |used: Option<i32>, age: i32, mfa_active: Option<bool>| Credentials {
        password_enabled: Some(true),
        password_last_used_days: used,
        password_age_days: Some(age),
        mfa_active,
        ..user()
    };
    let key = |credentials: Credentials, age: i32, used: i32| Credentials {
        access_key_1_active: Some(true),
        access_key_1_age_days: Some(age),
        access_key_1_last_used_days: Some(used),
        ..credentials
    };
    let root =
        |mfa_active| Credentials { is_root: true, password_enabled: None, mfa_active: Some(mfa_active), ..user() };
    vec![
        root(true),
        root(false),
        console(Some(46), 500, Some(true)),
        console(None, 91, Some(false)),
        Credentials {
            access_key_2_active: Some(true),
            access_key_2_age_days: Some(400),
            access_key_2_last_used_days: Some(1),
            ..key(console(Some(45), 500, Some(false)), 90, 2)
        },
        key(console(Some(1), 1, None), 10, 1),
        key(user(), 91, 91),
    ]
}

fn password_policies() -> Vec<PasswordPolicy> {
    let strong = || PasswordPolicy {
        is_configured: true,
        minimum_password_length: Some(14),
        password_reuse_prevention: Some(24),
        requires_symbols: Some(true),
        requires_numbers: Some(true),
        requires_uppercase_characters: Some(true),
        requires_lowercase_characters: Some(true),
    };
    vec![
        strong(),
        PasswordPolicy::default(),
        PasswordPolicy { minimum_password_length: Some(13), ..strong() },
        PasswordPolicy { password_reuse_prevention: None, ..strong() },
    ]
}

fn identity(name: &str, administrator: Option<bool>, everything: bool, escalate: Option<bool>) -> Identity {
    Identity {
        identity_arn: name.into(),
        identity_type: "role".into(),
        is_administrator: administrator,
        allows_everything: Some(everything),
        may_escalate: escalate,
        ..Identity::default()
    }
}

fn identities() -> Vec<Identity> {
    let no = Some(false);
    vec![
        identity("admin", Some(true), true, no),
        identity("saved", no, true, no),
        identity("climber", no, false, Some(true)),
        identity("unread", None, false, None),
        identity("plain", no, false, no),
        Identity { is_service_linked: true, ..identity("linked", Some(true), true, no) },
    ]
}

fn instances() -> Vec<Instance> {
    let instance = |arn: &str, profile: Option<&str>| Instance {
        arn: arn.into(),
        is_terminated: false,
        instance_profile_arn: profile.map(str::to_owned),
    };
    vec![
        instance("i-1", None),
        instance("i-2", Some("p-admin")),
        instance("i-3", Some("p-climber")),
        instance("i-4", Some("p-unread")),
        instance("i-5", Some("p-plain")),
        instance("i-6", Some("p-not-seen")),
        Instance { is_terminated: true, ..instance("i-7", None) },
    ]
}

fn documents() -> Vec<Document> {
    let document = |resource_type: &str, policy_kind: &str, state: &str| Document {
        resource_arn: state.into(),
        resource_type: resource_type.into(),
        policy_kind: policy_kind.into(),
        state: state.into(),
    };
    vec![
        document("s3_bucket", "resource", "read"),
        document("s3_bucket", "resource", "absent"),
        document("s3_bucket", "resource", "unread"),
        document("s3_bucket", "acl", "absent"),
        document("sqs_queue", "resource", "absent"),
        document("kms_key", "resource", "absent"),
    ]
}

async fn snapshot() -> (tempfile::TempDir, Snapshot) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    let to = begin(&lake, "o-known", "2026-11-22").await;
    let coverage: Vec<Coverage> = vec![
        task("iam_credential_report", true, true),
        task("iam_credential_report", true, false),
        task("iam_password_policies", true, true),
        task("iam_authorization_details", true, true),
        task("ec2_instances", true, true),
    ];
    let profile = |role: &&str| Profile { arn: format!("p-{role}"), role_arn: (*role).into() };
    let user = |has_direct_policies: bool| User { arn: has_direct_policies.to_string(), has_direct_policies };
    fn first<R>(rows: Vec<R>) -> impl Iterator<Item = (u64, R)> {
        rows.into_iter().map(|row| (0, row))
    }
    let profiles = ["admin", "climber", "unread", "plain"].iter().map(profile).collect();
    let tables = vec![
        write(&to, first(coverage)).await,
        write(&to, first(credentials())).await,
        write(&to, first(password_policies())).await,
        write(&to, first(vec![user(true), user(false)])).await,
        write(&to, first(instances())).await,
        write(&to, first(profiles)).await,
        write(&to, first(identities())).await,
        write(&to, first(documents())).await,
    ];
    commit(to, tables).await;
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
    (folder, snapshot)
}

#[tokio::test]
async fn the_misconfigurations_of_a_known_organization_cell_by_cell() {
    let (_folder, snapshot) = snapshot().await;
    let Value::Array(rows) = ask_json(&snapshot, &select(&["B"]).unwrap()).await.unwrap() else { unreachable!() };
    let columns = ["id", "population", "definition", "numerator", "denominator", "percent", "coverage_percent"];
    let cell = |row: &Value, name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
    let line = |row: &Value| columns.map(|name| cell(row, name)).join(" ");
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>().join("\n"), ANSWERS);
    let caveat = |id: &str, definition: &str| {
        let row = rows.iter().find(|row| row["id"] == id && row["definition"] == definition).unwrap();
        row["caveat"].as_str().unwrap().to_owned()
    };
    assert!(caveat("B1", "lake").ends_with("counted as having it: 1"));
    assert!(caveat("B6", "over_broad").ends_with("counted as not over-broad: 2"));
    assert!(caveat("B7", "administrator").ends_with("counted as none: 1"));
}

#[tokio::test]
async fn all_have_the_same_columns_of_the_same_types() {
    let (_folder, snapshot) = snapshot().await;
    for question in QUESTIONS.iter().filter(|question| question.part == "B") {
        let schema = ask(&snapshot, question).await.unwrap().schema();
        let types: Vec<_> = schema.fields().iter().map(|it| it.data_type().to_string()).collect();
        let (text, whole, real) = ("Utf8", "Int64", "Float64");
        assert_eq!(types, [text, text, text, text, whole, whole, real, real, text], "{}", question.id);
    }
}
