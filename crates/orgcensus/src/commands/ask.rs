//! `orgcensus ask`: shipped questions.

use std::io::Write;

use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use orgcensus_answers::{
    Answer, Bounds, Format, Question, Shape, Snapshot, ask, ask_json, coverage_percent, format, select,
};

use crate::args::Ask;
use crate::commands::source;
use crate::failure::{Failure, exit};

/// Asks and prints.
pub(crate) async fn run(arguments: &Ask) -> Result<u8, Failure> {
    let questions = select(&arguments.ids)?;
    if arguments.sql {
        for question in questions {
            writeln!(std::io::stdout(), "-- {}: {}\n{}\n", question.id, question.title, question.sql)?;
        }
        return Ok(exit::WHOLE);
    }
    if arguments.format == Format::Parquet {
        return Err(Failure::Usage(
            "--format parquet: questions differ in their columns; use table, json or csv".to_owned(),
        ));
    }
    let (_lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    print(&snapshot, &questions, arguments.format).await?;
    Ok(exit::WHOLE)
}

/// Rows of a list that a terminal shows; the other formats write them all.
const LIST_ROWS_SHOWN: usize = 20;

/// Facts of the same columns are printed as one table, each list by itself.
pub(crate) async fn print(snapshot: &Snapshot, questions: &[&Question], as_what: Format) -> Result<(), Failure> {
    if as_what == Format::Json {
        writeln!(std::io::stdout(), "{:#}", ask_json(snapshot, questions).await?)?;
        return Ok(());
    }
    let mut together: Vec<RecordBatch> = Vec::new();
    for question in questions {
        let answer = ask(snapshot, question).await?;
        let goes_on = question.shape == Shape::Facts
            && together.last().is_none_or(|last| columns(&last.schema()) == columns(&answer.schema()));
        if !goes_on {
            format(&std::mem::take(&mut together), as_what, std::io::stdout())?;
        }
        match (question.shape, as_what) {
            (Shape::Facts, _) => together.extend(answer.collect().await?),
            (Shape::List, Format::Table) => print_list(snapshot, question, answer).await?,
            (Shape::List, _) => {
                answer.write(as_what, std::io::stdout()).await?;
            }
        }
    }
    format(&together, as_what, std::io::stdout())?;
    Ok(())
}

/// The first rows, how many there are, and how much of the organization was read for them.
async fn print_list(snapshot: &Snapshot, question: &Question, mut answer: Answer) -> Result<(), Failure> {
    let (mut shown, mut rows) = (vec![RecordBatch::new_empty(answer.schema())], 0);
    while let Some(batch) = answer.next().await? {
        let room = LIST_ROWS_SHOWN.saturating_sub(rows).min(batch.num_rows());
        if room > 0 {
            shown.push(batch.slice(0, room));
        }
        rows += batch.num_rows();
    }
    println!("{}: {}", question.id, question.title);
    format(&shown, Format::Table, std::io::stdout())?;
    let left_out = if rows > LIST_ROWS_SHOWN {
        format!(", {LIST_ROWS_SHOWN} shown (json and csv have all)")
    } else {
        String::new()
    };
    let rests_on = coverage_percent(snapshot, question).await?.map_or("none".to_owned(), |it| format!("{it:.1} %"));
    println!("{rows} rows{left_out}; {rests_on} of the tasks that it rests on are complete\n");
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

fn columns(schema: &Schema) -> Vec<(String, DataType)> {
    schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
}
