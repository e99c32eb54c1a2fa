//! The condition keys that say through which access point a request comes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::AccessPoint;
use crate::arn::{Arn, is_account, matches_arn};
use crate::bound::Key;
use crate::document::Document;
use crate::facts::Facts;
use crate::glob::may_match;
use crate::operator::{Comparison, Operator};
use crate::reach::Reach;
use crate::statement::{Condition, Effect, Statement};

const ACCOUNT: &str = "s3:dataaccesspointaccount";
const ARN: &str = "s3:dataaccesspointarn";
const ORIGIN: &str = "s3:accesspointnetworkorigin";

/// The variable that is the bucket's own account.
const OWNER: &str = "${aws:resourceaccount}";

/// What a condition comes to in a request through an access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It is about something else.
    Other,
    Yes,
    No,
    /// It was not understood, or it depends on what is not known.
    Unknown,
}

/// A statement as a request through the access point meets it: without the conditions that hold for all such requests.
pub(super) struct Met {
    pub(super) statement: Statement,
    /// Whether it is certain that the conditions that were left out hold.
    pub(super) is_certain: bool,
}

impl AccessPoint<'_> {
    /// The statement as a request through the access point meets it. `None`: it is never about such requests.
    pub(super) fn meets(&self, statement: &Statement, facts: &Facts) -> Option<Met> {
        let mut is_certain = true;
        let mut conditions = Vec::new();
        for condition in &statement.conditions {
            match self.answer(condition, statement.expands_variables, facts) {
                Answer::Other => conditions.push(condition.clone()),
                Answer::Yes => {}
                Answer::No => return None,
                Answer::Unknown => is_certain = false,
            }
        }
        Some(Met { statement: Statement { conditions, ..statement.clone() }, is_certain })
    }

    fn answer(&self, condition: &Condition, expands_variables: bool, facts: &Facts) -> Answer {
        let key = condition.key.to_ascii_lowercase();
        let value = match key.as_str() {
            ACCOUNT => Some(self.account),
            ARN => self.arn,
            ORIGIN => self.is_of_vpc.map(|is_of_vpc| if is_of_vpc { "VPC" } else { "Internet" }),
            _ => return Answer::Other,
        };
        let Some(operator) = Operator::parse(&condition.operator).filter(|_| !condition.values.is_empty()) else {
            return Answer::Unknown;
        };
        if operator.comparison == Comparison::Null {
            let says = |wanted: &str| condition.values.iter().all(|value| value.eq_ignore_ascii_case(wanted));
            // Every request through an access point has its account and its ARN.
            let is_there = value.is_some() || key == ARN;
            return match (says("true"), says("false")) {
                (true, _) if is_there => Answer::No,
                (_, true) if is_there => Answer::Yes,
                _ => Answer::Unknown,
            };
        }
        let mut is_met = Some(false);
        for pattern in &condition.values {
            let pattern = if expands_variables { with_owner(pattern, facts) } else { Cow::Borrowed(pattern.as_str()) };
            let one = match value {
                _ if expands_variables && pattern.contains("${") => None,
                Some(value) => compares(operator.comparison, &pattern, value),
                None if key == ARN => self.may_be_of_account(&pattern),
                None => None,
            };
            is_met = match (is_met, one) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (None, _) | (_, None) => None,
                _ => Some(false),
            };
        }
        match is_met.map(|is_met| is_met != operator.negated) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No,
            None => Answer::Unknown,
        }
    }

    /// Whether a pattern matches the ARN of any access point of the account. It may, unless it names another account.
    fn may_be_of_account(&self, pattern: &str) -> Option<bool> {
        let named = Arn::parse(pattern).map(|arn| arn.account);
        named.filter(|id| is_account(id) && *id != self.account).map(|_| false)
    }
}

/// Whether the key's value meets a value of the condition. `None`: such a comparison is not understood.
fn compares(comparison: Comparison, pattern: &str, value: &str) -> Option<bool> {
    match comparison {
        Comparison::Exact => Some(pattern == value),
        Comparison::ExactIgnoringCase => Some(pattern.eq_ignore_ascii_case(value)),
        Comparison::Like => Some(may_match(pattern, value)),
        Comparison::Arn => Some(matches_arn(pattern, value)),
        Comparison::Ip | Comparison::Bool | Comparison::Null | Comparison::Other => None,
    }
}

/// The pattern with the bucket's own account in place of its variable.
fn with_owner<'p>(pattern: &'p str, facts: &Facts) -> Cow<'p, str> {
    let at = pattern.to_ascii_lowercase().find(OWNER);
    let parts = at.and_then(|at| Some((pattern.get(..at)?, pattern.get(at + OWNER.len()..)?)));
    match (parts, facts.resource_account) {
        (Some((before, after)), Some(owner)) => Cow::Owned(format!("{before}{owner}{after}")),
        _ => Cow::Borrowed(pattern),
    }
}

