//! OpenSearch and EKS: endpoints of their services' own, which no interface of the account stands before. What they say
//! of themselves decides.

use orgcensus_collectors::eks;
use orgcensus_policy::kinds::OPENSEARCH_DOMAIN;
use orgcensus_row::resource_type;

use super::entrance::Entrance;
use super::{Region, Target};
use crate::internet::ports::{TCP, protocol_name};
use crate::internet::ranges::Range;
use crate::internet::reach::Path;

/// A domain of OpenSearch that is not being deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Domain {
    pub(crate) arn: String,
    pub(crate) is_in_vpc: Option<bool>,
    pub(crate) host: Option<String>,
    pub(crate) is_dual_stack: bool,
    pub(crate) is_https_enforced: Option<bool>,
}

/// A cluster of EKS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    pub(crate) arn: String,
    pub(crate) is_public: Option<bool>,
    /// The URL of its API.
    pub(crate) endpoint: Option<String>,
    /// From where it is open; `None` if it was not read.
    pub(crate) ranges: Option<Vec<String>>,
}

pub(super) fn domains(region: &Region) -> Vec<Target> {
    let target = |it: &Domain| Target {
        arn: it.arn.clone(),
        target_type: OPENSEARCH_DOMAIN.resource_type,
        entrances: it.entrances(),
    };
    region.domains.iter().map(target).collect()
}

pub(super) fn clusters(region: &Region) -> Vec<Target> {
    let target = |it: &Cluster| Target {
        arn: it.arn.clone(),
        target_type: resource_type::<eks::clusters::Cluster>(),
        entrances: it.entrances(),
    };
    region.clusters.iter().map(target).collect()
}

/// A host that is open to a range.
fn open(host: &str, port: u16, range: Range) -> Entrance {
    Entrance::Said(Path {
        address: Some(host.to_owned()),
        protocol: Some(protocol_name(TCP)),
        ports: Some((port, port)),
        source: Some(range.to_string()),
        is_from_world: Some(range.length == 0),
        is_reachable: Some(true),
        ..Path::default()
    })
}

impl Domain {
    /// The whole world may ask. Whom it answers is in its policy.
    fn entrances(&self) -> Vec<Entrance> {
        match (self.is_in_vpc, &self.host) {
            (None, _) => vec![Entrance::unknown("it was not read")],
            (Some(true), _) => vec![Entrance::closed("it is in a VPC, without a public address")],
            (Some(false), None) => vec![Entrance::unknown("it has no host yet")],
            (Some(false), Some(host)) => {
                let families = [Some(false), self.is_dual_stack.then_some(true)];
                let ports = [Some(443), (self.is_https_enforced == Some(false)).then_some(80)];
                let worlds = families.into_iter().flatten().map(Range::world);
                let of_world = |world| ports.into_iter().flatten().map(move |port| open(host, port, world));
                worlds.flat_map(of_world).collect()
            }
        }
    }
}

impl Cluster {
    fn entrances(&self) -> Vec<Entrance> {
        let unknown = |reason: &str| vec![Entrance::unknown(reason)];
        match (self.is_public, self.host(), &self.ranges) {
            (None, ..) => unknown("it was not read"),
            (Some(false), ..) => vec![Entrance::closed("its API is entered from its VPC alone")],
            (_, None, _) => unknown("its API has no host yet"),
            (_, _, None) => unknown("from where its API is open was not read"),
            (_, Some(host), Some(ranges)) => Self::open_to(host, ranges),
        }
    }

    /// The host of its API.
    fn host(&self) -> Option<&str> {
        let endpoint = self.endpoint.as_deref()?;
        Some(endpoint.strip_prefix("https://").unwrap_or(endpoint))
    }

    fn open_to(host: &str, ranges: &[String]) -> Vec<Entrance> {
        let parsed: Vec<_> = ranges.iter().map(|range| Range::parse(range)).collect();
        let public = parsed.iter().flatten().filter(|range| !range.is_private());
        let mut entrances: Vec<_> = public.map(|range| open(host, 443, *range)).collect();
        if ranges.is_empty() || parsed.contains(&None) {
            entrances.push(Entrance::unknown("from where its API is open was not read"));
        } else if entrances.is_empty() {
            entrances.push(Entrance::closed("its API is open to private ranges alone"));
        }
        entrances
    }
}
