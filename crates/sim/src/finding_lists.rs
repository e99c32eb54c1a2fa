//! Findings one by one, as GuardDuty and Macie have them: one call lists their ids, another describes some of these.

use crate::context::Context;
use crate::place::Place;
use serde_json::{Value, json};

/// A finding.
pub(crate) struct Finding {
    /// It begins with the account's id, so that it says where to look for it.
    pub(crate) id: String,
    /// The place of its severity among all of its service, the worst first.
    pub(crate) severity: usize,
    pub(crate) is_archived: bool,
}

/// All findings about a place, by the dice of this name: of each severity so many open ones, then so many archived.
pub(crate) fn all(place: &Place<'_>, name: &str, counts: impl IntoIterator<Item = (i64, i64)>) -> Vec<Finding> {
    let mut dice = place.dice(name);
    let mut all = Vec::new();
    for (severity, (open, archived)) in counts.into_iter().enumerate() {
        for number in 0..open + archived {
            let id = format!("{}{}", place.account.id, dice.hex(20));
            all.push(Finding { id, severity, is_archived: number >= open });
        }
    }
    all
}

/// The accounts whose findings a call asks for, and whether it asks for those alone that are not archived. `archived`
/// and `equals` are the service's words for this.
pub(crate) fn asked_for(context: &Context<'_>, archived: &str, equals: &str) -> (Vec<String>, bool) {
    let criteria = context.request.structure("findingCriteria").cloned().unwrap_or_default();
    let values = |field: &str| -> Vec<String> {
        let listed = criteria["criterion"][field][equals].as_array().cloned().unwrap_or_default();
        listed.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    (values("accountId"), values(archived) == ["false"])
}

/// The ids as a call wants them: the worst first, by the service's name of that field, or by id.
pub(crate) fn ids(context: &Context<'_>, mut found: Vec<Finding>, severity: &str) -> Vec<Value> {
    let order = context.request.structure("sortCriteria").cloned().unwrap_or_default();
    match order["attributeName"] == severity && order["orderBy"] == "DESC" {
        true => found.sort_by_key(|it| it.severity),
        false => found.sort_by(|one, other| one.id.cmp(&other.id)),
    }
    found.into_iter().map(|it| json!(it.id)).collect()
}
