//! Ranges of addresses, of both families.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Ranges from which nothing comes over the internet: private, local, shared, multicast and reserved ones.
static PRIVATE: LazyLock<Vec<Range>> = LazyLock::new(|| {
    let ranges = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ];
    ranges.into_iter().filter_map(Range::parse).collect()
});

/// A range of addresses: those that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) is_ipv6: bool,
    first: u128,
    pub(crate) length: u8,
}

impl Range {
    /// All addresses of a family.
    pub(crate) fn world(is_ipv6: bool) -> Self {
        Self { is_ipv6, first: 0, length: 0 }
    }

    /// A range as AWS writes it, or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let (is_ipv6, bits, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (false, u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (true, u128::from(address), 128),
        };
        let length = length.map_or(Some(width), |length| length.parse::<u8>().ok())?;
        let range = Self { is_ipv6, first: bits, length };
        (length <= width).then(|| Self { first: bits & !range.hosts(), ..range })
    }

    /// The bits in which the addresses of the range differ.
    fn hosts(self) -> u128 {
        let width: u8 = if self.is_ipv6 { 128 } else { 32 };
        match width.saturating_sub(self.length) {
            128.. => u128::MAX,
            bits => (1 << bits) - 1,
        }
    }

    fn last(self) -> u128 {
        self.first | self.hosts()
    }

    /// Whether all addresses of another range are in this one.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.is_ipv6 == other.is_ipv6
            && self.length <= other.length
            && (self.first..=self.last()).contains(&other.first)
    }

    /// What both have in common: one of two ranges contains the other, or they have nothing in common.
    pub(crate) fn common(self, other: Self) -> Option<Self> {
        if self.contains(other) { Some(other) } else { other.contains(self).then_some(self) }
    }

    /// Whether nothing comes from it over the internet.
    pub(crate) fn is_private(self) -> bool {
        PRIVATE.iter().any(|range| range.contains(self))
    }

    /// Whether these ranges, together, leave nothing of it. They must be in order.
    pub(crate) fn is_covered_by(self, parts: &[Self]) -> bool {
        let mut next = self.first;
        for part in parts.iter().filter(|part| self.contains(**part)) {
            if part.first > next {
                return false;
            }
            if part.last() >= self.last() {
                return true;
            }
            next = next.max(part.last() + 1);
        }
        false
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_ipv6 {
            write!(f, "{}/{}", Ipv6Addr::from(self.first), self.length)
        } else {
            let address = Ipv4Addr::from(u32::try_from(self.first).unwrap_or_default());
            write!(f, "{address}/{}", self.length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    fn range(text: &str) -> Range {
        Range::parse(text).unwrap()
    }

    #[test]
    fn a_range_is_read_and_written() {
        for text in ["0.0.0.0/0", "10.1.0.0/16", "203.0.113.7/32", "::/0", "2001:db8::/32", "2001:db8::1/128"] {
            assert_eq!(range(text).to_string(), text);
        }
        assert_eq!(range("10.1.2.3/16").to_string(), "10.1.0.0/16");
        assert_eq!(range("203.0.113.7").to_string(), "203.0.113.7/32");
        for odd in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "pl-1", "10.0.0.0/x"] {
            assert_eq!(Range::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn one_contains_the_other_or_they_have_nothing_in_common() {
        assert!(range("0.0.0.0/0").contains(range("203.0.113.0/24")));
        assert!(!range("203.0.113.0/24").contains(range("0.0.0.0/0")));
        assert!(!range("0.0.0.0/0").contains(range("::/0")));
        assert_eq!(range("10.0.0.0/8").common(range("10.9.0.0/16")), Some(range("10.9.0.0/16")));
        assert_eq!(range("10.9.0.0/16").common(range("10.0.0.0/8")), Some(range("10.9.0.0/16")));
        assert_eq!(range("10.9.0.0/16").common(range("10.8.0.0/16")), None);
    }

    #[test]
    fn private_ranges_are_not_the_internet() {
        for private in ["10.0.0.0/8", "172.20.0.0/16", "192.168.1.1/32", "100.64.0.0/10", "fd00::/8", "fe80::1/128"] {
            assert!(range(private).is_private(), "{private}");
        }
        for public in ["0.0.0.0/0", "8.8.8.8/32", "172.0.0.0/8", "::/0", "2001:db8::/32"] {
            assert!(!range(public).is_private(), "{public}");
        }
    }

    #[test]
    fn halves_cover_the_whole() {
        let world = range("0.0.0.0/0");
        assert!(world.is_covered_by(&[range("0.0.0.0/1"), range("128.0.0.0/1")]));
        assert!(!world.is_covered_by(&[range("0.0.0.0/1"), range("128.0.0.0/2")]));
        assert!(!world.is_covered_by(&[range("128.0.0.0/1")]) && !world.is_covered_by(&[]));
    }
}
