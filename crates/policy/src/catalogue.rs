//! All IAM actions and their access levels, as AWS's service authorization reference has them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use crate::arn::has_wildcard;
use crate::glob::may_match;
use crate::level::{AccessLevel, AccessLevels};

/// Made by `scripts/access-levels`: service, level and names, by tabs.
const TEXT: &str = include_str!("../data/access_levels.txt");

/// Made by `scripts/access-levels`: service and names, by a tab.
const WITHOUT_RESOURCES: &str = include_str!("../data/without_resources.txt");

/// The most names that the patterns of one statement are compared with. With more, the patterns count as reaching
/// everything.
const MAX_SCANNED: usize = 400_000;

/// One service's actions. Its names are taken apart when a pattern first asks for them.
struct Service {
    lines: Vec<(AccessLevel, &'static str)>,
    levels: AccessLevels,
    actions: OnceLock<Vec<(&'static str, AccessLevel)>>,
}

impl Service {
    /// The actions, sorted by name.
    fn actions(&self) -> &[(&'static str, AccessLevel)] {
        self.actions.get_or_init(|| {
            let of_line = |&(level, names): &(AccessLevel, &'static str)| names.split(' ').map(move |it| (it, level));
            let mut actions: Vec<_> = self.lines.iter().flat_map(of_line).collect();
            actions.sort_unstable();
            actions
        })
    }

    /// The levels of the actions whose names match.
    fn matching(&self, name: &str, scan: &mut Scan) -> AccessLevels {
        if name == "*" {
            return self.levels;
        }
        let actions = self.actions();
        if !has_wildcard(name) {
            let found = actions.binary_search_by(|(known, _)| (*known).cmp(name));
            return found.ok().and_then(|at| actions.get(at)).map(|(_, level)| *level).into_iter().collect();
        }
        let prefix = name.split(['*', '?']).next().unwrap_or_default();
        let from = actions.partition_point(|(known, _)| *known < prefix);
        let alike = actions.iter().skip(from).take_while(|(known, _)| known.starts_with(prefix));
        alike.filter(|(known, _)| scan.take(1) && may_match(name, known)).map(|(_, level)| *level).collect()
    }
}

static SERVICES: LazyLock<HashMap<&'static str, Service>> = LazyLock::new(|| {
    let mut services: HashMap<&'static str, Service> = HashMap::new();
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(name), Some(level), Some(names)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let level = AccessLevel::read(level);
        let new = || Service { lines: Vec::new(), levels: AccessLevels::NONE, actions: OnceLock::new() };
        let service = services.entry(name).or_insert_with(new);
        service.lines.push((level, names));
        service.levels = service.levels.and(AccessLevels::of(level));
    }
    services
});

/// The prefixes of the actions of all services that AWS's reference has.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.keys().copied()
}

/// The names of a service's actions, in lower case; none of a service that AWS's reference does not have.
pub fn actions(service: &str) -> impl Iterator<Item = &'static str> {
    SERVICES.get(service).into_iter().flat_map(Service::actions).map(|(name, _)| *name)
}

/// The actions without types of resources, by service, sorted.
static ON_NOTHING: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = WITHOUT_RESOURCES.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .map(|(service, names)| (service, names.split(' ').collect()))
        .collect()
});

/// Whether an action, in lower case, is about no resource in particular: AWS's reference has no type of resource for
/// it, so that only `Resource: "*"` speaks of it. One that the reference does not have may have some.
pub(crate) fn lacks_resources(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else { return false };
    ON_NOTHING.get(service).is_some_and(|names| names.binary_search(&name).is_ok())
}

/// How much of the work on one statement is done.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    scanned: usize,
}

impl Scan {
    fn take(&mut self, names: usize) -> bool {
        self.scanned = self.scanned.saturating_add(names);
        !self.is_over()
    }

    fn is_over(&self) -> bool {
        self.scanned > MAX_SCANNED
    }
}

/// An action pattern as service and name, in lower case; one without a colon is of the service that is meant.
pub(crate) fn parts<'p>(pattern: &'p str, service: Option<&'p str>) -> (Cow<'p, str>, Cow<'p, str>) {
    let lower = |text: &'p str| {
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) }
    };
    match pattern.split_once(':') {
        Some((service, name)) => (lower(service), lower(name)),
        None if pattern == "*" => (Cow::Borrowed("*"), Cow::Borrowed("*")),
        None => (lower(service.unwrap_or_default()), lower(pattern)),
    }
}

