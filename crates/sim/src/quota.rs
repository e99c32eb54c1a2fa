//! The rates of a service's calls, as its declaration says them.

/// Which operations share a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Each operation has its own bucket.
    Each,
    /// All operations of the quota share one bucket.
    Together,
}

/// A documented limit of a service.
#[derive(Debug)]
pub(crate) struct Quota {
    /// The operations that it limits. If empty, it limits all operations that no other quota names.
    pub(crate) operations: &'static [&'static str],
    pub(crate) sharing: Sharing,
    /// The number of calls at once.
    pub(crate) burst: f64,
    pub(crate) per_second: f64,
}

/// A rate for each of these operations: the number of calls at once, and the number of calls per second.
pub(crate) const fn each(operations: &'static [&'static str], burst: f64, per_second: f64) -> Quota {
    Quota { operations, sharing: Sharing::Each, burst, per_second }
}

/// A rate for all these operations together: the number of calls at once, and the number of calls per second.
pub(crate) const fn together(operations: &'static [&'static str], burst: f64, per_second: f64) -> Quota {
    Quota { operations, sharing: Sharing::Together, burst, per_second }
}
