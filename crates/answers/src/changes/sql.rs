//! What rules ask of events, as statements for Athena: of the collector's table, or of a view over an organization's own
//! trail, which the embedded engine cannot read.

use super::actors::SLACK_MILLIS;
use super::heard::{OVERLAP_MILLIS, failed, text};
use crate::Result;
use crate::diff::{ACTIVITY, Pair};
use crate::rule::{Rule, Watched};
use crate::sql_text::{indented, literal};

/// Where the events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// The table `activity`, which a collector fills.
    Activity,
    /// The view `trail_activity` over an organization's own trail. `catalog print --trail` prints it.
    TrailActivity,
}

impl Events {
    /// The table's or the view's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => ACTIVITY,
            Self::TrailActivity => "trail_activity",
        }
    }

    /// Which of its events happened between two moments, or perhaps did: one without a moment may be new. The view must
    /// be told the days, or Athena lists all there are; the table has those of other organizations too.
    fn between(self, pair: &Pair, [from, until]: [i64; 2]) -> Result<String> {
        let (begin, end) = (moment(from)?, moment(until)?);
        let times = format!("(event_time IS NULL OR event_time BETWEEN TIMESTAMP '{begin}' AND TIMESTAMP '{end}')");
        let day = |moment: &str| moment.get(..10).unwrap_or_default().replace('-', "/");
        Ok(match self {
            Self::Activity => format!("{times} AND organization_id = {}", literal(&pair.to.organization_id)),
            Self::TrailActivity => format!("{times} AND day BETWEEN '{}' AND '{}'", day(&begin), day(&end)),
        })
    }
}

/// The statements between two snapshots, each without a semicolon: what each rule of events finds; and last, of the
/// changes that are published with the newer one, who made each, where one event alone fits. None of that where no rule
/// knows which events make its changes.
pub fn changes_sql(pair: &Pair, rules: &[&Rule], events: Events) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for rule in rules {
        for watched in rule.looks_for().filter(|it| it.table == ACTIVITY) {
            statements.push(found(pair, rule, watched, events)?);
        }
    }
    statements.extend(made(pair, rules, events)?);
    Ok(statements)
}

/// What a rule finds among events, each once: two nights may have read the same event, and a trail may bring it twice.
/// As everywhere, null is unknown.
fn found(pair: &Pair, rule: &Rule, watched: &Watched, events: Events) -> Result<String> {
    let Rule { id, title, priority, .. } = rule;
    let between = events.between(pair, [pair.from.captured_at.0 - OVERLAP_MILLIS, pair.to.committed_at.0])?;
    let resource = watched.resource.unwrap_or("event_id");
    let own = ["actor_arn", "event_id", "event_time", resource];
    let shown: String =
        watched.shows.iter().filter(|name| !own.contains(name)).map(|name| format!("\n  {name},")).collect();
    let (title_text, is_so) = (literal(title), indented(watched.is_so));
    Ok(format!(
        "-- {id}: {title}\nSELECT DISTINCT\n  '{id}' AS rule_id,\n  '{priority}' AS priority,\n  \
         {title_text} AS title,\n  CASE WHEN (\n{is_so}\n  ) THEN 'appeared' ELSE 'unknown' END AS change,\n  \
         account_id,\n  region,\n  \
         {resource} AS resource,{shown}\n  actor_arn,\n  event_time,\n  event_id\nFROM {}\nWHERE {between}\n  AND \
         COALESCE((\n{is_so}\n  ), true)\nORDER BY event_time, event_id",
        events.name()
    ))
}

/// Who made the published changes. An event fits by its name, by the resource, and by its time: after the older snapshot
/// was begun and before the newer one was published. All that may have made a change is in that time, so the one event
/// that fits made it; if two fit, or if it has no moment, nobody knows.
fn made(pair: &Pair, rules: &[&Rule], events: Events) -> Result<Option<String>> {
    let mut makers = Vec::new();
    for rule in rules {
        let Some(watched) = &rule.watches else { continue };
        let is_of_account = watched.known_by.is_empty();
        for event in &watched.made_by {
            makers.push(format!(
                "  SELECT '{}' AS rule_id, '{event}' AS event_name, {is_of_account} AS is_of_account",
                rule.id
            ));
        }
    }
    if makers.is_empty() {
        return Ok(None);
    }
    let between = events.between(pair, [pair.from.captured_at.0 - SLACK_MILLIS, pair.to.committed_at.0])?;
    let statement = MADE
        .trim_end()
        .replace("{makers}", &makers.join("\n  UNION ALL\n"))
        .replace("{events}", events.name())
        .replace("{between}", &between)
        .replace("{run_id}", &literal(&pair.to.run_id));
    Ok(Some(format!("-- Changes with actors\n{statement}")))
}

