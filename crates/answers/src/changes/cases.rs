//! The cases that stand below each rule's condition: the rows of two snapshots in, what is found out. One test runs them
//! all.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
use datafusion::prelude::SessionContext;
use orgcensus_collectors::COLLECTORS;
use orgcensus_collectors::cloudtrail::activity::{OF_IAM, OF_REGIONS, OF_ROOT};
use orgcensus_derive::DERIVATIONS;

use super::Found;
use super::watch::Watch;
use crate::cases::{COLUMNS, array};
use crate::column_type;
use crate::diff::{ACTIVITY, Change, Difference, Next, WholePairs};
use crate::rule::{Find, Watched};
use crate::rule_file::RuleFile;
use crate::rules::FILES;

/// One row of a case: its cells by the names of their columns. What is not named is null.
type Cells = BTreeMap<&'static str, &'static str>;

/// The rows of both snapshots, and what a rule must find in them.
#[derive(Debug, Default)]
struct Case {
    line: usize,
    was: Vec<Cells>,
    now: Vec<Cells>,
    /// Events of the newer snapshot, of a rule that looks for events besides.
    heard: Vec<Cells>,
    answers: Vec<&'static str>,
}

fn cases(file: &str, lines: &[(usize, &'static str)]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let (mut side, mut columns): (_, Vec<&'static str>) = ("", Vec::new());
    for &(line, text) in lines {
        if text.starts_with("case: ") {
            cases.push(Case { line, ..Case::default() });
            continue;
        }
        let case = cases.last_mut().expect("the first line begins a case");
        if let Some(row) = text.strip_prefix("  ") {
            let cells: Vec<&str> = row.split(", ").collect();
            assert_eq!(cells.len(), columns.len(), "{file}:{line}: its cells");
            let cells = columns.iter().copied().zip(cells).collect();
            match side {
                "was" => case.was.push(cells),
                "now" => case.now.push(cells),
                _ => case.heard.push(cells),
            }
            continue;
        }
        match text.split_once(": ") {
            Some(("answer", answer)) => case.answers.push(answer),
            Some((of @ ("was" | "now" | "heard"), names)) => (side, columns) = (of, names.split(", ").collect()),
            _ => panic!("{file}:{line}: neither was: nor now: nor heard: columns nor answer: …"),
        }
    }
    cases
}

/// A cell, with what the engine stamps on rows.
fn cell(row: &Cells, column: &str) -> &'static str {
    let stamp = match column {
        "organization_id" => "o-1",
        "account_id" => "1",
        "region" => "global",
        _ => "null",
    };
    row.get(column).copied().unwrap_or(stamp)
}

/// The columns of a table that rules may read.
fn fields(table: &str) -> Vec<Field> {
    let columns = COLUMNS.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|words| words[0] == table);
    let fields = columns.map(|words| Field::new(words[1], column_type::parse(words[2]).expect(words[2]), true));
    fields.filter(|field| !field.data_type().is_nested()).collect()
}

/// What tells a table's rows apart.
fn key(table: &str) -> Vec<&'static str> {
    let tables = orgcensus_crawl::tables(COLLECTORS, DERIVATIONS);
    let found = tables.iter().find(|it| it.name == table).unwrap_or_else(|| panic!("there is no table {table}"));
    ["account_id", "region"].into_iter().chain(found.key.iter().copied()).collect()
}

fn columns(rows: &[Option<&Cells>], fields: &[Field]) -> Vec<ArrayRef> {
    let column = |field: &Field| {
        let cells: Vec<&str> = rows.iter().map(|row| row.map_or("null", |row| cell(row, field.name()))).collect();
        array(field.data_type(), &cells)
    };
    fields.iter().map(column).collect()
}

impl Case {
    /// Its rows, matched by the table's key, where all tasks were complete both times.
    fn pairs(&self, table: &str, fields: &[Field]) -> WholePairs {
        let key = key(table);
        let keyed = |rows: &'_ [Cells]| -> BTreeMap<Vec<&'static str>, Cells> {
            rows.iter().map(|row| (key.iter().map(|name| cell(row, name)).collect(), row.clone())).collect()
        };
        let (was, now) = (keyed(&self.was), keyed(&self.now));
        assert_eq!((was.len(), now.len()), (self.was.len(), self.now.len()), "line {}: a key stands twice", self.line);
        let keys: BTreeSet<&Vec<&str>> = was.keys().chain(now.keys()).collect();
        let (mut pairs, mut older, mut newer) = (Vec::new(), Vec::new(), Vec::new());
        for it in keys {
            let (from, to) = (was.get(it), now.get(it));
            let (next, change) = match (from, to) {
                (Some(_), None) => (Next::Lost, Change::Gone),
                (None, _) => (Next::Found, Change::Appeared),
                (Some(from), Some(to)) if from == to => (Next::Both, Change::Still),
                _ => (Next::Both, Change::Changed),
            };
            pairs.push((next, difference(table, change, it)));
            older.push(from);
            newer.push(to);
        }
        WholePairs::new(pairs, fields, [columns(&older, fields), columns(&newer, fields)]).unwrap()
    }

    /// Its events, of which the older snapshot knows nothing.
    fn events(&self) -> WholePairs {
        let case = Self { line: self.line, now: self.heard.clone(), ..Self::default() };
        case.pairs(ACTIVITY, &fields(ACTIVITY))
    }
}

/// What `diff` says of a row of this key.
fn difference(table: &str, change: Change, key: &[&str]) -> Difference {
    Difference {
        table_name: table.to_owned(),
        change,
        organization_id: "o-1".to_owned(),
        account_id: Some(key[0].to_owned()),
        account_name: None,
        region: Some(key[1].to_owned()),
        row_key: (key.len() > 2).then(|| key[2..].join(" ")),
        column_name: None,
        was: None,
        now: None,
        reason: None,
    }
}

