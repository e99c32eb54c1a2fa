//! `orgcensus exceptions`: what the accepted exceptions do.

use orgcensus_answers::{Bounds, Question, Rule, format_within, questions, rules, uses, uses_batch};

use crate::args::Exceptions;
use crate::commands::source::{self, refuse_terminal};
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{accepting, reporter, setup};

/// Lists them in the file's order, and warns of those that somebody should look at.
pub(crate) async fn run(arguments: &Exceptions) -> Result<u8, Failure> {
    refuse_terminal(arguments.shown.format)?;
    let config = setup::load_place(&arguments.source.place)?;
    let Some(exceptions) = accepting::read(&config, &arguments.accepting)? else {
        let words = "no file of exceptions is named: --exceptions FILE, or file in [exceptions] of the configuration";
        return Err(Failure::Usage(words.to_owned()));
    };
    let (lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    let snapshot = snapshot.accepting(&exceptions).await?;
    let numbers = config.thresholds();
    let questions: Vec<Question> = questions()?.iter().map(|question| question.with_thresholds(&numbers)).collect();
    let rules: Vec<&Rule> = rules()?.iter().collect();
    let uses = uses(&lake, &snapshot, &questions, &rules).await?;
    format_within(&[uses_batch(&uses)?], arguments.shown.format, width(arguments.shown.wide), output())?;
    for it in &uses {
        if let Some(remark) = it.remark() {
            let words = format!("line {}, {}: {remark}", it.exception.line, it.exception.of.join(", "));
            reporter::say("warning", &words);
        }
    }
    Ok(exit::WHOLE)
}
