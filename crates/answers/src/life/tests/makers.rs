//! Who made the changes of a user, a security group, a role and a bucket, over nights that read what happened, or did
//! not.

use orgcensus_collect::ActivityWindow;
use orgcensus_collectors::cloudtrail::activity;
use orgcensus_crawl::{TaskCoverage, TaskRecord};
use orgcensus_lake::Publication;
use orgcensus_row::{GLOBAL, Timestamp};

use super::*;
use crate::diff::tests::nights::happened;
use crate::testing::write;

/// When all snapshots were taken, as the tests' lakes have it.
const TAKEN: i64 = 1_795_000_000_000;
const ACTIVITY_TASK: &str = "cloudtrail_activity";

/// A user, with the columns that D6 reads and one that it does not.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_users", key = "arn", resource = "none")]
struct Named {
    /// Its ARN.
    arn: String,
    /// Its id.
    user_id: String,
    /// Its path.
    path: String,
}

/// The user whose history is asked.
fn bea(user_id: &str) -> Named {
    Named { arn: "arn:user/bea".into(), user_id: user_id.into(), path: format!("/{user_id}/") }
}

/// A rule of a security group, with the columns that D5 and D9 read.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_security_group_rules", key = "arn", resource = "none")]
struct GroupRule {
    /// Its ARN.
    arn: String,
    /// Its id.
    security_group_rule_id: String,
    /// Its group.
    security_group_id: String,
    /// Whether it lets in.
    direction: String,
    /// Whether it lets in everybody.
    is_open_to_world: Option<bool>,
    /// The protocol.
    ip_protocol: Option<String>,
    /// The first port.
    from_port: Option<i32>,
    /// The last port.
    to_port: Option<i32>,
    /// The addresses.
    cidr_ipv4: Option<String>,
    /// The addresses of version 6.
    cidr_ipv6: Option<String>,
}

/// A policy, with the columns that D34 reads.
#[derive(Debug, Serialize, Row)]
#[row(table = "policy_documents", key = "resource_arn, policy_kind, policy_name")]
struct Document {
    /// What it is attached to.
    resource_arn: String,
    /// The type of that.
    resource_type: String,
    /// Its kind.
    policy_kind: String,
    /// Its name.
    policy_name: String,
    /// Its text.
    document: Option<String>,
}

/// A bucket.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_buckets", key = "arn", resource = "none")]
struct Bucket {
    /// Its ARN.
    arn: String,
    /// When it was made.
    created_at: Option<Timestamp>,
}

/// A root user, with the columns that D8 and D14 read.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_root_users", key = "arn", resource = "none")]
struct Root {
    /// Its ARN.
    arn: String,
    /// Whether it has an access key.
    has_access_key: Option<bool>,
    /// Whether it has MFA.
    is_mfa_enabled: Option<bool>,
}

/// A line of the credential report, with the columns that D17 reads.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_credential_report", key = "arn", resource = "none")]
struct Reported {
    /// The user's ARN.
    arn: String,
    /// Whether it is root.
    is_root: Option<bool>,
    /// Whether it has MFA.
    mfa_active: Option<bool>,
}

const GROUP: &str = "arn:aws:ec2:eu-west-1:000000000000:security-group/sg-1";
const ROLE: &str = "arn:aws:iam::000000000000:role/team/app";
const BUCKET: &str = "arn:aws:s3:::logs";

fn open_rule() -> GroupRule {
    GroupRule {
        arn: "arn:aws:ec2:eu-west-1:000000000000:security-group-rule/sgr-1".into(),
        security_group_rule_id: "sgr-1".into(),
        security_group_id: "sg-1".into(),
        direction: "ingress".into(),
        is_open_to_world: Some(true),
        ip_protocol: Some("tcp".into()),
        from_port: Some(443),
        to_port: Some(443),
        cidr_ipv4: Some("0.0.0.0/0".into()),
        cidr_ipv6: None,
    }
}

/// A night with or without a rule that lets in everybody, with this trust policy and a bucket of that age.
async fn publish_things(lake: &Lake, date: &str, things: (bool, &str, i64), events: Vec<activity::Event>) {
    let (is_open, trust, created) = things;
    let to = begin(lake, "o-1", date).await;
    let trust = Document {
        resource_arn: ROLE.into(),
        resource_type: "iam_role".into(),
        policy_kind: "trust".into(),
        policy_name: String::new(),
        document: Some(trust.into()),
    };
    let bucket = Bucket { arn: BUCKET.into(), created_at: Some(Timestamp(created)) };
    let mut tables = read(&to, Some(events)).await;
    tables.push(users(&to, is_open.then(|| (0, open_rule())).into_iter().collect()).await);
    tables.push(users(&to, vec![(0, trust)]).await);
    tables.push(users(&to, vec![(0, bucket)]).await);
    commit(to, tables).await;
}

