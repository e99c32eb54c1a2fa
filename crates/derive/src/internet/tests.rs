//! The cases of `cases.txt`: a small network each, and the ways from the internet to its one interface.
//!
//! Without lines about the ACL it lets everything pass. What is not said to be unread was read.

use super::network::{Destination, Interface, Network, PrefixList, Route, Rule, Source, Subnet};
use super::ports::{ALL_PORTS, Acl, Entry, Ports, protocol};
use super::ranges::Range;
use super::reach::{Path, reachable};
use super::rows::InternetPath;
use super::targets::{InstanceTarget, Region, targets};

const CASES: &str = include_str!("cases.txt");

fn range(text: &str) -> Range {
    Range::parse(text).unwrap_or_else(|| panic!("no range: {text}"))
}

fn protocol_of(text: &str) -> i32 {
    if text == "all" { -1 } else { protocol(text).unwrap() }
}

fn ports_of(text: &str) -> Ports {
    let Some((from, to)) = text.split_once('-').filter(|(from, _)| !from.is_empty()) else { return ALL_PORTS };
    (from.parse().unwrap(), to.parse().unwrap())
}

fn route(words: &[&str]) -> Route {
    let list = || Destination::List(words[0].to_owned());
    Route {
        destination: Range::parse(words[0]).map_or_else(list, Destination::Range),
        target_type: Some(words[1].to_owned()),
        target_id: words[2].to_owned(),
        is_blackhole: words.get(3) == Some(&"blackhole"),
        has_firewall: words.get(3) == Some(&"firewall"),
    }
}

fn source(text: &str) -> Source {
    match text {
        list if list.starts_with("pl-") => Source::List(list.to_owned()),
        group if group.starts_with("sg-") => Source::Group { is_elsewhere: false },
        group if group.starts_with("peer:") => Source::Group { is_elsewhere: true },
        text => Source::Range(range(text)),
    }
}

fn entry(words: &[&str]) -> Entry {
    Entry {
        number: words[0].parse().unwrap(),
        is_allow: words[1] == "allow",
        protocol: protocol_of(words[2]),
        ports: ports_of(words[3]),
        range: range(words[4]),
    }
}

fn all_allowed() -> Vec<Entry> {
    let entry =
        |is_ipv6| Entry { number: 100, is_allow: true, protocol: -1, ports: ALL_PORTS, range: Range::world(is_ipv6) };
    [false, true].map(entry).to_vec()
}

