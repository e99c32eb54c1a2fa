//! The file of accepted exceptions that a command line or a configuration names.

use orgcensus_answers::{Exceptions, Snapshot, questions, rules};

use crate::args::Accepting;
use crate::config::Config;
use crate::failure::Failure;

/// The exceptions; none if no file is named. What the file says wrongly is refused with its line.
pub(crate) fn read(config: &Config, arguments: &Accepting) -> Result<Option<Exceptions>, Failure> {
    let Some(path) = arguments.exceptions.as_ref().or(config.exceptions.file.as_ref()) else { return Ok(None) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let ids = questions()?.iter().map(|it| it.id).chain(rules()?.iter().map(|it| it.id));
    let ids: Vec<&str> = ids.collect();
    let exceptions = Exceptions::parse(&text, &name, &ids).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Some(exceptions))
}

/// The snapshot with them, if there are some.
pub(crate) async fn with(snapshot: Snapshot, exceptions: Option<&Exceptions>) -> Result<Snapshot, Failure> {
    match exceptions {
        Some(exceptions) => Ok(snapshot.accepting(exceptions).await?),
        None => Ok(snapshot),
    }
}
