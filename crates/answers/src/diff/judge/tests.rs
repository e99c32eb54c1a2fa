use super::*;

/// Two snapshots in words, `<` the older one and `>` the newer one: `<1 r a complete` is the task of collector a in
/// account 1 and region r, `<accounts 1 2` are the accounts that are listed and not closed, `>off 1 r` is a region that
/// account 1 has off. The tasks of one place stand together.
fn both(words: &str) -> Arc<Both> {
    let mut both = Both::default();
    let lines: Vec<(Side, Vec<&str>)> = words.split(", ").filter(|it| !it.is_empty()).map(line).collect();
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    for (side, line) in &lines {
        match line.as_slice() {
            ["off", ..] => {}
            ["accounts", listed @ ..] => {
                let accounts = if *side == Side::From { &mut from } else { &mut to };
                accounts.extend(listed.iter().map(|&it| it.to_owned()));
            }
            [account_id, region, collector, outcome] => {
                both.add_task(*side, Place { account_id, region }, collector, outcome);
            }
            other => panic!("{other:?}"),
        }
    }
    both.end_tasks(Side::From, from);
    both.end_tasks(Side::To, to);
    for (side, line) in &lines {
        if let ["off", account_id, region] = line.as_slice() {
            both.add_region_off(*side, Place { account_id, region });
        }
    }
    Arc::new(both)
}

fn line(line: &str) -> (Side, Vec<&str>) {
    let side = if line.starts_with('<') { Side::From } else { Side::To };
    (side, line[1..].split(' ').collect())
}

/// The judge of a table `t` that rests on these collectors; on all, if there are none.
fn judge(words: &str, collectors: &str, is_derived: bool) -> Judge {
    let named: BTreeSet<String> = collectors.split_whitespace().map(str::to_owned).collect();
    Judge::new(&both(words), "t", (!named.is_empty()).then_some(&named), is_derived)
}

const HERE: Place<'_> = Place { account_id: "1", region: "r" };

fn told((change, why): (Change, Option<String>)) -> String {
    why.map_or(change.to_string(), |why| format!("{change} {why}"))
}

#[test]
fn a_row_is_gone_only_where_all_collectors_were_complete_both_times() {
    for (words, collectors, expected) in [
        ("<1 r a complete, >1 r a complete", "a", "gone"),
        ("<1 r a complete, >1 r a denied", "a", "not_seen to: a denied"),
        ("<1 r a complete, >1 r a partial", "a", "not_seen to: a partial"),
        ("<1 r a partial, >1 r a complete", "a", "not_seen from: a partial"),
        ("<1 r a complete", "a", "not_seen to: a not_run"),
        ("<1 r a complete, >1 r a unsupported", "a", "not_seen to: a unsupported"),
        ("<1 r a complete, >1 r a account_suspended", "a", "not_seen to: a account_suspended"),
        // One of two collectors is enough to hide a row.
        ("<1 r a complete, <1 r b complete, >1 r a complete, >1 r b denied", "a b", "not_seen to: b denied"),
        ("<1 r a complete, <1 r b denied, >1 r a complete, >1 r b denied", "a b", "not_seen to: b denied"),
        ("<1 r a complete, <1 r b denied, >1 r a complete, >1 r b complete", "a b", "not_seen from: b denied"),
        // These had nothing to read, so the row is not theirs.
        ("<1 r a complete, <1 r b unsupported, >1 r a complete, >1 r b unsupported", "a b", "gone"),
        ("<1 r a complete, <1 r b unread, >1 r a complete, >1 r b unread", "a b", "gone"),
        ("<1 r a complete, >1 r a complete, >1 r new denied", "a new", "gone"),
        // Neither another table's collector, nor another place, says anything.
        ("<1 r a complete, >1 r a complete, >1 r c denied, >1 s a denied, >2 r a denied", "a", "gone"),
        // A table that is not known rests on all tasks.
        ("<1 r a complete, <1 r c complete, >1 r a complete, >1 r c failed", "", "not_seen to: c failed"),
        ("", "a", "not_seen no task of this table was complete there"),
        // Collectors that run for the organization: their tasks are counted for the management account.
        (
            "<9 global organization complete, >9 global organization complete, <accounts 1 9, >accounts 1 9",
            "organization",
            "gone",
        ),
        (
            "<9 global organization complete, >9 global organization denied, <accounts 1 9, >accounts 1 9",
            "organization",
            "not_seen to: organization denied",
        ),
    ] {
        assert_eq!(told(judge(words, collectors, false).lost(HERE)), expected, "{words}");
    }
}

