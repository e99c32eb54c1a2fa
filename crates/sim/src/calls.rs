//! Counts every call.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How often an operation was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The service, by the suffix of its SDK crate.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// How many calls were answered with the requested result.
    pub allowed: u64,
    /// How many calls were answered with an error.
    pub refused: u64,
}

impl Call {
    /// All calls, refused or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.allowed + self.refused
    }
}

/// Calls allowed and refused, by service and operation.
type Counters = BTreeMap<(&'static str, String), (u64, u64)>;

/// The counters: one for each operation, however many calls there are.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Counters>);

impl Calls {
    pub(crate) fn record(&self, service: &'static str, operation: &str, is_allowed: bool) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (allowed, refused) = counters.entry((service, operation.to_owned())).or_default();
        *(if is_allowed { allowed } else { refused }) += 1;
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters
            .iter()
            .map(|((service, operation), (allowed, refused))| Call {
                service: (*service).to_owned(),
                operation: operation.clone(),
                allowed: *allowed,
                refused: *refused,
            })
            .collect()
    }
}
