//! What can go wrong between a lake and a catalogue.

/// The result of what touches a catalogue.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the catalogue could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The lake could not be read.
    #[error(transparent)]
    Lake(#[from] orgcensus_lake::Error),
    /// There is nothing to tell.
    #[error("find a snapshot: nothing has been published to {0}")]
    Empty(String),
    /// A name, or a type of a newer version.
    #[error("understand {what}: {reason}")]
    Unknown {
        /// What was given.
        what: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// A column has another type in an older snapshot or in the catalogue, so that readers would misread one of them.
    #[error("change column {column} of {table} from {was} to {is}: tables only grow; give the new column a new name")]
    TypeChanged {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type that it had.
        was: String,
        /// The type that it would get.
        is: String,
    },
    /// A table of the same name is someone else's.
    #[error("write table {table}: it is there already and belongs to {owner}; use other databases in [catalog]")]
    Foreign {
        /// The table, with its database.
        table: String,
        /// The owner of the table.
        owner: String,
    },
    /// Glue refused or failed.
    #[error("{doing}: {source}")]
    Glue {
        /// What was being done.
        doing: String,
        /// What Glue said.
        source: orgcensus_aws::Error,
    },
}
