//! Those who ask what they can: a principal, and the roles that it becomes.

use std::collections::{BTreeSet, HashMap};

use orgcensus_policy::evaluation::{Answer, Identity, Named};

use crate::access::both;
use crate::account::is_session_of;
use crate::arn::account_of;

/// One who asks: the principal, or a role that it has become.
pub(crate) struct Caller {
    pub(crate) principal: String,
    pub(crate) via: Vec<String>,
    /// The answer of the steps up to here.
    pub(crate) before: Option<Answer>,
    pub(crate) identity: Option<Identity>,
    /// What its own statements are about, by action.
    pub(crate) scopes: BTreeSet<(String, String)>,
}

impl Caller {
    pub(crate) fn new(principal: &str, via: Vec<String>, before: Option<Answer>) -> Caller {
        Caller { principal: principal.to_owned(), via, before, identity: None, scopes: BTreeSet::new() }
    }

    /// What it may do, with the steps up to here.
    pub(crate) fn after(&self, answer: &Answer) -> Answer {
        self.before.as_ref().map_or_else(|| answer.clone(), |before| both(answer, before))
    }

    pub(crate) fn account(&self) -> &str {
        account_of(&self.principal).unwrap_or_default()
    }

    /// Whether the ARN is its own, that of the role whose session it is, or that of one of its sessions.
    fn is_it(&self, arn: &str) -> bool {
        let own = &self.principal;
        arn == own || is_session_of(own, arn) || is_session_of(arn, own)
    }
}

/// Those who ask, by their accounts: one who may assume a role in each account becomes as many.
pub(crate) struct Callers<'c> {
    all: &'c [Caller],
    by_account: HashMap<&'c str, Vec<usize>>,
}

impl<'c> Callers<'c> {
    pub(crate) fn new(all: &'c [Caller]) -> Callers<'c> {
        let mut by_account: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, caller) in all.iter().enumerate() {
            by_account.entry(caller.account()).or_default().push(place);
        }
        Callers { all, by_account }
    }

    fn of(&self, account: &str) -> impl Iterator<Item = (usize, &'c Caller)> {
        let all = self.all;
        self.by_account.get(account).into_iter().flatten().filter_map(move |place| Some((*place, all.get(*place)?)))
    }

    /// The places of those whom policies name, whose account they name, or all if they name anyone.
    pub(crate) fn named(&self, named: &Named) -> BTreeSet<usize> {
        if named.is_anyone || named.has_canonical_user {
            return (0..self.all.len()).collect();
        }
        let by_account = named.accounts.iter().flat_map(|account| self.of(account));
        let by_arn = named
            .identities
            .iter()
            .flat_map(|arn| self.of(account_of(arn).unwrap_or_default()).filter(move |(_, caller)| caller.is_it(arn)));
        let services = self.of("").filter(|(_, caller)| named.services.contains(&caller.principal));
        by_account.chain(by_arn).chain(services).map(|(place, _)| place).collect()
    }
}
