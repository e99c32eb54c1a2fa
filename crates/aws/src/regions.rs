//! Which regions an account has switched on.

use orgcensus_calls::Call;
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::{Class, Error};
use crate::read::{Read, read as reads};
use crate::session::Session;

/// One region as one account sees it, on or off.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "account_regions", key = "region_name")]
pub struct AccountRegion {
    /// The region's name, eu-west-1.
    pub region_name: String,
    /// opt-in-not-required, opted-in or not-opted-in.
    pub opt_in_status: Option<String>,
    /// Whether the account can use the region.
    pub is_enabled: bool,
}

/// What asking for regions calls.
pub const CALLS: &[Call] = &[REGIONS.call()];

const REGIONS: Read<Answer> = reads("ec2", "DescribeRegions");

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    region_info: Vec<Region>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Region {
    region_name: Option<String>,
    opt_in_status: Option<String>,
}

/// All regions of the partition, on or off. An answer without any region is an error.
pub async fn read(session: &Session) -> Result<Vec<AccountRegion>, Error> {
    let regions = REGIONS.send(session, json!({"AllRegions": true})).await?.region_info.into_iter();
    let named = regions.filter_map(|it| it.region_name.map(|name| account_region(name, it.opt_in_status)));
    let regions: Vec<AccountRegion> = named.collect();
    if regions.is_empty() {
        return Err(Error::new(Class::Failed, "NoRegions", "AWS named no region").during("ec2:DescribeRegions"));
    }
    Ok(regions)
}

/// Whether the account has the session's region switched off. It asks again from the home region, once in an account's
/// turn. This is for credentials that are rejected in a region that was on when the turn began.
pub async fn is_off(session: &Session) -> bool {
    let access = session.access();
    let home = session.in_region(access.base().home_region());
    let seen = access.regions.get_or_init(|| async { read(&home).await.ok() }).await;
    seen.iter().flatten().any(|it| it.region_name == session.region() && !it.is_enabled)
}

fn account_region(region_name: String, opt_in_status: Option<String>) -> AccountRegion {
    let is_enabled = opt_in_status.as_deref() != Some("not-opted-in");
    AccountRegion { region_name, opt_in_status, is_enabled }
}
