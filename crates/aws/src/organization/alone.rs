//! Accounts alone, where nobody reads the organization: one's own, or those that the configuration lists. One call of
//! Organizations tells three cases apart: the account is in no organization; it is in this one; AWS did not tell.

use std::collections::BTreeSet;

use super::read::describe;
use super::{ALONE, Account, Extent, IN_NO_ORGANIZATION, Organization, OrganizationRow};
use crate::client;
use crate::error::Error;
use crate::session::Session;

/// The id of a census of accounts alone, by the account that it is made from: `account-111122223333`.
pub fn id_of(own: &str) -> String {
    format!("{ALONE}{own}")
}

/// These accounts, as a census that the account `own` makes. The error is why AWS did not tell whether they are in an
/// organization: then they are taken for accounts of one that was not read.
pub async fn alone(session: &Session, own: &str, ids: &BTreeSet<String>) -> (Organization, Option<Error>) {
    let described = describe(&client!(session, aws_sdk_organizations)).await;
    put_together(session.partition(), own, ids, described)
}

fn put_together(
    partition: &str,
    own: &str,
    ids: &BTreeSet<String>,
    described: Result<(String, OrganizationRow), Error>,
) -> (Organization, Option<Error>) {
    let root = |id: &str| format!("arn:{partition}:iam::{id}:root");
    let unknown = OrganizationRow {
        arn: root(own),
        management_account_id: None,
        management_account_email: None,
        feature_set: None,
        is_whole: false,
    };
    // Of the others in a list nobody said that they are in none.
    let is_one = ids.iter().all(|id| id == own);
    let (extent, row, error) = match described {
        Ok((id, row)) => {
            (Extent::Accounts { organization_id: Some(id) }, OrganizationRow { is_whole: false, ..row }, None)
        }
        Err(error) if error.is(&[IN_NO_ORGANIZATION]) && is_one => {
            (Extent::InNone, OrganizationRow { management_account_id: Some(own.to_owned()), ..unknown }, None)
        }
        Err(error) => (Extent::Accounts { organization_id: None }, unknown, Some(error)),
    };
    let account = |id: &String| Account {
        id: id.clone(),
        arn: root(id),
        name: String::new(),
        email: None,
        status: None,
        joined_method: None,
        joined_at: None,
        unit: None,
    };
    let accounts = ids.iter().map(account).collect();
    (Organization { id: id_of(own), extent, row, units: Vec::new(), accounts, differences: Vec::new() }, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    const OWN: &str = "111122223333";

    fn of(ids: &[&str], described: Result<&str, &str>) -> (Organization, Option<Error>) {
        let row = OrganizationRow {
            arn: "arn:aws:organizations::999988887777:organization/o-1".to_owned(),
            management_account_id: Some("999988887777".to_owned()),
            management_account_email: None,
            feature_set: Some("ALL".to_owned()),
            is_whole: true,
        };
        let described = described.map(|id| (id.to_owned(), row)).map_err(|code| Error::new(Class::Failed, code, "no"));
        put_together("aws", OWN, &ids.iter().map(|id| (*id).to_owned()).collect(), described)
    }

    #[test]
    fn one_call_tells_three_cases_apart() {
        let (alone, error) = of(&[OWN], Err(IN_NO_ORGANIZATION));
        assert_eq!(
            (alone.id.as_str(), alone.extent.clone(), error.is_none()),
            ("account-111122223333", Extent::InNone, true)
        );
        assert!(alone.is_never_bound(OWN) && !alone.may_have_more_accounts() && !alone.row.is_whole);
        assert_eq!((alone.home_account_id(), alone.other_than("o-1")), (OWN, Some("account-111122223333")));

        let (member, error) = of(&[OWN], Ok("o-1"));
        assert!(
            error.is_none() && member.may_have_more_accounts() && !member.is_never_bound(OWN) && !member.row.is_whole
        );
        assert_eq!(
            (member.home_account_id(), member.other_than("o-1"), member.other_than("o-2")),
            (OWN, None, Some("o-1"))
        );

        let (refused, error) = of(&[OWN], Err("AccessDeniedException"));
        assert!(error.is_some_and(|error| error.is(&["AccessDeniedException"])));
        assert!(refused.may_have_more_accounts() && refused.row.management_account_id.is_none());
        assert_eq!((refused.home_account_id(), refused.other_than("o-1")), (OWN, None));
    }

    #[test]
    fn of_other_accounts_nobody_said_that_they_are_in_none() {
        let (listed, error) = of(&[OWN, "444455556666"], Err(IN_NO_ORGANIZATION));
        assert!(listed.may_have_more_accounts() && error.is_some());
        let ids: Vec<_> = listed.accounts.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, [OWN, "444455556666"]);
    }
}