/// Two nights with a row each, the second of which read what happened since.
async fn publish_two<R: Row>(lake: &Lake, [was, now]: [R; 2], happened: Vec<activity::Event>) {
    for (date, row, events) in [("2026-11-21", was, vec![]), ("2026-11-22", now, happened)] {
        let to = begin(lake, "o-1", date).await;
        let mut tables = read(&to, Some(events)).await;
        tables.push(users(&to, vec![(0, row)]).await);
        commit(to, tables).await;
    }
}

/// A night with these users and what it read of what happened; none: it did not read.
async fn publish_read(lake: &Lake, date: &str, named: Vec<Named>, events: Option<Vec<activity::Event>>) {
    let to = begin(lake, "o-1", date).await;
    let mut tables = read(&to, events).await;
    tables.push(users(&to, named.into_iter().map(|it| (0, it)).collect()).await);
    commit(to, tables).await;
}

/// The tables that say what a night read, with what happened; none: it did not read that.
async fn read(to: &Publication, events: Option<Vec<activity::Event>>) -> Vec<TableEntry> {
    let task = |collector: &str| {
        let task = TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, Outcome::Complete));
        (0, TaskCoverage { started_at: Some(Timestamp(TAKEN)), ..task })
    };
    let own = events.iter().map(|_| task(ACTIVITY_TASK));
    let windows = events.iter().map(|_| (0, ActivityWindow { since_at: Timestamp(TAKEN - 3_600_000) }));
    let (tasks, windows): (Vec<_>, Vec<_>) =
        (own.chain([task("organization"), task("users")]).collect(), windows.collect());
    let rests_on = Some(vec![ACTIVITY_TASK.to_owned()]);
    let events = events.unwrap_or_default().into_iter().map(|it| (0, it));
    vec![
        listed(to, &[(0, "ACTIVE", Outcome::Complete)]).await,
        write(to, tasks).await,
        TableEntry { rests_on: rests_on.clone(), ..write(to, events).await },
        TableEntry { rests_on, ..write(to, windows).await },
    ]
}

/// `22 changed user_id: actor-e-1 (e-1)`
fn who(it: &Event) -> String {
    let column = it.column_name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let actor = match (&it.actor_arn, &it.event_id, &it.actor_reason) {
        (Some(actor), Some(id), None) if it.event_time.is_some() => format!("{actor} ({id})"),
        (None, None, Some(why)) if it.event_time.is_none() => why.clone(),
        (None, None, None) if it.event_time.is_none() => "-".to_owned(),
        odd => panic!("{odd:?}: an actor and no reason, or a reason and no actor"),
    };
    format!("{} {}{column}: {actor}", &it.snapshot_date[8..], it.change)
}

/// What is told of a thing, with who made it.
async fn told_of(lake: &Lake, arn: &str) -> Vec<String> {
    let mut life = Life::open(lake, &Subject::Thing(arn.into()), &[]).await.unwrap();
    let mut told = Vec::new();
    while let Some(events) = life.next().await.unwrap() {
        told.extend(events.iter().map(who));
    }
    told
}

