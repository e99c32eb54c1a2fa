//! Address blocks: how much of the internet a list of them admits (C14).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An inclusive range of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    first: u128,
    last: u128,
}

impl Range {
    fn holds(self, other: Range) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

/// The widest block that still counts as a fixed network, as S3 has it.
const WIDEST_V4: u32 = 8;
const WIDEST_V6: u32 = 32;

/// Private blocks, and those of one host or link: no request arrives from there over the internet.
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
    "169.254.0.0/16",
    "fe80::/10",
    "127.0.0.0/8",
    "::1/128",
];

/// What a list of blocks admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// A value is no address, so it is not known what the list admits.
    Unreadable,
    /// Private addresses only.
    Private,
    /// Named networks.
    Networks,
    /// So much of the internet that it bounds nothing.
    Internet,
}

/// Merges the blocks that are not private, and says how wide the whole is.
pub(crate) fn breadth<'a>(values: impl Iterator<Item = &'a str>) -> Breadth {
    let Some(ranges) = values.map(parse).collect::<Option<Vec<_>>>() else { return Breadth::Unreadable };
    let public = ranges.into_iter().filter(|&(is_v4, range)| !is_private(is_v4, range));
    let (v4, v6): (Vec<_>, Vec<_>) = public.partition(|(is_v4, _)| *is_v4);
    if v4.is_empty() && v6.is_empty() {
        return Breadth::Private;
    }
    let ranges = |family: Vec<(bool, Range)>| merge(family.into_iter().map(|(_, range)| range).collect());
    let (v4, v6) = (ranges(v4), ranges(v6));
    let addresses: u128 = v4.iter().map(|range| range.last - range.first + 1).sum();
    let wide = addresses > 1 << 31
        || v4.iter().any(|&range| holds_block(range, 32 - WIDEST_V4 + 1))
        || v6.iter().any(|&range| holds_block(range, 128 - WIDEST_V6 + 1));
    if wide { Breadth::Internet } else { Breadth::Networks }
}

/// Whether the text is an address, and a private one.
pub(crate) fn is_private_address(text: &str) -> bool {
    !text.contains('/') && parse(text).is_some_and(|(is_v4, range)| is_private(is_v4, range))
}

fn is_private(is_v4: bool, range: Range) -> bool {
    PRIVATE.iter().filter_map(|block| parse(block)).any(|(v4, block)| v4 == is_v4 && block.holds(range))
}

/// Whether every address of the inner blocks is one of the outer. Of those outside, what cannot be read holds nothing.
pub(crate) fn is_within<'a>(inner: impl Iterator<Item = &'a str>, outer: impl Iterator<Item = &'a str>) -> bool {
    let Some(inner) = inner.map(parse).collect::<Option<Vec<_>>>() else { return false };
    let outer: Vec<(bool, Range)> = outer.filter_map(parse).collect();
    let of = |family: bool| outer.iter().filter(|(is_v4, _)| *is_v4 == family).map(|(_, range)| *range).collect();
    let (v4, v6) = (merge(of(true)), merge(of(false)));
    inner.iter().all(|&(is_v4, range)| if is_v4 { &v4 } else { &v6 }.iter().any(|outer| outer.holds(range)))
}

/// The addresses at the edges of a block: its first and its last one, and those beside them. None if it is no block.
pub(crate) fn edges(block: &str) -> Vec<String> {
    let Some((is_v4, range)) = parse(block) else { return Vec::new() };
    let most = if is_v4 { u128::from(u32::MAX) } else { u128::MAX };
    let after = range.last.checked_add(1).filter(|address| *address <= most);
    let text = |address: u128| match u32::try_from(address) {
        Ok(address) if is_v4 => Ipv4Addr::from(address).to_string(),
        _ => Ipv6Addr::from(address).to_string(),
    };
    [Some(range.first), Some(range.last), range.first.checked_sub(1), after].into_iter().flatten().map(text).collect()
}

/// Reads `address` or `address/prefix`; the first says whether it is IPv4. Host bits are masked, as IAM does.
fn parse(text: &str) -> Option<(bool, Range)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
            (address, Some(prefix.parse::<u32>().ok()?))
        }
        Some(_) => return None,
        None => (text, None),
    };
    let (address, prefix) = unmapped(address.parse().ok()?, prefix);
    let (is_v4, bits, width) = match address {
        IpAddr::V4(address) => (true, u128::from(u32::from(address)), 32u32),
        IpAddr::V6(address) => (false, u128::from(address), 128),
    };
    let mask = low_bits(width.checked_sub(prefix.unwrap_or(width))?);
    Some((is_v4, Range { first: bits & !mask, last: bits | mask }))
}

/// IPv4 written as IPv6, `::ffff:203.0.113.7`, as what it is.
fn unmapped(address: IpAddr, prefix: Option<u32>) -> (IpAddr, Option<u32>) {
    const MAPPED: u32 = 96;
    match address {
        IpAddr::V6(v6) if prefix.is_none_or(|prefix| prefix >= MAPPED) => match v6.to_ipv4_mapped() {
            Some(v4) => (IpAddr::V4(v4), prefix.map(|prefix| prefix - MAPPED)),
            None => (address, prefix),
        },
        _ => (address, prefix),
    }
}

