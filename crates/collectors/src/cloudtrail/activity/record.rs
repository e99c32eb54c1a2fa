//! The record of an event, which CloudTrail gives as a text of JSON.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// Parameters that name what an event is about, as paths in its request. Nothing else of a request is kept.
const NAMES: [&str; 9] = [
    "/groupId",
    "/groupName",
    "/policyArn",
    "/policyName",
    "/roleName",
    "/serialNumber",
    "/userName",
    "/ModifySecurityGroupRulesRequest/GroupId",
    "/ModifySecurityGroupRulesRequest/SecurityGroupRule/SecurityGroupRuleId",
];

/// Calls of IAM that are about whoever makes them, if they name no user.
const OF_CALLER: [&str; 2] = ["CreateAccessKey", "DeactivateMFADevice"];

/// How the console names root in such a call.
const ROOT: &str = "AWS ROOT USER";

/// What is read of it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) event_type: Option<String>,
    user_identity: Value,
    #[serde(rename = "sourceIPAddress")]
    pub(super) source_address: Option<String>,
    pub(super) error_code: Option<String>,
    error_message: Option<String>,
    pub(super) read_only: Option<bool>,
    request_parameters: Value,
    response_elements: Value,
    additional_event_data: Value,
}

/// Who did it.
#[derive(Default)]
pub(super) struct Identity {
    pub(super) kind: Option<String>,
    pub(super) arn: Option<String>,
    pub(super) session_issuer_arn: Option<String>,
    pub(super) invoked_by: Option<String>,
}

impl Record {
    /// None: it is no such record.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn identity(&self) -> Identity {
        let text = |path: &str| text(&self.user_identity, path);
        Identity {
            kind: text("/type"),
            arn: text("/arn"),
            session_issuer_arn: text("/sessionContext/sessionIssuer/arn"),
            invoked_by: text("/invokedBy"),
        }
    }

    /// A sign-in has no code of an error: it says `"ConsoleLogin": "Failure"`, by the event's name.
    pub(super) fn is_failed(&self, event_name: Option<&str>) -> bool {
        let answer = event_name.and_then(|name| self.response_elements.get(name)).and_then(Value::as_str);
        self.error_code.is_some() || self.error_message.is_some() || answer == Some("Failure")
    }

    /// A sign-in says it of itself, another event of its session.
    pub(super) fn is_mfa_used(&self) -> Option<bool> {
        let own = text(&self.additional_event_data, "/MFAUsed");
        let of_session = text(&self.user_identity, "/sessionContext/attributes/mfaAuthenticated");
        // AWS's own examples have both Yes and YES.
        match own.or(of_session)?.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        }
    }

    /// What it was about: what AWS lists, what the request names, the rules of security groups that were made, and root
    /// where root changed its own credentials.
    pub(super) fn resources(&self, event_name: Option<&str>, listed: impl Iterator<Item = String>) -> Vec<String> {
        let named = NAMES.iter().filter_map(|path| text(&self.request_parameters, path));
        let rules = self.response_elements.pointer("/securityGroupRuleSet/items").and_then(Value::as_array);
        let rules = rules.into_iter().flatten().filter_map(|rule| text(rule, "/securityGroupRuleId"));
        let all = listed.chain(named).chain(rules).chain(self.root_itself(event_name));
        all.filter(|it| !it.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Root's ARN, if root made a call that is about itself.
    fn root_itself(&self, event_name: Option<&str>) -> Option<String> {
        let is_of_caller = event_name.is_some_and(|name| OF_CALLER.contains(&name));
        let is_root = text(&self.user_identity, "/type").as_deref() == Some("Root");
        let names_no_other = text(&self.request_parameters, "/userName").is_none_or(|name| name == ROOT);
        if is_of_caller && is_root && names_no_other { text(&self.user_identity, "/arn") } else { None }
    }
}

fn text(value: &Value, path: &str) -> Option<String> {
    value.pointer(path)?.as_str().map(str::to_owned)
}
