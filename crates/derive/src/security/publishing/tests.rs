use super::super::buses::Target;
use super::super::rows::{Manager, ReadService};
use super::super::shared::Taker;
use super::super::targets::Found;
use super::*;

const OWN: &str = "1";
const ADMINISTRATOR: &str = "2";
const HERE: &str = "eu";
const ELSEWHERE: &str = "us";

const QUEUE: &str = "arn:aws:sqs:eu:1:alarms";
const GONE: &str = "arn:aws:sqs:eu:1:gone";

const GUARDDUTY_ALL: &str = r#"{"source":["aws.guardduty"]}"#;
const GUARDDUTY_TYPE: &str = r#"{"source":["aws.guardduty"],"detail":{"type":["Recon"]}}"#;
const GUARDDUTY_OTHER_TYPES: &str = r#"{"source":["aws.guardduty"],"detail":{"type":[{"anything-but":"Recon"}]}}"#;
const HUB_ALL: &str = r#"{"source":["aws.securityhub"]}"#;
const HUB_GUARDDUTY: &str = r#"{"source":["aws.securityhub"],"detail":{"findings":{"ProductName":["GuardDuty"]}}}"#;
const HUB_INSPECTOR: &str = r#"{"source":["aws.securityhub"],"detail":{"findings":{"ProductName":["Inspector"]}}}"#;
const MACIE_ALL: &str = r#"{"source":["aws.macie"]}"#;
const INSPECTOR_ALL: &str = r#"{"source":["aws.inspector2"]}"#;
const TRAIL_ALL: &str = r#"{"source":["aws.cloudtrail"]}"#;
const ANALYZER_ALL: &str = r#"{"source":["aws.access-analyzer"]}"#;
const EXTERNAL_ALL: &str = r#"{"detail-type":["Access Analyzer Finding"]}"#;

/// A small organization: account 1, of which is told, and account 2, which administers.
struct World {
    regions: BTreeMap<String, Region>,
    known: Administration,
    lives: Lives,
}

fn rule(pattern: &str, target: &str) -> Rule {
    let target = Target { arn: Some(target.to_owned()), has_role: false };
    Rule { pattern: pattern.to_owned(), is_enabled: Some(true), targets: vec![target], target_count: Some(1) }
}

impl World {
    /// Account 1 has a service on and all else off, all rules were read, and nothing listens.
    fn with(service: &'static str, administrator: Option<&str>) -> Self {
        let off = ReadService { is_complete: true, is_on: Some(false), ..ReadService::default() };
        let on = ReadService {
            is_on: Some(true),
            administrator: administrator.map(str::to_owned),
            manager: Manager::Administrator,
            ..off.clone()
        };
        let services = [(SECURITY_HUB_CSPM, off), (service, on)].into();
        let here = Region { services, are_rules_read: true, ..Region::default() };
        let elsewhere = Region { are_rules_read: true, ..Region::default() };
        let mut known = Administration { is_delegation_read: true, ..Administration::default() };
        known.shared.analyzing.insert(ADMINISTRATOR.to_owned());
        for (region, collector) in [HERE, ELSEWHERE].into_iter().flat_map(|it| TASKS.map(|task| (it, task))) {
            known.shared.tasks.insert((ADMINISTRATOR.to_owned(), region.to_owned(), collector), true);
        }
        let is_there = |is_there| Found { is_there: Some(is_there), topic: None };
        let lives = Lives::with([(QUEUE, is_there(true)), (GONE, is_there(false))]);
        let regions = [(HERE.to_owned(), here), (ELSEWHERE.to_owned(), elsewhere)].into();
        Self { regions, known, lives }
    }

    /// A rule of the account itself.
    fn own(mut self, region: &str, pattern: &str, target: &str) -> Self {
        self.regions.get_mut(region).unwrap().rules.push(rule(pattern, target));
        self
    }

    /// A rule of the administrator.
    fn of_administrator(mut self, region: &str, pattern: &str) -> Self {
        let bus = (ADMINISTRATOR.to_owned(), region.to_owned());
        self.known.shared.rules.entry(bus).or_default().push(rule(pattern, QUEUE));
        self
    }

    /// Something of the account was not read.
    fn changed(mut self, change: impl FnOnce(&mut Region)) -> Self {
        change(self.regions.get_mut(HERE).unwrap());
        self
    }

