use super::known::Known;
use super::rows::{Region, Seen};
use super::*;

const OWN: &str = "1";

/// What is known: account 2 administers GuardDuty and Security Hub.
fn known(is_delegation_read: bool) -> Known {
    let principals = ["guardduty.amazonaws.com", "securityhub.amazonaws.com"];
    let delegates = principals.map(|it| (it.to_owned(), "2".to_owned())).into();
    Known { is_delegation_read, delegates, ..Known::default() }
}

fn seen(is_on: Option<bool>, administrator: Option<&str>) -> Seen {
    Seen { is_complete: true, is_on, administrator: administrator.map(str::to_owned), missing: None }
}

/// The row of one service, of which this was seen in an account.
fn row(name: &'static str, seen: Seen, account_id: &str, known: &Known) -> SecurityService {
    let region = Region { services: [(name, seen)].into() };
    let mut rows = region.rows(account_id, known);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Who manages it, and the account that does.
fn managed(row: &SecurityService) -> (Option<&str>, Option<&str>) {
    (row.managed_by.as_deref(), row.administrator_account_id.as_deref())
}

#[test]
fn the_collectors_are_those_that_fill_the_tables() {
    for service in &SERVICES {
        let is_read = |it: &&orgcensus_collect::Collector| it.name == service.collector;
        let collector = orgcensus_collectors::COLLECTORS.iter().find(is_read).expect(service.collector);
        assert!(collector.tables.iter().any(|table| READS.contains(table)), "{service:?}");
    }
}

#[test]
fn what_was_not_seen_is_null_and_what_is_off_has_no_manager_and_no_need() {
    let unseen = row(GUARDDUTY, Seen::default(), OWN, &known(true));
    assert_eq!((unseen.is_on, unseen.is_what_it_needs_there, managed(&unseen)), (None, None, (None, None)));
    let off = row(GUARDDUTY, seen(Some(false), Some("2")), OWN, &known(true));
    assert_eq!((off.is_on, off.is_what_it_needs_there, managed(&off)), (Some(false), None, (None, None)));
    // A service that nobody planned to read has no row.
    assert!(Region::default().rows(OWN, &known(true)).is_empty());
}

#[test]
fn who_manages_it() {
    let on = |administrator| seen(Some(true), administrator);
    let told = |name, seen, account_id: &str, known: &Known| {
        let row = row(name, seen, account_id, known);
        (row.managed_by, row.administrator_account_id)
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(told(GUARDDUTY, on(Some("2")), OWN, &known(true)), (text("organization"), text("2")));
    assert_eq!(told(GUARDDUTY, on(None), "2", &known(true)), (text("organization"), text("2")));
    // Account 2 administers other services than Macie for the organization.
    assert_eq!(told(MACIE, on(Some("2")), OWN, &known(true)), (text("administrator"), text("2")));
    assert_eq!(told(GUARDDUTY, on(Some("9")), OWN, &known(true)), (text("administrator"), text("9")));
    assert_eq!(told(GUARDDUTY, on(None), OWN, &known(true)), (text("account"), None));
    // Nobody knows it: the delegated administrators, or the account's own, were not read.
    assert_eq!(told(GUARDDUTY, on(Some("9")), OWN, &known(false)), (None, text("9")));
    assert_eq!(told(GUARDDUTY, on(None), OWN, &known(false)), (None, None));
    let partial = Seen { is_complete: false, ..on(None) };
    assert_eq!(told(GUARDDUTY, partial, OWN, &known(true)), (None, None));
    // The administrator of the newer Security Hub is not read.
    assert_eq!(told(SECURITY_HUB, on(None), OWN, &known(true)), (None, None));
}

#[test]
fn what_it_needs() {
    let on = || seen(Some(true), None);
    let needs = |name, seen| {
        let row = row(name, seen, OWN, &known(true));
        (row.is_what_it_needs_there, row.missing)
    };
    for name in [DETECTIVE, GUARDDUTY, MACIE] {
        assert_eq!(needs(name, on()), (Some(true), None), "{name}");
    }
    for name in [INSPECTOR, SECURITY_HUB, SECURITY_HUB_CSPM] {
        assert_eq!(needs(name, on()), (None, None), "{name}");
    }
    let without = Seen { missing: Some("config_recorder"), ..on() };
    assert_eq!(needs(SECURITY_HUB_CSPM, without), (Some(false), Some("config_recorder".to_owned())));
}

#[test]
fn a_row_that_is_read_says_what_is_on() {
    let mut region = Region { services: [(GUARDDUTY, Seen::default())].into() };
    region.see(GUARDDUTY, Some(true), Some("2"));
    // Its task was not planned here, so nothing is said of it.
    region.see(MACIE, Some(true), None);
    assert!(region.is_on(GUARDDUTY) && !region.is_on(MACIE));
    let rows = region.rows(OWN, &known(true));
    assert_eq!(rows.len(), 1);
    assert_eq!(managed(&rows[0]), (Some("organization"), Some("2")));
}
