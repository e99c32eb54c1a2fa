//! Of each type of resource, how many anyone, someone outside, or another account can reach.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Declared, facts};
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Cell, Column, Row, Table};

pub(crate) const SECTION: Declared = Declared {
    id: "types",
    title: "Types of resources by reach",
    is_brief: false,
    read: |asked| Box::pin(read(asked)),
};

/// The definitions of G11, each with two columns: how many are so, and of how many it is not known.
const DEFINITIONS: [&str; 3] = ["public", "external", "in_org"];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let (shares, facts) = facts::table(asked, "G11", "Resources that have a policy, or are shared", &["G11"]).await?;
    if facts.iter().any(|fact| fact["error"].is_string()) {
        return Ok(vec![Block::Table(shares)]);
    }
    let columns = [
        Column::text("resource_type", "type"),
        Column::number("resource_count", "resources"),
        Column::number("public", "public"),
        Column::number("public_unknown", "not known"),
        Column::number("external", "outside"),
        Column::number("external_unknown", "not known"),
        Column::number("in_org", "in the organization"),
        Column::number("in_org_unknown", "not known"),
    ];
    let rows = rows(&facts);
    let coverage_percent = facts.first().and_then(|fact| fact["coverage_percent"].as_f64());
    let note = "What is public is among what is reached from outside. Not known is where a policy or what blocks it was \
                not read, or is of a kind that is not read.";
    Ok(vec![Block::Table(Table {
        columns: columns.to_vec(),
        count: rows.len() as u64,
        rows,
        coverage_percent,
        note: Some(note.to_owned()),
        ..shares
    })])
}

/// One row for each type: the three rows of the answer beside each other.
fn rows(facts: &[Value]) -> Vec<Row> {
    let mut types: BTreeMap<&str, BTreeMap<&str, &Value>> = BTreeMap::new();
    for fact in facts {
        let word = |name: &str| fact[name].as_str().unwrap_or_default();
        types.entry(word("population")).or_default().insert(word("definition"), fact);
    }
    let row = |(name, shares): (&str, BTreeMap<&str, &Value>)| {
        let count = |definition: &str, column: &str| shares.get(definition).and_then(|fact| fact[column].as_u64());
        let all = count("public", "denominator").zip(count("public", "unknown_count"));
        let mut cells = vec![Cell::Name(name.to_owned()), cell(all.map(|(known, unknown)| known + unknown))];
        for definition in DEFINITIONS {
            cells.extend(["numerator", "unknown_count"].map(|column| cell(count(definition, column))));
        }
        Row { key: Some(name.to_owned()), cells }
    };
    types.into_iter().map(row).collect()
}

fn cell(count: Option<u64>) -> Cell {
    count.map_or(Cell::Nothing, |it| Cell::Number(it.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rows_of_a_type_stand_beside_each_other() {
        let fact = |definition: &str, numerator: u64| {
            json!({
                "population": "sqs_queue", "definition": definition, "numerator": numerator, "denominator": 10,
                "unknown_count": 2,
            })
        };
        let rows = rows(&[fact("external", 4), fact("in_org", 5), fact("public", 3)]);
        let numbers = ["12", "3", "2", "4", "2", "5", "2"].map(|it| Cell::Number(it.into()));
        let cells = [Cell::Name("sqs_queue".into())].into_iter().chain(numbers).collect();
        assert_eq!(rows, [Row { key: Some("sqs_queue".into()), cells }]);
    }
}
