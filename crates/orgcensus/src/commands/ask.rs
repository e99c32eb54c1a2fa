//! `orgcensus ask`: shipped questions.

use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use orgcensus_answers::{Format, Question, Snapshot, ask, ask_json, format, select};

use crate::args::Ask;
use crate::failure::{Failure, exit};
use crate::setup;

/// Asks and prints.
pub(crate) async fn run(arguments: &Ask) -> Result<u8, Failure> {
    let questions = select(&arguments.ids)?;
    if arguments.sql {
        for question in questions {
            println!("-- {}: {}\n{}\n", question.id, question.title, question.sql);
        }
        return Ok(exit::WHOLE);
    }
    if arguments.format == Format::Parquet {
        return Err(Failure::Usage(
            "--format parquet: questions differ in their columns; use table, json or csv".to_owned(),
        ));
    }
    let lake = setup::lake(&arguments.source.lake)?;
    let snapshot = Snapshot::open(&lake, &arguments.source.snapshot).await?;
    print(&snapshot, &questions, arguments.format).await?;
    Ok(exit::WHOLE)
}

/// Answers of one shape are printed as one table.
pub(crate) async fn print(snapshot: &Snapshot, questions: &[&Question], as_what: Format) -> Result<(), Failure> {
    if as_what == Format::Json {
        println!("{:#}", ask_json(snapshot, questions).await?);
        return Ok(());
    }
    let mut together: Vec<RecordBatch> = Vec::new();
    for question in questions {
        let batches = ask(snapshot, question).await?;
        if together.last().is_some_and(|last| batches.iter().any(|batch| shape(batch) != shape(last))) {
            format(&together, as_what, std::io::stdout())?;
            together.clear();
        }
        together.extend(batches);
    }
    format(&together, as_what, std::io::stdout())?;
    Ok(())
}

/// The study's facts as people read them, narrow enough for a terminal.
pub(crate) async fn print_facts(snapshot: &Snapshot) -> Result<(), Failure> {
    println!("{:4} {:58} {:10} {:>15} {:>7} {:>7} {:>8}", "", "", "", "", "here", "study", "coverage");
    for fact in ask_json(snapshot, &select(&["F"])?).await?.as_array().into_iter().flatten() {
        let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
        let percent = |name: &str| fact[name].as_f64().map_or("-".to_owned(), |it| format!("{it:.1} %"));
        let counts = format!("{}/{}", fact["numerator"], fact["denominator"]);
        let what: String = text("fact").chars().take(58).collect();
        let (id, definition) = (text("id"), text("definition"));
        let (here, study, coverage) = (percent("percent"), percent("study_percent"), percent("coverage_percent"));
        println!("{id:4} {what:58} {definition:10} {counts:>15} {here:>7} {study:>7} {coverage:>8}");
    }
    Ok(())
}

fn shape(batch: &RecordBatch) -> Vec<(String, DataType)> {
    batch.schema().fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
}
