//! No input makes a panic, and some things hold for all inputs.

use orgcensus_policy::{
    Document, Policies, PolicyKind, PublicAccessBlock, decode, s3_public, statement_grants, verdict,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{facts, properties};

const KINDS: [PolicyKind; 13] = PolicyKind::ALL;

/// Asks every question about a text.
fn exercise(text: &str) {
    let document = Document::parse(&decode(text));
    let block = Some(PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() });
    for kind in KINDS {
        let facts = facts(kind);
        let documents = [document.clone()];
        verdict(&Policies::of(&documents), &facts);
        verdict(&Policies { blocks: &[block, None], ..Policies::of(&documents) }, &facts);
        s3_public(&document, kind);
        for statement in &document.statements {
            statement_grants(statement, &facts);
            statement.allows_everything();
        }
    }
}

/// Words of policies, and a few that are not.
fn word() -> impl Strategy<Value = String> + Clone {
    let known = select(vec![
        "*",
        "?",
        "",
        "111122223333",
        "999988887777",
        "anonymous",
        "o-ourorg0001",
        "o-*",
        "vpc-0aaa",
        "vpce-*",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::999988887777:role/*",
        "arn:aws:s3:::our-bucket/*",
        "arn:*:111122223333:*",
        "AROAEXAMPLE:*",
        "${aws:ResourceAccount}",
        "${aws:",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "::/0",
        "1.2.3.4/99",
        "true",
        "false",
        "s3.amazonaws.com",
        "s3:*",
        "s3:Get*",
        "repo:a/*",
        "https://a.b/*",
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        "2012-10-17",
        "cognito-identity.amazonaws.com",
        "unauthenticated",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn values() -> impl Strategy<Value = String> {
    let text = word().prop_map(|word| serde_json::to_string(&word).unwrap_or_default());
    let odd = select(vec!["null", "7", "1e400", "-1.5", "true", "{}", "[]", "[[\"*\"]]"]).prop_map(str::to_owned);
    let list = vec(text.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(",")));
    prop_oneof![6 => text, 4 => list, 1 => odd]
}

fn object(names: &'static [&'static str], inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let pair = (select(names), inner).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    vec(pair, 0..4).prop_map(|pairs| format!("{{{}}}", pairs.join(",")))
}

fn statement() -> impl Strategy<Value = String> {
    let keys = &[
        "aws:PrincipalOrgID",
        "aws:PrincipalAccount",
        "AWS:SourceIp",
        "aws:SourceArn",
        "aws:PrincipalArn",
        "aws:userid",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "sns:Endpoint",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalOrgPaths",
        "s3:DataAccessPointArn",
        "token.actions.githubusercontent.com:sub",
        "cognito-identity.amazonaws.com:amr",
        "x",
    ];
    let operators = &[
        "StringEquals",
        "StringLike",
        "ArnLike",
        "IpAddress",
        "Bool",
        "Null",
        "StringNotEquals",
        "NotIpAddress",
        "StringEqualsIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotLike",
        "NumericEquals",
        "What",
    ];
    let principals = object(&["AWS", "Service", "Federated", "CanonicalUser", "aws", "X"], values());
    let principal = prop_oneof![values(), principals];
    let condition = object(operators, object(keys, values()));
    let effect = select(vec!["\"Allow\"", "\"Deny\"", "\"allow\"", "1"]);
    let lists =
        object(&["Action", "NotAction", "Resource", "NotResource", "Sid", "Actions", "Principals", "Junk"], values());
    (effect, any::<bool>(), principal, condition, lists).prop_map(|(effect, not, principal, condition, lists)| {
        let not = if not { "Not" } else { "" };
        let rest = lists.trim_start_matches('{').trim_end_matches('}');
        let comma = if rest.is_empty() { "" } else { "," };
        format!(r#"{{"Effect":{effect},"{not}Principal":{principal},"Condition":{condition}{comma}{rest}}}"#)
    })
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn no_bytes_make_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        exercise(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_policy_makes_a_panic(statements in vec(statement(), 0..5)) {
        exercise(&format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")));
    }

    #[test]
    fn all_that_holds_for_bytes(bytes in vec(any::<u8>(), 0..200)) {
        properties::bytes(&bytes);
    }

    #[test]
    fn all_that_holds_for_policies(bytes in vec(any::<u8>(), 0..120)) {
        properties::policies(&bytes);
    }

    #[test]
    fn what_is_public_is_external_and_denies_only_narrow(statements in vec(statement(), 1..5)) {
        let all = crate::document(&statements.join(","));
        let mut allows = all.clone();
        allows.statements.retain(|statement| statement.effect.as_str() == "Allow");
        for kind in KINDS {
            let narrowed = verdict(&Policies::of(std::slice::from_ref(&all)), &facts(kind));
            let open = verdict(&Policies::of(std::slice::from_ref(&allows)), &facts(kind));
            prop_assert!(narrowed.is_public != Some(true) || narrowed.is_external == Some(true));
            prop_assert!(narrowed.is_public != Some(true) || open.is_public == Some(true));
            prop_assert!(narrowed.is_external != Some(true) || open.is_external == Some(true));
        }
    }
}
