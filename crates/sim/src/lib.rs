//! A simulated AWS organization: a seeded population, the wire protocols of the services that a census reads, and the
//! truth.
//!
//! The simulator computes everything from the seed on request, so ten thousand accounts need as little memory as ten.
//! [`Simulation::http_client`] answers an AWS SDK inside the process; [`serve`] answers any AWS client on a socket;
//! [`Simulation::truth`] says what a perfect census would find, and calls neither of the two.

mod access;
mod account;
mod calls;
mod client;
mod clock;
mod context;
mod credentials;
mod delegates;
mod delivery;
mod dice;
mod fate;
mod finding_lists;
mod ids;
mod network;
mod nights;
mod organization;
mod organization_policies;
mod place;
mod policies;
mod protocol;
mod quota;
mod quotas;
mod rates;
mod report_polls;
mod samples;
mod serve;
mod service;
mod services;
mod settings;
mod simulation;
#[cfg(test)]
mod testing;
mod things;
mod truth;
mod unit;

pub use calls::Call;
pub use credentials::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY};
pub use network::{Faults, Network};
pub use rates::Rates;
pub use serve::serve;
pub use settings::{Move, Settings, Troubles};
pub use simulation::Simulation;
pub use truth::{
    AccountPolicyTruth, AccountTruth, ChangeTruth, Fact, IdentityTruth, KindTruth, Lists, MayTruth, Obstructed,
    ResourceTruth, Truth,
};

/// Every secret of the simulated world contains this text. If a lake or a log contains it, a secret leaked.
pub const CANARY: &str = "CANARY";

/// [`CANARY`] as it looks in base64, at the beginning of a text.
pub const CANARY_BASE64: &str = "Q0FOQVJZ";