pub(super) fn interface(words: &[&str]) -> Interface {
    let list = |name: &str| -> Vec<String> {
        let value = words.iter().find_map(|word| word.strip_prefix(name)).unwrap_or_default();
        value.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    Interface {
        id: "eni-1".to_owned(),
        arn: "arn:eni-1".to_owned(),
        subnet_id: Some("subnet-1".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        interface_type: list("type=").pop(),
        group_ids: list("groups="),
        public_addresses: list("public="),
        ipv6_addresses: list("v6="),
        denies_gateway: words.contains(&"denies"),
        ..Interface::default()
    }
}

/// A network in which nothing is said yet.
pub(super) fn blank() -> Network {
    let ranges = vec![range("10.0.0.0/24")];
    let subnet = Subnet { vpc_id: Some("vpc-1".to_owned()), ranges, block_mode: Some("off".to_owned()) };
    let local = route(&["10.0.0.0/16", "local", "local"]);
    Network {
        subnets: [("subnet-1".to_owned(), subnet)].into(),
        tables: [("rtb-main".to_owned(), vec![local])].into(),
        main_table_of_vpc: [("vpc-1".to_owned(), "rtb-main".to_owned())].into(),
        acl_of_subnet: [("subnet-1".to_owned(), "acl-1".to_owned())].into(),
        acls: [("acl-1".to_owned(), Acl { id: "acl-1".to_owned(), ..Acl::default() })].into(),
        groups: ["web", "closed", "more", "other"].map(str::to_owned).into(),
        has_all_rules: true,
        has_all_exclusions: true,
        ..Network::default()
    }
}

impl Network {
    /// Adds a line of a case.
    pub(super) fn say(&mut self, words: &[&str]) {
        let rest = &words[1..];
        match words[0] {
            "route" => {
                self.table_of_subnet.insert("subnet-1".to_owned(), "rtb-1".to_owned());
                self.tables.entry("rtb-1".to_owned()).or_default().push(route(rest));
            }
            "main" => self.tables.entry("rtb-main".to_owned()).or_default().push(route(rest)),
            "edge" => {
                self.table_of_gateway.insert("igw-1".to_owned(), "rtb-edge".to_owned());
                self.tables.entry("rtb-edge".to_owned()).or_default().push(route(rest));
            }
            "rule" => self.rules.entry(rest[0].to_owned()).or_default().push(Rule {
                protocol: protocol_of(rest[1]),
                ports: ports_of(rest[2]),
                source: source(rest[3]),
            }),
            "in" => self.acls.get_mut("acl-1").unwrap().ingress.push(entry(rest)),
            "out" => self.acls.get_mut("acl-1").unwrap().egress.push(entry(rest)),
            "list" => {
                let is_read = rest[1] != "unread";
                let ranges = is_read.then(|| rest[1..].iter().map(|text| range(text)).collect());
                self.lists.insert(rest[0].to_owned(), PrefixList { ranges, is_ipv6: Some(false) });
            }
            "block" => {
                self.subnets.values_mut().for_each(|subnet| subnet.block_mode = Some(rest[0].to_owned()));
            }
            "excluded" => drop(self.exclusions.insert(rest[0].to_owned())),
            "unread" => self.forget(rest[0]),
            odd => panic!("no such line: {odd}"),
        }
    }

    fn forget(&mut self, what: &str) {
        match what {
            "subnet" => self.subnets.clear(),
            "routes" => self.tables.clear(),
            "acl" => self.acls.clear(),
            "rules" => self.has_all_rules = false,
            "exclusions" => self.has_all_exclusions = false,
            odd => panic!("no such part: {odd}"),
        }
    }
}

/// A way as a case writes it.
fn written(path: &Path) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    match path.is_reachable {
        Some(true) => {
            let ports = path.ports.map_or("-".to_owned(), |(from, to)| format!("{from}-{to}"));
            let (address, protocol, source) = (text(&path.address), text(&path.protocol), text(&path.source));
            format!("yes {address} {protocol} {ports} {source}")
        }
        Some(false) => format!("no {}", text(&path.reason)),
        None => format!("unknown {}", text(&path.reason)),
    }
}

fn assert_case(case: &str) {
    let mut lines = case.lines();
    let name = lines.next().unwrap();
    let (mut network, mut eni, mut said) = (blank(), Interface::default(), Vec::new());
    let mut has_acl = false;
    for line in lines.filter(|line| !line.is_empty()) {
        let words: Vec<_> = line.split(' ').collect();
        has_acl |= matches!(words[0], "in" | "out");
        match words[0] {
            "=" => said.push(line[2..].to_owned()),
            "eni" => eni = interface(&words[1..]),
            _ => network.say(&words),
        }
    }
    if let Some(acl) = network.acls.get_mut("acl-1").filter(|_| !has_acl) {
        (acl.ingress, acl.egress) = (all_allowed(), all_allowed());
    }
    let paths = reachable(&eni, &network);
    let found: Vec<_> = paths.iter().map(written).collect();
    let is_same = |(found, said): (&String, &String)| match (found.split_once(' '), said.split_once(' ')) {
        (Some((found, reason)), Some((said, part))) if said != "yes" => found == said && reason.contains(part),
        _ => found == said,
    };
    assert!(
        found.len() == said.len() && found.iter().zip(&said).all(is_same),
        "{name}:\nfound {found:#?}\nsaid {said:#?}"
    );
    for path in paths.iter().filter(|path| path.is_reachable == Some(true)) {
        assert!(
            path.hops.first().is_some_and(|hop| hop == "igw-1") && path.hops.last().is_some_and(|hop| hop == "eni-1")
        );
        assert!(path.reason.is_none(), "{name}");
    }
    assert!(paths.iter().all(|path| path.is_reachable == Some(true) || path.reason.is_some()), "{name}: no reason");
}

#[test]
fn the_internet_reaches_what_it_reaches() {
    let cases: Vec<_> = CASES.split("# ").filter(|case| !case.trim().is_empty()).collect();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    for case in cases {
        assert_case(case);
    }
}

/// A region with an open interface, a closed one, and instances.
fn region() -> Region {
    let mut network = blank();
    network.say(&["route", "0.0.0.0/0", "internet_gateway", "igw-1"]);
    network.say(&["rule", "web", "tcp", "22-22", "0.0.0.0/0"]);
    network.say(&["in", "100", "allow", "all", "-", "0.0.0.0/0"]);
    network.say(&["out", "100", "allow", "all", "-", "0.0.0.0/0"]);
    let eni = |id: &str, words: &[&str], instance: Option<&str>| {
        let instance_id = instance.map(str::to_owned);
        (id.to_owned(), Interface { id: id.to_owned(), arn: format!("arn:{id}"), instance_id, ..interface(words) })
    };
    let interfaces = [
        eni("eni-1", &["public=203.0.113.7", "groups=web"], Some("i-1")),
        eni("eni-2", &["groups=web"], Some("i-1")),
        eni("eni-3", &["groups=web"], Some("i-2")),
        eni("eni-4", &["public=203.0.113.9", "groups=closed"], None),
    ];
    let instance = |id: &str| InstanceTarget { arn: format!("arn:{id}"), id: id.to_owned() };
    let instances = ["i-1", "i-2", "i-3"].map(instance).into();
    Region { network, interfaces: interfaces.into(), instances, ..Region::default() }
}

#[test]
fn instances_and_interfaces_of_none_are_targets_each_with_an_answer() {
    let region = region();
    let rows: Vec<_> = targets(&region).iter().flat_map(|target| InternetPath::of(target, &region)).collect();
    let said = |row: &InternetPath| (row.target_arn.clone(), row.network_interface_id.clone(), row.is_reachable);
    let row = |arn: &str, eni: Option<&str>, is_reachable| (arn.to_owned(), eni.map(str::to_owned), is_reachable);
    assert_eq!(
        rows.iter().map(said).collect::<Vec<_>>(),
        [
            row("arn:i-1", Some("eni-1"), Some(true)),
            row("arn:i-2", Some("eni-3"), Some(false)),
            row("arn:i-3", None, None),
            row("arn:eni-4", Some("eni-4"), Some(false)),
        ]
    );
    let first = &rows[0];
    assert_eq!(
        (first.from_port, first.source_range.as_deref(), first.is_from_world),
        (Some(22), Some("0.0.0.0/0"), Some(true))
    );
    assert_eq!(first.hops, ["igw-1", "rtb-1", "acl-1", "web", "eni-1"]);
    assert_eq!(rows[2].reason.as_deref(), Some("its network interfaces were not read"));
}