    /// A task of the administrator did not read all.
    fn unread(mut self, region: &str, collector: &'static str) -> Self {
        self.known.shared.tasks.insert((ADMINISTRATOR.to_owned(), region.to_owned(), collector), false);
        self
    }

    fn analyzer(mut self, account_id: &str, access_kind: &str, is_active: bool) -> Self {
        let analyzer = Analyzer {
            account_id: account_id.to_owned(),
            region: HERE.to_owned(),
            access_kind: Some(access_kind.to_owned()),
            is_of_organization: Some(account_id == ADMINISTRATOR),
            is_active: Some(is_active),
        };
        match account_id {
            OWN => self.regions.get_mut(HERE).unwrap().analyzers.push(analyzer),
            _ => self.known.shared.analyzers.push(analyzer),
        }
        self
    }

    fn heard(&self, service: &str) -> Option<bool> {
        let ears = Ears { account_id: OWN, regions: &self.regions, known: &self.known, lives: &self.lives };
        ears.heard(service, HERE).is_heard
    }
}

/// The collectors of the administrator that decide about account 1.
const TASKS: [&str; 3] = [RULES.name, HUBS.name, "accessanalyzer_analyzers"];

fn seen<'r>(region: &'r mut Region, service: &str) -> &'r mut ReadService {
    region.services.get_mut(service).unwrap()
}

#[test]
fn guardduty_publishes_to_the_account_and_its_administrator() {
    let world = |administrator| World::with(GUARDDUTY, administrator);
    let managed = || world(Some(ADMINISTRATOR));
    for (world, is_heard) in [
        (world(None), Some(false)),
        (world(None).own(HERE, GUARDDUTY_ALL, QUEUE), Some(true)),
        (world(None).own(HERE, GUARDDUTY_ALL, GONE), Some(false)),
        (world(None).own(HERE, GUARDDUTY_ALL, "arn:aws:events:eu:1:api-destination/pager"), None),
        (world(None).own(ELSEWHERE, GUARDDUTY_ALL, QUEUE), Some(false)),
        (world(None).own(HERE, GUARDDUTY_TYPE, QUEUE), Some(false)),
        (world(None).own(HERE, HUB_ALL, QUEUE), Some(false)),
        (world(None).changed(|it| it.are_rules_read = false), None),
        // Whether it has an administrator was not read.
        (world(None).changed(|it| seen(it, GUARDDUTY).is_complete = false), None),
        // An account that is not its administrator listens.
        (world(None).of_administrator(HERE, GUARDDUTY_ALL), Some(false)),
        (managed(), Some(false)),
        (managed().of_administrator(HERE, GUARDDUTY_ALL), Some(true)),
        (managed().of_administrator(ELSEWHERE, GUARDDUTY_ALL), Some(false)),
        (managed().unread(HERE, RULES.name), None),
        (managed().unread(ELSEWHERE, RULES.name), Some(false)),
        (managed().unread(HERE, RULES.name).own(HERE, GUARDDUTY_ALL, QUEUE), Some(true)),
        // Each hears what the other does not.
        (managed().own(HERE, GUARDDUTY_TYPE, QUEUE).of_administrator(HERE, GUARDDUTY_OTHER_TYPES), Some(true)),
        // An administrator outside of the lake.
        (world(Some("9")), None),
    ] {
        assert_eq!(world.heard(GUARDDUTY), is_heard, "{:?} {:?}", world.regions, world.known);
    }
}

