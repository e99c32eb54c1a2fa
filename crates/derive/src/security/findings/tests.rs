use super::copies::Copied;
use super::*;

const ADMINISTRATOR: &str = "2";
const HERE: &str = "eu";
const FIRST: &str = "us";

fn service(name: &str) -> &'static Service {
    SERVICES.iter().find(|service| service.name == name).unwrap()
}

fn counts(high: i64) -> Counts {
    Counts([Some(0), Some(high), Some(0), Some(0)])
}

/// What was read completely: the service is on.
fn read(high: i64) -> Told {
    Told { is_complete: true, is_on: Some(true), counts: counts(high), reason: None }
}

fn copy(high: i64, region: &str) -> Copied {
    Copied::new(counts(high), ADMINISTRATOR, region, None)
}

/// The number of high findings, whether it is a copy, who counted it and where, and the reason.
type Said<'a> = (Option<i64>, Option<bool>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn said(row: &SecurityFindingCount) -> Said<'_> {
    let by = (row.counted_by_account_id.as_deref(), row.counted_in_region.as_deref());
    (row.high_count, row.is_copy, by.0, by.1, row.reason.as_deref())
}

#[test]
fn the_collectors_are_those_that_count() {
    for service in &SERVICES {
        let is_read = |it: &&orgcensus_collect::Collector| it.name == service.collector;
        let collector = orgcensus_collectors::COLLECTORS.iter().find(is_read).expect(service.collector);
        assert!(collector.tables.iter().any(|table| RESTS_ON.contains(table)), "{service:?}");
    }
}

#[test]
fn copies_count_only_where_the_account_was_not_read() {
    let own = |high| (Some(high), Some(false), Some("1"), Some(HERE), None);
    let copied = |high| (Some(high), Some(true), Some(ADMINISTRATOR), Some(HERE), None);
    let none = |reason| (None, None, None, None, Some(reason));
    let partial = || Told { is_complete: false, counts: Counts::default(), ..read(0) };
    let off = Told { is_on: Some(false), counts: Counts::default(), ..read(0) };
    let too_many = Told { counts: Counts::default(), reason: Some("too_many_findings".to_owned()), ..read(0) };
    // What the account says, the copy that there is, and what is counted.
    for (told, high, expected) in [
        (read(3), None, own(3)),
        (read(3), Some(5), own(3)),
        // It gave its own figures, whatever else of the task could not be read.
        (Told { is_complete: false, ..read(3) }, Some(5), own(3)),
        (off.clone(), Some(5), none("off")),
        (Told { is_complete: false, ..off }, Some(5), none("off")),
        (too_many, Some(5), none("too_many_findings")),
        // It is on, all calls were answered, and AWS said no number.
        (Told { counts: Counts::default(), ..read(0) }, None, none("not_read")),
        // Security Hub has no row where it is off.
        (Told { is_complete: true, ..Told::default() }, None, none("off")),
        (partial(), Some(5), copied(5)),
        (partial(), None, none("not_read")),
        (Told::default(), Some(5), copied(5)),
        (Told::default(), None, none("not_read")),
    ] {
        let mut copies = Copies::with(&["1"]);
        if let Some(high) = high {
            copies.add(("1", HERE, GUARDDUTY), copy(high, HERE));
        }
        let row = told.counted(service(GUARDDUTY), "1", HERE, &copies);
        assert_eq!(said(&row), expected, "{told:?} {high:?}");
        // A copy is of one service, account and region.
        let row = Told::default().counted(service(INSPECTOR), "1", HERE, &copies);
        assert_eq!(said(&row), none("not_read"));
    }
    let row = Told::default().counted(service(MACIE), "1", HERE, &Copies::with(&["1"]));
    assert_eq!(said(&row), none("not_by_account"));
    let paused = Told { is_on: Some(false), is_complete: true, ..Told::default() };
    let row = paused.counted(service(MACIE), "1", HERE, &Copies::default());
    assert_eq!(said(&row), none("off"));
}

#[test]
fn of_several_copies_one_with_counts_is_taken_and_none_of_what_was_read() {
    let place = ("1", HERE, SECURITY_HUB_CSPM);
    let cut = || Copied::new(Counts::default(), ADMINISTRATOR, FIRST, Some("too_many_findings"));
    let mut copies = Copies::with(&["1"]);
    copies.add(place, cut());
    let row = Told::default().counted(service(SECURITY_HUB_CSPM), "1", HERE, &copies);
    assert_eq!(said(&row), (None, None, None, None, Some("too_many_findings")));
    copies.add(place, copy(4, FIRST));
    copies.add(place, cut());
    copies.add(place, copy(9, HERE));
    let row = Told::default().counted(service(SECURITY_HUB_CSPM), "1", HERE, &copies);
    assert_eq!(said(&row), (Some(4), Some(true), Some(ADMINISTRATOR), Some(FIRST), None));
    copies.add(("3", HERE, SECURITY_HUB_CSPM), copy(4, FIRST));
    assert_eq!(copies.of("3", HERE, SECURITY_HUB_CSPM), None, "account 3 was read");
}

#[test]
fn the_sum_has_every_finding_once() {
    // An administrator with three members in two regions; the first of them gathers findings. Member 5 was denied in
    // both, member 4 in one.
    let findings = [
        (ADMINISTRATOR, FIRST, 1),
        (ADMINISTRATOR, HERE, 2),
        ("3", FIRST, 4),
        ("3", HERE, 8),
        ("4", FIRST, 16),
        ("4", HERE, 32),
        ("5", FIRST, 64),
        ("5", HERE, 128),
    ];
    let is_denied = |account_id: &str, region: &str| account_id == "5" || (account_id == "4" && region == HERE);
    for name in [GUARDDUTY, SECURITY_HUB_CSPM] {
        let mut copies = Copies::with(&["4", "5"]);
        for (account_id, region, high) in findings {
            // The administrator has all of them: GuardDuty's in their region, Security Hub's where they are gathered,
            // and if that was not linked, in their region too.
            let regions = if name == GUARDDUTY { vec![region] } else { vec![FIRST, region] };
            for seen_in in regions.into_iter().filter(|it| (account_id, region) != (ADMINISTRATOR, *it)) {
                copies.add((account_id, region, service(name).name), copy(high, seen_in));
            }
        }
        let rows: Vec<SecurityFindingCount> = findings
            .into_iter()
            .map(|(account_id, region, high)| {
                let told = if is_denied(account_id, region) { Told::default() } else { read(high) };
                told.counted(service(name), account_id, region, &copies)
            })
            .collect();
        let sum = |is_copy: bool| -> i64 {
            rows.iter().filter(|row| row.is_copy == Some(is_copy)).filter_map(|row| row.high_count).sum()
        };
        assert_eq!((sum(false), sum(true)), (1 + 2 + 4 + 8 + 16, 32 + 64 + 128), "{name}");
    }
}
