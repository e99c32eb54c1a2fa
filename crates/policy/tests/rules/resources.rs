//! A statement's `Resource` against the resource that its policy is on.

use orgcensus_policy::{Context, Lines};
use proptest::prelude::*;
use serde_json::{Value, json};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:q";
const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:t";
const BUCKET: &str = "arn:aws:s3:::b";
const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/0a0a0a0a-1111-2222-3333-444455556666";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:f";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3";
const API: &str = "arn:aws:execute-api:us-east-1:111122223333:abc123";
const BUS: &str = "arn:aws:events:us-east-1:111122223333:event-bus/bus";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/t";
const DOMAIN: &str = "arn:aws:es:us-east-1:111122223333:domain/d";
const REPOSITORY: &str = "arn:aws:ecr:us-east-1:111122223333:repository/team/app";
/// A resource of a kind that is not declared.
const VAULT: &str = "arn:aws:backup:us-east-1:111122223333:backup-vault:v";

/// What `explain` says of these statements on the resource.
fn explain(resource: &str, statements: &[Value]) -> Value {
    let context = json!({
        "resource_account": "111122223333", "org_ids": ["o-ourorg0001"], "org_accounts": ["111122223333", "222233334444"],
        "resource": resource,
    });
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let line = json!({"id": 1, "policy": policy, "context": context}).to_string();
    serde_json::from_str(&Lines::new(Context::default()).answer(line.as_bytes())).expect("an answer is JSON")
}

/// An Allow or Deny to anyone: `Action`, then `Resource`, `NotResource` or nothing.
fn anyone(effect: &str, action: &str, resource: &Value) -> Value {
    let mut statement = json!({"Effect": effect, "Principal": "*", "Action": action});
    for element in ["Resource", "NotResource"] {
        if let Some(patterns) = resource.get(element) {
            statement[element] = patterns.clone();
        }
    }
    statement
}

fn named(resource: Value) -> Value {
    json!({ "Resource": resource })
}

fn but(resource: Value) -> Value {
    json!({ "NotResource": resource })
}

#[track_caller]
fn is(answer: &Value, public: bool, flag: &str) {
    let flags: Vec<&str> = answer["flags"].as_array().expect("flags").iter().filter_map(Value::as_str).collect();
    assert_eq!(answer["public"], public, "{answer}");
    assert!(flag.is_empty() || flags.contains(&flag), "no {flag}: {answer}");
    assert!(flag == "other_resource" || !flags.contains(&"other_resource"), "{answer}");
}

/// An Allow of everything on these patterns is about the resource.
#[track_caller]
fn hits(resource: &str, patterns: Value) {
    is(&explain(resource, &[anyone("Allow", "*", &named(patterns))]), true, "");
}

/// It is not, so it lets nobody in.
#[track_caller]
fn misses(resource: &str, patterns: Value) {
    let answer = explain(resource, &[anyone("Allow", "*", &named(patterns))]);
    is(&answer, false, "other_resource");
    assert_eq!((&answer["external"], &answer["in_org"]), (&json!(false), &json!(false)), "{answer}");
}

/// A Deny with this `Resource` or `NotResource` leaves nothing of an Allow with that.
#[track_caller]
fn covers(resource: &str, (action, allow): (&str, Value), deny: Value) {
    is(&explain(resource, &[anyone("Allow", action, &allow), anyone("Deny", "*", &deny)]), false, "denied");
}

#[track_caller]
fn leaves(resource: &str, (action, allow): (&str, Value), deny: Value) {
    is(&explain(resource, &[anyone("Allow", action, &allow), anyone("Deny", "*", &deny)]), true, "");
}

