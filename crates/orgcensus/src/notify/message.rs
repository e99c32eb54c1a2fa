//! What is told of a run, as JSON. Pure. `text` is one line that any chat can show: it has ids, counts and the rules'
//! own words, and never a name that someone else has chosen.

use orgcensus_answers::{Found, Priority};
use serde_json::{Map, Value, json};

use super::Addresses;
use super::calls::Told;
use super::changed::{Changed, Missing};
use crate::failure::exit;
use crate::run_report::{RunReport, Verdict};

/// The format of the messages.
const FORMAT: u64 = 1;

/// The longest subject that SNS takes has fewer characters than this.
const SUBJECT_MAX: usize = 100;

/// The longest text that is told of a change.
const TEXT_MAX: usize = 1000;

/// A run that has ended.
pub(super) struct Run<'a> {
    pub(super) report: &'a RunReport,
    pub(super) addresses: &'a Addresses<'a>,
}

/// One message.
pub(super) struct Message {
    kind: &'static str,
    priority: Option<Priority>,
    text: String,
    id: String,
    body: Value,
}

impl Message {
    /// The whole, as JSON.
    pub(super) fn json(&self) -> String {
        self.body.to_string()
    }

    /// The same, for a call of AWS. `number` is its place among the run's messages.
    pub(super) fn call(&self, number: usize) -> Told {
        let is_letter = |letter: &char| letter.is_ascii() && !letter.is_ascii_control();
        Told {
            kind: self.kind,
            priority: self.priority.map(Priority::as_str),
            subject: self.text.chars().filter(is_letter).take(SUBJECT_MAX - 1).collect(),
            json: self.json(),
            id: format!("{}-{number}", self.id),
        }
    }
}

/// All that is told: of the run; of each change that is told one by one; of how many more there are.
pub(super) fn all(run: &Run<'_>, changed: &Result<Changed, Missing>, with_names: bool) -> Vec<Message> {
    let mut messages = vec![run.whole(changed)];
    if let Ok(changed) = changed {
        messages.extend(changed.each.iter().map(|found| run.change(found, with_names)));
        messages.extend(run.more(changed));
    }
    messages
}

impl Run<'_> {
    fn whole(&self, changed: &Result<Changed, Missing>) -> Message {
        let RunReport { organization_id, verdict, exit_code, coverage, .. } = self.report;
        let changes = match changed {
            Ok(changed) => in_words(changed),
            Err(missing) => format!("Changes are not known: {}", missing.words()),
        };
        let organization = organization_id.as_deref().unwrap_or("an organization");
        let date = self.date().map(|date| format!(", {date}")).unwrap_or_default();
        let text = format!("Census of {organization}{date}: {}. {changes}.", self.ended());
        let own = json!({
            "verdict": verdict,
            "exit_code": exit_code,
            "coverage": coverage,
            "changes": changed.as_ref().ok().map(counts),
            "changes_missing": changed.as_ref().err().map(Missing::words),
        });
        self.message("run", None, text, own)
    }

    fn change(&self, found: &Found, with_names: bool) -> Message {
        let Found { rule_id, priority, title, change, account_id, region, .. } = found;
        let place: Vec<&str> = [account_id, region].into_iter().flatten().map(String::as_str).collect();
        let place = if place.is_empty() { String::new() } else { format!(" in {}", place.join(" ")) };
        let text = format!("{priority}: {title} ({rule_id}, {change}{place})");
        let mut own = json!({
            "rule_id": rule_id, "priority": priority.as_str(), "title": title, "change": change.as_str(),
            "account_id": account_id, "region": region,
        });
        if with_names {
            let Found { account_name, resource, was, now, .. } = found;
            for (name, value) in [("account_name", account_name), ("resource", resource), ("was", was), ("now", now)] {
                own[name] = value.as_deref().map(short).into();
            }
        }
        self.message("change", Some(*priority), text, own)
    }

    /// How many more there are than were told one by one; none if all were.
    fn more(&self, changed: &Changed) -> Option<Message> {
        let floor = changed.floor?;
        let told = changed.each.len() as u64;
        let more = changed.reached().saturating_sub(told);
        let words = if floor == Priority::Critical { "critical".to_owned() } else { format!("{floor} or higher") };
        let text = format!("and {more} more changes of priority {words}: `orgcensus changes` lists them");
        let own = json!({ "priority_at_least": floor.as_str(), "told": told, "more": more });
        (more > 0).then(|| self.message("more", None, text, own))
    }

    /// A message, which begins with what all of them have.
    fn message(&self, kind: &'static str, priority: Option<Priority>, text: String, own: Value) -> Message {
        let RunReport { run_id, organization_id, .. } = self.report;
        let mut body = json!({
            "text": text, "format": FORMAT, "kind": kind, "organization_id": organization_id, "run_id": run_id,
            "snapshot_date": self.date(), "page": self.addresses.page, "run_report": self.addresses.run_report,
        });
        if let (Value::Object(body), Value::Object(own)) = (&mut body, own) {
            body.extend(own);
        }
        let id = run_id.clone().unwrap_or_else(|| self.report.started_at.replace([':', '.'], "-"));
        Message { kind, priority, text, id, body }
    }

    fn date(&self) -> Option<&str> {
        self.report.snapshot.as_ref().map(|it| it.snapshot_date.as_str())
    }

    fn ended(&self) -> String {
        let percent = self.report.coverage.map(|it| format!(", {:.1} % complete", 100.0 * it)).unwrap_or_default();
        match self.report.verdict {
            Some(Verdict::Published) if self.report.exit_code == exit::NOT_SHOWN => {
                format!("published{percent}, but catalogue, retention or report failed")
            }
            Some(Verdict::Published) => format!("published{percent}"),
            Some(Verdict::BelowMinCoverage) => format!("published below min_coverage{percent}"),
            Some(Verdict::Stopped) => "stopped by a signal".to_owned(),
            Some(Verdict::Held) => "not begun, another run is alive".to_owned(),
            Some(Verdict::Staged | Verdict::NotPublished) | None => {
                format!("nothing was published, exit code {}", self.report.exit_code)
            }
        }
    }
}

/// `Changes since 2026-11-21: 2 critical, 1 warning; 6 not known`
fn in_words(changed: &Changed) -> String {
    let found = changed.told.by_priority().filter(|(_, seen, _)| *seen > 0);
    let found: Vec<String> = found.map(|(priority, seen, _)| format!("{seen} {priority}")).collect();
    let found = if found.is_empty() { "none found".to_owned() } else { found.join(", ") };
    let unknown = match changed.told.unseen(Priority::Info) {
        0 => String::new(),
        unknown => format!("; {unknown} not known"),
    };
    format!("Changes since {}: {found}{unknown}", changed.since.snapshot_date)
}

fn counts(changed: &Changed) -> Value {
    let mut found = Map::new();
    let mut unknown = Map::new();
    for (priority, seen, unseen) in changed.told.by_priority() {
        found.insert(priority.as_str().to_owned(), seen.into());
        unknown.insert(priority.as_str().to_owned(), unseen.into());
    }
    let Changed { since, .. } = changed;
    json!({ "since": since.snapshot_date, "since_run_id": since.run_id, "found": found, "unknown": unknown })
}

/// A text that is not too long to be sent.
fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