#[tokio::test]
async fn a_change_has_its_actor_or_why_nobody_is_named() {
    let (_folder, lake) = lake();
    let created = |id: &str, name: &str| happened(id, "CreateUser", TAKEN, &[name]);
    publish_read(&lake, "2026-11-21", vec![], None).await;
    publish_read(&lake, "2026-11-22", vec![bea("1")], Some(vec![created("e-1", "bea"), created("e-2", "al")])).await;
    publish_read(&lake, "2026-11-23", vec![bea("2")], Some(vec![created("e-3", "bea")])).await;
    publish_read(&lake, "2026-11-24", vec![bea("3")], Some(vec![created("e-4", "bea"), created("e-5", "bea")])).await;
    publish_read(&lake, "2026-11-25", vec![bea("4")], Some(vec![created("e-6", "al")])).await;
    publish_read(&lake, "2026-11-26", vec![], Some(vec![])).await;
    publish_read(&lake, "2026-11-27", vec![bea("5")], None).await;
    let told = told_of(&lake, "arn:user/bea").await;
    let no_rule = "no rule of change knows which event makes it";
    let expected = [
        "22 appeared: actor-e-1 (e-1)".to_owned(),
        format!("23 changed path: {no_rule}"),
        "23 changed user_id: actor-e-3 (e-3)".to_owned(),
        format!("24 changed path: {no_rule}"),
        "24 changed user_id: several of the events that were read fit".to_owned(),
        format!("25 changed path: {no_rule}"),
        "25 changed user_id: none of the events that were read fits".to_owned(),
        format!("26 gone: {no_rule}"),
        "27 appeared: no events were read".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_group_that_is_opened_a_role_that_trusts_another_and_a_bucket_that_is_replaced_are_told() {
    let (_folder, lake) = lake();
    let opened = happened("e-1", "AuthorizeSecurityGroupIngress", TAKEN, &["sg-1", "sgr-1"]);
    let trusted = happened("e-2", "UpdateAssumeRolePolicy", TAKEN, &["app"]);
    for (date, things, events) in [
        ("2026-11-21", (false, "A", 1), vec![]),
        ("2026-11-22", (true, "A", 1), vec![opened]),
        ("2026-11-23", (false, "B", 1), vec![trusted]),
        ("2026-11-24", (false, "B", 2), vec![]),
    ] {
        publish_things(&lake, date, things, events).await;
    }
    let no_rule = "no rule of change knows which event makes it";
    let expected = ["22 appeared: actor-e-1 (e-1)".to_owned(), format!("23 gone: {no_rule}")];
    assert_eq!(told_of(&lake, GROUP).await, expected);
    assert_eq!(told_of(&lake, ROLE).await, ["21 seen: -", "23 changed document: actor-e-2 (e-2)"]);
    // The name is the same, the bucket is another one.
    let expected = ["21 seen: -".to_owned(), format!("24 changed created_at: {no_rule}")];
    assert_eq!(told_of(&lake, BUCKET).await, expected);
}

#[tokio::test]
async fn two_columns_that_two_people_changed_have_an_actor_each() {
    let (_folder, lake) = lake();
    let arn = "arn:aws:iam::000000000000:root";
    let root = |has_key| Root { arn: arn.into(), has_access_key: Some(has_key), is_mfa_enabled: Some(!has_key) };
    let of_root = |id: &str, name: &str| happened(id, name, TAKEN, &[arn]);
    let events = vec![of_root("e-1", "CreateAccessKey"), of_root("e-2", "DeactivateMFADevice")];
    publish_two(&lake, [root(false), root(true)], events).await;
    let expected =
        ["21 seen: -", "22 changed has_access_key: actor-e-1 (e-1)", "22 changed is_mfa_enabled: actor-e-2 (e-2)"];
    assert_eq!(told_of(&lake, arn).await, expected);
}

#[tokio::test]
async fn an_event_is_given_to_the_columns_that_it_can_change() {
    let (_folder, lake) = lake();
    let arn = "arn:aws:iam::000000000000:user/ana";
    // D17 reads both, and its event changes one.
    let user = |is_root| Reported { arn: arn.into(), is_root: Some(is_root), mfa_active: Some(!is_root) };
    let deactivated = happened("e-1", "DeactivateMFADevice", TAKEN, &["ana"]);
    publish_two(&lake, [user(false), user(true)], vec![deactivated]).await;
    let expected = [
        "21 seen: -",
        "22 changed is_root: no rule of change knows which event makes it",
        "22 changed mfa_active: actor-e-1 (e-1)",
    ];
    assert_eq!(told_of(&lake, arn).await, expected);
}

#[tokio::test]
async fn of_several_columns_that_a_rule_reads_nobody_knows_which_its_event_changed() {
    let changed = || vec![happened("e-1", "ModifySecurityGroupRules", TAKEN, &["sg-1", "sgr-1"])];
    let narrow = || GroupRule { is_open_to_world: Some(false), ..open_rule() };
    let (_folder, both) = lake();
    publish_two(&both, [GroupRule { direction: "egress".into(), ..narrow() }, open_rule()], changed()).await;
    let expected = [
        "21 seen: -",
        "22 changed direction: an event fits, and may have changed another column",
        "22 changed is_open_to_world: an event fits, and may have changed another column",
    ];
    assert_eq!(told_of(&both, GROUP).await, expected);
    let (_folder, one) = lake();
    publish_two(&one, [narrow(), open_rule()], changed()).await;
    assert_eq!(told_of(&one, GROUP).await, ["21 seen: -", "22 changed is_open_to_world: actor-e-1 (e-1)"]);
}

#[tokio::test]
async fn what_is_only_seen_has_no_actor() {
    let (_folder, lake) = lake();
    let created = || Some(vec![happened("e-1", "CreateUser", TAKEN, &["bea"])]);
    publish_read(&lake, "2026-11-21", vec![bea("1")], created()).await;
    let mut life = Life::open(&lake, &Subject::Thing("arn:user/bea".into()), &[]).await.unwrap();
    let events = life.next().await.unwrap().unwrap();
    assert_eq!(events.iter().map(who).collect::<Vec<_>>(), ["21 seen: -"]);
}
