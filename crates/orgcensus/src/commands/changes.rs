//! `orgcensus changes`: what the rules of change find between two snapshots.

use std::io::Write;

use orgcensus_answers::{Accepted, Changes, Events, Priority, Rule, Snapshot, Told, changes_sql, select_rules};

use crate::args;
use crate::commands::diff;
use crate::commands::source::refuse_terminal;
use crate::config::Config;
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{accepting, lake_access, own_files, reporter, setup};

/// Asks the rules, and writes what they find as it is found.
pub(crate) async fn run(arguments: &args::Changes) -> Result<u8, Failure> {
    own_files::rules(arguments.rules.as_deref())?;
    let config = setup::load_place(&arguments.place)?;
    let priorities = config.priorities();
    let rules = select_rules(&arguments.ids)?;
    let rules: Vec<Rule> = rules.into_iter().map(|rule| rule.with_priority(&priorities)).collect();
    let rules: Vec<&Rule> = rules.iter().collect();
    if arguments.list {
        list(&rules)?;
        return Ok(exit::WHOLE);
    }
    if arguments.sql {
        return print_sql(arguments, &config, &rules).await;
    }
    refuse_terminal(arguments.shown.format)?;
    let exceptions = accepting::read(&config, &arguments.accepting)?;
    let lake = lake_access::read(&config).await?;
    let (from, to) = (arguments.from.as_ref(), &arguments.to);
    let mut changes = Changes::open(&lake, from, to, &rules, arguments.states).await?;
    if let Some(exceptions) = &exceptions {
        let newer = Snapshot::open(&lake, to).await?;
        changes = changes.accepting(Accepted::of(&newer, exceptions).await?);
    }
    diff::warn(changes.pairs(), changes.alone(), arguments.require_complete)?;
    let told = changes.write(arguments.shown.format, width(arguments.shown.wide), output()).await?;
    Ok(arguments.fail_on.map_or(exit::WHOLE, |it| code(&told, it.into())))
}

/// Prints what engines that read events can be asked. A trail is of one organization.
async fn print_sql(arguments: &args::Changes, config: &Config, rules: &[&Rule]) -> Result<u8, Failure> {
    let lake = lake_access::read(config).await?;
    let changes = Changes::open(&lake, arguments.from.as_ref(), &arguments.to, rules, false).await?;
    let [pair] = changes.pairs() else {
        return Err(Failure::Usage("--sql: the lake has several organizations, and events are of one".to_owned()));
    };
    let events = arguments.events.map_or(Events::Activity, Events::from);
    let mut out = output();
    for statement in changes_sql(pair, rules, events)? {
        writeln!(out, "{statement};\n")?;
    }
    Ok(exit::WHOLE)
}

fn list(rules: &[&Rule]) -> std::io::Result<()> {
    let mut out = output();
    for rule in rules {
        let events = if rule.needs_event() { " (needs CloudTrail's activity)" } else { "" };
        let shipped = if rule.priority == rule.shipped_priority {
            String::new()
        } else {
            format!(" (shipped: {})", rule.shipped_priority)
        };
        writeln!(out, "{:4} {:8} {}{events}{shipped}", rule.id, rule.priority, rule.title)?;
    }
    Ok(())
}

/// The exit code where a priority must not be reached. What is accepted and what was not
/// seen do not reach it, and are said.
fn code(told: &Told, floor: Priority) -> u8 {
    if told.seen(floor) > 0 {
        return exit::PRIORITY_REACHED;
    }
    let accepted = told.accepted(floor);
    if accepted > 0 {
        reporter::say("accepted", &format!("all that was found of --fail-on is accepted: {accepted} rows"));
    }
    let unseen = told.unseen(floor);
    if unseen > 0 {
        let words = format!("nothing of --fail-on was found, but {unseen} rows of it are unknown or not seen");
        reporter::say("warning", &words);
    }
    exit::WHOLE
}
