//! Rules of EventBridge and their targets: ListEventBuses, ListRules for each bus, ListTargetsByRule for each rule.

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, details, is_gone};

const BUSES: Read<Buses> = reads("eventbridge", "ListEventBuses").needs("events:ListEventBuses");
const LIST: Read<Page> = reads("eventbridge", "ListRules").needs("events:ListRules");
const TARGETS: Read<Targets> = reads("eventbridge", "ListTargetsByRule").needs("events:ListTargetsByRule");

/// How EventBridge says that there is no such bus, or no such rule.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// The bus that every account has, and to which AWS's services publish.
const DEFAULT: &str = "default";

/// One rule of EventBridge, switched on or off.
#[derive(Debug, Serialize, Row)]
#[row(table = "eventbridge_rules", key = "arn")]
pub struct Rule {
    /// The rule's ARN.
    pub arn: String,
    /// The rule's name.
    pub rule_name: String,
    /// The bus whose events it hears.
    pub event_bus_name: String,
    /// Whether that is the bus to which AWS's services publish.
    pub is_on_default_bus: bool,
    /// ENABLED, DISABLED or ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS. Null: AWS did not say.
    pub rule_state: Option<String>,
    /// Whether it is on. Null: AWS did not say, or its state is not known.
    pub is_enabled: Option<bool>,
    /// The pattern that events must match, as JSON. Null: none, it goes by the clock.
    pub event_pattern: Option<String>,
    /// When it goes by the clock: rate(1 day). Null: it does not.
    pub schedule_expression: Option<String>,
    /// Its description. Null: none.
    pub description: Option<String>,
    /// The role by which it sends. Null: none, its targets have their own or let it in.
    pub role_arn: Option<String>,
    /// The service of AWS that made it and manages it. Null: none.
    pub managed_by: Option<String>,
    /// How many targets it has. Null: they were not read.
    pub target_count: Option<i32>,
}

/// One target of a rule. What is sent to it is not kept.
#[derive(Debug, Serialize, Row)]
#[row(table = "eventbridge_targets", key = "rule_arn, target_id")]
pub struct Target {
    /// The rule's ARN.
    pub rule_arn: String,
    /// The target's id within its rule.
    pub target_id: String,
    /// What gets the events, by ARN. Null: AWS did not say.
    pub target_arn: Option<String>,
    /// The service of that, by its ARN: sns, sqs, lambda. Null: AWS did not say.
    pub target_service: Option<String>,
    /// The role by which events are sent. Null: none, the target lets EventBridge in.
    pub role_arn: Option<String>,
    /// The queue that gets what could not be delivered. Null: none.
    pub dead_letter_queue_arn: Option<String>,
}

/// The rules of all buses of one region, with their targets.
pub const RULES: Collector = Collector {
    name: "eventbridge_rules",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[BUSES.call(), LIST.call(), TARGETS.call()],
    resources: &[],
    tables: &[table::<Rule>(), table::<Target>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Buses {
    event_buses: Vec<Bus>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Bus {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    rules: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    arn: Option<String>,
    event_pattern: Option<String>,
    state: Option<String>,
    description: Option<String>,
    schedule_expression: Option<String>,
    role_arn: Option<String>,
    managed_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Targets {
    targets: Vec<ListedTarget>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ListedTarget {
    id: Option<String>,
    arn: Option<String>,
    role_arn: Option<String>,
    dead_letter_config: DeadLetters,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DeadLetters {
    arn: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let buses = all(&BUSES, session, json!({"Limit": 100}), |page| page.event_buses).await?;
    for bus in buses {
        let mut unread = Unread::default();
        match unread.value("Name", bus.name) {
            Some(bus) => of_bus(session, rows, &bus).await?,
            None => unread.lost(rows, [Rule::TABLE, Target::TABLE], &BUSES.call().name()),
        }
    }
    Ok(())
}

async fn of_bus(session: &Session, rows: &mut Rows<'_>, bus: &str) -> Result<(), Error> {
    let listed = all(&LIST, session, json!({"EventBusName": bus, "Limit": 100}), |page| page.rules).await;
    // Every account has the default bus: if its rules cannot be listed, the task ends so.
    if bus != DEFAULT && is_gone(GONE, &listed) {
        rows.gone();
        return Ok(());
    }
    let listed = if bus == DEFAULT { Some(listed?) } else { rows.item([Rule::TABLE, Target::TABLE], listed)? };
    let mut rules = details(listed.into_iter().flatten(), |listed| read(session, bus, listed));
    while let Some((listed, targets)) = rules.next().await {
        push(session, rows, bus, listed, targets).await?;
    }
    Ok(())
}

async fn read(session: &Session, bus: &str, listed: Listed) -> (Listed, Answer<Vec<ListedTarget>>) {
    let input = json!({"Rule": listed.name, "EventBusName": bus, "Limit": 100});
    let targets = all(&TARGETS, session, input, |page| page.targets).await;
    (listed, targets)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    bus: &str,
    mut listed: Listed,
    targets: Answer<Vec<ListedTarget>>,
) -> Result<(), Error> {
    if is_gone(GONE, &targets) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| match bus {
        DEFAULT => session.arn("events", &format!("rule/{name}")),
        bus => session.arn("events", &format!("rule/{bus}/{name}")),
    };
    let Some(identity) = unread.identity("Name", listed.name.take(), listed.arn.take(), made) else {
        unread.lost(rows, [Rule::TABLE, Target::TABLE], &LIST.call().name());
        return Ok(());
    };
    let targets = rows.item([Rule::TABLE, Target::TABLE], targets)?;
    let row = rule(identity, listed, bus, targets.as_deref(), &mut unread);
    let rule_arn = row.arn.clone();
    unread.count(rows, Rule::TABLE, &LIST.call().name());
    rows.push(row).await?;
    for listed in targets.into_iter().flatten() {
        let mut unread = Unread::default();
        let row = target(&rule_arn, listed, &mut unread);
        unread.push(rows, &TARGETS.call().name(), row).await?;
    }
    Ok(())
}

fn rule(
    (arn, rule_name): (String, String),
    it: Listed,
    bus: &str,
    targets: Option<&[ListedTarget]>,
    unread: &mut Unread,
) -> Rule {
    let rule_state = unread.value("State", it.state);
    Rule {
        arn,
        rule_name,
        event_bus_name: bus.to_owned(),
        is_on_default_bus: bus == DEFAULT,
        is_enabled: rule_state.as_deref().and_then(is_enabled),
        rule_state,
        event_pattern: it.event_pattern.filter(|text| !text.is_empty()),
        schedule_expression: it.schedule_expression.filter(|text| !text.is_empty()),
        description: it.description.filter(|text| !text.is_empty()),
        role_arn: it.role_arn,
        managed_by: it.managed_by,
        target_count: targets.map(|targets| i32::try_from(targets.len()).unwrap_or(i32::MAX)),
    }
}

fn is_enabled(state: &str) -> Option<bool> {
    match state {
        "ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" => Some(true),
        "DISABLED" => Some(false),
        _ => None,
    }
}

/// The row. None: the target has no id.
fn target(rule_arn: &str, it: ListedTarget, unread: &mut Unread) -> Option<Target> {
    let target_arn = unread.value("Arn", it.arn);
    Some(Target {
        rule_arn: rule_arn.to_owned(),
        target_id: unread.value("Id", it.id)?,
        target_service: target_arn.as_deref().and_then(|arn| arn.split(':').nth(2)).map(str::to_owned),
        target_arn,
        role_arn: it.role_arn,
        dead_letter_queue_arn: it.dead_letter_config.arn,
    })
}

#[cfg(test)]
mod tests;
