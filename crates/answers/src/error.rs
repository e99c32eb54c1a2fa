//! What can go wrong between a question and its answer.

use arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use parquet::errors::ParquetError;

use crate::FileError;

/// The result of asking.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] orgcensus_lake::Error),
    /// No published snapshot is the one that was asked for.
    #[error("find {wanted}; {known}")]
    NoSnapshot {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: String,
    },
    /// The snapshot is no date, run or `newest`.
    #[error("understand the snapshot {0:?}: it must be newest, a date YYYY-MM-DD or a run id")]
    Which(String),
    /// It is no ARN and no account.
    #[error("understand {0:?}: it must be an ARN, or the id of an account, 12 digits")]
    Subject(String),
    /// The output format is unknown.
    #[error("understand the format {0:?}: it must be table, lines, json, csv or parquet")]
    Format(String),
    /// A newer version has written a type that this one does not know.
    #[error("read column {column} of table {table}: its type {data_type} is not known to this version of orgcensus")]
    ColumnType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type, as the manifest says it.
        data_type: String,
    },
    /// A table's rows could not be read or compared.
    #[error("read table {table}: {source}")]
    Table {
        /// The table.
        table: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A table's rows are not sorted, so they cannot be merged with another snapshot's.
    #[error("compare table {table}: its rows are not in the order of account, region and key")]
    Unsorted {
        /// The table.
        table: String,
    },
    /// The SQL or the command line names a table that the snapshot does not have.
    #[error("find table {table}; {known}")]
    UnknownTable {
        /// The name in the SQL.
        table: String,
        /// The tables whose names are nearest; all tables of the snapshot if none is near.
        known: String,
    },
    /// The SQL would change something.
    #[error("run anything but a query: a published snapshot never changes ({0})")]
    NotAQuery(String),
    /// The engine refused the query or failed.
    #[error("run the query: {}", .0.strip_backtrace())]
    Query(Box<DataFusionError>),
    /// The engine refused something that Athena has.
    #[error("run the query: {}; in all engines {portable}", .source.strip_backtrace())]
    NotPortable {
        /// What the engine said.
        source: Box<DataFusionError>,
        /// How to ask the same in every engine.
        portable: String,
    },
    /// No question has that id.
    #[error("find question {id}; {known}")]
    UnknownQuestion {
        /// The id or part that was asked for.
        id: String,
        /// The questions that may be meant; the letters of the parts if it names none of them.
        known: String,
    },
    /// No rule of change has that id.
    #[error("find rule {id}; {known}")]
    UnknownRule {
        /// The id or part that was asked for.
        id: String,
        /// The rules whose ids are nearest; the letters of the parts if it names none of them.
        known: String,
    },
    /// The question is about no account, and some accounts were asked for.
    #[error("ask {id} of some accounts: its answer names none")]
    NotOfAccounts {
        /// The question.
        id: String,
    },
    /// No framework has that name.
    #[error("find framework {name}; there are {known}")]
    UnknownFramework {
        /// The name that was asked for.
        name: String,
        /// The names of all frameworks.
        known: String,
    },
    /// The folder of a site's own questions or rules cannot be read.
    #[error("read folder {folder}: {source}")]
    Folder {
        /// The folder, or a file in it.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file of a question or a rule is not as it must be.
    #[error(transparent)]
    File(#[from] FileError),
    /// The answer could not be written.
    #[error("write the answer")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Why the snapshot has no answer to a shipped statement: it has no such table or column, since another version
    /// wrote it, or it is asked of some accounts and names none. Then this answer is left out and says why, and others
    /// are given. Any other error is given back.
    pub fn unanswered(self) -> Result<String> {
        match &self {
            Self::UnknownTable { .. } | Self::NotOfAccounts { .. } => Ok(self.to_string()),
            Self::Query(error) => match missing_column(error) {
                Some(column) => Ok(format!("find column {column}: the snapshot does not have it")),
                None => Err(self),
            },
            _ => Err(self),
        }
    }
}

/// The column that a statement names and no table has, if that is what is wrong.
pub(crate) fn missing_column(error: &DataFusionError) -> Option<String> {
    match error.find_root() {
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { field, .. } => Some(field.name.clone()),
            _ => None,
        },
        _ => None,
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        Self::Query(Box::new(error))
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Write(error.into())
    }
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Self {
        Self::Write(error.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.into())
    }
}