#[test]
fn a_queue_is_all_that_its_policy_is_about() {
    hits(QUEUE, json!("*"));
    hits(QUEUE, json!(QUEUE));
    hits(QUEUE, json!("arn:aws:sqs:*:111122223333:*"));
    hits(QUEUE, json!("arn:*:sqs:us-east-?:*:q"));
    hits(QUEUE, json!(["arn:aws:sqs:us-east-1:111122223333:other", QUEUE]));
    misses(QUEUE, json!("arn:aws:sqs:us-east-1:111122223333:other"));
    misses(QUEUE, json!("arn:aws:sqs:us-east-1:111122223333:Q"));
    misses(QUEUE, json!("arn:aws:sqs:eu-west-1:111122223333:q"));
    misses(QUEUE, json!("arn:aws:sqs:us-east-1:222233334444:*"));
    misses(QUEUE, json!(["arn:aws:sqs:us-east-1:111122223333:q2", "arn:aws:sqs:us-east-1:111122223333:q-?"]));
    misses(QUEUE, json!(TOPIC));
}

#[test]
fn a_deny_on_the_own_arn_covers_everything_on_a_queue() {
    let all = || ("*", named(json!("*")));
    covers(QUEUE, all(), named(json!(QUEUE)));
    covers(QUEUE, all(), named(json!("arn:aws:sqs:us-east-1:111122223333:*")));
    covers(QUEUE, ("sqs:SendMessage", named(json!("arn:aws:sqs:*:*:q"))), named(json!("arn:aws:sqs:us-east-1:*:q")));
    leaves(QUEUE, all(), named(json!("arn:aws:sqs:us-east-1:111122223333:other")));
    leaves(QUEUE, all(), named(json!("arn:aws-cn:sqs:us-east-1:111122223333:q")));
    // `Allow * on *`, and a Deny on the queue for all that are not ours.
    let unless_ours = json!({"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE,
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-ourorg0001"}}});
    let answer = explain(QUEUE, &[anyone("Allow", "*", &named(json!("*"))), unless_ours]);
    is(&answer, false, "denied_in_part");
    assert_eq!((&answer["external"], &answer["in_org"]), (&json!(false), &json!(true)), "{answer}");
}

#[test]
fn what_is_left_out_is_held_against_the_resource_too() {
    let allow = |patterns| explain(QUEUE, &[anyone("Allow", "*", &but(patterns))]);
    is(&allow(json!("arn:aws:sqs:us-east-1:111122223333:other")), true, "");
    is(&allow(json!(QUEUE)), false, "other_resource");
    is(&allow(json!(["arn:aws:s3:::b", "arn:aws:sqs:*:111122223333:*"])), false, "other_resource");
    is(&allow(json!("arn:aws:sqs:${aws:RequestedRegion}:111122223333:q")), true, "");
    let all = || ("*", named(json!("*")));
    covers(QUEUE, all(), but(json!("arn:aws:sqs:us-east-1:111122223333:other")));
    leaves(QUEUE, all(), but(json!(QUEUE)));
    leaves(QUEUE, all(), but(json!("arn:aws:sqs:us-east-1:111122223333:${aws:username}")));
    leaves(QUEUE, all(), but(json!("/111122223333/q")));
    let objects = explain(BUCKET, &[anyone("Allow", "*", &but(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"])))]);
    is(&objects, false, "other_resource");
    is(&explain(BUCKET, &[anyone("Allow", "*", &but(json!("arn:aws:s3:::b")))]), true, "");
}

#[test]
fn what_cannot_be_decided_matches_for_allow_and_not_for_deny() {
    let all = || ("*", named(json!("*")));
    for undecided in ["arn:aws:sqs:us-east-1:111122223333:${aws:PrincipalTag/team}", "/111122223333/q", "q", ""] {
        hits(QUEUE, json!(undecided));
        leaves(QUEUE, all(), named(json!(undecided)));
        covers(QUEUE, ("*", named(json!(undecided))), named(json!("*")));
    }
    // A variable cannot turn it into another account's queue.
    misses(QUEUE, json!("arn:aws:sqs:us-east-1:222233334444:${aws:PrincipalTag/team}"));
    // A part of a list that was not understood does not either.
    let odd = anyone("Allow", "*", &named(json!([{}, "arn:aws:sqs:us-east-1:111122223333:other"])));
    is(&explain(QUEUE, std::slice::from_ref(&odd)), true, "malformed_value");
    is(&explain(QUEUE, &[odd, anyone("Deny", "*", &named(json!(QUEUE)))]), false, "denied");
    // For a kind that is not declared, nothing is decided.
    hits(VAULT, json!("arn:aws:ec2:*::snapshot/*"));
    leaves(VAULT, all(), named(json!(VAULT)));
    covers(VAULT, all(), named(json!("*")));
}

#[test]
fn d6_a_bucket_and_its_objects_are_two() {
    let all = || ("s3:*", named(json!("*")));
    leaves(BUCKET, all(), named(json!("arn:aws:s3:::b")));
    leaves(BUCKET, all(), named(json!("arn:aws:s3:::b/*")));
    covers(BUCKET, all(), named(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"])));
    covers(BUCKET, all(), named(json!("arn:aws:s3:::b*")));
    let objects = || ("s3:*", named(json!("arn:aws:s3:::b/*")));
    leaves(BUCKET, objects(), named(json!("arn:aws:s3:::b/private/*")));
    leaves(BUCKET, objects(), named(json!("arn:aws:s3:::b")));
    covers(BUCKET, ("s3:*", named(json!("arn:aws:s3:::*/public/*"))), named(json!("arn:aws:s3:::b/*")));
    covers(BUCKET, ("s3:*", named(json!("arn:aws:s3:::b/a/*"))), named(json!("arn:aws:s3:::b/*")));
    leaves(BUCKET, objects(), but(json!("arn:aws:s3:::b/open/*")));
    covers(BUCKET, objects(), but(json!(["arn:aws:s3:::c", "arn:aws:s3:::c/*"])));
    let own = || named(json!("arn:aws:s3:::b/${aws:username}/*"));
    covers(BUCKET, ("s3:*", own()), own());
}

#[test]
fn d6_an_action_on_objects_is_never_on_the_bucket() {
    covers(BUCKET, ("s3:GetObject", named(json!("*"))), named(json!("arn:aws:s3:::b/*")));
    covers(BUCKET, ("s3:getobject*", named(json!("*"))), named(json!("arn:aws:s3:::b/*")));
    covers(BUCKET, ("s3:ListBucket", named(json!("*"))), named(json!("arn:aws:s3:::b")));
    leaves(BUCKET, ("s3:Get*", named(json!("*"))), named(json!("arn:aws:s3:::b/*")));
    leaves(BUCKET, ("s3:GetObject", named(json!("*"))), named(json!("arn:aws:s3:::b")));
    covers(BUCKET, ("s3:GetObject", named(json!("arn:aws:s3:::b"))), named(json!("*")));
}

#[test]
fn a_bucket_is_not_another() {
    for own in ["arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::b*", "arn:aws:s3:::*/x", "*/x"]
    {
        hits(BUCKET, json!(own));
    }
    for other in ["arn:aws:s3:::bb", "arn:aws:s3:::bb/*", "arn:aws:s3:::b-*", "arn:aws-cn:s3:::b/*", "arn:aws:s3:::B/*"]
    {
        misses(BUCKET, json!(other));
    }
    hits("arn:aws-cn:s3:::b", json!("arn:aws-cn:s3:::b/*"));
    misses("arn:aws-us-gov:s3:::b", json!("arn:aws:s3:::b/*"));
    // Its objects stand for it.
    hits("arn:aws:s3:::b/*", json!("arn:aws:s3:::b"));
}

#[test]
fn an_access_point_and_its_objects() {
    hits(POINT, json!(format!("{POINT}/object/*")));
    hits(POINT, json!(POINT));
    misses(POINT, json!("arn:aws:s3:us-east-1:111122223333:accesspoint/other/object/*"));
    misses(POINT, json!("arn:aws:s3:::b/*"));
    leaves(POINT, ("s3:*", named(json!("*"))), named(json!(POINT)));
    covers(POINT, ("s3:GetObject", named(json!("*"))), named(json!(format!("{POINT}/object/*"))));
    covers(POINT, ("s3:*", named(json!("*"))), named(json!([POINT, format!("{POINT}/object/*")])));
}

#[test]
fn an_access_point_of_a_directory_bucket_and_the_bucket() {
    const EXPRESS: &str = "arn:aws:s3express:us-east-1:111122223333:accesspoint/p--use1-az4--xa-s3";
    hits(EXPRESS, json!(EXPRESS));
    hits(EXPRESS, json!("arn:aws:s3express:us-east-1:111122223333:bucket/b--use1-az4--x-s3"));
    misses(EXPRESS, json!("arn:aws:s3express:us-east-1:111122223333:accesspoint/q--use1-az4--xa-s3"));
    covers(EXPRESS, ("s3express:CreateSession", named(json!("*"))), named(json!([EXPRESS, format!("{EXPRESS}/*")])));
}

#[test]
fn what_is_on_an_outpost_and_its_objects() {
    const OUTPOST: &str = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1";
    for (own, other) in [("bucket/b", "accesspoint/b"), ("accesspoint/b", "bucket/b")] {
        let arn = format!("{OUTPOST}/{own}");
        hits(&arn, json!(arn));
        hits(&arn, json!(format!("{arn}/object/*")));
        misses(&arn, json!(format!("{OUTPOST}/{other}")));
        misses(&arn, json!(format!("{arn}b/object/*")));
    }
}

#[test]
fn a_topic() {
    hits(TOPIC, json!(TOPIC));
    hits(TOPIC, json!(format!("{TOPIC}:*")));
    misses(TOPIC, json!("arn:aws:sns:us-east-1:111122223333:t2"));
    misses(TOPIC, json!("arn:aws:sns:us-east-1:111122223333:t2:*"));
    covers(TOPIC, ("SNS:Publish", named(json!("*"))), named(json!(TOPIC)));
    leaves(TOPIC, ("SNS:Publish", named(json!("*"))), named(json!(format!("{TOPIC}:*"))));
}

#[test]
fn a_key_its_id_and_its_aliases() {
    let other = "arn:aws:kms:us-east-1:111122223333:key/ffffffff-1111-2222-3333-444455556666";
    hits(KEY, json!("*"));
    hits(KEY, json!(KEY));
    hits(KEY, json!("arn:aws:kms:us-east-1:111122223333:alias/mine"));
    hits(KEY, json!("0a0a0a0a-1111-2222-3333-444455556666"));
    misses(KEY, json!(other));
    misses(KEY, json!("arn:aws:kms:us-east-1:222233334444:alias/mine"));
    covers(KEY, ("kms:Decrypt", named(json!("*"))), named(json!(KEY)));
    leaves(KEY, ("kms:Decrypt", named(json!("*"))), named(json!("arn:aws:kms:us-east-1:111122223333:alias/mine")));
    leaves(KEY, ("kms:Decrypt", named(json!("*"))), named(json!(other)));
}

#[test]
fn a_function_and_its_qualifiers() {
    hits(FUNCTION, json!(FUNCTION));
    hits(FUNCTION, json!(format!("{FUNCTION}:live")));
    hits(FUNCTION, json!(format!("{FUNCTION}:*")));
    hits(&format!("{FUNCTION}:7"), json!(FUNCTION));
    misses(FUNCTION, json!("arn:aws:lambda:us-east-1:111122223333:function:ff"));
    misses(FUNCTION, json!("arn:aws:lambda:us-east-1:111122223333:function:ff:live"));
    leaves(FUNCTION, ("lambda:*", named(json!("*"))), named(json!(FUNCTION)));
    covers(FUNCTION, ("lambda:*", named(json!("*"))), named(json!([FUNCTION, format!("{FUNCTION}:*")])));
    covers(FUNCTION, ("lambda:*", named(json!(FUNCTION))), named(json!(FUNCTION)));
    let layer = "arn:aws:lambda:us-east-1:111122223333:layer:l";
    hits(layer, json!(format!("{layer}:3")));
    misses(layer, json!(format!("{FUNCTION}:3")));
}

#[test]
fn a_secret_and_its_six_characters() {
    let stem = "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db";
    hits(SECRET, json!(format!("{stem}-??????")));
    hits(SECRET, json!(format!("{stem}-*")));
    hits(SECRET, json!(stem));
    hits(stem, json!(SECRET));
    misses(SECRET, json!("arn:aws:secretsmanager:us-east-1:111122223333:secret:app/other-??????"));
    misses(SECRET, json!("arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db2-a1B2c3"));
    covers(SECRET, ("secretsmanager:*", named(json!("*"))), named(json!(format!("{stem}-??????"))));
    leaves(SECRET, ("secretsmanager:*", named(json!("*"))), named(json!(stem)));
}

#[test]
fn an_api_and_what_is_relative_to_it() {
    for own in ["execute-api:/*", "execute-api:/prod/GET/pets", "execute-api:/*/*/*", &format!("{API}/prod/*")] {
        hits(API, json!(own));
    }
    hits("arn:aws:apigateway:us-east-1::/restapis/abc123", json!(format!("{API}/*")));
    hits(API, json!("arn:aws:execute-api:*:*:*"));
    misses(API, json!("arn:aws:execute-api:us-east-1:111122223333:other/*"));
    let all = || ("execute-api:Invoke", named(json!("execute-api:/*")));
    covers(API, all(), named(json!("execute-api:/*")));
    covers(API, all(), named(json!("execute-api:/*/*/*")));
    covers(API, ("execute-api:Invoke", named(json!("execute-api:/prod/*"))), named(json!("execute-api:/*/*/*")));
    covers(API, ("execute-api:Invoke", named(json!("*"))), named(json!(format!("{API}/*"))));
    leaves(API, all(), named(json!("execute-api:/prod/*")));
    leaves(API, all(), named(json!("arn:aws:execute-api:us-east-1:111122223333:other/*")));
}

#[test]
fn a_repository_policy_names_nothing() {
    let nothing = || json!({});
    is(&explain(REPOSITORY, &[anyone("Allow", "ecr:*", &nothing())]), true, "");
    covers(REPOSITORY, ("ecr:*", nothing()), nothing());
    covers(REPOSITORY, ("ecr:*", nothing()), named(json!(REPOSITORY)));
    covers(REPOSITORY, ("ecr:*", nothing()), named(json!("arn:aws:ecr:*:111122223333:repository/team/*")));
    leaves(REPOSITORY, ("ecr:*", nothing()), named(json!("arn:aws:ecr:us-east-1:111122223333:repository/team/other")));
    misses(REPOSITORY, json!("arn:aws:ecr:us-east-1:111122223333:repository/team/other"));
}

#[test]
fn a_bus_its_rules_a_table_and_a_domain() {
    hits(BUS, json!("arn:aws:events:us-east-1:111122223333:rule/bus/*"));
    misses(BUS, json!("arn:aws:events:us-east-1:111122223333:event-bus/other"));
    covers(BUS, ("events:PutEvents", named(json!("*"))), named(json!(BUS)));
    leaves(BUS, ("events:*", named(json!("*"))), named(json!(BUS)));
    hits(TABLE, json!(format!("{TABLE}/index/*")));
    misses(TABLE, json!("arn:aws:dynamodb:us-east-1:111122223333:table/t2"));
    covers(TABLE, ("dynamodb:GetItem", named(json!("*"))), named(json!(TABLE)));
    leaves(TABLE, ("dynamodb:Query", named(json!("*"))), named(json!(TABLE)));
    hits(DOMAIN, json!(format!("{DOMAIN}/index/_search")));
    misses(DOMAIN, json!("arn:aws:es:us-east-1:111122223333:domain/dd/*"));
    leaves(DOMAIN, ("es:*", named(json!("*"))), named(json!(DOMAIN)));
    covers(DOMAIN, ("es:ESHttpGet", named(json!(format!("{DOMAIN}/*")))), named(json!(format!("{DOMAIN}/*"))));
}

#[test]
fn a_trust_policy_and_an_endpoint_never_miss() {
    let role = "arn:aws:iam::111122223333:role/r";
    let assume = |resource: &Value| explain(role, &[anyone("Allow", "sts:AssumeRole", resource)]);
    is(&assume(&json!({})), true, "signed_only");
    is(&assume(&named(json!("arn:aws:iam::111122223333:role/other"))), true, "signed_only");
    let endpoint = "arn:aws:ec2:us-east-1:111122223333:vpc-endpoint/vpce-0bbb";
    is(&explain(endpoint, &[anyone("Allow", "*", &named(json!("arn:aws:s3:::other/*")))]), false, "");
}

#[test]
fn a_statement_elsewhere_says_nothing_of_the_others() {
    let other = anyone("Allow", "sqs:*", &named(json!("arn:aws:sqs:us-east-1:111122223333:other")));
    let partner =
        json!({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sqs:*", "Resource": QUEUE});
    let answer = explain(QUEUE, &[other, partner]);
    is(&answer, false, "other_resource");
    assert_eq!(answer["external"], true, "{answer}");
}

#[test]
fn without_the_resource_it_is_as_it_was() {
    is(&explain("", &[anyone("Allow", "*", &named(json!("arn:aws:sqs:us-east-1:111122223333:other")))]), true, "");
    leaves("", ("*", named(json!("*"))), named(json!(QUEUE)));
}

#[test]
fn the_arn_says_whose_the_resource_is_and_of_which_service() {
    let ask = |context: Value, statements: Value| {
        let line = json!({"id": 1, "policy": {"Statement": statements}, "context": context}).to_string();
        serde_json::from_str::<Value>(&Lines::new(Context::default()).answer(line.as_bytes())).unwrap()
    };
    let (known, unknown) = (|| json!({ "resource": QUEUE }), || json!({}));
    let all = || [anyone("Allow", "*", &named(json!("*"))), anyone("Deny", "sqs:*", &named(json!("*")))];
    assert_eq!(
        (&ask(known(), json!(all()))["public"], &ask(unknown(), json!(all()))["public"]),
        (&json!(false), &json!(true))
    );
    let partner =
        || json!({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sqs:*", "Resource": "*"});
    assert_eq!(
        (&ask(known(), partner())["external"], &ask(unknown(), partner())["external"]),
        (&json!(true), &Value::Null)
    );
    let odd = ask(json!({"resource": "my-queue"}), partner());
    assert_eq!(odd["error"], "context.resource: expected an ARN");
}

/// Patterns that match the text: letters of it, each alone, as `?`, or in a run as `*`.
fn pattern_of(text: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec(0..12u8, text.len()).prop_map(move |choices| {
        let mut pattern = String::new();
        for (letter, choice) in text.chars().zip(choices) {
            match choice {
                0 => pattern.push('?'),
                1 | 2 => pattern.push('*'),
                _ => pattern.push(letter),
            }
        }
        pattern
    })
}

proptest! {
    #[test]
    fn a_pattern_that_matches_an_own_arn_never_misses(
        (own, pattern) in prop_oneof![Just(QUEUE), Just(TOPIC), Just(BUCKET), Just(POINT), Just(KEY), Just(FUNCTION),
            Just(SECRET), Just(BUS), Just(TABLE), Just(DOMAIN), Just(REPOSITORY)]
            .prop_flat_map(|own| (Just(own), pattern_of(own)))
    ) {
        let answer = explain(own, &[anyone("Allow", "*", &named(json!(pattern)))]);
        prop_assert_eq!(&answer["public"], true, "{} on {}", pattern, own);
        let star = explain(own, &[anyone("Allow", "*", &named(json!(["arn:aws:s3:::x", "*"])))]);
        prop_assert_eq!(&star["public"], true);
    }

    #[test]
    fn a_deny_on_another_resource_never_covers(
        own in prop_oneof![Just(QUEUE), Just(TOPIC), Just(BUCKET), Just(KEY), Just(FUNCTION), Just(SECRET), Just(API)],
        name in "[a-z0-9]{1,12}", tail in "(|\\*|/\\*|:\\*)",
    ) {
        let other = format!("arn:aws:sqs:us-east-1:222233334444:{name}{tail}");
        let deny = anyone("Deny", "*", &named(json!([other, format!("{own}-{name}{tail}")])));
        let answer = explain(own, &[anyone("Allow", "*", &named(json!("*"))), deny]);
        prop_assert_eq!(&answer["public"], true, "{}", answer);
    }
}
