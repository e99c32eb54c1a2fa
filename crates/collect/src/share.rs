//! Shares that are no policies: launch permissions, attributes of snapshots, shares with accounts. They are written as
//! documents with Allow statements, so that statements, verdicts and questions treat them like policies.

use orgcensus_policy::{Gate, PolicyKind, ResourceKind};
use serde_json::{Value, json};

use crate::{Error, Policy, PolicyText, Rows};

/// With whom something is shared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sharee {
    /// Everyone: `all`.
    Everyone,
    /// An account by its 12 digits; or a role, a user or whatever else AWS names, by its ARN.
    Principal(String),
    /// A service: `events.amazonaws.com`.
    Service(String),
    /// A service that acts for one account only, by its 12 digits: `acm.amazonaws.com`, `111122223333`.
    ServiceFor(String, String),
    /// An organization, by its ARN or id.
    Organization(String),
    /// An organizational unit with those below it, by its ARN.
    Unit(String),
}

/// A share as a collector hands it over.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The ARN of what is shared.
    pub resource_arn: &'a str,
    /// Its type, which its collector declares.
    pub resource: ResourceKind,
    /// By what it is shared: one of the kinds that are shares.
    pub origin: PolicyKind,
    /// The share's own name or ARN; empty where a resource has one only.
    pub name: &'a str,
    /// What it allows, as IAM actions.
    pub actions: &'a [&'a str],
    /// What stands before this resource and not before all of its type.
    pub gate: Option<Gate>,
}

impl Sharee {
    /// One by the word that AWS writes where it names accounts, ARNs of parts of an organization, or `all`.
    pub fn named(text: &str) -> Sharee {
        let part = |of: &str| text.starts_with("arn:") && text.contains(of);
        match text {
            "all" | "*" => Self::Everyone,
            _ if part(":organizations:") && text.contains(":organization/") => Self::Organization(text.to_owned()),
            _ if part(":organizations:") && text.contains(":ou/") => Self::Unit(text.to_owned()),
            _ if text.ends_with(".amazonaws.com") => Self::Service(text.to_owned()),
            _ => Self::Principal(text.to_owned()),
        }
    }
}

impl Rows<'_> {
    /// Adds a share: a document with a statement for those who are named, and one for each unit and organization. With
    /// nobody it is absent.
    pub async fn share(
        &mut self,
        share: Share<'_>,
        sharees: Result<Vec<Sharee>, orgcensus_aws::Error>,
    ) -> Result<(), Error> {
        let text = match sharees {
            Ok(sharees) if sharees.is_empty() => PolicyText::Absent,
            Ok(sharees) => PolicyText::Document(document(&share, sharees)),
            Err(error) => PolicyText::Unread(error),
        };
        let policy = Policy::of(share.resource_arn, share.resource, text);
        self.policy(Policy { kind: share.origin, name: share.name, gate: share.gate, ..policy }).await
    }
}

fn document(share: &Share<'_>, mut sharees: Vec<Sharee>) -> String {
    sharees.sort();
    sharees.dedup();
    let allow = |principal: Value, condition: Value| {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": principal,
            "Action": share.actions,
            "Resource": share.resource_arn,
        });
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    };
    let (mut named, mut services, mut statements) = (Vec::new(), Vec::new(), Vec::new());
    for sharee in sharees {
        match sharee {
            Sharee::Everyone => statements.push(allow(json!("*"), Value::Null)),
            Sharee::Principal(name) => named.push(principal(share.resource_arn, name)),
            Sharee::Service(name) => services.push(name),
            Sharee::ServiceFor(name, account_id) => {
                let condition = json!({"StringEquals": {"aws:SourceAccount": account_id}});
                statements.push(allow(json!({"Service": name}), condition));
            }
            Sharee::Organization(arn) => {
                let id = arn.rsplit('/').next().unwrap_or_default();
                statements.push(allow(json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": id}})));
            }
            Sharee::Unit(arn) => {
                let condition = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths(&arn)}});
                statements.push(allow(json!("*"), condition));
            }
        }
    }
    if !services.is_empty() {
        statements.insert(0, allow(json!({"Service": services}), Value::Null));
    }
    if !named.is_empty() {
        statements.insert(0, allow(json!({"AWS": named}), Value::Null));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A principal as policies name it: an account is its root, `arn:aws:iam::111122223333:root`.
fn principal(resource_arn: &str, name: String) -> String {
    let is_account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    let partition = resource_arn.split(':').nth(1).filter(|_| is_account);
    partition.map_or(name.clone(), |partition| format!("arn:{partition}:iam::{name}:root"))
}

/// The paths of a unit and of those below it: `arn:aws:organizations::1:ou/o-1/ou-2` has no path, so any may lead there.
fn paths(unit_arn: &str) -> Vec<String> {
    let mut parts = unit_arn.rsplit('/');
    let (unit, organization) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    vec![format!("{organization}/*/{unit}/*")]
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::kinds::EC2_IMAGE;

    use super::*;

    fn written(sharees: &[&str]) -> Value {
        written_of(sharees.iter().map(|it| Sharee::named(it)).collect())
    }

    fn written_of(sharees: Vec<Sharee>) -> Value {
        let share = Share {
            resource_arn: "arn:aws:ec2:eu-west-1::image/ami-1",
            resource: EC2_IMAGE,
            origin: PolicyKind::LaunchPermission,
            name: "",
            actions: &["ec2:RunInstances"],
            gate: None,
        };
        let text = document(&share, sharees);
        serde_json::from_str::<Value>(&text).unwrap()["Statement"].take()
    }

    #[test]
    fn accounts_stand_in_one_statement_and_parts_of_an_organization_in_their_own() {
        let organization = "arn:aws:organizations::111122223333:organization/o-abc";
        let unit = "arn:aws:organizations::111122223333:ou/o-abc/ou-1";
        let statements = written(&["222233334444", "all", organization, unit, "111122223333", "111122223333"]);
        let roots = ["arn:aws:iam::111122223333:root", "arn:aws:iam::222233334444:root"];
        assert_eq!(statements[0]["Principal"], json!({"AWS": roots}));
        assert_eq!((&statements[1]["Principal"], statements[1].get("Condition")), (&json!("*"), None));
        assert_eq!(statements[2]["Condition"]["StringEquals"]["aws:PrincipalOrgID"], "o-abc");
        assert_eq!(
            statements[3]["Condition"]["ForAnyValue:StringLike"]["aws:PrincipalOrgPaths"],
            json!(["o-abc/*/ou-1/*"])
        );
        assert_eq!(statements.as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn a_service_that_acts_for_one_account_has_a_statement_of_its_own() {
        let service = Sharee::ServiceFor("acm.amazonaws.com".to_owned(), "111122223333".to_owned());
        let statements = written_of(vec![service, Sharee::named("events.amazonaws.com")]);
        assert_eq!(statements[0]["Principal"], json!({"Service": ["events.amazonaws.com"]}));
        assert_eq!(statements[0].get("Condition"), None);
        assert_eq!(statements[1]["Principal"], json!({"Service": "acm.amazonaws.com"}));
        assert_eq!(statements[1]["Condition"], json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
    }

    #[test]
    fn a_service_is_no_account() {
        let statements = written(&["events.amazonaws.com", "arn:aws:iam::111122223333:role/a"]);
        assert_eq!(statements[0]["Principal"], json!({"AWS": ["arn:aws:iam::111122223333:role/a"]}));
        assert_eq!(statements[1]["Principal"], json!({"Service": ["events.amazonaws.com"]}));
    }
}