/// The accounts to whose access points the policies of a bucket leave access, by conditions. `owner` is the account of
/// the bucket.
pub fn access_point_accounts(documents: &[Document], owner: &str) -> BTreeSet<String> {
    let statements = documents.iter().flat_map(|document| &document.statements);
    let allows = statements.filter(|statement| statement.effect == Effect::Allow);
    let mut accounts = BTreeSet::new();
    for statement in allows {
        for condition in &statement.conditions {
            let key = condition.key.to_ascii_lowercase();
            let operator = Operator::parse(&condition.operator).filter(|operator| !operator.negated);
            let (Some(operator), true) = (operator, key == ACCOUNT || key == ARN) else { continue };
            let reaches =
                Key::of(&key).map(|key| key.reaches(operator.comparison, condition, statement.expands_variables));
            for entry in reaches.into_iter().flatten() {
                match entry.reach {
                    Reach::Account { id, .. } => accounts.insert(id),
                    Reach::ResourceAccount => accounts.insert(owner.to_owned()),
                    _ => false,
                };
            }
        }
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::OrganizationFacts;
    use crate::kind::PolicyKind;

    const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";

    /// The condition of a statement, in a request through `POINT`, of which it is known whether it is of a VPC.
    fn answer(arn: Option<&str>, is_of_vpc: Option<bool>, condition: &str) -> Answer {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:*",
            "Condition":{condition}}}}}"#
        );
        let statement = Document::parse(&text).statements.remove(0);
        let point = AccessPoint { arn, account: "111122223333", is_of_vpc, buckets: &[] };
        let organization = OrganizationFacts::default();
        let facts = Facts {
            kind: PolicyKind::AccessPoint,
            resource_account: Some("111122223333"),
            service: Some("s3"),
            target: None,
            organization: &organization,
        };
        point.answer(&statement.conditions[0], true, &facts)
    }

    #[test]
    fn e19_the_account_and_the_arn_of_an_access_point_are_known() {
        let is = |condition: &str| answer(Some(POINT), Some(false), condition);
        assert_eq!(is(r#"{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#), Answer::Yes);
        assert_eq!(is(r#"{"StringEquals":{"S3:dataaccesspointACCOUNT":["999988887777"]}}"#), Answer::No);
        assert_eq!(is(r#"{"StringNotEquals":{"s3:DataAccessPointAccount":"999988887777"}}"#), Answer::Yes);
        assert_eq!(is(r#"{"StringEquals":{"s3:DataAccessPointAccount":"${aws:ResourceAccount}"}}"#), Answer::Yes);
        assert_eq!(is(r#"{"StringEquals":{"s3:DataAccessPointAccount":"${aws:PrincipalAccount}"}}"#), Answer::Unknown);
        assert_eq!(
            is(r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:111122223333:accesspoint/*"}}"#),
            Answer::Yes
        );
        assert_eq!(is(r#"{"StringEquals":{"s3:DataAccessPointArn":"arn:aws:s3:*"}}"#), Answer::No, "no wildcards");
        assert_eq!(is(r#"{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:*/other"}}"#), Answer::No);
        assert_eq!(is(r#"{"Null":{"s3:DataAccessPointArn":"true"}}"#), Answer::No);
        assert_eq!(is(r#"{"NumericEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#), Answer::Unknown);
        assert_eq!(is(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#), Answer::Other);
    }

    #[test]
    fn e19_the_network_is_known_where_aws_says_it() {
        const OF_VPC: &str = r#"{"StringEquals":{"s3:AccessPointNetworkOrigin":"VPC"}}"#;
        assert_eq!(answer(Some(POINT), Some(true), OF_VPC), Answer::Yes);
        assert_eq!(answer(Some(POINT), Some(false), OF_VPC), Answer::No);
        assert_eq!(answer(Some(POINT), None, OF_VPC), Answer::Unknown);
    }

    #[test]
    fn e19_any_access_point_of_an_account_may_be_meant_unless_another_account_is_named() {
        let is = |arn: &str| answer(None, None, &format!(r#"{{"ArnLike":{{"s3:DataAccessPointArn":"{arn}"}}}}"#));
        assert_eq!(is("arn:aws:s3:us-east-1:111122223333:accesspoint/p"), Answer::Unknown);
        assert_eq!(is("arn:aws:s3:us-east-1:999988887777:accesspoint/p"), Answer::No);
        assert_eq!(is("arn:aws:s3:us-east-1:*:accesspoint/p"), Answer::Unknown);
    }

    #[test]
    fn e19_the_accounts_of_delegations_are_those_that_an_allow_names() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":
                {"s3:DataAccessPointAccount":["999988887777","${aws:ResourceAccount}"]}}},
            {"Effect":"Allow","Principal":"*","Action":"*","Condition":{"ArnLike":
                {"s3:DataAccessPointArn":"arn:aws:s3:*:222233334444:accesspoint/*"}}},
            {"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringNotEquals":
                {"s3:DataAccessPointAccount":"333344445555"}}},
            {"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringEquals":
                {"s3:DataAccessPointAccount":"444455556666"}}}]}"#;
        let found = access_point_accounts(&[Document::parse(text)], "111122223333");
        assert_eq!(found, ["111122223333", "222233334444", "999988887777"].map(str::to_owned).into());
    }
}
