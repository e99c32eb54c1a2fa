use super::*;

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alarms";

fn policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// What is allowed to somebody, or kept from somebody, under a condition if there is one.
fn statement(effect: &str, principal: &str, action: &str, condition: &str) -> String {
    let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{{{condition}}}"#) };
    let what = format!(r#""Action":"{action}","Resource":"{TOPIC}""#);
    format!(r#"{{"Effect":"{effect}","Principal":{principal},{what}{condition}}}"#)
}

#[test]
fn a_topic_s_policy_lets_eventbridge_publish_or_not() {
    let allow = |principal: &str, action: &str, condition: &str| statement("Allow", principal, action, condition);
    let events = r#"{"Service":"events.amazonaws.com"}"#;
    let owner = r#""StringEquals":{"AWS:SourceOwner":"111122223333"}"#;
    let rule = r#""ArnEquals":{"aws:SourceArn":"arn:aws:events:eu-west-1:111122223333:rule/r"}"#;
    let insecure = r#""Bool":{"aws:SecureTransport":"false"}"#;
    let plain = allow(events, "sns:Publish", "");
    for (statements, lets_in) in [
        (plain.clone(), Some(true)),
        (allow(events, "SNS:*", ""), Some(true)),
        (allow(r#"{"Service":["cloudwatch.amazonaws.com","events.amazonaws.com"]}"#, "sns:Publish", ""), Some(true)),
        (allow(events, "sns:Subscribe", ""), Some(false)),
        (allow(r#"{"Service":"cloudwatch.amazonaws.com"}"#, "sns:Publish", ""), Some(false)),
        (allow(r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, "sns:Publish", ""), Some(false)),
        // The policy of a new topic.
        (allow(r#"{"AWS":"*"}"#, "SNS:Publish", owner), Some(false)),
        // For which rule EventBridge calls is not judged.
        (allow(events, "sns:Publish", rule), None),
        (format!("{plain},{}", statement("Deny", r#""*""#, "sns:Publish", "")), Some(false)),
        (format!("{plain},{}", statement("Deny", r#""*""#, "sns:Publish", insecure)), Some(true)),
        (r#"{"Effect":"Alow","Principal":"*","Action":"sns:Publish","Resource":"*"}"#.to_owned(), None),
    ] {
        assert_eq!(does_let_in(TOPIC, &policy(&statements)), lets_in, "{statements}");
    }
    assert_eq!(does_let_in(TOPIC, "no policy"), None);
}

#[test]
fn a_target_is_known_by_the_arn_that_its_row_has() {
    let known = |arn: &str| known_arn(arn).map(|(_, arn)| arn);
    for arn in [
        TOPIC,
        "arn:aws:sqs:eu-west-1:111122223333:q",
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "arn:aws:kinesis:eu-west-1:111122223333:stream/s",
        "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/events/g",
    ] {
        assert_eq!(known(arn).as_deref(), Some(arn));
    }
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:g";
    assert_eq!(known(&format!("{group}:*")).as_deref(), Some(group));
    for arn in [
        "arn:aws:lambda:eu-west-1:111122223333:function:f:live",
        "arn:aws:events:eu-west-1:111122223333:event-bus/central",
        "arn:aws:events:eu-west-1:111122223333:api-destination/pager/1",
        "arn:aws:states:eu-west-1:111122223333:stateMachine:m",
        "arn:aws:firehose:eu-west-1:111122223333:deliverystream/d",
        "alarms",
        "",
    ] {
        assert_eq!(known(arn), None, "{arn}");
    }
    assert_eq!(place(TOPIC), Some(("111122223333", "eu-west-1")));
    assert_eq!(place("alarms"), None);
}

#[test]
fn a_target_lives_if_the_lake_has_it_and_a_topic_if_it_passes_on() {
    const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:q";
    const UNREAD: &str = "arn:aws:sqs:eu-west-1:111122223333:unread";
    const GONE: &str = "arn:aws:sqs:eu-west-1:111122223333:gone";
    const DEAF: &str = "arn:aws:sns:eu-west-1:111122223333:deaf";
    const NO_TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:gone";
    let plain = |is_there| Found { is_there, topic: None };
    let topic = |count, lets_in| Found { is_there: Some(true), topic: Some((Some(count), lets_in)) };
    let lives = Lives::with([
        (QUEUE, plain(Some(true))),
        (UNREAD, plain(None)),
        (GONE, plain(Some(false))),
        (TOPIC, topic(1, Some(true))),
        (DEAF, topic(0, Some(true))),
        (NO_TOPIC, plain(Some(false))),
    ]);
    for (arn, has_role, is_live) in [
        (Some(QUEUE), false, Some(true)),
        (Some(QUEUE), true, Some(true)),
        (Some(GONE), false, Some(false)),
        (Some(UNREAD), false, None),
        (Some(TOPIC), false, Some(true)),
        (Some(TOPIC), true, None),
        (Some(DEAF), false, Some(false)),
        (Some(DEAF), true, Some(false)),
        (Some(NO_TOPIC), false, Some(false)),
        (Some("arn:aws:sqs:eu-west-1:999900001111:not-looked-up"), false, None),
        (None, false, None),
    ] {
        let target = Target { arn: arn.map(str::to_owned), has_role };
        assert_eq!(lives.of(&target), is_live, "{target:?}");
    }
}

#[test]
fn targets_are_looked_up_where_they_are() {
    let arns = [TOPIC, "arn:aws:sqs:us-east-1:111122223333:q", "arn:aws:sqs:eu-west-1:222233334444:q"];
    let arns: Vec<String> = arns.map(str::to_owned).into();
    let of = |places: Places| places.into_iter().map(|(id, regions)| (id, Vec::from_iter(regions))).collect::<Vec<_>>();
    let texts = |regions: &[&str]| regions.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let all = vec![
        ("111122223333".to_owned(), texts(&["eu-west-1", "us-east-1"])),
        ("222233334444".to_owned(), texts(&["eu-west-1"])),
    ];
    assert_eq!(of(places(arns.iter(), None)), all);
    let topics = vec![("111122223333".to_owned(), texts(&["eu-west-1"]))];
    assert_eq!(of(places(arns.iter(), Some(TOPICS.name))), topics);
}
