use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::RULES;
use crate::testing::{columns, json_error};

const BUSES: &str = "ListEventBuses";
const LIST: &str = "ListRules";
const TARGETS: &str = "ListTargetsByRule";

const PATTERN: &str = r#"{"source":["aws.guardduty"]}"#;

/// The default bus with rules on two pages, a bus of ours, one that went away, one that may not be read, one without a
/// name; of the rules one is off, one goes by the clock, one went away, one may not be read, one has no name.
async fn collected() -> Collected {
    let buses = r#"{"EventBuses":[{"Name":"default"},{"Name":"orders"},{"Name":"gone"},{"Name":"shut"},{}]}"#;
    let first = json!({"Rules": [{"Name": "findings", "Arn": "arn:rule/findings", "EventPattern": PATTERN,
        "State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "Description": "", "RoleArn": "arn:role"},
        {"Name": "off", "State": "DISABLED", "ScheduleExpression": "rate(1 day)", "ManagedBy": "x.amazonaws.com"}],
        "NextToken": "more"});
    let second = json!({"Rules": [{"Name": "gone", "State": "ENABLED"}, {"Name": "shut"}, {"State": "ENABLED"}]});
    let targets = r#"{"Targets":[{"Id":"1","Arn":"arn:aws:sns:eu-west-1:111122223333:alarms","Input":"CANARY",
        "DeadLetterConfig":{"Arn":"arn:queue"}},{"Arn":"arn:aws:sqs:eu-west-1:1:q"}],"NextToken":"next"}"#;
    let more = r#"{"Targets":[{"Id":"2","RoleArn":"arn:role"}]}"#;
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer(BUSES, buses)
        .answer_to(LIST, r#""EventBusName":"default""#, &first.to_string())
        .answer_to(LIST, "more", &second.to_string())
        .answer_to(LIST, r#""EventBusName":"orders""#, r#"{"Rules":[{"Name":"all","State":"DOZING"}]}"#)
        .refuse(LIST, r#""EventBusName":"gone""#, 400, &gone)
        .refuse(LIST, r#""EventBusName":"shut""#, 400, &denied)
        .answer_to(TARGETS, r#""Rule":"findings""#, targets)
        .answer_to(TARGETS, "next", more)
        .answer_to(TARGETS, r#""Rule":"off""#, r#"{"Targets":[]}"#)
        .refuse(TARGETS, r#""Rule":"gone""#, 400, &gone)
        .refuse(TARGETS, r#""Rule":"shut""#, 400, &denied)
        .answer_to(TARGETS, r#""Rule":"all""#, r#"{"Targets":[]}"#);
    let collected = recorded.run(&RULES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn rules_of_all_buses_and_states_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&RULES);
    let names = ["rule_name", "event_bus_name", "is_on_default_bus", "is_enabled", "target_count"];
    assert_eq!(
        columns(&collected, "eventbridge_rules", &names),
        [
            json!(["findings", "default", true, true, 3]),
            json!(["off", "default", true, false, 0]),
            json!(["shut", "default", true, null, null]),
            json!(["all", "orders", false, null, 0]),
        ]
    );
    let names = ["event_pattern", "schedule_expression", "description", "managed_by", "role_arn"];
    assert_eq!(
        columns(&collected, "eventbridge_rules", &names)[..2],
        [json!([PATTERN, null, null, null, "arn:role"]), json!([null, "rate(1 day)", null, "x.amazonaws.com", null])]
    );
    let arns = columns(&collected, "eventbridge_rules", &["arn"]);
    let own = "arn:aws:events:eu-west-1:111122223333:rule";
    assert_eq!((&arns[1], &arns[3]), (&json!([format!("{own}/off")]), &json!([format!("{own}/orders/all")])));
}

#[tokio::test]
async fn targets_are_told_without_what_is_sent() {
    let collected = collected().await;
    let names = ["rule_arn", "target_id", "target_service", "role_arn", "dead_letter_queue_arn"];
    assert_eq!(
        columns(&collected, "eventbridge_targets", &names),
        [
            json!(["arn:rule/findings", "1", "sns", null, "arn:queue"]),
            json!(["arn:rule/findings", "2", null, "arn:role", null]),
        ]
    );
    assert!(!format!("{:?}", collected.rows).contains("CANARY"));
    // The targets of a rule and its state, a rule, a target and a bus without a name, a target without an ARN, the
    // rules of a bus.
    let tables = vec!["eventbridge_rules", "eventbridge_targets"];
    assert_eq!((collected.short(), collected.gone), ((7, tables), 2));
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let of_buses = Recorded::new().refuse(BUSES, "", 400, &denied);
    let of_rules =
        Recorded::new().answer(BUSES, r#"{"EventBuses":[{"Name":"default"}]}"#).refuse(LIST, "", 400, &denied);
    for recorded in [of_buses, of_rules] {
        let collected = recorded.run(&RULES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
