//! Who may assume which role, and who gets to it by others.

use orgcensus_answers::Which;
use serde_json::json;

use super::lake::roles::{PUBLISHED, Roles, arn, published, trust, whole};
use crate::{Chain, EDGE_COLUMNS, Edge, Error, Reach};

const ANA: &str = "arn:aws:iam::000000000002:user/ana";
const BY_PLACE: &str = "SERVICE_CONTROL_POLICY";
const BY_RESOURCE: &str = "RESOURCE_CONTROL_POLICY";

/// The edges of an organization that is not committed yet.
async fn edges(roles: Roles) -> Vec<Edge> {
    let (_folder, _, to, tables) = roles.write().await;
    let (preview, commit) = to.preview(tables, whole()).unwrap();
    let reach = Reach::open(&preview, &Which::Run(commit.run_id)).await.unwrap();
    all_edges(&reach).await
}

async fn all_edges(reach: &Reach) -> Vec<Edge> {
    let mut all = Vec::new();
    for mut edges in reach.edges().await.unwrap() {
        while let Some(found) = edges.next().await.unwrap() {
            all.extend(found);
        }
    }
    all
}

/// The chains, of which each edge was published before.
async fn chains(roles: Roles, administrators: &[&str]) -> Vec<Chain> {
    let (_folder, lake, to, mut tables) = roles.write().await;
    let (preview, commit) = to.preview(tables.clone(), whole()).unwrap();
    let reach = Reach::open(&preview, &Which::Run(commit.run_id.clone())).await.unwrap();
    assert!(matches!(reach.chains().err(), Some(Error::NoTable { table: "can_assume" })), "no edges are not none");
    tables.extend(published(&to, &all_edges(&reach).await, administrators).await);
    to.commit(tables, whole(), PUBLISHED).await.unwrap();
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    let mut all = Vec::new();
    for mut chains in reach.chains().unwrap() {
        while let Some(found) = chains.next().await.unwrap() {
            all.extend(found);
        }
    }
    all
}

fn short(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or_default()
}

/// `direct: user ana allowed`, without services.
fn edge_words(edges: &[Edge]) -> Vec<String> {
    let told = edges.iter().filter(|it| it.principal_kind != "service");
    let word = |it: &Edge| {
        let outside = if it.is_outside { " outside" } else { "" };
        let by = if it.action == "sts:AssumeRole" { "" } else { it.action.trim_start_matches("sts:AssumeRole") };
        let (role, principal) = (short(&it.role_arn), short(&it.principal));
        let cut = if it.is_cut { ", cut" } else { "" };
        format!("{role}: {}{outside} {principal} {}{by}{cut}", it.principal_kind, it.answer.result)
    };
    let mut words: Vec<String> = told.map(word).collect();
    words.sort();
    words
}

/// `three: ana allowed by one, two`
fn chain_words(chains: &[Chain]) -> Vec<String> {
    let word = |it: &Chain| {
        let via: Vec<&str> = it.via.iter().map(|step| short(step)).collect();
        let by = if via.is_empty() { String::new() } else { format!(" by {}", via.join(", ")) };
        format!("{}: {} {}{by}", short(&it.role_arn), short(&it.principal), it.answer.result)
    };
    let mut words: Vec<String> = chains.iter().map(word).collect();
    words.sort();
    words
}

fn role(account: u64, name: &str) -> String {
    arn(account, &format!("role/{name}"))
}

#[tokio::test]
async fn both_sides_must_allow_and_no_control_policy_may_deny() {
    let by_account = trust(&arn(3, "root"));
    let deny = |name: &str| json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": role(2, name)});
    let mut by_resource = deny("kept");
    by_resource["Principal"] = json!("*");
    let service = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}});
    let found = edges(
        Roles::default()
            .user(2, "ana", "", None)
            .user(3, "bob", "team", Some("arn:aws:iam::000000000002:role/*"))
            .user(3, "eve", "", None)
            .role(2, "direct", trust(ANA), None)
            .role(2, "across", by_account.clone(), None)
            .role(2, "guarded", by_account.clone(), None)
            .role(2, "kept", by_account, None)
            .role(2, "machine", service, None)
            .policy(BY_PLACE, deny("guarded"))
            .policy(BY_RESOURCE, by_resource),
    )
    .await;
    // bob by his group's policy; eve has none.
    assert_eq!(edge_words(&found), ["across: user bob allowed", "direct: user ana allowed"]);
    let services: Vec<&str> =
        found.iter().filter(|it| it.principal_kind == "service").map(|it| it.role_arn.as_str()).collect();
    assert_eq!(services, [role(2, "machine")]);
    assert!(found.iter().all(|it| it.account_id == "000000000002"));
}

