use super::known::Administration;
use super::rows::{ReadService, Region};
use super::*;

const OWN: &str = "1";

/// What is known: account 2 administers GuardDuty and Security Hub.
fn known(is_delegation_read: bool) -> Administration {
    let principals = ["guardduty.amazonaws.com", "securityhub.amazonaws.com"];
    let delegates = principals.map(|it| (it.to_owned(), "2".to_owned())).into();
    Administration { is_delegation_read, delegates, ..Administration::default() }
}

fn seen(is_on: Option<bool>, administrator: Option<&str>) -> ReadService {
    ReadService { is_complete: true, is_on, administrator: administrator.map(str::to_owned), ..ReadService::default() }
}

/// The row of one service, of which this was seen in an account.
fn row(name: &'static str, seen: ReadService, account_id: &str, known: &Administration) -> SecurityService {
    let region = Region { services: [(name, seen)].into(), ..Region::default() };
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
    let unseen = row(GUARDDUTY, ReadService::default(), OWN, &known(true));
    assert_eq!((unseen.is_on, unseen.is_what_it_needs_there, managed(&unseen)), (None, None, (None, None)));
    let off = row(GUARDDUTY, seen(Some(false), Some("2")), OWN, &known(true));
    assert_eq!((off.is_on, off.is_what_it_needs_there, managed(&off)), (Some(false), None, (None, None)));
    // A service that nobody planned to read has no row.
    assert!(Region::default().rows(OWN, &known(true)).is_empty());
}

