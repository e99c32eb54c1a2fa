//! Security Hub CSPM: DescribeHub; where it is on GetAdministratorAccount, ListFindingAggregators, GetFindingAggregator
//! where there is one, ListEnabledProductsForImport, GetEnabledStandards, and DescribeStandardsControls for each
//! standard.

pub(super) mod aggregator;
mod products;
mod standards;
#[cfg(test)]
mod tests;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::is_off;
use crate::items::{Unread, all, details};
use aggregator::Gathering;
use standards::{Controls, Enabled};
pub use standards::{DisabledControl, Standard};

const HUB: Read<Described> = reads("securityhub", "DescribeHub");
const ADMINISTRATOR: Read<Administrators> = reads("securityhub", "GetAdministratorAccount");
const STANDARDS: Read<Enabled> = reads("securityhub", "GetEnabledStandards");
const CONTROLS: Read<Controls> = reads("securityhub", "DescribeStandardsControls");

/// Security Hub CSPM, the older of the two generations, in one account and region: one row for each, also where it is
/// off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "securityhub_hubs")]
pub struct Hub {
    /// Whether it is on.
    pub is_enabled: bool,
    /// The hub's ARN. Null: it is off.
    pub hub_arn: Option<String>,
    /// When it was switched on (UTC). Null: it is off, or AWS did not say.
    pub subscribed_at: Option<Timestamp>,
    /// Whole days since then.
    pub subscribed_days: Option<i32>,
    /// Whether new controls of its standards are switched on by themselves. Null: it is off, or AWS did not say.
    pub is_auto_enabling_controls: Option<bool>,
    /// SECURITY_CONTROL where a check makes one finding for all standards, STANDARD_CONTROL where one for each. Null:
    /// it is off, or AWS did not say.
    pub control_finding_generator: Option<String>,
    /// The account that administers it. Null: nobody but the account itself, it is off, or it could not be read.
    pub administrator_account_id: Option<String>,
    /// How the account stands to its administrator, Enabled, as AWS says it. Null: there is none, or it could not be
    /// read.
    pub member_status: Option<String>,
    /// The ARN of what gathers the findings of several regions in one. Null: nothing does, or it could not be read.
    pub finding_aggregator_arn: Option<String>,
    /// The region in which the findings of others are gathered. Null: there is none, or it could not be read.
    pub aggregation_region: Option<String>,
    /// Which regions' findings are gathered there: ALL_REGIONS, ALL_REGIONS_EXCEPT_SPECIFIED, SPECIFIED_REGIONS or
    /// NO_REGIONS. Null: nothing gathers findings, or it could not be read.
    pub region_linking_mode: Option<String>,
    /// The regions that the mode speaks of, sorted. Null: nothing gathers findings, or it could not be read.
    pub specified_regions: Option<Vec<String>>,
    /// Whether the findings of this region are gathered there, or it is that region itself. Null: nothing gathers
    /// findings, or it is not known.
    pub is_region_linked: Option<bool>,
    /// How many standards are on. Null: it is off, or they could not be read.
    pub standard_count: Option<i32>,
    /// Whether it takes what GuardDuty finds here: the integration of the two is on. Null: it is off, or the
    /// integrations could not be read.
    pub is_taking_guardduty: Option<bool>,
}

/// The hub of one region, its standards, and the controls that are off.
pub const HUBS: Collector = Collector {
    name: "securityhub_hubs",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        HUB.call(),
        ADMINISTRATOR.call(),
        aggregator::LIST.call(),
        aggregator::GET.call(),
        products::LIST.call(),
        STANDARDS.call(),
        CONTROLS.call(),
    ],
    resources: &[],
    tables: &[table::<Hub>(), table::<Standard>(), table::<DisabledControl>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    hub_arn: Option<String>,
    subscribed_at: Option<Moment>,
    auto_enable_controls: Option<bool>,
    control_finding_generator: Option<String>,
}

/// Nothing is in it where the account has no administrator, or is one.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Administrators {
    administrator: Option<Administrator>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Administrator {
    account_id: Option<String>,
    member_status: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = HUB.send(session, json!({})).await;
    if is_off(&answer) {
        return rows.push(Hub::default()).await;
    }
    let described = answer?;
    let answer = ADMINISTRATOR.send(session, json!({})).await.optional(&["ResourceNotFoundException"]);
    let administrator = rows.item([Hub::TABLE], answer)?.flatten().and_then(|it| it.administrator);
    let gathering = Gathering::read(session, rows, Hub::TABLE).await?;
    let is_taking_guardduty = products::is_taking_guardduty(session, rows).await?;
    let standard_count = push_standards(session, rows).await?;
    let mut unread = Unread::default();
    let hub = hub(described, administrator.unwrap_or_default(), rows.captured_at(), &mut unread);
    unread.count(rows, Hub::TABLE, &HUB.call().name());
    rows.push(Hub {
        standard_count,
        finding_aggregator_arn: gathering.arn,
        aggregation_region: gathering.region,
        region_linking_mode: gathering.mode,
        specified_regions: gathering.specified_regions,
        is_region_linked: gathering.is_linked,
        is_taking_guardduty,
        ..hub
    })
    .await
}

fn hub(it: Described, administrator: Administrator, now: Timestamp, unread: &mut Unread) -> Hub {
    let subscribed_at = unread.moment("SubscribedAt", it.subscribed_at.as_ref());
    Hub {
        is_enabled: true,
        hub_arn: unread.value("HubArn", it.hub_arn),
        subscribed_at,
        subscribed_days: subscribed_at.map(|at| at.days_until(now)),
        is_auto_enabling_controls: it.auto_enable_controls,
        control_finding_generator: it.control_finding_generator,
        administrator_account_id: administrator.account_id,
        member_status: administrator.member_status,
        ..Hub::default()
    }
}

/// The standards that are on, each with its controls; how many they are.
async fn push_standards(session: &Session, rows: &mut Rows<'_>) -> Result<Option<i32>, Error> {
    let tables = [Hub::TABLE, Standard::TABLE, DisabledControl::TABLE];
    let listed = all(&STANDARDS, session, json!({"MaxResults": 100}), |page| page.standards_subscriptions).await;
    let Some(listed) = rows.item(tables, listed)? else { return Ok(None) };
    let count = i32::try_from(listed.len()).unwrap_or(i32::MAX);
    let mut read = details(listed, |it| async move {
        let input = json!({"StandardsSubscriptionArn": it.standards_subscription_arn, "MaxResults": 100});
        let controls = all(&CONTROLS, session, input, |page| page.controls).await;
        (it, controls)
    });
    while let Some((it, controls)) = read.next().await {
        let controls = rows.item([Standard::TABLE, DisabledControl::TABLE], controls)?;
        let (standards_arn, disabled) = (it.standards_arn.clone(), standards::disabled(controls.as_deref()));
        let mut unread = Unread::default();
        let row = standards::standard(it, controls.as_deref(), &mut unread);
        unread.push(rows, &STANDARDS.call().name(), row).await?;
        for control in disabled {
            let mut unread = Unread::default();
            let row = standards::disabled_control(standards_arn.as_deref(), control, &mut unread);
            unread.push(rows, &CONTROLS.call().name(), row).await?;
        }
    }
    Ok(Some(count))
}