fn low_bits(count: u32) -> u128 {
    1u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

fn merge(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.first <= last.last.saturating_add(1) => last.last = last.last.max(range.last),
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether the range holds an aligned block of this many host bits.
fn holds_block(range: Range, host_bits: u32) -> bool {
    let mask = low_bits(host_bits);
    let aligned = if range.first & mask == 0 { Some(range.first) } else { (range.first | mask).checked_add(1) };
    aligned.and_then(|first| first.checked_add(mask)).is_some_and(|last| last <= range.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], expected: Breadth) {
        assert_eq!(breadth(values.iter().copied()), expected, "{values:?}");
    }

    #[test]
    fn c14_blocks_up_to_the_limit_are_networks() {
        check(&["203.0.113.0/24"], Breadth::Networks);
        check(&["203.0.113.7"], Breadth::Networks);
        check(&["54.0.0.0/8"], Breadth::Networks);
        check(&["2001:db8::/32"], Breadth::Networks);
        check(&["10.0.0.0/8", "203.0.113.0/24", "fc00::/7"], Breadth::Networks);
        check(&["192.168.0.0/15"], Breadth::Networks);
    }

    #[test]
    fn c14_private_blocks_are_nobodys() {
        check(&["10.0.0.0/8", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10", "172.16.0.0/12"], Breadth::Private);
        check(&["127.0.0.1", "::1", "169.254.169.254", "fe80::1/64", "::ffff:10.0.0.0/104"], Breadth::Private);
        assert!(is_private_address("10.1.2.3") && !is_private_address("10.0.0.0/8") && !is_private_address("8.8.8.8"));
    }

    #[test]
    fn blocks_lie_within_blocks() {
        let within = |inner: &[&str], outer: &[&str]| is_within(inner.iter().copied(), outer.iter().copied());
        assert!(within(&["203.0.113.7"], &["203.0.113.0/24"]) && within(&["8.8.8.8"], &["0.0.0.0/1", "128.0.0.0/1"]));
        assert!(within(&["10.0.0.0/8"], &["10.0.0.0/9", "x", "10.128.0.0/9"]));
        assert!(!within(&["203.0.113.0/24"], &["203.0.113.0/25"]) && !within(&["::1"], &["0.0.0.0/0"]));
        assert!(!within(&["x"], &["0.0.0.0/0"]) && !within(&["203.0.113.7"], &["x"]));
    }

    #[test]
    fn a_block_has_edges() {
        assert_eq!(edges("10.0.0.0/8"), ["10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"]);
        assert_eq!(edges("0.0.0.0/0"), ["0.0.0.0", "255.255.255.255"]);
        assert_eq!(edges("::1"), ["::1", "::1", "::", "::2"]);
        assert_eq!(edges("x"), Vec::<String>::new());
    }

    #[test]
    fn c14_wide_blocks_are_the_internet() {
        for block in ["0.0.0.0/0", "::/0", "54.0.0.0/7", "2000::/3", "2001:db8::/31", "10.0.0.0/7"] {
            check(&[block], Breadth::Internet);
        }
    }

    #[test]
    fn c14_ipv4_written_as_ipv6_is_ipv4() {
        check(&["::ffff:203.0.113.7"], Breadth::Networks);
        check(&["::ffff:203.0.113.0/120"], Breadth::Networks);
        check(&["::ffff:0:0/96"], Breadth::Internet);
        check(&["::ffff:0:0/97", "::ffff:128.0.0.0/97"], Breadth::Internet);
        check(&["::ffff:203.0.113.7/129"], Breadth::Unreadable);
    }

    #[test]
    fn c14_split_blocks_are_merged() {
        check(&["0.0.0.0/1", "128.0.0.0/1"], Breadth::Internet);
        check(&["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], Breadth::Internet);
        check(&["54.0.0.0/8", "55.0.0.0/8"], Breadth::Internet);
        check(&["55.0.0.0/8", "56.0.0.0/8"], Breadth::Networks);
        let eights: Vec<String> = (0..256).map(|first| format!("{first}.0.0.0/8")).collect();
        assert_eq!(breadth(eights.iter().map(String::as_str)), Breadth::Internet);
    }

    #[test]
    fn c14_more_than_half_of_ipv4_is_the_internet_however_it_is_cut() {
        let odd: Vec<String> = (0..256).map(|first| format!("{first}.0.0.0/9")).collect();
        assert_eq!(breadth(odd.iter().map(String::as_str)), Breadth::Networks);
        let more = odd.iter().map(String::as_str).chain(["1.128.0.0/10"]);
        // Half is allowed; the private /9 of 10/8 does not count, so one more block is still within half.
        assert_eq!(breadth(more), Breadth::Networks);
        let most: Vec<String> = (0..256).flat_map(|f| [format!("{f}.0.0.0/9"), format!("{f}.128.0.0/10")]).collect();
        assert_eq!(breadth(most.iter().map(String::as_str)), Breadth::Internet);
    }

    #[test]
    fn c14_what_is_no_block_is_not_read() {
        for odd in ["10.0.0.0/33", "office", "", "*", "1.2.3.4/-1", "1.2.3/8", "1.2.3.4/+8"] {
            check(&[odd], Breadth::Unreadable);
            check(&["203.0.113.0/24", odd], Breadth::Unreadable);
        }
    }
}
