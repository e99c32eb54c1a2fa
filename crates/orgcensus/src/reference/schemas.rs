//! Tables only grow: each one's columns, with their types and ids, stay as they are in `crates/row/data/columns.tsv`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::reference::arrow_type::athena;
use crate::reference::tables;

/// A table's columns with their types.
type Columns = BTreeMap<String, String>;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../row/data/columns.tsv")
}

fn text() -> String {
    std::fs::read_to_string(path()).unwrap_or_default()
}

fn kept(text: &str) -> BTreeMap<String, Columns> {
    let mut kept = BTreeMap::<_, Columns>::new();
    for line in text.lines() {
        let words: Vec<_> = line.split('\t').collect();
        let [table, name, is, _] = words.as_slice() else { panic!("a line that is none: {line}") };
        kept.entry((*table).to_owned()).or_default().insert((*name).to_owned(), (*is).to_owned());
    }
    kept
}

fn current() -> BTreeMap<String, Columns> {
    let columns = |table: &orgcensus_row::Table| {
        table.columns().into_iter().map(|it| (it.name.to_owned(), athena(&it.data_type))).collect()
    };
    tables().iter().map(|table| (table.name.to_owned(), columns(table))).collect()
}

/// The file with what is new: ids after the table's largest, in the order of the columns. Lines that are there stay, but
/// for a type that became wider.
fn with_new(text: &str) -> String {
    let mut lines = Vec::new();
    let mut was = BTreeMap::<&str, Vec<Vec<&str>>>::new();
    for line in text.lines() {
        let words: Vec<_> = line.split('\t').collect();
        was.entry(words[0]).or_default().push(words);
    }
    let tables = tables();
    for (name, columns) in was.iter().filter(|(name, _)| tables.iter().all(|table| table.name != **name)) {
        lines.extend(columns.iter().map(|words| (*name, words.join("\t"))));
    }
    for table in &tables {
        let known = was.get(table.name).map(Vec::as_slice).unwrap_or_default();
        let ids = known.iter().flat_map(|words| words[3].split(' ')).map(|id| id.parse::<i32>().unwrap());
        let mut next = ids.max().unwrap_or(0) + 1;
        lines.extend(known.iter().map(|words| (table.name, words.join("\t"))));
        for column in table.columns() {
            if known.iter().any(|words| words[1] == column.name) {
                continue;
            }
            let count = i32::try_from(orgcensus_row::ids::count(&column.data_type)).unwrap();
            let ids: Vec<_> = (next..next + count).map(|id| id.to_string()).collect();
            next += count;
            let words = [table.name, column.name, &athena(&column.data_type), &ids.join(" ")];
            lines.push((table.name, words.join("\t")));
        }
    }
    // Stable: the columns of a table keep their order.
    lines.sort_by_key(|(table, _)| *table);
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

/// What would break readers of older snapshots, in words that say what to do.
fn broken(kept: &BTreeMap<String, Columns>, current: &BTreeMap<String, Columns>) -> Vec<String> {
    let mut broken = Vec::new();
    for (table, columns) in kept {
        let Some(now) = current.get(table) else {
            broken.push(format!("table {table} is gone: keep it, also if nothing fills it any more"));
            continue;
        };
        for (name, was) in columns {
            match now.get(name) {
                None => broken.push(format!(
                    "{table}.{name} is gone or renamed: Athena reads by name, so keep the column and add another"
                )),
                // The one change that every engine reads.
                Some(is) if was == "int" && is == "bigint" => {}
                Some(is) if is != was => broken.push(format!(
                    "{table}.{name} was {was} and is {is}: readers would fail or misread; add a column of another name"
                )),
                Some(_) => {}
            }
        }
    }
    broken
}

#[test]
fn tables_only_grow() {
    let text = text();
    let (kept, current) = (kept(&text), current());
    let broken = broken(&kept, &current);
    let unless = "(Of a version that nobody has used yet, delete the line in crates/row/data/columns.tsv by hand.)";
    assert!(broken.is_empty(), "\n  {}\n{unless}", broken.join("\n  "));
    let new = with_new(&text);
    if new == text {
        return;
    }
    let is_accepted = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
    assert!(is_accepted, "columns were added: scripts/generate writes them down; commit that");
    std::fs::write(path(), new).unwrap();
}

#[test]
fn every_column_of_every_table_has_its_ids() {
    for table in tables() {
        for column in table.columns() {
            let (ids, wanted) = (table.ids(column.name), orgcensus_row::ids::count(&column.data_type));
            assert_eq!(ids.len(), wanted, "{}.{}: {ids:?}", table.name, column.name);
        }
    }
}

#[test]
fn a_rename_and_another_type_are_refused_and_an_addition_is_not() {
    let table = |columns: &[(&str, &str)]| {
        let columns = columns.iter().map(|(name, is)| ((*name).to_owned(), (*is).to_owned()));
        BTreeMap::from([("queues".to_owned(), columns.collect::<Columns>())])
    };
    let arn = ("arn", "string");
    let was = table(&[arn, ("size", "int")]);
    assert!(broken(&was, &table(&[arn, ("size", "int"), ("added", "boolean")])).is_empty());
    assert!(broken(&was, &table(&[arn, ("size", "bigint")])).is_empty());
    assert!(broken(&was, &table(&[arn, ("length", "int")]))[0].contains("queues.size is gone or renamed"));
    assert!(broken(&was, &table(&[arn, ("size", "string")]))[0].contains("was int and is string"));
    assert!(broken(&was, &BTreeMap::new())[0].contains("table queues is gone"));
}
