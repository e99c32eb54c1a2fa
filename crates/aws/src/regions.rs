//! Which regions an account has switched on.

use orgcensus_calls::Call;
use serde::Deserialize;
use serde_json::json;

pub use crate::account_region::AccountRegion;
use crate::error::{Class, Error};
use crate::read::{Read, read as reads};
use crate::session::Session;

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
    let named = regions.filter_map(|it| it.region_name.map(|name| AccountRegion::new(name, it.opt_in_status)));
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