#[tokio::test]
async fn what_the_caller_chooses_is_told_apart_from_circumstances() {
    let mut vendor = trust("arn:aws:iam::999999999999:root");
    vendor["Condition"] = json!({"StringEquals": {"sts:ExternalId": "x"}});
    let mut office = trust(ANA);
    office["Condition"] = json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}});
    let provider = "arn:aws:iam::000000000002:oidc-provider/token.actions.githubusercontent.com";
    let pipeline =
        json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": provider}});
    let organization = Roles::default().user(2, "ana", "", None);
    let organization = organization.role(2, "vendor", vendor, None).role(2, "office", office, None);
    let found = edges(organization.role(2, "pipeline", pipeline, None)).await;
    let expected = [
        "office: user ana conditional",
        "pipeline: provider outside token.actions.githubusercontent.com allowedWithWebIdentity",
        "vendor: account outside 999999999999 allowed",
    ];
    assert_eq!(edge_words(&found), expected);
    let of = |name: &str| found.iter().find(|it| short(&it.role_arn) == name).unwrap();
    assert!(of("vendor").answer.caller_must_json.as_ref().unwrap().contains("ExternalId"));
    // What the vendor's own account allows is not known.
    assert!(!of("vendor").answer.is_complete && of("vendor").answer.conditions_json.is_none());
    assert!(of("office").answer.conditions_json.as_ref().unwrap().contains("192.0.2.0/24"));
}

#[tokio::test]
async fn a_role_that_trusts_anyone_who_is_one_role_is_asked_of_that_account_alone() {
    let mut hub = trust("*");
    hub["Condition"] = json!({"ArnEquals": {"aws:PrincipalArn": arn(3, "user/bob")}});
    let organization = Roles::default().user(3, "bob", "", Some("arn:aws:iam::000000000002:role/*"));
    let found = edge_words(&edges(organization.role(2, "hub", hub, None).unread(4)).await);
    assert!(found.contains(&"hub: user bob allowed".to_owned()), "{found:?}");
    // Nobody of account 4 can be meant, whoever is in it.
    assert!(!found.iter().any(|it| it.starts_with("hub: account")), "{found:?}");
}

#[tokio::test]
async fn what_was_not_read_is_unknown_and_never_left_out() {
    let organization = Roles::default().role(2, "of-four", trust(&arn(4, "root")), None).unread_role(2, "veiled");
    let found = edges(organization.unread(4)).await;
    // The account that was not read may have any role, and its identities any right.
    let expected = ["*: others * unknown", "of-four: account 000000000004 unknown", "veiled: anyone outside * unknown"];
    assert_eq!(edge_words(&found), expected);
    assert!(found.iter().all(|it| !it.answer.is_complete));
}

