//! What CloudTrail remembers: who made the changes of the nights, and who signed in, in the showcase account.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, list};
use crate::services::ec2::{changed_group_id, group_changes};
use crate::services::iam::{Iam, attached_policy};
use crate::truth::ChangeTruth;
use serde_json::{Value, json};

/// The region of the partition in which IAM's events are recorded, and root's sign-ins.
const GLOBAL_REGIONS: [&str; 3] = ["cn-north-1", "us-east-1", "us-gov-west-1"];

/// What somebody typed as a user's name.
const TYPED: &str = "hunter2-is-a-password";

pub(super) const ANSWERS: &[Operation] = &[list("LookupEvents", "Events", lookup).pages(50, 50)];

/// An event, and by whom `Username` finds it.
struct Event {
    name: &'static str,
    source: &'static str,
    at_millis: i64,
    user_name: String,
    resources: Vec<String>,
    record: Value,
}

fn lookup(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let wanted = context.request.structures("LookupAttributes").first();
    let wanted = wanted.map(|it| (text(it, "AttributeKey"), text(it, "AttributeValue")));
    let since = context.request.number("StartTime").and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or_default();
    let is_wanted = |event: &Event| match &wanted {
        None => true,
        Some((key, value)) if key == "EventName" => event.name == value,
        Some((key, value)) => key == "Username" && event.user_name == *value,
    };
    let mut events = events(&context.place);
    // The newest first, as AWS gives them.
    events.sort_by_key(|event| std::cmp::Reverse(event.at_millis));
    let events = events.iter().filter(|event| epoch_seconds(event.at_millis) >= since && is_wanted(event));
    Ok(events.map(|event| describe(&context.place, event)).collect())
}

fn describe(place: &Place<'_>, event: &Event) -> Value {
    let Event { name, source, at_millis, user_name, resources, record } = event;
    let resources: Vec<Value> = resources.iter().map(|it| json!({"ResourceName": it})).collect();
    let mut dice = place.dice(&format!("cloudtrail-event-{name}-{at_millis}"));
    json!({
        "EventId": dice.uuid(),
        "EventName": name,
        "EventSource": source,
        "EventTime": epoch_seconds(*at_millis),
        "ReadOnly": "false",
        "Username": user_name,
        "Resources": resources,
        "CloudTrailEvent": record.to_string(),
    })
}

/// All events of a place.
fn events(place: &Place<'_>) -> Vec<Event> {
    let organization = place.organization;
    if !organization.is_showcase(place.account) {
        return Vec::new();
    }
    let is_global = GLOBAL_REGIONS.contains(&place.region);
    let mut changes = if is_global { Iam::of(place).changes } else { Vec::new() };
    changes.extend(group_changes(place));
    let mut events: Vec<Event> = changes.iter().filter_map(|change| of_change(place, change)).collect();
    for night in 0..=organization.settings.night {
        let at_millis = organization.clock.changes_millis(night);
        if is_global {
            events.push(sign_in(place, TYPED, at_millis + 1000, "Failure"));
        }
        if place.is_last_region() {
            events.push(sign_in(place, "ana", at_millis + 2000, "Success"));
        }
    }
    events
}

/// The event of a change that rules of change ask for.
fn of_change(place: &Place<'_>, change: &ChangeTruth) -> Option<Event> {
    let at_millis = place.organization.clock.changes_millis(change.night);
    let by_administrator = |name: &'static str, parameters: Value| {
        let issuer = place.iam_arn("role/administrator");
        let arn = place.organization.arn("sts", "", &place.account.id, "assumed-role/administrator/olga");
        let record = json!({
            "userIdentity": {
                "type": "AssumedRole",
                "arn": arn,
                "sessionContext": {
                    "sessionIssuer": {"type": "Role", "arn": issuer},
                    "attributes": {"mfaAuthenticated": "true"},
                },
            },
            "sourceIPAddress": "192.0.2.7",
            "requestParameters": parameters,
            "eventType": "AwsApiCall",
            "readOnly": false,
        });
        let (source, user_name) = ("iam.amazonaws.com", "olga".to_owned());
        Event { name, source, at_millis, user_name, resources: vec![change.who.clone()], record }
    };
    match change.change {
        "user_added" => Some(by_administrator("CreateUser", json!({"userName": change.who}))),
        "user_replaced" => {
            let again = by_administrator("CreateUser", json!({"userName": change.who}));
            Some(Event { at_millis: at_millis + 5000, ..again })
        }
        "group_opened" => {
            let group_id = changed_group_id(place);
            let mut event = by_administrator("AuthorizeSecurityGroupIngress", json!({"groupId": group_id}));
            let made = json!({"securityGroupRuleSet": {"items": [{"securityGroupRuleId": change.who}]}});
            event.record["responseElements"] = made;
            Some(Event { source: "ec2.amazonaws.com", resources: vec![group_id], ..event })
        }
        "mfa_removed" => Some(by_administrator("DeactivateMFADevice", json!({"userName": change.who}))),
        "policy_made" => Some(by_administrator("CreatePolicy", json!({"policyName": change.who}))),
        "policy_attached" => {
            let policy = attached_policy(place);
            let parameters = json!({"userName": change.who, "policyArn": policy});
            let resources = vec![change.who.clone(), policy];
            Some(Event { resources, ..by_administrator("AttachUserPolicy", parameters) })
        }
        "trust_changed" => Some(by_administrator("UpdateAssumeRolePolicy", json!({"roleName": change.who}))),
        "root_used" => Some(sign_in(place, "root", at_millis, "Success")),
        "root_mfa_removed" => {
            let parameters = json!({"userName": "AWS ROOT USER", "serialNumber": "GAHT1"});
            Some(by_root(place, "DeactivateMFADevice", at_millis + 3000, &parameters))
        }
        "root_key_made" => Some(by_root(place, "CreateAccessKey", at_millis + 4000, &Value::Null)),
        _ => None,
    }
}

