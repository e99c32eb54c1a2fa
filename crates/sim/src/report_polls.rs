//! How often credential reports were asked for: a report takes several requests.

use crate::account::Account;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How often each account's report was asked for. This is the only state that callers change.
#[derive(Debug, Default)]
pub(crate) struct ReportPolls(Mutex<HashMap<u64, u8>>);

impl ReportPolls {
    /// Counts one more request for the account's report, and returns how many came before.
    pub(crate) fn ask(&self, account: &Account) -> u8 {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = polls.entry(account.index).or_default();
        let before = *count;
        *count = count.saturating_add(1);
        before
    }

    /// How often the account's report was asked for.
    pub(crate) fn asked(&self, account: &Account) -> u8 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account.index).copied().unwrap_or_default()
    }
}
