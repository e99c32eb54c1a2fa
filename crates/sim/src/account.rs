//! An account of the organization, and the trouble that it may have.

use crate::unit::SANDBOX;

/// What is wrong with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Suspended,
    Closed,
    RoleMissing,
    ServiceDeniedByScp,
    ServiceDeniedToRole,
    KeyPolicyDenied,
    ServiceUnsupported,
    ServerErrors,
}

/// An account of the organization.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Its place in the organization: 0 is the management account.
    pub(crate) index: u64,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) joined_method: &'static str,
    pub(crate) joined_millis: i64,
    /// The unit that contains the account, by its place among all units; none if the root contains it.
    pub(crate) unit: Option<usize>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) trouble: Option<Trouble>,
}

impl Account {
    pub(crate) fn is_management(&self) -> bool {
        self.index == 0
    }

    /// Whether AWS lets nobody into the account: it is suspended or closed.
    pub(crate) fn is_suspended(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Suspended | Trouble::Closed))
    }

    /// Whether a census can read the account.
    pub(crate) fn is_reachable(&self) -> bool {
        !self.is_suspended() && self.trouble != Some(Trouble::RoleMissing)
    }

    /// Whether the account is in the unit where a service control policy denies a region.
    pub(crate) fn is_in_sandbox(&self) -> bool {
        self.unit == Some(SANDBOX)
    }

    pub(crate) fn status(&self) -> &'static str {
        match self.trouble {
            Some(Trouble::Suspended) => "SUSPENDED",
            Some(Trouble::Closed) => "CLOSED",
            _ => "ACTIVE",
        }
    }
}
