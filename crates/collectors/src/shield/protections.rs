//! Shield Advanced: GetSubscriptionState; where there is a subscription, DescribeSubscription and ListProtections.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, all, given};

const STATE: Read<State> = reads("shield", "GetSubscriptionState");
const SUBSCRIPTION: Read<ItsSubscription> = reads("shield", "DescribeSubscription");
const LIST: Read<Page> = reads("shield", "ListProtections");

/// An account's subscription to Shield Advanced: one row for each account, also where there is none. Shield Standard,
/// which all have, is none.
#[derive(Debug, Serialize, Row)]
#[row(table = "shield_subscriptions")]
pub struct Subscription {
    /// Whether the account has a subscription.
    pub is_subscribed: bool,
    /// ACTIVE or INACTIVE, as Shield says it.
    pub state: String,
    /// The subscription's ARN. Null: none, or it could not be read.
    pub subscription_arn: Option<String>,
    /// When it began (UTC). Null: none, or it could not be read.
    pub started_at: Option<Timestamp>,
    /// When it ends, unless it is renewed (UTC). Null: none, or it could not be read.
    pub ends_at: Option<Timestamp>,
    /// Whether it is renewed by itself. Null: none, or it could not be read.
    pub is_renewed: Option<bool>,
    /// Whether Shield's people call when something is attacked: ENABLED, DISABLED or PENDING. Null: none, or AWS did
    /// not say.
    pub proactive_engagement_status: Option<String>,
}

/// One resource that Shield Advanced protects.
#[derive(Debug, Serialize, Row)]
#[row(table = "shield_protections", key = "arn")]
pub struct Protection {
    /// The protection's ARN.
    pub arn: String,
    /// The protection's id.
    pub protection_id: String,
    /// The protection's name.
    pub protection_name: Option<String>,
    /// The ARN of what is protected: a distribution, a load balancer, an address, a hosted zone.
    pub resource_arn: Option<String>,
    /// The health checks of Route 53 that tell how the resource is, by their ids.
    pub health_check_ids: Vec<String>,
    /// Whether Shield writes rules of WAF against an attack by itself: ENABLED or DISABLED. Null: AWS did not say.
    pub automatic_response_status: Option<String>,
    /// What such rules do: Block or Count. Null: there are none, or AWS did not say.
    pub automatic_response_action: Option<String>,
}

