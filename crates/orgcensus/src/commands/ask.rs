//! `orgcensus ask`: shipped questions.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use orgcensus_answers::{
    Answer, Bounds, Format, Framework, Question, Snapshot, ask, ask_cases, ask_json, cases_json, coverage_percent,
    format, framework_json, lines_json, lines_of, questions, select, ten_minutes,
};

use crate::args::Ask;
use crate::commands::source;
use crate::failure::{Failure, exit};
use crate::terminal::output;
use crate::{reference, setup};

mod lines;

/// Asks and prints.
pub(crate) async fn run(arguments: &Ask) -> Result<u8, Failure> {
    if let Some(name) = &arguments.framework {
        return print_framework(arguments, Framework::named(name)?).await;
    }
    let thresholds = setup::load_place(&arguments.source.place)?.thresholds();
    if is_ten_minutes(arguments) {
        return print_ten_minutes(arguments, &thresholds).await;
    }
    let questions = with_thresholds(select(&arguments.ids)?, &thresholds);
    let questions: Vec<&Question> = questions.iter().collect();
    if arguments.list {
        for question in questions {
            writeln!(output(), "{:4} {}", question.id, question.filled(question.title))?;
        }
        return Ok(exit::WHOLE);
    }
    if arguments.sql {
        print_sql(&questions, arguments.cases)?;
        return Ok(exit::WHOLE);
    }
    if arguments.format == Format::Parquet {
        return Err(Failure::Usage(
            "--format parquet: questions differ in their columns; use table, json or csv".to_owned(),
        ));
    }
    let (_lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    print(&snapshot, &questions, arguments.format, arguments.cases).await?;
    Ok(exit::WHOLE)
}

fn with_thresholds<'a>(
    questions: impl IntoIterator<Item = &'a Question>,
    numbers: &BTreeMap<String, u32>,
) -> Vec<Question> {
    questions.into_iter().map(|question| question.with_thresholds(numbers)).collect()
}

/// Whether the list of anti-patterns is meant, and not each of their questions.
fn is_ten_minutes(arguments: &Ask) -> bool {
    let is_asked = !(arguments.list || arguments.sql || arguments.cases);
    is_asked && matches!(arguments.ids.as_slice(), [id] if id.eq_ignore_ascii_case("E"))
}

async fn print_ten_minutes(arguments: &Ask, thresholds: &BTreeMap<String, u32>) -> Result<u8, Failure> {
    refuse_rows(arguments.format)?;
    let questions = with_thresholds(questions()?, thresholds);
    let (_lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let lines = ten_minutes(&snapshot, &questions.iter().collect::<Vec<_>>()).await?;
    match arguments.format {
        Format::Json => writeln!(output(), "{:#}", lines_json(&lines))?,
        _ => lines::print(&lines),
    }
    Ok(exit::WHOLE)
}

/// Asks with the numbers that are shipped: a framework has its own.
async fn print_framework(arguments: &Ask, framework: &Framework) -> Result<u8, Failure> {
    refuse_rows(arguments.format)?;
    let (_lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let lines = lines_of(&snapshot, framework, &questions()?.iter().collect::<Vec<_>>()).await?;
    match arguments.format {
        Format::Json => writeln!(output(), "{:#}", framework_json(framework, &lines))?,
        _ => {
            println!("{}", [framework.name, framework.version].join(" ").trim_end());
            lines::print(&lines);
        }
    }
    Ok(exit::WHOLE)
}

/// Lines have places in them, which no row of cells has.
fn refuse_rows(as_what: Format) -> Result<(), Failure> {
    match as_what {
        Format::Table | Format::Json => Ok(()),
        Format::Csv | Format::Parquet => {
            let words = "--format: a line has several places in it, which are no cell of a row; use table or json";
            Err(Failure::Usage(words.to_owned()))
        }
    }
}

/// The statements, for snapshots of this version, below the numbers that they have by name. A question whose answer has
/// no coverage in it has a second statement for the coverage.
fn print_sql(questions: &[&Question], cases: bool) -> std::io::Result<()> {
    let rests_on = reference::rests_on();
    let mut out = output();
    for question in questions {
        let statement = if cases { question.cases() } else { question.statement(&rests_on) };
        writeln!(out, "-- {}: {}", question.id, question.filled(question.title))?;
        for threshold in &question.thresholds {
            writeln!(out, "-- threshold: {} {}", threshold.name, threshold.value)?;
        }
        writeln!(out, "{statement};\n")?;
        if cases || question.is_list() {
            writeln!(out, "-- {}: coverage\n{};\n", question.id, question.coverage(&rests_on))?;
        }
    }
    Ok(())
}

/// Rows of a list that a terminal shows; the other formats write them all.
const LIST_ROWS_SHOWN: usize = 20;

/// Facts of the same columns are printed as one table, each list by itself, and so are cases.
async fn print(snapshot: &Snapshot, questions: &[&Question], as_what: Format, cases: bool) -> Result<(), Failure> {
    if as_what == Format::Json {
        let answers =
            if cases { cases_json(snapshot, questions).await? } else { ask_json(snapshot, questions).await? };
        writeln!(output(), "{answers:#}")?;
        return Ok(());
    }
    let mut together: Vec<RecordBatch> = Vec::new();
    for question in questions {
        let is_list = cases || question.is_list();
        let answer = if cases { ask_cases(snapshot, question).await? } else { ask(snapshot, question).await? };
        let goes_on =
            !is_list && together.last().is_none_or(|last| columns(&last.schema()) == columns(&answer.schema()));
        if !goes_on {
            format(&std::mem::take(&mut together), as_what, output())?;
        }
        match (is_list, as_what) {
            (false, _) => together.extend(answer.collect().await?),
            (true, Format::Table) => print_list(snapshot, question, answer).await?,
            (true, _) => {
                answer.write(as_what, output()).await?;
            }
        }
    }
    format(&together, as_what, output())?;
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
    println!("{}: {}", question.id, question.filled(question.title));
    format(&shown, Format::Table, output())?;
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
    println!("{:4} {:58} {:10} {:>15} {:>7} {:>18} {:>8}", "", "", "", "", "here", "study of 2022", "coverage");
    for fact in ask_json(snapshot, &select(&["F"])?).await?.as_array().into_iter().flatten() {
        let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
        let percent = |name: &str| fact[name].as_f64().map(|it| format!("{it:.1} %"));
        let unknown = fact["unknown_count"].as_u64().filter(|&it| it > 0).map_or(String::new(), |it| format!(" ?{it}"));
        let counts = format!("{}/{}{unknown}", fact["numerator"], fact["denominator"]);
        let what: String = text("fact").chars().take(58).collect();
        let (id, definition) = (text("id"), text("definition"));
        let (here, coverage) = (percent("percent"), percent("coverage_percent"));
        let study = match (percent("study_2022_percent"), percent("study_2022_text_percent")) {
            (Some(table), Some(in_text)) => format!("{table}, text {in_text}"),
            (None, Some(in_text)) => format!("text {in_text}"),
            (table, None) => table.unwrap_or_default(),
        };
        let [here, coverage] = [here, coverage].map(|it| it.unwrap_or("-".to_owned()));
        println!("{id:4} {what:58} {definition:10} {counts:>15} {here:>7} {study:>18} {coverage:>8}");
    }
    println!("?4: of four more it is not known whether they are so; they are in neither number.");
    Ok(())
}

fn columns(schema: &Schema) -> Vec<(String, DataType)> {
    schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
}