/// The organization and account 1, read completely both times.
const WHOLE: &str =
    "<9 global organization complete, >9 global organization complete, <1 r a complete, >1 r a complete";

#[test]
fn an_account_that_has_left_and_a_region_that_is_off_are_told_as_that() {
    let read = "<9 global organization complete, <1 global account_regions complete, <1 r a complete";
    for (more, expected) in [
        (">9 global organization complete, <accounts 1 9, >accounts 9, >1 r a denied", "account_left"),
        (">9 global organization complete, <accounts 1 9, >accounts 9, >1 r a complete", "account_left"),
        (">9 global organization complete, <accounts 1 9, >accounts 9", "account_left"),
        (">9 global organization partial, <accounts 1 9, >accounts 9", "not_seen to: a not_run"),
        (
            ">9 global organization complete, >accounts 1 9, >1 global account_regions complete, >off 1 r, \
             >1 r a region_disabled",
            "region_off",
        ),
        (
            ">9 global organization complete, >accounts 1 9, >1 global account_regions denied, >off 1 r, \
             >1 r a region_disabled",
            "not_seen to: a region_disabled",
        ),
        (">9 global organization complete, >accounts 9, >1 global account_regions complete, >off 1 r", "account_left"),
    ] {
        assert_eq!(told(judge(&format!("{read}, {more}"), "a", false).lost(HERE)), expected, "{more}");
    }
}

#[test]
fn a_row_has_appeared_only_where_the_older_snapshot_saw_that_it_was_not_there() {
    for (words, collectors, expected) in [
        ("<1 r a complete, >1 r a complete", "a", "appeared"),
        ("<1 r a complete, >1 r a partial", "a", "appeared"),
        ("<1 r a denied, >1 r a complete", "a", "not_seen from: a denied"),
        ("<1 r a partial, >1 r a complete", "a", "not_seen from: a partial"),
        (">1 r a complete", "a", "not_seen from: a not_run"),
        ("<1 r a unsupported, >1 r a complete", "a", "appeared"),
        // Who is denied both times has not brought it.
        ("<1 r a complete, <1 r b denied, >1 r a complete, >1 r b denied", "a b", "appeared"),
        ("<1 r a complete, <1 r b denied, >1 r a complete, >1 r b complete", "a b", "not_seen from: b denied"),
        // The account has joined since.
        (
            "<9 global organization complete, >9 global organization complete, <accounts 9, >1 r a complete",
            "a",
            "appeared",
        ),
        (
            "<9 global organization denied, >9 global organization complete, <accounts 9, >1 r a complete",
            "a",
            "not_seen from: a not_run",
        ),
        // The region was off.
        ("<1 global account_regions complete, <1 r a region_disabled, <off 1 r, >1 r a complete", "a", "appeared"),
    ] {
        assert_eq!(told(judge(words, collectors, false).found(HERE)), expected, "{words}");
    }
}

