//! One pair, layer by layer, as rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use orgcensus_policy::evaluation::DecidedBy;

use crate::written::word;
use crate::{ByGrant, Explained, Result};

/// A row for each statement, layer by layer; a layer that has none has a row too. A way by a grant of S3 Access Grants
/// has a row, which names the grant and the role of its location. The last row is the result.
pub fn layers(explained: &Explained) -> Result<RecordBatch> {
    let mut rows: Vec<[Option<String>; 6]> = Vec::new();
    for told in &explained.layers {
        let (layer, says) = (Some(word(told.layer)), Some(word(told.says)));
        if told.statements.is_empty() {
            rows.push([layer.clone(), says.clone(), None, None, None, None]);
        }
        for statement in &told.statements {
            rows.push(row(layer.clone(), says.clone(), statement));
        }
    }
    rows.extend(explained.grants.iter().map(by_grant));
    let answer = &explained.answer;
    let mut last = row(Some("result".to_owned()), Some(word(answer.result)), &answer.decided_by);
    last[5] = Some(format!("{}: {}", word(answer.decided_by.layer), answer.decided_by.reason));
    rows.push(last);
    let names = ["layer", "says", "policy", "statement", "sid", "reason"];
    let column =
        |index: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| row[index].clone()).collect::<StringArray>()) };
    let columns = names.iter().enumerate().map(|(index, name)| (*name, column(index), true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn by_grant(way: &ByGrant) -> [Option<String>; 6] {
    let role = match (&way.grant, &way.role) {
        (None, _) => String::new(),
        (Some(_), Some(role)) => format!("by {role}, the role of its location: "),
        (Some(_), None) => "by the role of its location: ".to_owned(),
    };
    let says = Some(word(way.answer.result));
    let reason = Some(format!("{role}{}", way.answer.decided_by.reason));
    [Some("access grant".to_owned()), says, way.grant.clone(), None, None, reason]
}

fn row(layer: Option<String>, says: Option<String>, statement: &DecidedBy) -> [Option<String>; 6] {
    let place = statement.statement.map(|at| at.to_string());
    [layer, says, statement.policy.clone(), place, statement.sid.clone(), Some(statement.reason.to_owned())]
}
