//! The use of AWS's API: the counts of each operation's calls, and the bucket that they drew from.

use orgcensus_aws::Used;
use orgcensus_collect::Error;
use orgcensus_row::{BatchBuilder, GLOBAL, Row, table};
use serde::Serialize;

use crate::context::Shared;
use crate::event::Event;
use crate::journal::AccountRecord;
use crate::task;

/// One operation that the run called in one account and region, with the bucket of calls that it drew from. What the
/// crawl's own identity calls (STS, Organizations) is in the rows of the management account.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "api_usage", key = "service, operation, shard")]
pub struct ApiUsage {
    /// The service by its SDK's name, secretsmanager.
    pub service: String,
    /// The operation, ListSecrets.
    pub operation: String,
    /// The process of the run that called, 0 when there was only one: each shard has a part of a crawl-wide bucket.
    pub shard: i32,
    /// The bucket that it shares with others: the service, or service:Operation+Operation.
    pub bucket: String,
    /// Whose the bucket is: region (an account's in one region), account, or crawl (the crawl's own account's).
    pub bucket_scope: String,
    /// Operations called; a page is a call.
    pub calls: i64,
    /// Attempts beyond the first of each call.
    pub retries: i64,
    /// Attempts that AWS throttled.
    pub throttles: i64,
    /// How long attempts waited for their turn, all together, in milliseconds.
    pub waited_millis: i64,
    /// AWS's own limit on the bucket, calls a second, as documented or as others measured it; null where nothing was limited.
    pub quota_per_second: Option<f64>,
    /// The rate that the run allowed itself, calls a second; null where nothing was limited.
    pub allowed_per_second: Option<f64>,
    /// The rate at the end, after AWS had throttled the run or stopped throttling it, calls a second; null where
    /// nothing was limited.
    pub final_per_second: Option<f64>,
    /// Calls that the run allowed itself at once after a pause; null where nothing was limited.
    pub burst_calls: Option<i64>,
}

impl ApiUsage {
    fn new(used: &Used, shard: Option<u32>) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (counts, rule) = (used.counts, &used.rule);
        Self {
            service: used.service.to_string(),
            operation: used.operation.to_string(),
            shard: i32::try_from(shard.unwrap_or_default()).unwrap_or(i32::MAX),
            bucket: rule.name.clone(),
            bucket_scope: rule.scope.as_str().to_owned(),
            calls: number(counts.calls),
            retries: number(counts.attempts.saturating_sub(counts.calls)),
            throttles: number(counts.throttles),
            waited_millis: number(counts.waited_millis),
            quota_per_second: rule.quota.map(|quota| quota.per_second),
            allowed_per_second: rule.quota.map(|_| rule.rate.per_second),
            final_per_second: rule.quota.map(|_| used.per_second),
            burst_calls: rule.quota.map(|_| i64::from(rule.rate.burst.get())),
        }
    }
}

/// Stages what the crawl's own identity called, under the account that the organization's rows are under.
pub(crate) fn stage_own(shared: &Shared, record: &mut AccountRecord) -> Result<(), Error> {
    stage(shared, &own(shared), record)
}

/// Tells what the crawl's own identity called, where it is not staged: the run stops.
pub(crate) fn tell_own(shared: &Shared) {
    let account_id = shared.organization.home_account_id();
    shared.crawl.tell(&Event::Used { account_id, used: &own(shared) });
}

fn own(shared: &Shared) -> Vec<Used> {
    let mut used = shared.crawl.base.limiter().used();
    used.extend(shared.crawl.chain.last().used());
    used.sort_by(|one, other| one.region.cmp(&other.region));
    used
}

/// Stages what AWS charged to one account, a region at a time, and tells it.
pub(crate) fn stage(shared: &Shared, used: &[Used], record: &mut AccountRecord) -> Result<(), Error> {
    shared.crawl.tell(&Event::Used { account_id: &record.account_id, used });
    let usage = table::<ApiUsage>();
    let mut builder = BatchBuilder::new(usage)?;
    for of_region in used.chunk_by(|one, other| one.region == other.region) {
        for it in of_region {
            builder.push(&ApiUsage::new(it, shared.shard))?;
        }
        let region = of_region.first().and_then(|it| it.region.as_deref()).unwrap_or(GLOBAL);
        let slice = task::stage_batch(&shared.stage, usage, &builder.take(&shared.stamp(&record.account_id, region))?);
        record.add(region, [slice.map_err(|error| Error::Stage(orgcensus_aws::with_causes(&error)))?]);
    }
    Ok(())
}
