//! A rule's file: a header of comments, one condition, and below it the rule's own cases.

use datafusion::sql::parser::DFParser;

use crate::config_file::{ConfigFile, FileError, Line, is_id};
use crate::diff::ACTIVITY;
use crate::rule::{Find, Priority, Rule, Watched};

/// What a file says.
#[derive(Debug)]
pub(crate) struct RuleFile {
    pub(crate) rule: Rule,
    /// The lines of its cases, without the dashes, each with its number.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test alone runs them"))]
    pub(crate) cases: Vec<(usize, &'static str)>,
}

impl RuleFile {
    /// Reads a shipped file.
    pub(crate) fn parse(file: &str, text: &'static str) -> Result<Self, FileError> {
        Self::at(&format!("config/rules/{file}"), text)
    }

    /// Reads a file, wherever it is.
    pub(crate) fn at(file: &str, text: &'static str) -> Result<Self, FileError> {
        let parts = ConfigFile::parse(file, text)?;
        let rule = rule(&parts).map_err(|(line, why)| FileError { file: file.to_owned(), line, why })?;
        Ok(Self { rule, cases: parts.cases })
    }
}

/// What is wrong, and in which line.
type Wrong = (usize, String);

fn rule(parts: &ConfigFile) -> Result<Rule, Wrong> {
    let mut header = Header::default();
    for line in &parts.header {
        header.line(line).map_err(|why| (line.0, why))?;
    }
    let needs = |words: &str| (1, format!("the header needs {words}"));
    if !is_id(header.id) {
        return Err(needs("-- id: with a letter and a number"));
    }
    if header.title.is_empty() {
        return Err(needs("-- title:"));
    }
    let priority = header.priority.ok_or_else(|| needs("-- priority:"))?;
    let (id, title, event) = (header.id, header.title, header.event);
    if header.table.is_none() && event.is_none() {
        return Err(needs("-- watches: a table, or -- event: what it cannot be found without"));
    }
    let heard = header.heard()?;
    let watches = header.watched(parts)?;
    Ok(Rule { id, title, priority, shipped_priority: priority, watches, event, heard })
}

/// The header, line by line.
#[derive(Default)]
struct Header {
    id: &'static str,
    title: &'static str,
    priority: Option<Priority>,
    table: Option<&'static str>,
    event: Option<&'static str>,
    rests_on: Vec<&'static str>,
    finds: Vec<Find>,
    resource: Option<&'static str>,
    shows: Vec<&'static str>,
    when: Option<(usize, &'static str)>,
    heard: Option<(usize, &'static str)>,
    made_by: Vec<&'static str>,
    known_by: Option<(usize, Vec<&'static str>)>,
    sets: Option<(usize, Vec<&'static str>)>,
}

impl Header {
    fn line(&mut self, &(number, name, value): &Line) -> Result<(), String> {
        match name {
            "id" => self.id = value,
            "title" => self.title = value,
            "priority" => self.priority = Some(Priority::parse(value)?),
            "watches" => self.table = Some(value),
            "event" => self.event = Some(value),
            "rests on" => self.rests_on = value.split(", ").collect(),
            "finds" => self.finds = value.split(", ").map(Find::parse).collect::<Result<_, _>>()?,
            "resource" => self.resource = Some(value),
            "shows" => self.shows = value.split(", ").collect(),
            "when" => self.when = Some((number, value)),
            "made by" => self.made_by = value.split(", ").collect(),
            "known by" => self.known_by = Some((number, value.split(", ").collect())),
            "sets" => self.sets = Some((number, value.split(", ").collect())),
            "heard" => self.heard = Some((number, value)),
            "why" => {}
            _ => return Err(format!("there is no -- {name}:")),
        }
        Ok(())
    }

    /// The columns that name what an event is about: those that are said, else the one that names the resource.
    fn known_by(&self) -> Result<Vec<&'static str>, Wrong> {
        match &self.known_by {
            Some((line, _)) if self.made_by.is_empty() => Err((*line, "-- known by: needs -- made by:".to_owned())),
            Some((_, columns)) => Ok(columns.clone()),
            None if self.made_by.is_empty() => Ok(Vec::new()),
            None => Ok(self.resource.into_iter().collect()),
        }
    }

    /// The columns that one of its events can change; none if it does not say.
    fn sets(&self) -> Result<Vec<&'static str>, Wrong> {
        match &self.sets {
            Some((line, _)) if self.made_by.is_empty() => Err((*line, "-- sets: needs -- made by:".to_owned())),
            sets => Ok(sets.iter().flat_map(|(_, columns)| columns).copied().collect()),
        }
    }

    /// What it looks for among events; none if it does not.
    fn heard(&self) -> Result<Option<Watched>, Wrong> {
        let Some((line, condition)) = self.heard else { return Ok(None) };
        if self.event.is_none() {
            return Err((line, "-- heard: needs -- event: which event it is".to_owned()));
        }
        check(condition).map_err(|why| (line, why))?;
        Ok(Some(Watched {
            table: ACTIVITY,
            rests_on: Vec::new(),
            finds: vec![Find::Appeared],
            resource: Some("actor_arn"),
            shows: vec!["event_name", "event_source", "source_address"],
            is_so: condition,
            when: None,
            made_by: Vec::new(),
            known_by: Vec::new(),
            sets: Vec::new(),
        }))
    }

    /// What it looks for in its table; none if it has none.
    fn watched(self, parts: &ConfigFile) -> Result<Option<Watched>, Wrong> {
        let Some(table) = self.table else {
            let is_bare = self.finds.is_empty() && self.when.is_none() && parts.sql.is_empty();
            let why = || "without -- watches: there is nothing to find and no condition".to_owned();
            return if is_bare { Ok(None) } else { Err((parts.first(), why())) };
        };
        if self.finds.is_empty() {
            return Err((1, "the header needs -- finds:".to_owned()));
        }
        if self.finds.contains(&Find::Changed) != self.when.is_some() {
            let line = self.when.map_or(1, |(line, _)| line);
            return Err((line, "-- finds: changed and -- when: need each other".to_owned()));
        }
        let (known_by, sets) = (self.known_by()?, self.sets()?);
        check(parts.sql).map_err(|why| (parts.first(), why))?;
        if let Some((line, when)) = self.when {
            check(when).map_err(|why| (line, why))?;
        }
        Ok(Some(Watched {
            table,
            rests_on: self.rests_on,
            finds: self.finds,
            resource: self.resource,
            shows: self.shows,
            is_so: parts.sql,
            when: self.when.map(|(_, when)| when),
            made_by: self.made_by,
            known_by,
            sets,
        }))
    }
}

/// Checks that a text is one condition. Whether its columns are there, the snapshots know.
fn check(condition: &str) -> Result<(), String> {
    if condition.is_empty() {
        return Err("below the header is a condition, or true".to_owned());
    }
    let sql = format!("SELECT 1 FROM watched WHERE (\n{condition}\n)");
    let statements = DFParser::parse_sql(&sql).map_err(|error| error.strip_backtrace())?;
    if statements.len() == 1 { Ok(()) } else { Err("there must be one condition".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "\
-- id: X9
-- title: A door is open
-- priority: critical
-- watches: doors
-- rests on: doors, gates
-- finds: appeared, became, changed
-- when: now.width > was.width
-- resource: door_name
-- shows: width, height
-- why: so
is_open
  AND NOT is_painted

-- case: one
-- now: door_name
--   front
";

    #[test]
    fn a_file_is_a_header_a_condition_and_cases() {
        let file = RuleFile::parse("x", OPEN).unwrap();
        let rule = &file.rule;
        assert_eq!((rule.id, rule.part(), rule.number()), ("X9", "X", 9));
        assert_eq!((rule.title, rule.priority), ("A door is open", Priority::Critical));
        let watches = rule.watches.as_ref().unwrap();
        assert_eq!((watches.table, watches.resource), ("doors", Some("door_name")));
        assert_eq!(watches.rests_on, ["doors", "gates"]);
        assert!(watches.made_by.is_empty() && watches.known_by.is_empty());
        assert_eq!(watches.finds, [Find::Appeared, Find::Became, Find::Changed]);
        assert_eq!(watches.is_so, "is_open\n  AND NOT is_painted");
        assert_eq!(watches.when, Some("now.width > was.width"));
        assert_eq!(file.cases, [(14, "case: one"), (15, "now: door_name"), (16, "  front")]);
    }

    #[test]
    fn an_event_needs_no_table() {
        let text = "-- id: X1\n-- title: Someone came in\n-- priority: info\n-- event: ConsoleLogin\n";
        let rule = RuleFile::parse("x", text).unwrap().rule;
        assert_eq!((rule.event, rule.watches), (Some("ConsoleLogin"), None));
    }

    #[test]
    fn an_event_is_known_by_the_resource_unless_other_columns_are_said() {
        for (lines, expected) in [
            ("-- made by: Open, Break", vec!["door_name"]),
            ("-- made by: Open, Break\n-- known by: door_name, width", vec!["door_name", "width"]),
        ] {
            let rule = RuleFile::parse("x", OPEN.replacen("-- why: so", lines, 1).leak()).unwrap().rule;
            let watches = rule.watches.unwrap();
            assert_eq!((watches.made_by, watches.known_by), (vec!["Open", "Break"], expected));
        }
    }

    #[test]
    fn a_rule_may_say_what_its_events_change() {
        let text = OPEN.replacen("-- why: so", "-- made by: Open\n-- sets: is_open, width", 1);
        let watches = RuleFile::parse("x", text.leak()).unwrap().rule.watches.unwrap();
        assert_eq!(watches.sets, ["is_open", "width"]);
    }

    #[test]
    fn what_is_heard_is_looked_for_among_events_besides() {
        let text = OPEN.replacen("-- why: so", "-- event: Open\n-- heard: actor_type = 'Root'", 1);
        let rule = RuleFile::parse("x", text.leak()).unwrap().rule;
        let tables: Vec<&str> = rule.looks_for().map(|it| it.table).collect();
        assert_eq!((tables, rule.hears()), (vec!["doors", "activity"], true));
        assert_eq!(rule.heard.unwrap().is_so, "actor_type = 'Root'");
    }

    #[test]
    fn an_error_names_the_file_and_the_line() {
        for (was, is, line, why) in [
            ("X9", "nine", 1, "the header needs -- id: with a letter and a number"),
            ("-- title: A door is open", "-- why: x", 1, "the header needs -- title:"),
            ("-- priority: critical", "-- why: x", 1, "the header needs -- priority:"),
            ("critical", "huge", 3, "\"huge\" is no priority: critical, error, warning, notice or info"),
            ("-- watches", "-- wacthes", 4, "there is no -- wacthes:"),
            (
                "-- watches: doors",
                "-- why: x",
                1,
                "the header needs -- watches: a table, or -- event: what it cannot be found without",
            ),
            ("-- watches: doors", "-- event: x", 11, "without -- watches: there is nothing to find and no condition"),
            (
                "became, changed",
                "begun, changed",
                6,
                "\"begun\" is none of appeared, became, changed, ended, gone, still",
            ),
            ("became, changed", "became", 7, "-- finds: changed and -- when: need each other"),
            ("-- when: now.width > was.width", "-- why: x", 1, "-- finds: changed and -- when: need each other"),
            (
                "-- finds: appeared, became, changed\n-- when: now.width > was.width\n",
                "",
                1,
                "the header needs -- finds:",
            ),
            ("is_open\n  AND NOT is_painted\n", "", 11, "below the header is a condition, or true"),
            ("-- why: so", "-- known by: width", 10, "-- known by: needs -- made by:"),
            ("-- why: so", "-- sets: width", 10, "-- sets: needs -- made by:"),
            ("-- why: so", "-- heard: true", 10, "-- heard: needs -- event: which event it is"),
            ("-- why: so", "-- why", 10, "a line of the header is -- name: value"),
            ("-- case: one\n", "-- case: one\ntrue\n", 15, "below the query are cases alone"),
        ] {
            let error = RuleFile::parse("x.sql", OPEN.replacen(was, is, 1).leak()).unwrap_err().to_string();
            assert_eq!(error, format!("read config/rules/x.sql, line {line}: {why}"));
        }
    }

    #[test]
    fn a_condition_that_is_no_sql_is_said_with_its_line() {
        for (was, is, line) in [
            ("AND NOT is_painted", "AND (NOT is_painted", 11),
            ("AND NOT is_painted", "AND NOT is_painted; SELECT 1", 11),
            ("AND NOT is_painted", "is_painted", 11),
            ("now.width > was.width", "now.width >", 7),
        ] {
            let error = RuleFile::parse("x.sql", OPEN.replacen(was, is, 1).leak()).unwrap_err();
            assert_eq!((error.file.as_str(), error.line), ("config/rules/x.sql", line), "{is}");
        }
    }
}