/// Root changes its own credentials, after it has signed in.
fn by_root(place: &Place<'_>, name: &'static str, at_millis: i64, parameters: &Value) -> Event {
    let record = json!({
        "userIdentity": {
            "type": "Root",
            "arn": place.iam_arn("root"),
            "sessionContext": {"attributes": {"mfaAuthenticated": "false"}},
        },
        "sourceIPAddress": "192.0.2.8",
        "requestParameters": parameters,
        "eventType": "AwsApiCall",
        "readOnly": false,
    });
    let (source, user_name) = ("iam.amazonaws.com", "root".to_owned());
    Event { name, source, at_millis, user_name, resources: Vec::new(), record }
}

/// Somebody signs in to the console, without a second factor.
fn sign_in(place: &Place<'_>, user_name: &str, at_millis: i64, answer: &str) -> Event {
    let identity = match user_name {
        "root" => json!({"type": "Root", "arn": place.iam_arn("root")}),
        TYPED => json!({"type": "IAMUser", "userName": TYPED}),
        name => json!({"type": "IAMUser", "arn": place.iam_arn(&format!("user/{name}")), "userName": name}),
    };
    let record = json!({
        "userIdentity": identity,
        "sourceIPAddress": "192.0.2.8",
        "requestParameters": null,
        "responseElements": {"ConsoleLogin": answer},
        "additionalEventData": {"MFAUsed": "No"},
        "eventType": "AwsConsoleSignIn",
        "readOnly": false,
    });
    let (name, source, user_name) = ("ConsoleLogin", "signin.amazonaws.com", user_name.to_owned());
    Event { name, source, at_millis, user_name, resources: Vec::new(), record }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    fn lookup(night: u32, region: &str, key: &str, value: &str, since_millis: i64) -> Vec<Value> {
        let client = Client::new(quiet(3, 4).at_night(night)).assume(1, "").unwrap().in_region(region);
        let attributes = json!([{"AttributeKey": key, "AttributeValue": value}]);
        let input = json!({"LookupAttributes": attributes, "StartTime": since_millis / 1000});
        let found = client.json("cloudtrail", "LookupEvents", &input).json();
        found["Events"].as_array().cloned().unwrap_or_default()
    }

    #[test]
    fn the_changes_of_the_nights_have_their_events_since_a_moment() {
        let now = quiet(3, 4).at_night(2).now_millis;
        let created = lookup(2, "us-east-1", "EventName", "CreateUser", 0);
        assert_eq!(created.len(), 2, "{created:?}");
        assert_eq!(created[0]["Resources"][0]["ResourceName"], "night-2", "the newest first");
        let last = lookup(2, "us-east-1", "EventName", "CreateUser", now - 86_400_000);
        assert_eq!(last, created[..1]);
        assert_eq!(lookup(2, "eu-west-1", "EventName", "CreateUser", 0), Vec::<Value>::new(), "IAM is in one region");
        assert_eq!(lookup(2, "us-east-1", "Username", "root", 0).len(), 2, "it signs in each night");
        let by_root = lookup(3, "us-east-1", "Username", "root", 0);
        let names: Vec<&str> = by_root.iter().filter_map(|event| event["EventName"].as_str()).collect();
        let expected = ["CreateAccessKey", "DeactivateMFADevice", "ConsoleLogin", "ConsoleLogin", "ConsoleLogin"];
        assert_eq!(names, expected, "the third night has its key and takes its device");
        let opened = |night: u32, region: &str| lookup(night, region, "EventName", "AuthorizeSecurityGroupIngress", 0);
        assert_eq!((opened(1, "us-east-1"), opened(2, "eu-west-1")), (Vec::new(), Vec::new()));
        let group = opened(3, "us-east-1");
        assert_eq!(group.len(), 1, "of the night before: {group:?}");
        assert!(group[0]["CloudTrailEvent"].as_str().is_some_and(|it| it.contains("\"securityGroupRuleId\":\"sgr-0")));
        assert_eq!(lookup(3, "us-east-1", "EventName", "CreateUser", 0).len(), 4, "one of them was made again");
        let taken = lookup(3, "us-east-1", "EventName", "DeactivateMFADevice", 0);
        let ids: std::collections::BTreeSet<_> = taken.iter().map(|event| event["EventId"].to_string()).collect();
        assert!(taken.len() > 1 && ids.len() == taken.len(), "a user's and root's: {taken:?}");
        assert_eq!(lookup(0, "us-east-1", "EventName", "ConsoleLogin", 0).len(), 1, "somebody failed to");
        assert_eq!(lookup(0, "ap-southeast-2", "EventName", "ConsoleLogin", 0).len(), 1);
    }
}
