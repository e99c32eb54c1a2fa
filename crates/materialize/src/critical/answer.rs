//! The rows about one resource. Pure.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::evaluation::Outcome;
use orgcensus_reach::{Access, Asked, Written, left_in_words, word};

use super::CriticalAccess;
use super::tagged::Tagged;

/// The most rows of one action on one resource, or on a part of it.
const ROWS_MAX: usize = 1_000;

/// A question, and what was answered.
pub(crate) struct Answered {
    pub(crate) action: String,
    pub(crate) arn: String,
    pub(crate) answer: Asked,
}

/// Who, in which way, does what.
type Way = (String, String, Vec<String>);

/// The rows of a resource: of each action the answer about the whole comes before those about its parts, of which those
/// are left out that say no more than it.
pub(crate) fn rows_of(tagged: &Tagged, answered: Vec<Answered>, has_more_parts: bool) -> Vec<CriticalAccess> {
    let mut rows = Vec::new();
    let mut whole: BTreeMap<Way, Outcome> = BTreeMap::new();
    let mut asked = BTreeSet::new();
    for Answered { action, arn, answer } in answered {
        let Asked { rows: mut found, is_cut, accounts_left } = answer;
        let way = |it: &Access| (action.clone(), it.principal.clone(), it.via.clone());
        let is_whole = asked.insert(action.clone());
        if is_whole {
            whole.extend(found.iter().map(|it| (way(it), it.answer.result)));
        } else {
            let says_no_more =
                |of_whole: &Outcome, it: &Access| [Outcome::Allowed, it.answer.result].contains(of_whole);
            found.retain(|it| !whole.get(&way(it)).is_some_and(|of_whole| says_no_more(of_whole, it)));
        }
        let about =
            |row: CriticalAccess| CriticalAccess { action: Some(action.clone()), asked_arn: Some(arn.clone()), ..row };
        if found.is_empty() && is_whole && !is_cut {
            let nobody = tagged.not_asked("nobody can");
            rows.push(about(CriticalAccess { result: word(Outcome::Denied), is_complete: true, ..nobody }));
        }
        let left_out = found.len().saturating_sub(ROWS_MAX);
        rows.extend(found.iter().take(ROWS_MAX).map(|it| about(row(tagged, it))));
        let left = left_in_words(accounts_left);
        if left_out > 0 {
            let more = tagged.not_asked(&format!("there are more rows than are kept{left}"));
            let left_out_count = i64::try_from(left_out).ok();
            rows.push(about(CriticalAccess { left_out_count, ..more }));
        } else if is_cut {
            let others = format!("there may be others, who are too many to be looked for{left}");
            rows.push(about(tagged.not_asked(&others)));
        }
    }
    if has_more_parts {
        rows.push(tagged.not_asked("policies speak of parts of it that were not asked about"));
    }
    for (ordinal, row) in (0..).zip(&mut rows) {
        row.ordinal = ordinal;
    }
    rows
}

/// Who can, as a row.
fn row(tagged: &Tagged, access: &Access) -> CriticalAccess {
    let answer = Written::of(&access.answer);
    CriticalAccess {
        principal: Some(access.principal.clone()),
        principal_type: Some(access.principal_type.to_owned()),
        principal_account_id: access.account_id.clone(),
        via: access.via.clone(),
        result: answer.result,
        conditions_json: answer.conditions_json,
        caller_must_json: answer.caller_must_json,
        decided_by_layer: Some(answer.decided_by_layer),
        decided_by_policy: answer.decided_by_policy,
        is_complete: answer.is_complete,
        ..tagged.not_asked(&answer.reason)
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::evaluation::{Answer, DecidedBy, Layer};

    use super::*;

    fn tagged() -> Tagged {
        let [account_id, region, arn, resource_type] =
            ["1", "eu-west-1", "arn:aws:s3:::data", "s3_bucket"].map(str::to_owned);
        Tagged { account_id, region, arn, resource_type }
    }

    fn access(principal: &str, result: Outcome) -> Access {
        let layer = Layer::Identity;
        let decided_by = DecidedBy { layer, policy: None, statement: None, sid: None, reason: "so", assumed: None };
        Access {
            principal: principal.to_owned(),
            principal_type: "role",
            account_id: None,
            action: String::new(),
            resource_arn: String::new(),
            via: Vec::new(),
            answer: Answer { result, conditions: Vec::new(), caller_must: Vec::new(), decided_by },
        }
    }

    fn answered(arn: &str, rows: Vec<Access>) -> Answered {
        let answer = Asked { rows, ..Asked::default() };
        Answered { action: "s3:GetObject".to_owned(), arn: arn.to_owned(), answer }
    }

    fn words(rows: &[CriticalAccess]) -> Vec<String> {
        let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
        rows.iter()
            .map(|it| format!("{} {} {} {}", it.ordinal, text(&it.asked_arn), text(&it.principal), it.result))
            .collect()
    }

    #[test]
    fn of_a_part_only_what_the_whole_does_not_say_is_told() {
        let whole =
            vec![access("a", Outcome::Allowed), access("b", Outcome::Conditional), access("c", Outcome::Unknown)];
        let part = vec![
            access("a", Outcome::Conditional),
            access("b", Outcome::Allowed),
            access("c", Outcome::Unknown),
            access("d", Outcome::Unknown),
        ];
        let rows = rows_of(&tagged(), vec![answered("w", whole), answered("p", part)], true);
        let expected =
            ["0 w a allowed", "1 w b conditional", "2 w c unknown", "3 p b allowed", "4 p d unknown", "5 - - unknown"];
        assert_eq!(words(&rows), expected);
        assert_eq!(rows.iter().map(|it| it.is_complete).collect::<Vec<_>>(), [true, true, false, true, false, false]);
    }

    #[test]
    fn nobody_is_a_row_and_what_is_left_out_is_counted() {
        let rows = rows_of(&tagged(), vec![answered("w", Vec::new()), answered("p", Vec::new())], false);
        assert_eq!(words(&rows), ["0 w - denied"]);
        let many = (0..ROWS_MAX + 7).map(|at| access(&at.to_string(), Outcome::Allowed)).collect();
        let cut = Asked { is_cut: true, accounts_left: 12, ..Asked::default() };
        let cut = Answered { answer: cut, ..answered("w", Vec::new()) };
        let rows = rows_of(&tagged(), vec![cut], false);
        assert_eq!(words(&rows), ["0 w - unknown"], "somebody may be above the bound");
        assert!(rows[0].reason.ends_with("not everyone was looked at: 12"), "{}", rows[0].reason);
        let rows = rows_of(&tagged(), vec![answered("w", many)], false);
        let last = rows.last().unwrap();
        assert_eq!((rows.len(), last.left_out_count, last.result.as_str()), (ROWS_MAX + 1, Some(7), "unknown"));
        assert!(rows[..ROWS_MAX].iter().all(|it| it.left_out_count.is_none() && it.principal.is_some()));
    }
}
