use super::*;

fn place<'a>(account_id: &'a str, region: &'a str) -> Place<'a> {
    Place { account_id, region }
}

#[test]
fn equal_outcomes_are_kept_once_for_all_places() {
    let mut both = Both::default();
    for account in 0..1000 {
        for region in ["eu-west-1", "us-east-1"] {
            both.add_task(Side::From, place(&format!("{account:012}"), region), "a", "complete");
            let outcome = if account == 7 { "denied" } else { "complete" };
            both.add_task(Side::From, place(&format!("{account:012}"), region), "b", outcome);
        }
    }
    both.end_tasks(Side::From, BTreeSet::new());
    assert_eq!((both.from.tasks.len(), both.places().len()), (3, 2000), "none, all complete, one denied");
    let collectors = both.collectors(None);
    let ends = |account| both.ends(both.tasks(place(account, "us-east-1")), collectors[1]);
    assert_eq!(ends("000000000006"), [Ended::Complete, Ended::NotRun]);
    assert_eq!(ends("000000000007"), [Ended::Gap, Ended::NotRun]);
    assert_eq!(ends("000000001000"), [Ended::NotRun; 2]);
    let words = both.words(Side::From, both.tasks(place("000000000007", "us-east-1")), collectors[1]);
    assert_eq!(words, "from: b denied");
}

#[test]
fn an_account_is_out_only_by_a_list_that_was_read_completely() {
    for (outcome, expected) in [("complete", true), ("partial", false), ("denied", false)] {
        let mut both = Both::default();
        both.add_task(Side::To, place("1", "global"), ORGANIZATION, outcome);
        both.end_tasks(Side::To, BTreeSet::from(["1".to_owned()]));
        assert_eq!(both.is_account_out(Side::To, "2"), expected, "{outcome}");
        assert!(!both.is_account_out(Side::To, "1") && !both.is_account_out(Side::From, "2"));
    }
}

#[test]
fn a_region_is_off_only_by_a_list_that_was_read_completely() {
    for (outcome, expected) in [("complete", true), ("denied", false)] {
        let mut both = Both::default();
        both.add_task(Side::To, place("1", "global"), ACCOUNT_REGIONS, outcome);
        both.end_tasks(Side::To, BTreeSet::new());
        both.add_region_off(Side::To, place("1", "af-south-1"));
        assert_eq!(both.is_region_off(Side::To, place("1", "af-south-1")), expected, "{outcome}");
        assert!(!both.is_region_off(Side::To, place("1", "eu-west-1")));
        assert!(!both.is_region_off(Side::To, place("2", "af-south-1")));
    }
}
