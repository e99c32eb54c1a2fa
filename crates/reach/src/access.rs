//! A row of the answer.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringArray, StringBuilder};
use arrow::record_batch::RecordBatch;
use orgcensus_policy::evaluation::{Answer, Outcome};

use crate::Result;
use crate::written::Written;

/// Who may do what on what, or may be able to, by which way.
#[derive(Debug, Clone)]
pub struct Access {
    /// The ARN of a user, a role, a session or a root user; an account, a service, an identity provider; the name of a
    /// person in Identity Center; `anonymous` for unsigned requests; `*` for anyone else, or for any service.
    pub principal: String,
    /// user, role, session, root, account, service, provider, person or anyone.
    pub principal_type: &'static str,
    /// The principal's account.
    pub account_id: Option<String>,
    /// The action.
    pub action: String,
    /// The resource: an ARN, a pattern of ARNs, or `*`.
    pub resource_arn: String,
    /// The steps that lead there: the roles that are assumed, the group and the permission set by which a person
    /// enters; a grant of S3 Access Grants, and the role of its location; last an access point by which the resource is
    /// reached. None: directly.
    pub via: Vec<String>,
    /// The result, of the weakest step; on what it depends, and what decided about the last one.
    pub answer: Answer,
}

impl Access {
    fn order(&self) -> (&str, &str, &str, &str, &[String]) {
        (&self.action, &self.resource_arn, &self.principal, self.principal_type, &self.via)
    }
}

/// Rows in an order that does not depend on how they were found.
pub(crate) fn sort(rows: &mut Vec<Access>) {
    rows.sort_by(|one, other| {
        let rank = |it: &Access| (it.via.len(), rank(it.answer.result));
        (&one.action, &one.resource_arn, rank(one), one.order()).cmp(&(
            &other.action,
            &other.resource_arn,
            rank(other),
            other.order(),
        ))
    });
    rows.dedup_by(|later, earlier| later.order() == earlier.order());
}

/// The weakest comes last.
pub(crate) fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Allowed => 0,
        Outcome::Conditional => 1,
        Outcome::Unknown => 2,
        Outcome::Denied => 3,
    }
}

/// A step, and one that must be done before it.
pub(crate) fn both(last: &Answer, before: &Answer) -> Answer {
    let weakest = if rank(before.result) > rank(last.result) { before } else { last };
    let conditions = together(&before.conditions, &last.conditions);
    let conditions = if weakest.result == Outcome::Conditional { conditions } else { Vec::new() };
    let caller_must = [before.caller_must.as_slice(), last.caller_must.as_slice()].concat();
    Answer { result: weakest.result, conditions, caller_must, decided_by: weakest.decided_by.clone() }
}

/// The conditions of two steps: one of the alternatives of each must hold. Of many, the simplest are enough.
pub(crate) fn together<T: Clone>(before: &[Vec<T>], last: &[Vec<T>]) -> Vec<Vec<T>> {
    match (before.is_empty(), last.is_empty()) {
        (true, _) => last.to_vec(),
        (_, true) => before.to_vec(),
        _ => {
            let with =
                |one: &Vec<T>| last.iter().map(|it| [one.as_slice(), it.as_slice()].concat()).collect::<Vec<_>>();
            before.iter().flat_map(with).take(MAX_ALTERNATIVES).collect()
        }
    }
}

/// The most alternatives that an answer lists.
const MAX_ALTERNATIVES: usize = 4;

/// The rows as a table.
pub fn batch(rows: &[Access]) -> Result<RecordBatch> {
    let rows: Vec<(&Access, Written)> = rows.iter().map(|it| (it, Written::of(&it.answer))).collect();
    let texts = |text: &dyn Fn(&Access, &Written) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(|(it, answer)| text(it, answer)).collect::<StringArray>())
    };
    let mut via = ListBuilder::new(StringBuilder::new());
    for (row, _) in &rows {
        for step in &row.via {
            via.values().append_value(step);
        }
        via.append(true);
    }
    let columns: [(&str, ArrayRef); 13] = [
        ("principal", texts(&|it, _| Some(it.principal.clone()))),
        ("principal_type", texts(&|it, _| Some(it.principal_type.to_owned()))),
        ("principal_account_id", texts(&|it, _| it.account_id.clone())),
        ("action", texts(&|it, _| Some(it.action.clone()))),
        ("resource_arn", texts(&|it, _| Some(it.resource_arn.clone()))),
        ("result", texts(&|_, answer| Some(answer.result.clone()))),
        ("via", Arc::new(via.finish())),
        ("conditions_json", texts(&|_, answer| answer.conditions_json.clone())),
        ("caller_must_json", texts(&|_, answer| answer.caller_must_json.clone())),
        ("decided_by_layer", texts(&|_, answer| Some(answer.decided_by_layer.clone()))),
        ("decided_by_policy", texts(&|_, answer| answer.decided_by_policy.clone())),
        ("decided_by_statement", texts(&|_, answer| answer.decided_by_statement.map(|at| at.to_string()))),
        ("reason", texts(&|_, answer| Some(answer.reason.clone()))),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))?)
}