/// The subscription of an account and what it protects.
pub const PROTECTIONS: Collector = Collector {
    name: "shield_protections",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[STATE.call(), SUBSCRIPTION.call(), LIST.call()],
    resources: &[],
    tables: &[table::<Subscription>(), table::<Protection>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct State {
    subscription_state: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsSubscription {
    subscription: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    subscription_arn: Option<String>,
    start_time: Option<Moment>,
    end_time: Option<Moment>,
    auto_renew: Option<String>,
    proactive_engagement_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    protections: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    id: Option<String>,
    name: Option<String>,
    protection_arn: Option<String>,
    resource_arn: Option<String>,
    health_check_ids: Vec<String>,
    #[serde(rename = "ApplicationLayerAutomaticResponseConfiguration")]
    response: Response,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Response {
    status: Option<String>,
    action: Action,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Action {
    block: Option<Present>,
    count: Option<Present>,
}

/// A member that says all by being there.
#[derive(Default, Deserialize)]
struct Present {}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = STATE.send(session, json!({})).await?;
    let state = given(answer.subscription_state, &STATE.call().name(), "SubscriptionState")?;
    let is_subscribed = state == "ACTIVE";
    let mut described = None;
    if is_subscribed {
        let answer = SUBSCRIPTION.send(session, json!({})).await;
        let answer = answer.and_then(|it| given(it.subscription, &SUBSCRIPTION.call().name(), "Subscription"));
        described = rows.item([Subscription::TABLE], answer)?;
        let protections = all(&LIST, session, json!({"MaxResults": 1000}), |page| page.protections).await;
        for listed in rows.item([Protection::TABLE], protections)?.unwrap_or_default() {
            let mut unread = Unread::default();
            let row = protection(session, listed, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    let mut unread = Unread::default();
    let row = subscription(state, is_subscribed, described.unwrap_or_default(), &mut unread);
    unread.count(rows, Subscription::TABLE, &SUBSCRIPTION.call().name());
    rows.push(row).await
}

fn subscription(state: String, is_subscribed: bool, it: Described, unread: &mut Unread) -> Subscription {
    Subscription {
        is_subscribed,
        state,
        subscription_arn: it.subscription_arn,
        started_at: unread.moment("StartTime", it.start_time.as_ref()),
        ends_at: unread.moment("EndTime", it.end_time.as_ref()),
        is_renewed: it.auto_renew.map(|word| word == "ENABLED"),
        proactive_engagement_status: it.proactive_engagement_status,
    }
}

fn protection(session: &Session, it: Listed, unread: &mut Unread) -> Option<Protection> {
    // It is in no region.
    let made = |id: &str| format!("arn:{}:shield::{}:protection/{id}", session.partition(), session.account_id());
    let (arn, protection_id) = unread.identity("Id", it.id, it.protection_arn, made)?;
    let action = match it.response.action {
        Action { block: Some(_), .. } => Some("Block"),
        Action { count: Some(_), .. } => Some("Count"),
        Action { .. } => None,
    };
    Some(Protection {
        arn,
        protection_id,
        protection_name: unread.value("Name", it.name),
        resource_arn: unread.value("ResourceArn", it.resource_arn),
        health_check_ids: it.health_check_ids,
        automatic_response_status: it.response.status,
        automatic_response_action: action.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::PROTECTIONS;
    use crate::testing::{columns, json_error};

    const ACTIVE: &str = r#"{"SubscriptionState":"ACTIVE"}"#;
    const FULL: &str = r#"{"Id":"p1","Name":"shop","ResourceArn":"arn:distribution","ProtectionArn":"arn:p1",
        "HealthCheckIds":["h1"],"ApplicationLayerAutomaticResponseConfiguration":{"Status":"ENABLED",
        "Action":{"Block":{}}}}"#;
    const COUNTING: &str = r#"{"Id":"p2","Name":"api","ResourceArn":"arn:address",
        "ApplicationLayerAutomaticResponseConfiguration":{"Status":"PONDERING","Action":{"Count":{}}}}"#;

    #[tokio::test]
    async fn a_subscription_and_protections_of_two_pages() {
        let subscription = r#"{"Subscription":{"SubscriptionArn":"arn:s","StartTime":1735689600,"EndTime":1767225600,
            "AutoRenew":"ENABLED","ProactiveEngagementStatus":"PENDING"}}"#;
        let recorded = Recorded::new()
            .answer("GetSubscriptionState", ACTIVE)
            .answer("DescribeSubscription", subscription)
            .answer_to("ListProtections", "1000", &format!(r#"{{"Protections":[{FULL}],"NextToken":"more"}}"#))
            .answer_to("ListProtections", "more", &format!(r#"{{"Protections":[{COUNTING},{{"Id":"p3"}},{{}}]}}"#));
        let collected = recorded.run(&PROTECTIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PROTECTIONS);
        let names = ["is_subscribed", "subscription_arn", "is_renewed", "proactive_engagement_status"];
        assert_eq!(columns(&collected, "shield_subscriptions", &names), [json!([true, "arn:s", true, "PENDING"])]);
        let names = ["arn", "resource_arn", "automatic_response_status", "automatic_response_action"];
        assert_eq!(
            columns(&collected, "shield_protections", &names),
            [
                json!(["arn:p1", "arn:distribution", "ENABLED", "Block"]),
                json!(["arn:aws:shield::111122223333:protection/p2", "arn:address", "PONDERING", "Count"]),
                json!(["arn:aws:shield::111122223333:protection/p3", null, null, null]),
            ]
        );
        assert_eq!(collected.table("shield_protections")[0]["health_check_ids"], json!(["h1"]));
        // A protection's name and resource, and one without an id.
        assert_eq!(collected.short(), (3, vec!["shield_protections"]));
    }

    #[tokio::test]
    async fn without_a_subscription_nothing_more_is_asked() {
        let recorded = Recorded::new().answer("GetSubscriptionState", r#"{"SubscriptionState":"INACTIVE"}"#);
        let collected = recorded.run(&PROTECTIONS).await;
        collected.result.as_ref().unwrap();
        let names = ["is_subscribed", "state", "started_at", "is_renewed"];
        assert_eq!(columns(&collected, "shield_subscriptions", &names), [json!([false, "INACTIVE", null, null])]);
        assert_eq!((collected.table("shield_protections").len(), collected.missed.is_none()), (0, true));
    }

    #[tokio::test]
    async fn what_is_refused_is_counted_and_a_refused_state_ends_the_task() {
        let denied = json_error("AccessDeniedException");
        let recorded = Recorded::new()
            .answer("GetSubscriptionState", ACTIVE)
            .refuse("DescribeSubscription", "", 400, &denied)
            .refuse("ListProtections", "", 400, &json_error("UnknownOperationException"));
        let collected = recorded.run(&PROTECTIONS).await;
        collected.result.as_ref().unwrap();
        let names = ["is_subscribed", "subscription_arn", "is_renewed"];
        assert_eq!(columns(&collected, "shield_subscriptions", &names), [json!([true, null, null])]);
        assert_eq!(collected.short(), (2, vec!["shield_protections", "shield_subscriptions"]));
        let recorded = Recorded::new().refuse("GetSubscriptionState", "", 400, &denied);
        let collected = recorded.run(&PROTECTIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        let collected = Recorded::new().answer("GetSubscriptionState", "{}").run(&PROTECTIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.code == "ValueUnread"));
    }
}