#[tokio::test]
async fn people_of_identity_center_enter_as_the_roles_of_their_sets() {
    let name = "AWSReservedSSO_Ops_0123456789abcdef";
    let provider = "arn:aws:iam::000000000002:saml-provider/AWSSSO";
    let by_saml = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML", "Principal": {"Federated": provider}});
    let organization = Roles::default().person("pia").role(2, name, by_saml, None);
    let found = edges(organization).await;
    assert_eq!(edge_words(&found), [format!("{}: person pia allowedWithSAML", short(name))]);
    assert_eq!(found[0].entered_by, ["permission set Ops"]);
    let by_saml = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML", "Principal": {"Federated": provider}});
    let onward = trust(&role(2, name));
    let organization = Roles::default().person("pia").role(2, name, by_saml, None).role(2, "next", onward, None);
    let told = chain_words(&chains(organization, &[]).await);
    let expected = [
        format!("{name}: pia allowed by permission set Ops"),
        format!("next: {name} allowed"),
        format!("next: pia allowed by permission set Ops, {name}"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn above_the_bound_one_row_stands_for_all_others() {
    let mut organization = Roles::default().role(2, "crowd", trust(&arn(3, "root")), None);
    for number in 0..101 {
        organization = organization.user(3, &format!("u{number:03}"), "", Some("*"));
    }
    let found = edges(organization).await;
    let users = found.iter().filter(|it| it.principal_kind == "user").count();
    assert_eq!((users, found.len()), (100, 101));
    assert!(found.iter().all(|it| it.is_cut));
    assert!(edge_words(&found).contains(&"crowd: others * unknown, cut".to_owned()));
    let others = found.iter().find(|it| it.principal_kind == "others").unwrap();
    assert!(others.answer.reason.ends_with("not everyone was looked at: 1"), "{}", others.answer.reason);
}

#[tokio::test]
async fn anyone_of_the_organization_is_asked_of_every_account() {
    let mut anyone = trust("*");
    anyone["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    let organization = Roles::default().role(2, "open", anyone, None);
    let organization = organization.user(2, "ana", "", None).user(3, "bob", "", Some("*")).user(3, "eve", "", None);
    // In its own account nobody needs a policy, not even the role itself.
    let expected = ["open: role open allowed", "open: user ana allowed", "open: user bob allowed"];
    assert_eq!(edge_words(&edges(organization).await), expected);
}

#[tokio::test]
async fn a_chain_is_as_weak_as_its_weakest_step() {
    let (one, two) = (role(2, "one"), role(3, "two"));
    let mut far = trust(&two);
    far["Condition"] = json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}});
    let organization = Roles::default()
        .user(2, "ana", "", None)
        .role(2, "one", trust(ANA), Some(&two))
        .role(3, "two", trust(&one), None)
        .role(3, "three", trust(&two), None)
        .role(3, "far", far, None);
    let found = chains(organization, &["three"]).await;
    let expected = [
        "far: ana conditional by one, two",
        "far: one conditional by two",
        "far: two conditional",
        "one: ana allowed",
        "three: ana allowed by one, two",
        "three: one allowed by two",
        "three: two allowed",
        "two: ana allowed by one",
        "two: one allowed",
    ];
    assert_eq!(chain_words(&found), expected);
    let of = |name: &str| found.iter().find(|it| short(&it.role_arn) == name && it.principal == ANA).unwrap();
    assert_eq!((of("three").role_count, of("one").role_count), (3, 1));
    assert_eq!((of("three").is_role_administrator, of("far").is_role_administrator), (Some(true), None));
    assert!(of("far").answer.conditions_json.as_ref().unwrap().contains("aws:SourceIp"));
}

#[tokio::test]
async fn a_cycle_ends_and_what_is_longer_than_is_followed_is_marked() {
    let user = arn(3, "user/cara");
    let both = |principal: &str| {
        let mut both = trust(principal);
        both["Principal"]["AWS"] = json!([principal, user]);
        both
    };
    let organization = Roles::default().user(3, "cara", "", None);
    let organization = organization.role(3, "a", both(&role(3, "b")), None).role(3, "b", trust(&role(3, "a")), None);
    let found = chain_words(&chains(organization, &[]).await);
    assert_eq!(found, ["a: b allowed", "a: cara allowed", "b: a allowed", "b: cara allowed by a"]);

    let mut organization = Roles::default().user(3, "cara", "", None).role(3, "d1", trust(&user), None);
    for place in 2..=5 {
        let before = role(3, &format!("d{}", place - 1));
        organization = organization.role(3, &format!("d{place}"), trust(&before), None);
    }
    let found = chains(organization, &[]).await;
    let told = chain_words(&found);
    assert!(told.contains(&"d4: cara allowed by d1, d2, d3".to_owned()), "{told:?}");
    assert!(
        told.contains(&"d5: * unknown".to_owned()) && !told.iter().any(|it| it.starts_with("d5: cara")),
        "{told:?}"
    );
    assert!(found.iter().all(|it| it.is_cut == (short(&it.role_arn) == "d5")), "{told:?}");
}

#[test]
fn every_column_that_is_read_is_named_once() {
    let mut names = EDGE_COLUMNS.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), EDGE_COLUMNS.len());
}