#[test]
fn a_derived_row_is_gone_only_if_all_facts_were_seen_in_all_accounts() {
    for (more, expected) in [
        ("<accounts 1 9, >accounts 1 9", "gone"),
        ("<2 s a complete, >2 s a complete, <accounts 1 2 9, >accounts 1 2 9", "gone"),
        ("<2 s a complete, >2 s a denied, <accounts 1 2 9, >accounts 1 2 9", "not_seen to: a denied in 2 s"),
        ("<2 s a failed, >2 s a complete, <accounts 1 2 9, >accounts 1 2 9", "not_seen from: a failed in 2 s"),
        ("<2 s a complete, <accounts 1 2 9, >accounts 1 2 9", "not_seen to: a not_run in 2 s"),
        // An account that has left, or has joined, was not missed.
        ("<2 s a complete, <accounts 1 2 9, >accounts 1 9", "gone"),
        (">2 s a complete, <accounts 1 9, >accounts 1 2 9", "gone"),
        // Suspended, unsupported and unread both times: no fact is missing this time that was there before.
        ("<2 s a account_suspended, >2 s a account_suspended, <accounts 1 2 9, >accounts 1 2 9", "gone"),
        ("<2 s a unsupported, >2 s a unsupported, <accounts 1 2 9, >accounts 1 2 9", "gone"),
        // What the table does not rest on.
        ("<2 s b complete, >2 s b denied, <accounts 1 2 9, >accounts 1 2 9", "gone"),
    ] {
        let words = format!("{WHOLE}, {more}");
        assert_eq!(told(judge(&words, "a", true).lost(HERE)), expected, "{more}");
        assert_eq!(told(judge(&words, "a", false).lost(HERE)), "gone", "what is collected needs its own place only");
    }
    let words = "<9 global organization partial, >9 global organization complete, <1 r a complete, >1 r a complete, \
        <accounts 1 9, >accounts 1 9";
    let told = told(judge(words, "a", true).lost(HERE));
    assert_eq!(told, "not_seen from: organization partial in 9 global", "the accounts and the tree are facts too");
}

#[test]
fn a_null_is_short_where_values_may_be_missing() {
    let words = "<1 r a complete, >1 r a partial";
    let collected = judge(words, "a", false);
    assert_eq!(collected.short(Side::To, HERE).as_deref(), Some("to: a partial"));
    assert_eq!(collected.short(Side::From, HERE), None);
    let derived =
        judge(&format!("{WHOLE}, <2 s a complete, >2 s a denied, <accounts 1 2 9, >accounts 1 2 9"), "a", true);
    assert_eq!(derived.short(Side::To, HERE).as_deref(), Some("to: a denied in 2 s"));
    assert!(derived.has_verdicts() && !collected.has_verdicts());
}

#[test]
fn what_tells_of_the_run_is_known() {
    let both = both("<1 r a denied, >1 r b denied");
    let judge = Judge::new(&both, "coverage", None, false);
    assert_eq!(told(judge.lost(HERE)), "gone");
    assert_eq!(told(judge.found(HERE)), "appeared");
    assert_eq!(judge.short(Side::To, HERE), None);
}

#[test]
fn a_place_is_unseen_unless_all_was_seen_there_both_times() {
    let unseen = |words: &str, collectors: &str, is_derived| -> Vec<String> {
        let unseen = judge(words, collectors, is_derived).unseen();
        let place =
            |it: &Unseen| it.place.as_ref().map_or("-".to_owned(), |(account, region)| format!("{account} {region}"));
        unseen.iter().map(|it| format!("{} {}", place(it), it.reason)).collect()
    };
    let nothing: [&str; 0] = [];
    for words in [
        "<1 r a complete, >1 r a complete",
        "<1 r a region_disabled, >1 r a region_disabled, <1 s a complete, >1 s a complete",
        "<1 r a complete, >1 r a complete, >1 r b denied",
    ] {
        assert_eq!(unseen(words, "a", false), nothing, "{words}");
    }
    for (words, expected) in [
        ("<1 r a complete, >1 r a denied", "1 r to: a denied"),
        ("<1 r a denied, >1 r a denied", "1 r to: a denied"),
        ("<1 r a partial, >1 r a complete", "1 r from: a partial"),
        ("<1 r a complete", "1 r to: a not_run"),
        ("<1 r b complete, >1 r b complete", "- no task of this table was complete"),
        ("", "- no task of this table was complete"),
    ] {
        assert_eq!(unseen(words, "a", false), [expected], "{words}");
    }
    let whole = "<9 global organization complete, >9 global organization complete, <accounts 1 9, >accounts 9, ";
    let left = format!("{whole}<1 r a complete, <9 r a complete, >9 r a complete");
    assert_eq!(unseen(&left, "a", false), nothing, "an account that left hides nothing");
    let facts = format!("{whole}<9 r a complete, >9 r a denied");
    assert_eq!(unseen(&facts, "a", true), ["- to: a denied in 9 r"]);
}
