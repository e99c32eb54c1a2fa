//! Why there is no report.

/// The result of making a report.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The snapshot could not be asked.
    #[error(transparent)]
    Answers(#[from] orgcensus_answers::Error),
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] orgcensus_lake::Error),
    /// What was asked for is not in the snapshot.
    #[error("find {what} {wanted:?} in the snapshot; {known}")]
    NoSuchPart {
        /// An account, or an organizational unit.
        what: &'static str,
        /// Its name.
        wanted: String,
        /// What it may have meant, or where all are listed.
        known: String,
    },
    /// The engine gave rows that are no JSON.
    #[error("read the answer: {0}")]
    Rows(#[from] serde_json::Error),
}
