//! Where a run's accounts come from: the organization's own list, or ids that somebody gave. Then what is the
//! organization's is not read, and coverage says so.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_aws::organization::{self, Account, Extent, Organization};
use orgcensus_aws::{Class, Error, Session, Usage};
use orgcensus_collect::Collector;
use orgcensus_row::GLOBAL;

use crate::organization_tasks::ORGANIZATION;
use crate::outcome::Outcome;
use crate::tags::{self, Tagging};
use crate::task_record::{TaskRecord, TaskStart};

/// Why a task of the organization is unread.
const NOT_READ: &str = "organization_not_read";

/// Where a run's accounts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Roster {
    /// The organization, which is read.
    #[default]
    Organization,
    /// These accounts alone. Organizations is asked once, whether there is an organization.
    Accounts {
        /// The account of the crawl's own identity, which names the census.
        own: String,
        /// The accounts, the crawl's own among them or not.
        ids: BTreeSet<String>,
    },
}

impl Roster {
    /// The account of an identity, and no other.
    pub fn this(account_id: &str) -> Self {
        Self::Accounts { own: account_id.to_owned(), ids: BTreeSet::from([account_id.to_owned()]) }
    }

    /// Whether the organization is read.
    pub fn is_organization(&self) -> bool {
        *self == Self::Organization
    }

    /// The id of what is crawled: `o-…` as AWS says it, or `account-111122223333`.
    pub(crate) async fn id(&self, session: &Session) -> Result<String, Error> {
        match self {
            Self::Organization => organization::id(session).await,
            Self::Accounts { own, .. } => Ok(organization::id_of(own)),
        }
    }

    /// Reads what is crawled; `found` is told of each account of an organization at once. The error, beside what was
    /// read, is why AWS did not tell whether there is an organization.
    pub(crate) async fn read(
        &self,
        session: &Session,
        found: impl Fn(&Account),
    ) -> Result<(Organization, Option<Error>), Error> {
        match self {
            Self::Organization => Ok((organization::read(session, found).await?, None)),
            Self::Accounts { own, ids } => Ok(organization::alone(session, own, ids).await),
        }
    }

    /// Whether a run that was planned has these accounts.
    pub(crate) fn is_of(&self, planned: &Organization) -> bool {
        match self {
            Self::Organization => planned.is_whole(),
            Self::Accounts { ids, .. } => {
                !planned.is_whole() && planned.accounts.iter().map(|account| &account.id).eq(ids)
            }
        }
    }
}

/// How it went to ask whether there is an organization, where it is not read. A refusal is no gap of the run: it was
/// asked for accounts alone. Any other error is one.
pub(crate) fn reading(extent: &Extent, error: Option<&Error>, usage: &Usage, begun: TaskStart) -> TaskRecord {
    let outcome = match (extent, error) {
        (Extent::InNone, _) => Outcome::Complete,
        (_, Some(error)) if is_gap(error) => Outcome::of(error),
        _ => Outcome::Unread,
    };
    let record = TaskRecord::measured(ORGANIZATION, GLOBAL, (outcome, error), usage, begun);
    let reason = (outcome == Outcome::Unread).then(|| NOT_READ.to_owned());
    TaskRecord { reason, ..record }
}

fn is_gap(error: &Error) -> bool {
    let is_refused = matches!(error.class, Class::Denied | Class::DeniedByScp);
    !is_refused && !error.is(&[organization::IN_NO_ORGANIZATION])
}

/// The accounts' tags, where the organization is not read: nobody knows them. An account in no organization has none.
pub(crate) fn tags(organization: &Organization) -> Tagging {
    if organization.extent == Extent::InNone {
        let ids = organization.accounts.iter().map(|account| account.id.clone());
        let none = ids.map(|id| (id, Some(BTreeMap::new()))).collect();
        return (none, tags::untried(Outcome::Complete).1);
    }
    let (unknown, task) = tags::untried(Outcome::Unread);
    (unknown, TaskRecord { reason: Some(NOT_READ.to_owned()), ..task })
}

/// A task of the organization that is not tried, since the organization is not read. Where there is none, all that
/// Organizations could say of it is known: nothing.
pub(crate) fn untried(organization: &Organization, collector: &Collector, region: &str) -> TaskRecord {
    let is_of_organizations = collector.calls.iter().all(|call| call.service == "organizations");
    if organization.extent == Extent::InNone && is_of_organizations {
        return TaskRecord::untried(collector.name, region, Outcome::Complete);
    }
    TaskRecord::unread(collector.name, region, collector.unread().unwrap_or(NOT_READ))
}

/// What a person should know of a census of accounts alone.
pub(crate) fn words(organization: &Organization) -> Option<String> {
    let Extent::Accounts { organization_id } = &organization.extent else { return None };
    let what = match organization_id {
        Some(id) => format!("organization {id} is not read"),
        None => "whether these accounts are in an organization is not known".to_owned(),
    };
    Some(format!("{what}: verdicts are without its policies (guardrails_unread), and who else is inside is not known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_no_gap_and_an_answer_that_did_not_come_is_one() {
        let begun = TaskStart::now();
        let outcome = |class: Class, code: &str| {
            let extent = Extent::Accounts { organization_id: None };
            let error = Error::new(class, code, "why");
            let record = reading(&extent, Some(&error), &Usage::default(), begun);
            assert_eq!(record.error_code.as_deref(), Some(code));
            record.outcome
        };
        assert_eq!(outcome(Class::Denied, "AccessDeniedException"), Outcome::Unread);
        assert_eq!(outcome(Class::Failed, organization::IN_NO_ORGANIZATION), Outcome::Unread);
        assert_eq!(outcome(Class::TimedOut, "Timeout"), Outcome::TimedOut);
        assert_eq!(outcome(Class::Failed, "ServiceException"), Outcome::Failed);
        assert_eq!(reading(&Extent::InNone, None, &Usage::default(), begun).outcome, Outcome::Complete);
    }
}