#[test]
fn security_hub_passes_on_what_guardduty_finds_where_it_takes_it() {
    // Security Hub is on, and takes it or not.
    let taking = |is_taking: Option<bool>| {
        World::with(GUARDDUTY, None).changed(|it| {
            seen(it, SECURITY_HUB_CSPM).is_on = Some(true);
            it.is_taking_guardduty = is_taking;
        })
    };
    let unseen = || World::with(GUARDDUTY, None).changed(|it| *seen(it, SECURITY_HUB_CSPM) = ReadService::default());
    let off = || World::with(GUARDDUTY, None).changed(|it| it.is_taking_guardduty = Some(true));
    let administered =
        |world: World| world.changed(|it| seen(it, SECURITY_HUB_CSPM).administrator = Some(ADMINISTRATOR.to_owned()));
    let (yes, no) = (Some(true), Some(false));
    for (world, is_heard) in [
        (taking(yes), no),
        (taking(yes).own(HERE, HUB_ALL, QUEUE), yes),
        (taking(yes).own(HERE, HUB_GUARDDUTY, QUEUE), yes),
        (taking(yes).own(HERE, HUB_INSPECTOR, QUEUE), no),
        (taking(yes).own(HERE, HUB_ALL, GONE), no),
        (taking(yes).own(ELSEWHERE, HUB_ALL, QUEUE), no),
        (taking(yes).changed(|it| it.are_rules_read = false), None),
        // Where Security Hub publishes besides, and not GuardDuty.
        (administered(taking(yes)).of_administrator(HERE, HUB_ALL), yes),
        (taking(yes).of_administrator(HERE, HUB_ALL), no),
        (taking(no).own(HERE, HUB_ALL, QUEUE), no),
        (taking(no).own(HERE, GUARDDUTY_ALL, QUEUE), yes),
        (taking(None).own(HERE, HUB_ALL, QUEUE), None),
        (taking(None), no),
        (taking(None).own(HERE, GUARDDUTY_ALL, QUEUE), yes),
        (off().own(HERE, HUB_ALL, QUEUE), no),
        (unseen().own(HERE, HUB_ALL, QUEUE), None),
        // Nothing listens where it is known to publish; to whom else was not read.
        (unseen(), None),
    ] {
        assert_eq!(world.heard(GUARDDUTY), is_heard, "{:?} {:?}", world.regions, world.known);
    }
}

#[test]
fn whether_the_hub_of_guardduty_s_administrator_passes_on_what_members_have_is_not_known() {
    let place = || (ADMINISTRATOR.to_owned(), HERE.to_owned());
    let (yes, no) = (Some(true), Some(false));
    let taking = |is_taking_guardduty, administrator: Option<&str>| {
        let mut world = World::with(GUARDDUTY, Some(ADMINISTRATOR));
        let administrator = administrator.map(str::to_owned);
        world.known.shared.takers.insert(place(), Taker { is_taking_guardduty, administrator });
        world
    };
    let gathered = || {
        let mut world = taking(yes, None);
        let gathering = Gathering { region: ELSEWHERE.to_owned(), is_linked: yes };
        world.known.shared.gatherings.insert(place(), gathering);
        world
    };
    for (world, is_heard) in [
        // Nobody listens to it.
        (taking(yes, None), no),
        (taking(None, None), no),
        (taking(yes, None).of_administrator(HERE, HUB_INSPECTOR), no),
        (taking(yes, None).of_administrator(ELSEWHERE, HUB_ALL), no),
        (taking(yes, None).of_administrator(HERE, HUB_ALL), None),
        (taking(None, None).of_administrator(HERE, HUB_GUARDDUTY), None),
        (taking(no, None).of_administrator(HERE, HUB_ALL), no),
        (taking(yes, None).unread(HERE, HUBS.name), None),
        (gathered().of_administrator(ELSEWHERE, HUB_ALL), None),
        (gathered(), no),
        // The account administers the hub of its administrator of GuardDuty.
        (taking(yes, Some(OWN)).own(HERE, HUB_ALL, QUEUE), None),
        // What the administrator hears of GuardDuty itself is certain.
        (taking(yes, None).of_administrator(HERE, GUARDDUTY_ALL), yes),
        // An account that nobody administers.
        (World::with(GUARDDUTY, None).of_administrator(HERE, HUB_ALL), no),
    ] {
        assert_eq!(world.heard(GUARDDUTY), is_heard, "{:?} {:?}", world.regions, world.known);
    }
}

#[test]
fn security_hub_publishes_where_findings_are_gathered() {
    let world = |administrator| World::with(SECURITY_HUB_CSPM, administrator);
    let gathering = |is_linked| Gathering { region: ELSEWHERE.to_owned(), is_linked };
    let linked = |is_linked| {
        let mut world = world(Some(ADMINISTRATOR));
        let place = (ADMINISTRATOR.to_owned(), HERE.to_owned());
        world.known.shared.gatherings.insert(place, gathering(is_linked));
        world
    };
    let gathered = || linked(None);
    let own = || world(None).changed(|it| it.gathering = Some(gathering(None)));
    for (world, is_heard) in [
        (world(None), Some(false)),
        (world(None).own(HERE, HUB_ALL, QUEUE), Some(true)),
        (world(Some(ADMINISTRATOR)).of_administrator(HERE, HUB_ALL), Some(true)),
        (world(Some(ADMINISTRATOR)).unread(HERE, HUBS.name), None),
        // Whether this region is linked is not known.
        (gathered().of_administrator(ELSEWHERE, HUB_ALL), None),
        (gathered().of_administrator(HERE, HUB_ALL), Some(true)),
        (gathered(), Some(false)),
        (linked(Some(true)).of_administrator(ELSEWHERE, HUB_ALL), Some(true)),
        (linked(Some(false)).of_administrator(ELSEWHERE, HUB_ALL), Some(false)),
        (own().own(ELSEWHERE, HUB_ALL, QUEUE), None),
        (own().own(HERE, HUB_ALL, QUEUE), Some(true)),
        (own(), Some(false)),
    ] {
        assert_eq!(world.heard(SECURITY_HUB_CSPM), is_heard, "{:?} {:?}", world.regions, world.known);
    }
}

