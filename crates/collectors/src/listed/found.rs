//! What is found at a path of an answer: a document, those with whom something is shared, or tags.

use std::collections::BTreeMap;

use orgcensus_collect::Sharee;
use serde_json::Value;

use super::item::Item;

/// A document as AWS sent it: as text, or as a part of the answer. An empty list is none.
pub(super) fn text(document: Value) -> String {
    match document {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Array(list) if list.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// Those with whom something is shared: names in a list, or one name. `true` and `public` are everyone. None: one of
/// them cannot be read.
pub(super) fn sharees(found: &Value, each: Option<(&str, &str)>) -> Option<Vec<Sharee>> {
    match (found, each) {
        (Value::Array(all), _) => {
            let all = all.iter().map(|one| sharees(one, each)).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        (Value::Object(_), Some((path, _))) => sharees(Item::of(found.clone()).at(path)?, None),
        (Value::Bool(true), _) => Some(vec![Sharee::Everyone]),
        (Value::Bool(false), _) => Some(Vec::new()),
        (Value::String(name), _) => match name.as_str() {
            "public" => Some(vec![Sharee::Everyone]),
            "" | "private" => Some(Vec::new()),
            name => Some(vec![Sharee::named(name)]),
        },
        _ => None,
    }
}

/// Tags as a map, or as a list of keys and values in any of AWS's spellings.
pub(super) fn tags(found: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let member = |tag: &Value, names: [&str; 3]| names.into_iter().find_map(|name| tag.get(name)).map(text);
    match found {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        Value::Array(list) => {
            let pair = |tag: &Value| {
                let key = member(tag, ["Key", "key", "TagKey"])?;
                Some((key, member(tag, ["Value", "value", "TagValue"]).unwrap_or_default()))
            };
            list.iter().filter_map(pair).collect()
        }
        _ => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, json_error};
    use crate::{acmpca, amp, bedrock, cognitoidentity, config, vpclattice, xray};

    #[test]
    fn one_that_cannot_be_read_makes_the_share_unread() {
        let each = Some(("Account.Id", ""));
        let one = Sharee::named("222233334444");
        assert_eq!(sharees(&json!([{"Account": {"Id": "222233334444"}}]), each), Some(vec![one.clone()]));
        assert_eq!(sharees(&json!([{"Account": {"Id": "222233334444"}}, {"Account": {}}]), each), None);
        assert_eq!(sharees(&json!(["222233334444", true]), None), Some(vec![one, Sharee::Everyone]));
        for nobody in [json!([]), json!(""), json!("private"), json!(false)] {
            assert_eq!(sharees(&nobody, None), Some(Vec::new()), "{nobody}");
        }
        for odd in [json!([null]), json!(7), json!({"Id": "222233334444"})] {
            assert_eq!(sharees(&odd, None), None, "{odd}");
        }
    }

    #[tokio::test]
    async fn a_share_that_always_has_someone_is_unread_without() {
        let authorized = r#"{"AggregationAuthorizations":[{"AggregationAuthorizationArn":"arn:a"}]}"#;
        let authorized = Recorded::new().answer("DescribeAggregationAuthorizations", authorized);
        let pools = Recorded::new()
            .answer("ListIdentityPools", r#"{"IdentityPools":[{"IdentityPoolId":"pool"}]}"#)
            .answer("DescribeIdentityPool", "{}");
        let of_config = authorized.run(&config::AGGREGATION_AUTHORIZATIONS).await;
        for collected in [of_config, pools.run(&cognitoidentity::IDENTITY_POOLS).await] {
            collected.result.as_ref().unwrap();
            assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["unread"])]);
            assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements"]));
        }
    }

    #[tokio::test]
    async fn a_service_with_a_permission_acts_for_the_owner() {
        let authority = |name: &str| format!("arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/{name}");
        let names = ["acm", "account", "odd"];
        let all = names.map(|name| json!({"Arn": authority(name)}));
        let permission = |principal: &str| json!({"Permissions": [{"Principal": principal}]}).to_string();
        let mut recorded = Recorded::new()
            .answer("ListCertificateAuthorities", &json!({"CertificateAuthorities": all}).to_string())
            .answer_to("ListPermissions", "/acm\"", &permission("acm.amazonaws.com"))
            .answer_to("ListPermissions", "/account\"", &permission("222233334444"))
            .answer_to("ListPermissions", "/odd\"", r#"{"Permissions":[{"SourceAccount":"111122223333"}]}"#);
        for _ in names {
            recorded = recorded.refuse("GetPolicy", "", 400, &json_error("ResourceNotFoundException"));
        }
        let collected = recorded.run(&acmpca::CERTIFICATE_AUTHORITIES).await;
        collected.result.as_ref().unwrap();
        let documents = collected.table("policy_documents").iter().filter(|it| it["policy_kind"] == "grant");
        let statement = |document: &Value| {
            let document: Value = serde_json::from_str(document.as_str()?).ok()?;
            Some(document["Statement"][0].clone())
        };
        let found: Vec<Option<Value>> = documents.map(|it| it.get("document").and_then(statement)).collect();
        let [Some(service), Some(account), None] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(service["Principal"], json!({"Service": "acm.amazonaws.com"}));
        assert_eq!(service["Condition"], json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
        assert_eq!(service["Resource"], json!(authority("acm")));
        assert_eq!(account["Principal"], json!({"AWS": ["arn:aws:iam::222233334444:root"]}));
        assert_eq!(account.get("Condition"), None);
        assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_policy_that_its_service_does_not_evaluate_is_not_in_force() {
        let names = ["on", "off", "odd", "bare"];
        let service = |name: &str| format!("arn:aws:vpc-lattice:eu-west-1:111122223333:service/{name}");
        let items = names.map(|name| json!({"arn": service(name), "name": name}));
        let mut recorded = Recorded::new().answer("ListServices", &json!({"items": items}).to_string());
        let states = [json!("Active"), json!("Inactive"), json!("Asleep")];
        for (name, state) in names.iter().zip(states) {
            let answer = json!({"policy": "{}", "state": state}).to_string();
            recorded = recorded.answer_to("GetAuthPolicy", &format!("%2F{name}"), &answer);
        }
        recorded = recorded.answer_to("GetAuthPolicy", "%2Fbare", r#"{"state":"Inactive"}"#);
        for _ in names {
            recorded = recorded.answer("GetResourcePolicy", "{}");
        }
        let collected = recorded.run(&vpclattice::SERVICES).await;
        collected.result.as_ref().unwrap();
        let rows = columns(&collected, "policy_documents", &["policy_name", "state", "is_in_force", "gate"]);
        let auth: Vec<_> = rows.into_iter().filter(|row| row[0] == "").collect();
        assert_eq!(
            auth,
            [
                json!(["", "read", true, null]),
                json!(["", "read", false, "policy_inactive"]),
                json!(["", "read", true, null]),
                json!(["", "absent", true, null]),
            ]
        );
    }

    #[tokio::test]
    async fn what_several_items_name_is_one_thing() {
        let profile = |name: &str| format!("arn:aws:bedrock:eu-west-1:111122223333:guardrail-profile/{name}");
        let guardrail =
            |name: &str| json!({"arn": "arn:g", "crossRegionDetails": {"guardrailProfileArn": profile(name)}});
        let first = json!({"guardrails": [guardrail("eu"), {"arn": "arn:plain"}], "nextToken": "more"});
        let second = json!({"guardrails": [guardrail("eu"), guardrail("us")]});
        let recorded = Recorded::new()
            .answer("ListGuardrails", &first.to_string())
            .answer_to("ListGuardrails", "more", &second.to_string())
            .answer_to("GetResourcePolicy", "%2Feu", r#"{"resourcePolicy":"{}"}"#)
            .refuse("GetResourcePolicy", "%2Fus", 404, &json_error("ResourceNotFoundException"));
        let collected = recorded.run(&bedrock::GUARDRAIL_PROFILES).await;
        collected.result.as_ref().unwrap();
        let names = ["resource_arn", "state"];
        let expected = [json!([profile("eu"), "read"]), json!([profile("us"), "absent"])];
        assert_eq!(columns(&collected, "policy_documents", &names), expected);
        assert_eq!((collected.table("other_resources").len(), collected.short().0), (2, 0));
    }

    #[tokio::test]
    async fn the_key_that_encrypts_a_thing_has_a_column() {
        let workspaces = r#"{"workspaces":[{"arn":"arn:w","workspaceId":"w","kmsKeyArn":"arn:key"},
            {"arn":"arn:x","workspaceId":"x"}]}"#;
        let mut recorded = Recorded::new().answer("ListWorkspaces", workspaces);
        for _ in 0..2 {
            recorded = recorded.refuse("DescribeResourcePolicy", "", 403, &json_error("AccessDeniedException"));
        }
        let collected = recorded.run(&amp::WORKSPACES).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "other_resources", &["kms_key_id"]), [json!(["arn:key"]), json!([null])]);
    }

    #[tokio::test]
    async fn one_of_several_policies_without_a_name_is_counted() {
        let policies = r#"{"ResourcePolicies":[{"PolicyDocument":"{}"},{"PolicyName":"b","PolicyDocument":"{}"}]}"#;
        let collected = Recorded::new().answer("ListResourcePolicies", policies).run(&xray::RESOURCE_POLICIES).await;
        collected.result.as_ref().unwrap();
        assert_eq!(
            columns(&collected, "policy_documents", &["policy_name", "state"]),
            [json!(["", "read"]), json!(["b", "read"])]
        );
        assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements"]));
    }
}
