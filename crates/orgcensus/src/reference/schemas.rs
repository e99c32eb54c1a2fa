//! Tables only grow: each one's columns and types as they were are kept in `crates/orgcensus/schemas`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::reference::arrow_type::athena;
use crate::reference::tables;

/// A table's columns with their types.
type Columns = BTreeMap<String, String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn parse(text: &str) -> Columns {
    text.lines().filter_map(|line| line.split_once(' ')).map(|(name, is)| (name.to_owned(), is.to_owned())).collect()
}

fn kept() -> BTreeMap<String, Columns> {
    let files = std::fs::read_dir(folder()).into_iter().flatten().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .map(|(name, text)| (name, parse(&text)))
        .collect()
}

fn current() -> BTreeMap<String, Columns> {
    let columns = |table: &orgcensus_row::Table| {
        table.columns().into_iter().map(|it| (it.name.to_owned(), athena(&it.data_type))).collect()
    };
    tables().iter().map(|table| (table.name.to_owned(), columns(table))).collect()
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
    let (kept, current) = (kept(), current());
    let broken = broken(&kept, &current);
    let unless =
        "(Of a version that nobody has used yet, delete the line or file in crates/orgcensus/schemas by hand.)";
    assert!(broken.is_empty(), "\n  {}\n{unless}", broken.join("\n  "));
    if kept == current {
        return;
    }
    let is_accepted = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
    assert!(
        is_accepted,
        "columns were added: INSTA_UPDATE=always cargo test -p orgcensus writes them down; commit that"
    );
    for (table, columns) in &current {
        let lines: String = columns.iter().map(|(name, is)| format!("{name} {is}\n")).collect();
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(folder().join(format!("{table}.txt")), lines).unwrap();
    }
}

#[test]
fn a_rename_and_another_type_are_refused_and_an_addition_is_not() {
    let table = |text: &str| BTreeMap::from([("queues".to_owned(), parse(text))]);
    let was = table("arn string\nsize int\n");
    assert!(broken(&was, &table("arn string\nsize int\nadded boolean\n")).is_empty());
    assert!(broken(&was, &table("arn string\nsize bigint\n")).is_empty());
    assert!(broken(&was, &table("arn string\nlength int\n"))[0].contains("queues.size is gone or renamed"));
    assert!(broken(&was, &table("arn string\nsize string\n"))[0].contains("was int and is string"));
    assert!(broken(&was, &BTreeMap::new())[0].contains("table queues is gone"));
}
