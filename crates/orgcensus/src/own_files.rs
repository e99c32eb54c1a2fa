//! A site's own questions and rules: files of a folder, beside those that are shipped. The command line names the
//! folder or the configuration does; the command line wins, since it is read first and the first one counts.

use std::path::Path;

use orgcensus_answers::{Error, TableSchemas, add_questions, add_rules};

use crate::failure::Failure;
use crate::reference;

/// Adds the questions of a folder, if one is named.
pub(crate) fn questions(folder: Option<&Path>) -> Result<(), Failure> {
    folder.map_or(Ok(()), |folder| add_questions(folder, &schemas())).map_err(refused)
}

/// Adds the rules of a folder, if one is named.
pub(crate) fn rules(folder: Option<&Path>) -> Result<(), Failure> {
    folder.map_or(Ok(()), |folder| add_rules(folder, &schemas())).map_err(refused)
}

fn schemas() -> TableSchemas {
    reference::tables().iter().map(|table| (table.name.to_owned(), table.schema())).collect()
}

/// A file that cannot be used is a word of the command line or of the configuration.
fn refused(error: Error) -> Failure {
    Failure::Usage(format!("failed to {error}"))
}
