//! Why there is no answer.

use arrow::error::ArrowError;
use orgcensus_policy::evaluation::RequestError;

/// The result of asking who can.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The snapshot could not be found, or the answer could not be written.
    #[error(transparent)]
    Answers(#[from] orgcensus_answers::Error),
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] orgcensus_lake::Error),
    /// The action, the principal or the resource is not what it must be.
    #[error("understand the question: {0}")]
    Request(#[from] RequestError),
    /// Whose the resource is must be known, and its ARN does not say it.
    #[error("find {arn}: no account of the snapshot has it. It may be another organization's, or was not read")]
    UnknownResource {
        /// The resource.
        arn: String,
    },
    /// Its account was read, and has no such identity.
    #[error("find {principal}: its account was read and has no such user or role")]
    UnknownPrincipal {
        /// The principal.
        principal: String,
    },
    /// The snapshot was published without it.
    #[error("read table {table}: the snapshot lacks it")]
    NoTable {
        /// The table.
        table: &'static str,
    },
    /// The rows of the answer could not be made.
    #[error("make the answer's rows")]
    Rows(#[from] ArrowError),
}
