//! `orgcensus report`: a page that a person looks at.

use std::io::Write;
use std::path::{Path, PathBuf};

use orgcensus_answers::{Bounds, Snapshot, Which};
use orgcensus_lake::Lake;
use orgcensus_report::{Options, Part, Unit};
use tempfile::NamedTempFile;

use crate::args::{Accepting, Report, ReportFormat};
use crate::commands::source;
use crate::config::{self, Config};
use crate::failure::{Failure, exit};
use crate::terminal::output;
use crate::{accepting, own_files, reporter, setup};

/// What standard output is called.
const STANDARD_OUTPUT: &str = "-";

/// Writes the page, or one for each unit.
pub(crate) async fn run(arguments: &Report) -> Result<u8, Failure> {
    if arguments.split_by.is_some() && arguments.out.as_deref() == Some(STANDARD_OUTPUT) {
        return Err(Failure::Usage("--out -: --split-by writes many files; name a folder".to_owned()));
    }
    own_files::questions(arguments.questions.as_deref())?;
    let config = setup::load_place(&arguments.source.place)?;
    let exceptions = accepting::read(&config, &arguments.accepting)?;
    let (lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let snapshot = accepting::with(snapshot, exceptions.as_ref()).await?;
    let page = config::Report { past: arguments.past, max_mib: arguments.max_mib };
    let writer = Writer { format: arguments.format, ..Writer::new(&config, &page, &lake, &snapshot) };
    if arguments.split_by.is_some() {
        writer.write_all(arguments.out.as_deref().unwrap_or("reports")).await?;
        return Ok(exit::WHOLE);
    }
    let part = Part {
        accounts: arguments.account.iter().cloned().collect(),
        units: arguments.unit.iter().map(|unit| unit.trim_end_matches('/').to_owned()).collect(),
        alone: None,
    };
    let text = writer.text(&part).await?;
    match arguments.out.as_deref().unwrap_or(default_out(arguments.format)) {
        STANDARD_OUTPUT => output().write_all(text.as_bytes())?,
        file => write(Path::new(file), &text)?,
    }
    Ok(exit::WHOLE)
}

fn default_out(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Html => "report.html",
        ReportFormat::Md => STANDARD_OUTPUT,
    }
}

/// Writes the page of a snapshot to a file and says where.
pub(crate) async fn page(config: &Config, lake: &Lake, snapshot: &Snapshot, file: &Path) -> Result<(), Failure> {
    let writer = Writer::new(config, &config::Report::default(), lake, snapshot);
    write(file, &writer.text(&Part::default()).await?)
}

/// Writes the page of a run into the lake, beside the report of what the run did. Its address.
pub(crate) async fn beside(
    config: &Config,
    page: &config::Report,
    lake: &Lake,
    run_id: &str,
) -> Result<String, Failure> {
    let exceptions = accepting::read(config, &Accepting::default())?;
    let snapshot = Snapshot::open(lake, &Which::Run(run_id.to_owned())).await?;
    let snapshot = accepting::with(snapshot, exceptions.as_ref()).await?;
    let text = Writer::new(config, page, lake, &snapshot).text(&Part::default()).await?;
    let address = lake.write_run_page(run_id, text).await?;
    println!("page         {address}");
    Ok(address)
}

/// What every report of a command is made with.
struct Writer<'a> {
    lake: &'a Lake,
    snapshot: &'a Snapshot,
    options: Options,
    format: ReportFormat,
    bytes_max: usize,
}

impl<'a> Writer<'a> {
    fn new(config: &Config, page: &config::Report, lake: &'a Lake, snapshot: &'a Snapshot) -> Self {
        let options =
            Options { thresholds: config.thresholds(), past_max: page.past, min_coverage: config.lake.min_coverage };
        let bytes_max = usize::try_from(page.max_mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX);
        Self { lake, snapshot, options, format: ReportFormat::Html, bytes_max }
    }

    async fn text(&self, part: &Part) -> Result<String, Failure> {
        let report = orgcensus_report::Report::read(self.lake, self.snapshot, part, &self.options).await?;
        match self.format {
            ReportFormat::Md => Ok(report.markdown()),
            ReportFormat::Html => {
                let page = report.html(self.bytes_max);
                if let Some(cut) = &page.cut {
                    reporter::say("warning", cut);
                }
                Ok(page.html)
            }
        }
    }

    /// One for each unit, in a folder.
    async fn write_all(&self, folder: &str) -> Result<(), Failure> {
        std::fs::create_dir_all(folder)?;
        for (index, unit) in Unit::all(self.snapshot).await?.into_iter().enumerate() {
            let file = format!("{}.{}", file_name(&unit, index), self.format.extension());
            write(&Path::new(folder).join(file), &self.text(&Part::of_unit(unit)).await?)?;
        }
        Ok(())
    }
}

/// The unit's id, as AWS makes them; a number for what is none.
fn file_name(unit: &Unit, index: usize) -> String {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if unit.id.is_empty() || !is_plain(&unit.id) { format!("unit-{index}") } else { unit.id.clone() }
}

/// Writes a file whole or not at all, for its user alone: it lists weaknesses. Says where it is.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(PathBuf::from("."), Path::to_path_buf);
    let no_file = |error: std::io::Error| {
        Failure::Nothing(format!("write {}: no file can be made in its folder: {}", file.display(), error.kind()))
    };
    let mut new = NamedTempFile::new_in(folder).map_err(no_file)?;
    new.write_all(text.as_bytes())?;
    new.persist(file).map_err(|error| error.error)?;
    println!("page         {}  {} bytes", file.display(), text.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_unit() {
        let unit = |id: &str| Unit { id: id.to_owned(), path: "Root/a/../b".to_owned() };
        assert_eq!(file_name(&unit("ou-ab12-cd34"), 3), "ou-ab12-cd34");
        assert_eq!(file_name(&unit("../etc"), 3), "unit-3");
        assert_eq!(file_name(&unit(""), 4), "unit-4");
    }

    #[test]
    fn a_report_is_its_users_alone_and_replaces_the_last_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.html");
        std::fs::write(&file, "old").unwrap();
        write(&file, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