#[test]
fn who_manages_it() {
    let on = |administrator| seen(Some(true), administrator);
    let told = |name, seen, account_id: &str, known: &Administration| {
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
    let partial = ReadService { is_complete: false, ..on(None) };
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
    let without = ReadService { missing: Some("config_recorder"), ..on() };
    assert_eq!(needs(SECURITY_HUB_CSPM, without), (Some(false), Some("config_recorder".to_owned())));
}

#[test]
fn a_row_that_is_read_says_what_is_on() {
    let mut region = Region { services: [(GUARDDUTY, ReadService::default())].into(), ..Region::default() };
    region.see(GUARDDUTY, Some(true), Some("2"));
    // Its task was not planned here, so nothing is said of it.
    region.see(MACIE, Some(true), None);
    assert!(region.is_on(GUARDDUTY) && !region.is_on(MACIE));
    let rows = region.rows(OWN, &known(true));
    assert_eq!(rows.len(), 1);
    assert_eq!(managed(&rows[0]), (Some("organization"), Some("2")));
}

#[test]
fn a_trail_of_the_account_or_of_the_organization_logs() {
    let trail = |account_id: &str, region: &str, is_multi_region, is_of_organization, is_logging| trails::Trail {
        account_id: account_id.to_owned(),
        region: region.to_owned(),
        is_multi_region: Some(is_multi_region),
        is_of_organization,
        is_logging,
        is_refused: false,
    };
    let own = |is_multi_region, is_logging| trail(OWN, "us", is_multi_region, Some(false), is_logging);
    let shared = |is_multi_region, is_of| trail("m", "us", is_multi_region, is_of, Some(true));
    let here = trail(OWN, "eu", false, Some(false), Some(true));
    // The trails, whether the account's and the organization's were all read, whether one logs, and who manages it.
    for (trails, are_own_read, are_others_read, is_on, managed_by) in [
        (vec![], true, true, Some(false), None),
        (vec![], false, true, None, None),
        (vec![], true, false, None, None),
        (vec![here.clone()], true, true, Some(true), Some("account")),
        (vec![here.clone()], true, false, Some(true), None),
        (vec![own(true, Some(true))], true, true, Some(true), Some("account")),
        (vec![own(false, Some(true))], true, true, Some(false), None),
        (vec![own(true, Some(false))], true, true, Some(false), None),
        (vec![own(true, None)], true, true, None, None),
        (vec![shared(true, Some(true))], false, true, Some(true), Some("organization")),
        (vec![shared(false, Some(true))], true, true, Some(false), None),
        (vec![shared(true, Some(false))], true, true, Some(false), None),
        (vec![shared(true, None)], true, true, None, None),
        (vec![here, shared(true, Some(true))], true, true, Some(true), Some("organization")),
    ] {
        let all: Vec<&trails::Trail> = trails.iter().collect();
        let seen = trails::cloudtrail(OWN, "eu", &all, are_own_read, are_others_read);
        let row = row(CLOUDTRAIL, seen, OWN, &known(true));
        assert_eq!((row.is_on, row.managed_by.as_deref()), (is_on, managed_by), "{trails:?} {are_others_read}");
        let needs = (is_on == Some(true)).then_some(true);
        assert_eq!((row.is_what_it_needs_there, row.missing), (needs, None), "{trails:?}");
    }
    let refused = trails::Trail { is_refused: true, ..own(true, Some(true)) };
    let row = row(CLOUDTRAIL, trails::cloudtrail(OWN, "eu", &[&refused], true, true), OWN, &known(true));
    assert_eq!((row.is_what_it_needs_there, row.missing.as_deref()), (Some(false), Some("bucket")));
}

#[test]
fn an_analyzer_of_the_account_or_of_the_organization_looks() {
    let analyzer = |account_id: &str, kind: Option<&str>, is_of_organization, is_active| analyzers::Analyzer {
        account_id: account_id.to_owned(),
        region: "eu".to_owned(),
        access_kind: kind.map(str::to_owned),
        is_of_organization,
        is_active,
    };
    let external = Some(analyzers::EXTERNAL);
    let own = |is_active| analyzer(OWN, external, Some(false), is_active);
    for (found, are_read, is_on, managed) in [
        (vec![], true, Some(false), (None, None)),
        (vec![], false, None, (None, None)),
        (vec![own(Some(true))], true, Some(true), (Some("account"), None)),
        (vec![own(Some(true))], false, Some(true), (None, None)),
        (vec![own(Some(false))], true, Some(false), (None, None)),
        (vec![own(None)], true, None, (None, None)),
        (vec![analyzer(OWN, Some(analyzers::UNUSED), Some(false), Some(true))], true, Some(false), (None, None)),
        (vec![analyzer("2", external, Some(true), Some(true))], true, Some(true), (Some("organization"), Some("2"))),
        (vec![analyzer("2", None, Some(true), Some(true))], true, None, (None, None)),
    ] {
        let all: Vec<&analyzers::Analyzer> = found.iter().collect();
        let row = row(ACCESS_ANALYZER, analyzers::access_analyzer(OWN, &all, true, are_read), OWN, &known(true));
        let is_by = (row.managed_by.as_deref(), row.administrator_account_id.as_deref());
        assert_eq!((row.is_on, is_by), (is_on, managed), "{found:?} {are_read}");
        assert_eq!(row.is_what_it_needs_there, (is_on == Some(true)).then_some(true), "{found:?}");
    }
}

#[test]
fn security_hub_needs_a_recorder_that_leaves_out_nothing() {
    let recorder = |is_recording, is_all_types, has_global_types, excluded: Option<&[&str]>| recorders::Recorder {
        is_recording,
        is_all_types: Some(is_all_types),
        has_global_types: Some(has_global_types),
        excluded_types: excluded.map(|types| types.iter().map(|it| (*it).to_owned()).collect()),
    };
    let all = || recorder(Some(true), true, true, None);
    let of_iam: &[&str] = &["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"];
    let vpc: &[&str] = &["AWS::EC2::VPC"];
    // The recorders, whether there is a channel, whether all was read; whether Config is on; what Security Hub has.
    for (found, has_channel, are_read, is_on, needs, unrecorded) in [
        (vec![], true, true, Some(false), Some(false), None),
        (vec![], true, false, None, None, None),
        (vec![all()], true, true, Some(true), Some(true), Some(&[][..])),
        (vec![all()], false, true, Some(false), Some(false), None),
        (vec![all()], false, false, None, None, None),
        (vec![recorder(Some(false), true, true, None)], true, true, Some(false), Some(false), None),
        (vec![recorder(Some(false), true, true, None)], true, false, Some(false), Some(false), None),
        (vec![recorder(None, true, true, None)], true, true, None, None, None),
        (vec![recorder(Some(true), true, false, None)], true, true, Some(true), None, Some(of_iam)),
        // Some types by name: what it leaves out is all others.
        (vec![recorder(Some(true), false, false, None)], true, true, Some(true), None, None),
        (vec![recorder(Some(true), false, false, Some(vpc))], true, true, Some(true), None, Some(vpc)),
        (vec![recorder(Some(true), false, false, Some(&[]))], true, true, Some(true), Some(true), Some(&[][..])),
    ] {
        let config = recorders::config(&found, has_channel, are_read);
        assert_eq!(config.is_on, is_on, "{found:?} {has_channel} {are_read}");
        let (has_needs, missing, unrecorded_types) = recorders::needs_of_hub(config.is_on, &found);
        let on = ReadService { has_needs, missing, unrecorded_types, ..seen(Some(true), None) };
        let row = row(SECURITY_HUB_CSPM, on, OWN, &known(true));
        let types = row.unrecorded_types.as_ref().map(|types| types.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((row.is_what_it_needs_there, types.as_deref()), (needs, unrecorded), "{found:?}");
        assert_eq!(row.missing.is_some(), needs == Some(false), "{found:?}");
    }
}
