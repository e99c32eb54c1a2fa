//! Load balancers and ECS: reached, not reached, and not known.

use super::balancers::{Balancer, Listener};
use super::tasks::{Service, TASKS, Task};
use super::{Region, targets};
use crate::internet::network::Interface;
use crate::internet::rows::InternetPath;
use crate::internet::tests::{blank, interface};

mod data;

/// The collector of the load balancers of these tests.
const BALANCERS: &str = "balancers";

/// A region whose one subnet leads to the internet, and whose group web lets in the world on 22 and 400 to 499.
fn region() -> Region {
    let mut network = blank();
    network.say(&["route", "0.0.0.0/0", "internet_gateway", "igw-1"]);
    network.say(&["rule", "web", "tcp", "22-22", "0.0.0.0/0"]);
    network.say(&["rule", "web", "tcp", "400-499", "0.0.0.0/0"]);
    network.say(&["rule", "other", "udp", "53-53", "0.0.0.0/0"]);
    network.say(&["in", "100", "allow", "all", "-", "0.0.0.0/0"]);
    network.say(&["out", "100", "allow", "all", "-", "0.0.0.0/0"]);
    Region { network, complete: [TASKS, BALANCERS].into(), ..Region::default() }
}

impl Region {
    fn with(mut self, id: &str, description: &str, words: &[&str]) -> Self {
        let description = Some(description.to_owned());
        let it = Interface { id: id.to_owned(), arn: format!("arn:{id}"), description, ..interface(words) };
        self.interfaces.insert(id.to_owned(), it);
        self
    }

    fn balanced(mut self, balancer: Balancer) -> Self {
        self.balancers.insert(balancer.arn.clone(), balancer);
        self
    }

    /// What is said of a target: its ways, or why there is none, or why it is not known.
    fn says(&self, arn: &str) -> Vec<String> {
        let target = targets(self).into_iter().find(|target| target.arn == arn).unwrap();
        InternetPath::of(&target, self).iter().map(written).collect()
    }
}

fn written(row: &InternetPath) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    let number = |it: Option<i32>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
    match row.is_reachable {
        Some(true) => {
            let (from, to) = (number(row.from_port), number(row.to_port));
            let (address, protocol) = (text(&row.entry_address), text(&row.ip_protocol));
            format!("yes {address} {protocol} {from}-{to} {}", text(&row.source_range))
        }
        Some(false) => format!("no {}", text(&row.reason)),
        None => format!("unknown {}", text(&row.reason)),
    }
}

fn texts<T: FromIterator<String>>(texts: &[&str]) -> T {
    texts.iter().map(|&text| text.to_owned()).collect()
}

const WEB: &[&str] = &["public=203.0.113.7", "groups=web"];

fn balancer(arn: &str, scheme: Option<&str>, listeners: &[(i32, &str)]) -> Balancer {
    let listener =
        |(port, protocol): &(i32, &str)| Listener { port: Some(*port), protocol: Some((*protocol).to_owned()) };
    Balancer {
        arn: arn.to_owned(),
        target_type: "elbv2_load_balancer",
        collector: BALANCERS,
        name: "old".to_owned(),
        is_gateway: false,
        scheme: scheme.map(str::to_owned),
        listeners: listeners.iter().map(listener).collect(),
    }
}

const APPLICATION: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1";
const CLASSIC: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/old";

#[test]
fn a_load_balancer_is_reached_on_its_listeners_ports_alone() {
    let of = |scheme: Option<&str>, listeners: &[(i32, &str)]| {
        region()
            .with("eni-1", "ELB app/web/1", WEB)
            .balanced(balancer(APPLICATION, scheme, listeners))
            .says(APPLICATION)
    };
    let facing = Some("internet-facing");
    assert_eq!(of(facing, &[(443, "HTTPS"), (80, "HTTP")]), ["yes 203.0.113.7 tcp 443-443 0.0.0.0/0"]);
    assert_eq!(of(facing, &[(443, "TCP_UDP")]), ["yes 203.0.113.7 tcp 443-443 0.0.0.0/0"]);
    let shut = "no nothing lets in the internet on a port on which it takes connections";
    assert_eq!(of(facing, &[(80, "HTTP"), (443, "UDP")]), [shut]);
    assert_eq!(of(facing, &[(443, "SPDY")]), ["unknown the protocol of its listener is not known: SPDY"]);
    assert_eq!(of(facing, &[]), ["no it has no listener"]);
    assert_eq!(of(Some("internal"), &[(443, "HTTPS")]), ["no it is internal"]);
    assert_eq!(of(None, &[(443, "HTTPS")]), ["unknown whether it is internal was not read"]);
}

#[test]
fn without_groups_every_port_of_a_listener_is_open() {
    let arn = APPLICATION.replace("app/", "net/");
    let facing = balancer(&arn, Some("internet-facing"), &[(25, "TCP_UDP")]);
    let region = region().with("eni-1", "ELB net/web/1", &["public=203.0.113.7"]).balanced(facing);
    let ways = ["yes 203.0.113.7 tcp 25-25 0.0.0.0/0", "yes 203.0.113.7 udp 25-25 0.0.0.0/0"];
    assert_eq!(region.says(&arn), ways);
}

#[test]
fn what_was_not_read_of_a_load_balancer_leaves_it_unknown() {
    let facing = balancer(APPLICATION, Some("internet-facing"), &[(443, "HTTPS")]);
    let without_interface = region().with("eni-1", "ELB app/other/1", WEB).balanced(facing.clone());
    assert_eq!(without_interface.says(APPLICATION), ["unknown its network interfaces were not read"]);
    let silent = Balancer { listeners: Vec::new(), ..facing.clone() };
    let unread = Region { complete: [TASKS].into(), ..region().balanced(silent) };
    assert_eq!(unread.says(APPLICATION), ["unknown its listeners were not read"]);
    let gateway = region().balanced(Balancer { is_gateway: true, scheme: None, ..facing });
    assert_eq!(gateway.says(APPLICATION), ["no a gateway load balancer is entered by its endpoints alone"]);
}

