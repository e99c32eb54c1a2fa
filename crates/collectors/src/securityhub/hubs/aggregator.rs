//! Where Security Hub CSPM gathers the findings of several regions: ListFindingAggregators, and GetFindingAggregator
//! for the one that there may be.

use orgcensus_collect::{Error, Read, Rows, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use crate::items::{Unread, all, is_gone};

pub(in crate::securityhub) const LIST: Read<Aggregators> = reads("securityhub", "ListFindingAggregators");
pub(in crate::securityhub) const GET: Read<Described> = reads("securityhub", "GetFindingAggregator");

/// How Security Hub says that there is no such aggregator.
const GONE: &[&str] = &["ResourceNotFoundException"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in crate::securityhub) struct Aggregators {
    finding_aggregators: Vec<Aggregator>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Aggregator {
    finding_aggregator_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in crate::securityhub) struct Described {
    region_linking_mode: Option<String>,
    regions: Vec<String>,
}

/// Where the findings of a region are gathered; empty where nothing gathers them, or nothing could be read.
#[derive(Default)]
pub(in crate::securityhub) struct Gathering {
    pub(in crate::securityhub) arn: Option<String>,
    pub(in crate::securityhub) region: Option<String>,
    pub(in crate::securityhub) mode: Option<String>,
    pub(in crate::securityhub) specified_regions: Option<Vec<String>>,
    pub(in crate::securityhub) is_linked: Option<bool>,
}

impl Gathering {
    /// Reads it. A table is short of what could not be read.
    pub(in crate::securityhub) async fn read(
        session: &Session,
        rows: &mut Rows<'_>,
        table: &'static str,
    ) -> Result<Self, Error> {
        let answer = all(&LIST, session, json!({}), |page| page.finding_aggregators).await;
        let aggregator = rows.item([table], answer)?.and_then(|listed| listed.into_iter().next());
        let Some(aggregator) = aggregator else { return Ok(Self::default()) };
        let mut unread = Unread::default();
        let arn = unread.value("FindingAggregatorArn", aggregator.finding_aggregator_arn);
        let region = arn.as_deref().and_then(|arn| unread.value("FindingAggregatorArn", region_of(arn)));
        unread.count(rows, table, &LIST.call().name());
        let Some(arn) = arn else { return Ok(Self::default()) };
        let answer = GET.send(session, json!({"FindingAggregatorArn": arn})).await;
        if is_gone(GONE, &answer) {
            return Ok(Self::default());
        }
        let mut it = rows.item([table], answer)?;
        if let Some(it) = &mut it {
            let mut unread = Unread::default();
            it.region_linking_mode = unread.value("RegionLinkingMode", it.region_linking_mode.take());
            unread.count(rows, table, &GET.call().name());
            it.regions.sort_unstable();
        }
        let is_linked = region.as_deref().and_then(|gathers| is_linked(session.region(), gathers, it.as_ref()));
        let mode = it.as_ref().and_then(|it| it.region_linking_mode.clone());
        Ok(Self { arn: Some(arn), region, mode, specified_regions: it.map(|it| it.regions), is_linked })
    }
}

/// Whether the findings of a region are gathered in another, or it is that one; none if it is not known.
fn is_linked(region: &str, gathers: &str, it: Option<&Described>) -> Option<bool> {
    if region == gathers {
        return Some(true);
    }
    let it = it?;
    let is_specified = it.regions.iter().any(|specified| specified == region);
    match it.region_linking_mode.as_deref()? {
        "ALL_REGIONS" => Some(true),
        "ALL_REGIONS_EXCEPT_SPECIFIED" => Some(!is_specified),
        "SPECIFIED_REGIONS" => Some(is_specified),
        "NO_REGIONS" => Some(false),
        _ => None,
    }
}

/// The region of an ARN: that of an aggregator's is where findings are gathered.
fn region_of(arn: &str) -> Option<String> {
    arn.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_linked_by_the_mode() {
        let linked = |region: &str, mode: &str, specified: &[&str]| {
            let regions = specified.iter().map(|&it| it.to_owned()).collect();
            is_linked(region, "eu-west-1", Some(&Described { region_linking_mode: Some(mode.to_owned()), regions }))
        };
        assert_eq!(linked("us-east-1", "ALL_REGIONS", &[]), Some(true));
        assert_eq!(linked("us-east-1", "ALL_REGIONS_EXCEPT_SPECIFIED", &["us-east-1"]), Some(false));
        assert_eq!(linked("us-west-2", "ALL_REGIONS_EXCEPT_SPECIFIED", &["us-east-1"]), Some(true));
        assert_eq!(linked("us-east-1", "SPECIFIED_REGIONS", &["us-east-1"]), Some(true));
        assert_eq!(linked("us-west-2", "SPECIFIED_REGIONS", &["us-east-1"]), Some(false));
        assert_eq!(linked("us-east-1", "NO_REGIONS", &[]), Some(false));
        assert_eq!(linked("eu-west-1", "NO_REGIONS", &[]), Some(true), "it is the region itself");
        assert_eq!(linked("us-east-1", "OF_2030", &[]), None);
        assert_eq!(is_linked("us-east-1", "eu-west-1", None), None);
        assert_eq!(is_linked("eu-west-1", "eu-west-1", None), Some(true));
    }
}