/// Which one event fits a change, and the changes with it.
const MADE: &str = include_str!("../../data/changes_with_actors.sql");

/// A moment as SQL writes it, without a time zone: all moments are UTC.
fn moment(millis: i64) -> Result<String> {
    let text = text(millis).map_err(failed)?;
    Ok(text.get(..19).unwrap_or(&text).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParser;
    use orgcensus_lake::testing::commit;
    use orgcensus_row::Timestamp;

    use super::*;
    use crate::rules;

    fn pair() -> Pair {
        let at = |n: u32, date: &str, millis: i64| orgcensus_lake::Commit {
            captured_at: Timestamp(millis),
            committed_at: Timestamp(millis + 7_200_000),
            ..commit(n, "o-1", date, true)
        };
        let day = 86_400_000;
        Pair { from: at(1, "2026-11-21", 20_778 * day), to: at(2, "2026-11-22", 20_779 * day) }
    }

    fn statements(events: Events) -> Vec<String> {
        let rules: Vec<&Rule> = rules().unwrap().iter().collect();
        changes_sql(&pair(), &rules, events).unwrap()
    }

    #[test]
    fn either_source_is_taken_by_its_name() {
        let (of_table, of_trail) = (statements(Events::Activity), statements(Events::TrailActivity));
        assert_eq!(of_table.len(), of_trail.len());
        let begins: Vec<&str> = of_trail.iter().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(begins[..6], ["-- D10", "-- D11", "-- D12", "-- D18", "-- D20", "-- D23"]);
        for (table, trail) in of_table.iter().zip(&of_trail) {
            assert!(table.contains("FROM activity\n") && !table.contains("day"), "{table}");
            assert!(table.contains(" AND organization_id = 'o-1'"), "{table}");
            assert!(trail.contains("FROM trail_activity\n") && !trail.contains("organization_id"), "{trail}");
            assert!(trail.contains(" AND day BETWEEN '2026/11/20' AND '2026/11/22'"), "{trail}");
            for sql in [table, trail] {
                assert_eq!(DFParser::parse_sql(sql).map(|it| it.len()).map_err(|error| error.to_string()), Ok(1));
            }
        }
        let sign_in = &of_trail[0];
        let begins = "event_time BETWEEN TIMESTAMP '2026-11-20 23:00:00' AND TIMESTAMP '2026-11-22 02:00:00'";
        assert!(sign_in.contains("WHERE (event_time IS NULL OR "), "one without a moment may be new: {sign_in}");
        assert!(sign_in.contains(begins) && sign_in.contains("\n  source_address,\n"), "{sign_in}");
        assert!(sign_in.contains("\nSELECT DISTINCT\n"), "an event that was read twice is one: {sign_in}");
    }

    #[test]
    fn the_last_one_says_who_made_the_published_changes() {
        let statements = statements(Events::TrailActivity);
        let made = statements.last().unwrap();
        for words in [
            "  SELECT 'D6' AS rule_id, 'CreateUser' AS event_name, false AS is_of_account",
            "  SELECT 'D24' AS rule_id, 'UpdateAccountPasswordPolicy' AS event_name, true AS is_of_account",
            "BETWEEN TIMESTAMP '2026-11-20 23:45:00' AND",
            "FROM trail_activity\n",
            "  WHERE run_id = 'run-2' AND change IN ('appeared', 'changed', 'gone')\n",
        ] {
            assert!(made.contains(words), "{words} is not in {made}");
        }
        let only_events: Vec<&Rule> = rules().unwrap().iter().filter(|it| it.id == "D10").collect();
        assert_eq!(changes_sql(&pair(), &only_events, Events::Activity).unwrap().len(), 1);
    }
}
