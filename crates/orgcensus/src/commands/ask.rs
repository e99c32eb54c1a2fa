//! `orgcensus ask`: shipped questions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use orgcensus_answers::{
    Answer, Bounds, Exceptions, Format, Framework, Question, Snapshot, ask, ask_cases_since, ask_json,
    cases_json_since, coverage_percent, format_within, framework_json, lines_json, lines_of, questions, select,
    ten_minutes,
};

use crate::args::Ask;
use crate::commands::source;
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{accepting, own_files, reference, setup};

mod facts;
mod lines;

pub(crate) use facts::print as print_facts;

/// Asks and prints.
pub(crate) async fn run(arguments: &Ask) -> Result<u8, Failure> {
    own_files::questions(arguments.questions.as_deref())?;
    let config = setup::load_place(&arguments.source.place)?;
    let thresholds = config.thresholds();
    if let Some(name) = &arguments.framework {
        return print_framework(arguments, Framework::named(name)?).await;
    }
    if is_ten_minutes(arguments) {
        return print_ten_minutes(arguments, &thresholds).await;
    }
    let questions = with_thresholds(select(&arguments.ids)?, &thresholds);
    let questions: Vec<&Question> = questions.iter().collect();
    if arguments.list {
        for question in questions {
            let numbers = question.thresholds.iter().filter(|it| it.value != it.shipped);
            let beside: String = numbers.map(|it| format!("; {it}")).collect();
            writeln!(output(), "{:4} {}{beside}", question.id, question.filled(question.title))?;
        }
        return Ok(exit::WHOLE);
    }
    if arguments.sql {
        print_sql(&questions, arguments.cases)?;
        return Ok(exit::WHOLE);
    }
    if arguments.format == Format::Parquet {
        return Err(Failure::Usage(
            "--format parquet: questions differ in their columns; use table, lines, json or csv".to_owned(),
        ));
    }
    let exceptions = accepting::read(&config, &arguments.accepting)?;
    let exceptions = exceptions.or(arguments.since.is_some().then(Exceptions::default));
    let (lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let snapshot = accepting::with(snapshot, exceptions.as_ref()).await?;
    let older = match &arguments.since {
        Some(which) => Some(Snapshot::open(&lake, which).await?),
        None => None,
    };
    print(&snapshot, older.as_ref(), &questions, arguments).await?;
    tell(&snapshot, &questions, arguments.format).await?;
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
    let questions: Vec<&Question> = questions.iter().collect();
    let lines = ten_minutes(&snapshot, &questions).await?;
    match arguments.format {
        Format::Json => writeln!(output(), "{:#}", lines_json(&lines))?,
        _ => lines::print(&lines),
    }
    tell(&snapshot, &questions.into_iter().filter(|it| it.part == "E").collect::<Vec<_>>(), arguments.format).await?;
    Ok(exit::WHOLE)
}

/// Asks with the numbers that are shipped: a framework has its own.
async fn print_framework(arguments: &Ask, framework: &Framework) -> Result<u8, Failure> {
    refuse_rows(arguments.format)?;
    let (_lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let questions: Vec<&Question> = questions()?.iter().collect();
    let lines = lines_of(&snapshot, framework, &questions).await?;
    match arguments.format {
        Format::Json => writeln!(output(), "{:#}", framework_json(framework, &lines))?,
        _ => {
            println!("{}", [framework.name, framework.version].join(" ").trim_end());
            lines::print(&lines);
        }
    }
    tell(&snapshot, &questions, arguments.format).await?;
    Ok(exit::WHOLE)
}

/// Lines have places in them, which no row of cells has.
fn refuse_rows(as_what: Format) -> Result<(), Failure> {
    match as_what {
        Format::Table | Format::Json => Ok(()),
        Format::Lines | Format::Csv | Format::Parquet => {
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
            writeln!(out, "-- threshold: {threshold}")?;
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
async fn print(
    snapshot: &Snapshot,
    older: Option<&Snapshot>,
    questions: &[&Question],
    arguments: &Ask,
) -> Result<(), Failure> {
    let (as_what, cases, width) = (arguments.format, arguments.cases, width(arguments.wide));
    if as_what == Format::Json {
        let answers = match cases {
            true => cases_json_since(snapshot, older, questions).await?,
            false => ask_json(snapshot, questions).await?,
        };
        writeln!(output(), "{answers:#}")?;
        return Ok(());
    }
    let mut together: Vec<RecordBatch> = Vec::new();
    for question in questions {
        let is_list = cases || question.is_list();
        let answer = match cases {
            true => ask_cases_since(snapshot, older, question).await?,
            false => ask(snapshot, question).await?,
        };
        let goes_on =
            !is_list && together.last().is_none_or(|last| columns(&last.schema()) == columns(&answer.schema()));
        if !goes_on {
            format_within(&std::mem::take(&mut together), as_what, width, output())?;
        }
        match (is_list, as_what) {
            (false, _) => together.extend(answer.collect().await?),
            (true, Format::Table) => print_list(snapshot, question, answer, width).await?,
            (true, _) => {
                answer.write_within(as_what, width, output()).await?;
            }
        }
    }
    format_within(&together, as_what, width, output())?;
    Ok(())
}

/// The first rows, how many there are, and how much of the organization was read for them.
async fn print_list(
    snapshot: &Snapshot,
    question: &Question,
    mut answer: Answer,
    width: Option<usize>,
) -> Result<(), Failure> {
    let (mut shown, mut rows) = (vec![RecordBatch::new_empty(answer.schema())], 0);
    while let Some(batch) = answer.next().await? {
        let room = LIST_ROWS_SHOWN.saturating_sub(rows).min(batch.num_rows());
        if room > 0 {
            shown.push(batch.slice(0, room));
        }
        rows += batch.num_rows();
    }
    println!("{}: {}", question.id, question.filled(question.title));
    format_within(&shown, Format::Table, width, output())?;
    let left_out = if rows > LIST_ROWS_SHOWN {
        format!(", {LIST_ROWS_SHOWN} shown (json and csv have all)")
    } else {
        String::new()
    };
    let rests_on = coverage_percent(snapshot, question).await?.map_or("none".to_owned(), |it| format!("{it:.1} %"));
    println!("{rows} rows{left_out}; {rests_on} of the tasks that it rests on are complete\n");
    Ok(())
}

/// Tells the snapshot's day, and the coverage of all tables that were read.
async fn tell(snapshot: &Snapshot, questions: &[&Question], as_what: Format) -> Result<(), Failure> {
    let tables: BTreeSet<&String> = questions.iter().flat_map(|question| &question.tables).collect();
    source::tell(snapshot, &tables.into_iter().cloned().collect::<Vec<_>>(), as_what).await
}

fn columns(schema: &Schema) -> Vec<(String, DataType)> {
    schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
}