#[test]
fn a_classic_load_balancer_is_found_by_its_name() {
    let region = region()
        .with("eni-1", "ELB old", WEB)
        .with("eni-2", "ELB older", &["public=203.0.113.8", "groups=web"])
        .balanced(balancer(CLASSIC, Some("internet-facing"), &[(443, "SSL")]));
    assert_eq!(region.says(CLASSIC), ["yes 203.0.113.7 tcp 443-443 0.0.0.0/0"]);
    let left: Vec<_> = targets(&region).into_iter().map(|target| target.arn).collect();
    assert_eq!(left, [CLASSIC, "arn:eni-2"], "an interface is a target only where nothing else has it");
}

fn task(arn: &str, interfaces: Option<&[&str]>, is_on_fargate: bool) -> Task {
    Task {
        arn: arn.to_owned(),
        cluster_arn: "c".to_owned(),
        service_name: Some("shop".to_owned()),
        interfaces: interfaces.map(texts),
        is_on_fargate,
    }
}

fn service() -> Service {
    Service {
        arn: "shop".to_owned(),
        name: "shop".to_owned(),
        cluster_arn: "c".to_owned(),
        target_groups: Some(Vec::new()),
        classic_balancers: Some(Vec::new()),
    }
}

/// A region with tasks and the service that runs them.
fn running(tasks: Vec<Task>, service: Service) -> Region {
    let region = region().with("eni-1", "", WEB).with("eni-2", "", &["groups=web"]);
    Region { tasks, services: vec![service], ..region }
}

#[test]
fn a_task_is_reached_by_its_own_interfaces() {
    let tasks = vec![
        task("open", Some(&["eni-1"]), true),
        task("closed", Some(&["eni-2"]), true),
        task("hosted", Some(&[]), false),
        task("starting", Some(&[]), true),
        task("unread", None, true),
    ];
    let region = running(tasks, service());
    let open = ["yes 203.0.113.7 tcp 22-22 0.0.0.0/0", "yes 203.0.113.7 tcp 400-499 0.0.0.0/0"];
    assert_eq!(region.says("open"), open);
    assert_eq!(region.says("closed"), ["no it has no public address"]);
    let hosted = "unknown it uses the network interfaces of its instance, which was not followed";
    assert_eq!(region.says("hosted"), [hosted]);
    assert_eq!(region.says("starting"), ["unknown its network interfaces were not read"]);
    assert_eq!(region.says("unread"), ["unknown it was not read"]);
    assert_eq!(region.says("shop")[..2], open);
}

#[test]
fn a_service_counts_by_its_tasks() {
    let closed = || vec![task("closed", Some(&["eni-2"]), true)];
    assert_eq!(running(closed(), service()).says("shop"), ["no it has no public address"]);
    assert_eq!(running(Vec::new(), service()).says("shop"), ["no none of its tasks runs"]);
    let unread = Region { complete: [BALANCERS].into(), ..running(closed(), service()) };
    assert_eq!(unread.says("shop"), ["unknown not all tasks were read"]);
    let elsewhere = Service { cluster_arn: "another".to_owned(), ..service() };
    assert_eq!(running(closed(), elsewhere).says("shop"), ["no none of its tasks runs"]);
}

#[test]
fn a_service_is_reached_through_the_load_balancer_that_sends_to_it() {
    let tasks = || vec![task("closed", Some(&["eni-2"]), true)];
    let behind = || Service { target_groups: Some(texts(&["group", "more"])), ..service() };
    let facing = |scheme: &str| {
        let region = running(tasks(), behind()).with("eni-3", "ELB app/web/1", &["public=203.0.113.9", "groups=web"]);
        let region = region.balanced(balancer(APPLICATION, Some(scheme), &[(443, "HTTPS")]));
        let groups = ["group", "more"].map(|group| (group.to_owned(), texts(&[APPLICATION])));
        Region { balancers_of_group: groups.into(), ..region }
    };
    let region = facing("internet-facing");
    assert_eq!(region.says("shop"), ["yes 203.0.113.9 tcp 443-443 0.0.0.0/0"]);
    let target = targets(&region).into_iter().find(|target| target.arn == "shop").unwrap();
    let rows = InternetPath::of(&target, &region);
    assert_eq!(rows[0].hops, ["igw-1", "rtb-1", "acl-1", "web", "eni-3", APPLICATION]);
    let closed = facing("internal").says("shop");
    assert_eq!(closed, ["no it has no public address".to_owned(), format!("no {APPLICATION}: it is internal")]);
    let unread = running(tasks(), behind()).says("shop");
    assert_eq!(unread, ["unknown a target group that sends to it was not read"]);
    let classic = Service { classic_balancers: Some(texts(&["old"])), ..service() };
    let classic = running(tasks(), classic).with("eni-3", "ELB old", &["public=203.0.113.9", "groups=web"]);
    let classic = classic.balanced(balancer(CLASSIC, Some("internet-facing"), &[(443, "TCP")]));
    assert_eq!(classic.says("shop"), ["yes 203.0.113.9 tcp 443-443 0.0.0.0/0"]);
    let silent = Service { target_groups: None, ..service() };
    assert_eq!(running(tasks(), silent).says("shop"), ["unknown the load balancers that send to it were not read"]);
}
