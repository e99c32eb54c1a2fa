//! How a collector ends early, and answers that are errors by name only.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why a task ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS refused or failed: this is an outcome of the task, and the run continues.
    #[error(transparent)]
    Aws(#[from] orgcensus_aws::Error),
    /// This program cannot read it, for this reason in one word: an outcome of the task too. Nobody was asked.
    #[error("this program cannot read it: {0}")]
    Unread(&'static str),
    /// The stage takes no more rows: the run cannot continue.
    #[error("write to the stage: {0}")]
    Stage(String),
    /// A row does not fit its table: a bug.
    #[error(transparent)]
    Row(#[from] orgcensus_row::Error),
}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        Self::Aws(error.into())
    }
}

/// Answers whose error code means "there is none".
pub trait Optional<T> {
    /// `None` where AWS's error code is one of `codes`; every other error stays one.
    fn optional(self, codes: &[&str]) -> Result<Option<T>, orgcensus_aws::Error>;
}

impl<T, E> Optional<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn optional(self, codes: &[&str]) -> Result<Option<T>, orgcensus_aws::Error> {
        self.map_err(orgcensus_aws::Error::from).optional(codes)
    }
}

impl<T> Optional<T> for Result<T, orgcensus_aws::Error> {
    fn optional(self, codes: &[&str]) -> Result<Option<T>, orgcensus_aws::Error> {
        match self {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is(codes) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
