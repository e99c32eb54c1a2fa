//! What a rule says of a pair of rows. Pure: was so, is so, what is looked for; a word out.

use crate::diff::Next;
use crate::rule::Find;

/// What a rule says of a pair of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// It is what the rule looks for.
    Found,
    /// It may be: what decides is null.
    Unknown,
    /// It is no change: it was so and is so.
    Still,
    /// It is nothing for this rule.
    Nothing,
}

/// The verdict. `was` and `now` say whether the rows of the two sides are so, `when` is the answer of the rule's own
/// condition on both rows; null is none.
pub(crate) fn verdict(
    finds: &[Find],
    next: Next,
    [was, now]: [Option<bool>; 2],
    when: Option<bool>,
    with_states: bool,
) -> Says {
    let says = |find: &Find| match (find, next) {
        (Find::Appeared, Next::Found) => certain(now),
        (Find::Gone, Next::Lost) => certain(was),
        (Find::Became, Next::Both) => turned(was, now),
        (Find::Ended, Next::Both) => turned(was.map(|it| !it), now.map(|it| !it)),
        (Find::Changed, Next::Both) => certain(both(now, when)),
        (Find::Still, Next::Both) if with_states && was == Some(true) && now == Some(true) => Says::Still,
        _ => Says::Nothing,
    };
    let said: Vec<Says> = finds.iter().map(says).collect();
    let order = [Says::Found, Says::Unknown, Says::Still];
    order.into_iter().find(|it| said.contains(it)).unwrap_or(Says::Nothing)
}

fn certain(is_so: Option<bool>) -> Says {
    match is_so {
        Some(true) => Says::Found,
        Some(false) => Says::Nothing,
        None => Says::Unknown,
    }
}

/// Whether it was not and now is. Where it was and is unknown, there is no sign of a change.
fn turned(was: Option<bool>, now: Option<bool>) -> Says {
    match (was, now) {
        (Some(false), Some(true)) => Says::Found,
        (None, Some(true)) | (Some(false), None) => Says::Unknown,
        _ => Says::Nothing,
    }
}

/// The AND of SQL.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), Some(true)) => Some(true),
        (Some(false), _) | (_, Some(false)) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter for each answer: `!` found, `?` unknown, `=` still, `.` nothing.
    fn letter(says: Says) -> char {
        match says {
            Says::Found => '!',
            Says::Unknown => '?',
            Says::Still => '=',
            Says::Nothing => '.',
        }
    }

    const ANY: [Option<bool>; 3] = [Some(false), Some(true), None];

    /// The answers where the newer row is not so, is so, and where that is not known.
    fn told(find: Find, next: Next, was: Option<bool>) -> String {
        ANY.map(|now| letter(verdict(&[find], next, [was, now], None, true))).iter().collect()
    }

    #[test]
    fn what_one_side_has_is_found_if_it_is_so() {
        assert_eq!(told(Find::Appeared, Next::Found, None), ".!?");
        assert_eq!(ANY.map(|was| told(Find::Gone, Next::Lost, was)), ["...", "!!!", "???"]);
        assert_eq!(told(Find::Appeared, Next::Both, Some(false)), "...");
        assert_eq!(told(Find::Became, Next::Found, None), "...", "a row that has appeared became nothing");
        assert_eq!(told(Find::Gone, Next::Found, None), "...");
    }

    #[test]
    fn what_both_sides_have_is_found_if_it_turned() {
        assert_eq!(ANY.map(|was| told(Find::Became, Next::Both, was)), [".!?", "...", ".?."]);
        assert_eq!(ANY.map(|was| told(Find::Ended, Next::Both, was)), ["...", "!.?", "?.."]);
        assert_eq!(ANY.map(|was| told(Find::Still, Next::Both, was)), ["...", ".=.", "..."]);
    }

    #[test]
    fn a_change_needs_its_condition_and_a_row_that_is_so() {
        let told = |now| {
            ANY.map(|when| letter(verdict(&[Find::Changed], Next::Both, [Some(true), now], when, false)))
                .iter()
                .collect::<String>()
        };
        assert_eq!(ANY.map(told), ["...", ".!?", ".??"]);
    }

    #[test]
    fn the_surest_answer_is_told_once_and_states_only_if_they_are_asked_for() {
        let finds = [Find::Still, Find::Changed];
        let says = |when, with_states| verdict(&finds, Next::Both, [Some(true); 2], when, with_states);
        assert_eq!([says(Some(true), true), says(None, true)], [Says::Found, Says::Unknown]);
        assert_eq!([says(Some(false), true), says(Some(false), false)], [Says::Still, Says::Nothing]);
    }
}