#[test]
fn others_publish_to_the_account_and_some_to_their_administrator() {
    for (service, pattern, of_administrator) in
        [(INSPECTOR, INSPECTOR_ALL, Some(true)), (MACIE, MACIE_ALL, None), (CLOUDTRAIL, TRAIL_ALL, Some(false))]
    {
        let world = || World::with(service, Some(ADMINISTRATOR));
        assert_eq!(world().heard(service), Some(false), "{service}");
        assert_eq!(world().own(HERE, pattern, QUEUE).heard(service), Some(true), "{service}");
        assert_eq!(world().of_administrator(HERE, pattern).heard(service), of_administrator, "{service}");
    }
    // Their events are not known here.
    for service in ["config", "detective", "security_hub"] {
        assert_eq!(World::with(service, None).own(HERE, HUB_ALL, QUEUE).heard(service), None, "{service}");
    }
}

#[test]
fn an_analyzer_publishes_where_it_is() {
    let world = || World::with(ACCESS_ANALYZER, None);
    let own = || world().analyzer(OWN, EXTERNAL, true);
    let shared = || world().analyzer(ADMINISTRATOR, EXTERNAL, true);
    for (world, is_heard) in [
        (own(), Some(false)),
        (own().own(HERE, ANALYZER_ALL, QUEUE), Some(true)),
        (own().own(HERE, EXTERNAL_ALL, QUEUE), Some(true)),
        (own().of_administrator(HERE, ANALYZER_ALL), Some(false)),
        (shared(), Some(false)),
        (shared().of_administrator(HERE, EXTERNAL_ALL), Some(true)),
        // The organization's analyzer says nothing to the account itself.
        (shared().own(HERE, EXTERNAL_ALL, QUEUE), Some(false)),
        // Unused access is found as well, and nobody hears of it.
        (shared().analyzer(ADMINISTRATOR, UNUSED, true).of_administrator(HERE, EXTERNAL_ALL), Some(false)),
        (shared().analyzer(ADMINISTRATOR, UNUSED, true).of_administrator(HERE, ANALYZER_ALL), Some(true)),
        (shared().analyzer(ADMINISTRATOR, UNUSED, false).of_administrator(HERE, EXTERNAL_ALL), Some(true)),
        (shared().analyzer(OWN, UNUSED, true).of_administrator(HERE, ANALYZER_ALL), Some(false)),
        // Whether the organization has an analyzer of unused access was not read.
        (own().unread(HERE, TASKS[2]).own(HERE, EXTERNAL_ALL, QUEUE), None),
        (own().unread(HERE, TASKS[2]), None),
    ] {
        assert_eq!(world.heard(ACCESS_ANALYZER), is_heard, "{:?} {:?}", world.regions, world.known);
    }
}

#[test]
fn a_row_says_what_is_heard_of_a_service_that_is_on() {
    let world = World::with(GUARDDUTY, None).own(HERE, GUARDDUTY_TYPE, QUEUE);
    let ears = Ears { account_id: OWN, regions: &world.regions, known: &world.known, lives: &world.lives };
    let rows = world.regions[HERE].rows(OWN, &world.known);
    let told: Vec<SecurityService> = rows.into_iter().map(|row| ears.told(row, HERE)).collect();
    let of = |service: &str| told.iter().find(|row| row.service == service).unwrap();
    let partly = format!("[{GUARDDUTY_TYPE}]");
    assert_eq!((of(GUARDDUTY).is_heard, of(GUARDDUTY).heard_partly.clone()), (Some(false), Some(partly)));
    assert_eq!((of(SECURITY_HUB_CSPM).is_on, of(SECURITY_HUB_CSPM).is_heard), (Some(false), None));
}