/// `arn:b changed: false -> true`; without a resource its account, without shown columns no values.
fn answer(found: &Found, watched: &Watched) -> String {
    let resource = found.resource.as_ref().or(found.account_id.as_ref()).expect("what it is about");
    let values = match watched.shows.is_empty() {
        true => String::new(),
        false => {
            let text = |value: &Option<String>| value.clone().unwrap_or("null".into());
            format!(": {} -> {}", text(&found.was), text(&found.now))
        }
    };
    format!("{resource} {}{values}", found.change)
}

#[test]
fn every_rule_answers_its_cases() {
    let engine = SessionContext::new();
    for &(name, text) in FILES {
        let file = RuleFile::parse(name, text).unwrap();
        let cases = cases(name, &file.cases);
        let rule = &file.rule;
        assert!(cases.is_empty() || rule.looks_for().next().is_some(), "{name}: what looks for nothing has no rows");
        let mut answers = vec![Vec::new(); cases.len()];
        for watched in rule.looks_for() {
            let fields = fields(watched.table);
            let watch = Watch::open(&engine, &fields, rule, watched).unwrap_or_else(|why| panic!("{name}: {why}"));
            let is_heard = rule.heard.as_ref() == Some(watched);
            let (mut said, mut is_silent) = (BTreeSet::new(), false);
            for (case, answers) in cases.iter().zip(&mut answers) {
                let pairs = if is_heard { case.events() } else { case.pairs(watched.table, &fields) };
                let found = watch.found(&pairs, true, |_, _| None).unwrap();
                answers.extend(found.iter().map(|it| answer(it, watched)));
                said.extend(found.iter().map(|it| it.change.as_str()));
                is_silent = is_silent || found.len() < pairs.pairs.len();
            }
            assert!(is_silent, "{name}: no case has a row of {} that the rule passes over", watched.table);
            for find in &watched.finds {
                let change = match find {
                    Find::Appeared => "appeared",
                    Find::Became | Find::Changed | Find::Ended => "changed",
                    Find::Gone => "gone",
                    Find::Still => "still",
                };
                assert!(said.contains(change), "{name}: no case has a row of {} that is {change}", watched.table);
            }
        }
        for (case, answers) in cases.iter().zip(answers) {
            assert_eq!(answers, case.answers, "{name}:{}", case.line);
        }
    }
}

/// An event that nobody reads would never be found.
#[test]
fn the_events_that_rules_look_for_are_read() {
    let known: BTreeSet<&str> = OF_REGIONS.iter().chain(&OF_IAM).chain(&OF_ROOT).copied().collect();
    let mut looked_for = BTreeSet::new();
    for &(name, text) in FILES {
        let rule = RuleFile::parse(name, text).unwrap().rule;
        // All of root's are read.
        let event = rule.event.filter(|event| *event != "every event of root");
        let events: BTreeSet<&str> = rule.looks_for().flat_map(|it| it.made_by.clone()).chain(event).collect();
        assert!(events.is_subset(&known), "{name}: {events:?}");
        looked_for.extend(events);
    }
    assert!(looked_for.len() > 10, "{looked_for:?}");
}

/// Where a rule says what it rests on, the table rests on that as well.
#[test]
fn what_a_rule_rests_on_is_among_what_its_table_rests_on() {
    for &(name, text) in FILES {
        let Some(watched) = RuleFile::parse(name, text).unwrap().rule.watches else { continue };
        let tasks = orgcensus_crawl::rests_on(COLLECTORS, DERIVATIONS, watched.table);
        assert!(watched.rests_on.iter().all(|task| tasks.contains(task)), "{name}");
    }
}

/// What a rule does not read cannot have made it find something.
#[test]
fn the_columns_that_an_event_sets_are_read() {
    for &(name, text) in FILES {
        let rule = RuleFile::parse(name, text).unwrap().rule;
        let Some(watched) = &rule.watches else { continue };
        let watch = Watch::open(&SessionContext::new(), &fields(watched.table), &rule, watched).unwrap();
        let columns = watch.columns();
        assert!(watched.sets.iter().all(|&column| columns.contains(column)), "{name}");
    }
}

#[test]
fn a_null_that_was_not_read_is_no_change() {
    let text = "-- id: X1\n-- title: x\n-- priority: info\n-- watches: iam_users\n-- finds: became, appeared\n\
        COALESCE(group_count, 0) = 0\n";
    let rule = RuleFile::parse("x", text).unwrap().rule;
    let watched = rule.watches.as_ref().unwrap();
    let fields = fields(watched.table);
    let watch = Watch::open(&SessionContext::new(), &fields, &rule, watched).unwrap();
    let row = |group_count| Cells::from([("arn", "a"), ("group_count", group_count)]);
    let found = |was: Vec<Cells>, now: Vec<Cells>, is_short: bool| -> Vec<(Change, Option<String>)> {
        let case = Case { was, now, ..Case::default() };
        let short = |_, _: &Difference| is_short.then(|| "to: users partial".to_owned());
        let found = watch.found(&case.pairs(watched.table, &fields), false, short).unwrap();
        found.into_iter().map(|it| (it.change, it.reason)).collect()
    };
    let unknown = || vec![(Change::Unknown, Some("to: users partial".to_owned()))];
    assert_eq!(found(vec![row("1")], vec![row("null")], false), [(Change::Changed, None)]);
    assert_eq!(found(vec![row("1")], vec![row("null")], true), unknown());
    assert_eq!(found(vec![], vec![row("null")], true), unknown());
    assert_eq!(found(vec![row("1")], vec![row("0")], true), [(Change::Changed, None)]);
}
