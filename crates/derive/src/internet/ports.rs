//! Protocols and ports, and what a network ACL lets pass of them.

use super::ranges::Range;

/// Ports, from the first to the last.
pub(crate) type Ports = (u16, u16);

/// All ports.
pub(crate) const ALL_PORTS: Ports = (0, u16::MAX);

/// The ports on which whoever asked waits for the answer.
const EPHEMERAL: Ports = (1024, u16::MAX);

/// All protocols.
pub(crate) const ALL: i32 = -1;
/// A protocol that no rule names.
const OTHER: i32 = -2;
const ICMP: i32 = 1;
pub(crate) const TCP: i32 = 6;
pub(crate) const UDP: i32 = 17;
const ICMPV6: i32 = 58;

/// A protocol's number, by its number or the name that AWS uses.
pub(crate) fn protocol(text: &str) -> Option<i32> {
    match text {
        "icmp" => Some(ICMP),
        "tcp" => Some(TCP),
        "udp" => Some(UDP),
        "icmpv6" => Some(ICMPV6),
        number => number.parse().ok(),
    }
}

/// A protocol's name, as rows have it.
pub(crate) fn protocol_name(protocol: i32) -> String {
    match protocol {
        ALL => "all".to_owned(),
        OTHER => "other".to_owned(),
        ICMP => "icmp".to_owned(),
        TCP => "tcp".to_owned(),
        UDP => "udp".to_owned(),
        ICMPV6 => "icmpv6".to_owned(),
        number => number.to_string(),
    }
}

/// Whether a protocol has ports.
pub(crate) fn has_ports(protocol: i32) -> bool {
    matches!(protocol, TCP | UDP)
}

/// Ports as AWS gives them: nothing, or -1, means all. For ICMP the first number is the type.
pub(crate) fn ports(protocol: i32, from: Option<i32>, to: Option<i32>) -> Ports {
    let number = |it: Option<i32>| it.and_then(|it| u16::try_from(it).ok());
    match (protocol, number(from), number(to)) {
        (TCP | UDP, Some(from), Some(to)) => (from, to),
        (ICMP | ICMPV6, Some(its_type), _) => (its_type, its_type),
        _ => ALL_PORTS,
    }
}

/// A network ACL, its entries in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acl {
    pub(crate) id: String,
    pub(crate) ingress: Vec<Entry>,
    pub(crate) egress: Vec<Entry>,
}

/// An entry of a network ACL.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) number: i32,
    pub(crate) is_allow: bool,
    pub(crate) protocol: i32,
    pub(crate) ports: Ports,
    pub(crate) range: Range,
}

impl Entry {
    fn is_about(&self, protocol: i32, range: Range) -> bool {
        (self.protocol == ALL || self.protocol == protocol) && self.range.contains(range)
    }
}

impl Acl {
    /// What passes from a range, and whose answer passes back: protocols and ports, of those that are asked for.
    pub(crate) fn passes(&self, protocol: i32, asked: Ports, from: Range) -> Vec<(i32, Ports)> {
        if protocol != ALL {
            return self.of_protocol(protocol, asked, from);
        }
        let passing: Vec<_> =
            self.protocols(from.is_ipv6).into_iter().map(|it| (it, self.of_protocol(it, ALL_PORTS, from))).collect();
        if passing.iter().all(|(protocol, passing)| *passing == [(*protocol, ALL_PORTS)]) {
            return vec![(ALL, ALL_PORTS)];
        }
        passing.into_iter().flat_map(|(_, passing)| passing).collect()
    }

    fn of_protocol(&self, protocol: i32, asked: Ports, from: Range) -> Vec<(i32, Ports)> {
        let answer = if has_ports(protocol) { EPHEMERAL } else { ALL_PORTS };
        if pass(&self.egress, protocol, answer, from).is_empty() {
            return Vec::new();
        }
        pass(&self.ingress, protocol, asked, from).into_iter().map(|ports| (protocol, ports)).collect()
    }

    /// The protocols that may be treated each in its own way.
    fn protocols(&self, is_ipv6: bool) -> Vec<i32> {
        let mut protocols = vec![TCP, UDP, if is_ipv6 { ICMPV6 } else { ICMP }, OTHER];
        for entry in self.ingress.iter().chain(&self.egress) {
            if entry.protocol != ALL && entry.range.is_ipv6 == is_ipv6 && !protocols.contains(&entry.protocol) {
                protocols.push(entry.protocol);
            }
        }
        protocols
    }
}

/// The ports that the entries let pass. The first entry that is about a port decides.
fn pass(entries: &[Entry], protocol: i32, asked: Ports, range: Range) -> Vec<Ports> {
    let (mut left, mut allowed) = (vec![asked], Vec::new());
    for entry in entries.iter().filter(|entry| entry.is_about(protocol, range)) {
        let span = if entry.protocol == ALL { ALL_PORTS } else { entry.ports };
        let mut still = Vec::new();
        for part in left {
            let (first, last) = (part.0.max(span.0), part.1.min(span.1));
            if first > last {
                still.push(part);
                continue;
            }
            if entry.is_allow {
                allowed.push((first, last));
            }
            still.extend((part.0 < first).then(|| (part.0, first - 1)));
            still.extend((last < part.1).then(|| (last + 1, part.1)));
        }
        left = still;
    }
    merged(allowed)
}

/// The same ports, each once, in as few parts as possible.
fn merged(mut parts: Vec<Ports>) -> Vec<Ports> {
    parts.sort_unstable();
    let mut merged: Vec<Ports> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if u32::from(part.0) <= u32::from(last.1) + 1 => last.1 = last.1.max(part.1),
            _ => merged.push(part),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(is_allow: bool, protocol: i32, ports: Ports) -> Entry {
        Entry { number: 0, is_allow, protocol, ports, range: Range::world(false) }
    }

    #[test]
    fn the_first_entry_about_a_port_decides() {
        let world = Range::world(false);
        let entries = [entry(true, TCP, (80, 90)), entry(false, TCP, (85, 100)), entry(true, ALL, ALL_PORTS)];
        assert_eq!(pass(&entries, TCP, (80, 120), world), [(80, 90), (101, 120)]);
        assert_eq!(pass(&entries, UDP, (80, 120), world), [(80, 120)]);
        assert!(pass(&entries[..2], UDP, (80, 120), world).is_empty());
        assert!(pass(&[entry(false, ALL, ALL_PORTS)], TCP, ALL_PORTS, world).is_empty());
        assert_eq!(pass(&[entry(true, TCP, (0, 79)), entry(true, TCP, (80, 99))], TCP, (10, 99), world), [(10, 99)]);
    }

    #[test]
    fn ports_are_read() {
        assert_eq!(ports(TCP, Some(22), Some(23)), (22, 23));
        assert_eq!((ports(TCP, None, None), ports(ALL, Some(-1), Some(-1))), (ALL_PORTS, ALL_PORTS));
        assert_eq!((ports(ICMP, Some(8), Some(-1)), ports(ICMP, Some(-1), Some(-1))), ((8, 8), ALL_PORTS));
        assert_eq!(
            (protocol("tcp"), protocol("50"), protocol("-1"), protocol("odd")),
            (Some(6), Some(50), Some(-1), None)
        );
        assert_eq!(
            (protocol_name(17), protocol_name(50), protocol_name(ALL)),
            ("udp".into(), "50".into(), "all".into())
        );
    }
}