/// The levels that one action pattern reaches.
pub(crate) fn levels(pattern: &str, service: Option<&str>, scan: &mut Scan) -> AccessLevels {
    let (prefix, name) = parts(pattern, service);
    let found = if !has_wildcard(&prefix) {
        SERVICES.get(&*prefix).map_or(AccessLevels::NONE, |known| known.matching(&name, scan))
    } else if let Some(known) = service.and_then(|service| SERVICES.get(service)).filter(|_| prefix == "*") {
        known.matching(&name, scan)
    } else if prefix == "*" && name == "*" {
        AccessLevels::EVERY
    } else {
        let alike = SERVICES.iter().filter(|(known, _)| may_match(&prefix, known));
        alike.fold(
            AccessLevels::NONE,
            |levels, (_, known)| {
                if scan.take(1) { levels.and(known.matching(&name, scan)) } else { levels }
            },
        )
    };
    match found {
        _ if scan.is_over() => AccessLevels::EVERY,
        AccessLevels::NONE => AccessLevels::of(AccessLevel::Unknown),
        found => found,
    }
}

/// The levels of all actions but those that the patterns match.
pub(crate) fn levels_but(patterns: &[String], service: Option<&str>, scan: &mut Scan) -> AccessLevels {
    let patterns: Vec<_> = patterns.iter().map(|pattern| parts(pattern, service)).collect();
    let all_but_everything = patterns.iter().any(|(prefix, name)| prefix == "*" && name == "*");
    if patterns.is_empty() || all_but_everything {
        return AccessLevels::NONE;
    }
    let mut levels = AccessLevels::NONE;
    let meant = |name: &str| service.is_none_or(|service| service == name || !SERVICES.contains_key(service));
    for (name, known) in SERVICES.iter().filter(|(name, _)| meant(name)) {
        let names: Vec<&str> = patterns
            .iter()
            .filter(|(prefix, _)| scan.take(1) && may_match(prefix, name))
            .map(|(_, name)| &**name)
            .collect();
        levels = levels.and(match names.as_slice() {
            [] => known.levels,
            names => known.but(names, scan),
        });
        if scan.is_over() || levels == AccessLevels::EVERY {
            return AccessLevels::EVERY;
        }
    }
    levels
}

impl Service {
    /// The levels of the actions that match none of the names.
    fn but(&self, names: &[&str], scan: &mut Scan) -> AccessLevels {
        if names.contains(&"*") {
            return AccessLevels::NONE;
        }
        let left =
            self.actions().iter().filter(|(known, _)| !names.iter().any(|name| scan.take(1) && may_match(name, known)));
        left.map(|(_, level)| *level).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_whole() {
        assert!(SERVICES.len() > 400, "{}", SERVICES.len());
        let actions = SERVICES.values().flat_map(Service::actions);
        assert!(actions.clone().count() > 20_000);
        assert!(actions.clone().all(|(_, level)| *level != AccessLevel::Unknown));
        assert!(TEXT.lines().filter(|line| !line.starts_with('#')).all(|line| line.split('\t').count() == 3));
        assert!(ON_NOTHING.len() > 300 && ON_NOTHING.values().all(|names| names.is_sorted()));
    }

    #[test]
    fn actions_without_resources_are_known_by_service_and_name() {
        for without in ["ec2:describeinstances", "s3:listallmybuckets", "organizations:leaveorganization"] {
            assert!(lacks_resources(without), "{without}");
        }
        for with in ["ec2:runinstances", "s3:getobject", "sqs:describeinstances", "s3:nonsense", "nonsense:x", "x", ""]
        {
            assert!(!lacks_resources(with), "{with}");
        }
        // Each is an action of the reference.
        let all = ON_NOTHING.iter().flat_map(|(service, names)| names.iter().map(move |name| (*service, *name)));
        let level = |known: &Service, name: &str| known.matching(name, &mut Scan::default());
        let is_known = |(service, name): (&str, &str)| {
            SERVICES.get(service).is_some_and(|known| level(known, name) != AccessLevels::NONE)
        };
        assert!(all.clone().count() > 5_000 && all.clone().all(is_known));
    }
}
