//! The crawl's way to AWS: the base identity, role chains, sessions, the limiter and the gate that every call passes,
//! classes of errors, and reading the organization.
//!
//! **No call goes around the gate.** Clients are made in one place ([`client!`]), and services without a client are
//! called by one caller ([`Read`]). The connector refuses a request without a permit. Retries are the SDK's, with a
//! quota for each account.

mod account_region;
mod answer;
mod base;
mod bucket;
mod caller;
mod connector;
mod credentials;
mod error;
mod gate;
mod identity;
mod limiter;
mod limits;
mod meter;
mod names;
mod no_credentials;
pub mod organization;
mod own_task;
mod pages;
pub mod partition;
mod read;
pub mod regions;
mod role;
mod session;
mod transport;
mod verbs;

pub use aws_credential_types::Credentials;
pub use aws_credential_types::provider::SharedCredentialsProvider;
pub use aws_smithy_async::time::{SharedTimeSource, TimeSource};
pub use aws_smithy_runtime_api::client::dns::SharedDnsResolver;
pub use aws_smithy_runtime_api::client::http::SharedHttpClient;
pub use base::{Base, Options};
pub use error::{Class, Error, with_causes};
pub use gate::{FreshCredentials, Gate, Permitted, Usage};
pub use identity::{Identity, whoami};
pub use limiter::CrawlLimiter;
pub use limits::{DEFAULT_LIMITS, Limits, LimitsError, Rate, Rule, Scope};
pub use meter::{Counts, Used};
pub use names::NameError;
pub use no_credentials::NO_CREDENTIALS;
pub use read::{Pages, Read, Write, read, write};
pub use role::{Chain, Hop};
pub use session::{Access, Session};
pub use transport::Plain;

/// A moment of the SDK's as a row's.
pub fn timestamp(moment: &aws_smithy_types::DateTime) -> Option<orgcensus_row::Timestamp> {
    moment.to_millis().ok().map(orgcensus_row::Timestamp)
}
