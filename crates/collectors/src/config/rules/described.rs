//! What AWS Config says of its rules.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) config_rules: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) config_rule_name: Option<String>,
    pub(super) config_rule_arn: Option<String>,
    pub(super) config_rule_id: Option<String>,
    pub(super) scope: Scope,
    pub(super) source: Source,
    pub(super) maximum_execution_frequency: Option<String>,
    pub(super) config_rule_state: Option<String>,
    pub(super) created_by: Option<String>,
    pub(super) evaluation_modes: Vec<Mode>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Scope {
    pub(super) compliance_resource_types: Vec<String>,
    pub(super) compliance_resource_id: Option<String>,
    pub(super) tag_key: Option<String>,
    pub(super) tag_value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Source {
    pub(super) owner: Option<String>,
    pub(super) source_identifier: Option<String>,
    pub(super) source_details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Detail {
    message_type: Option<String>,
    #[serde(rename = "MaximumExecutionFrequency")]
    pub(super) frequency: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Mode {
    pub(super) mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CompliancePage {
    pub(super) compliance_by_config_rules: Vec<Compliance>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Compliance {
    pub(super) config_rule_name: Option<String>,
    pub(super) compliance: OfRule,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OfRule {
    pub(super) compliance_type: Option<String>,
    pub(super) compliance_contributor_count: Option<Count>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Count {
    pub(super) capped_count: Option<i32>,
    pub(super) cap_exceeded: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Remediations {
    remediation_configurations: Vec<Remediation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Remediation {
    config_rule_name: Option<String>,
    pub(super) target_id: Option<String>,
    pub(super) automatic: Option<bool>,
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Parameter {
    static_value: Option<StaticValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct StaticValue {
    values: Vec<String>,
}

impl Described {
    /// What makes the rule look: change, periodic or hybrid. Of AWS's own rules the answer has no details: one with a
    /// frequency looks by the clock, one whose scope has types of resources, or one resource, looks at changes. None: it
    /// has neither.
    pub(super) fn trigger_type(&self) -> Option<&'static str> {
        let details = &self.source.source_details;
        let sends =
            |ends: &str| details.iter().any(|it| it.message_type.as_deref().is_some_and(|it| it.ends_with(ends)));
        let (changes, is_periodic) = if details.is_empty() {
            let is_scoped =
                !self.scope.compliance_resource_types.is_empty() || self.scope.compliance_resource_id.is_some();
            (is_scoped, self.maximum_execution_frequency.is_some())
        } else {
            let is_periodic = sends("ScheduledNotification") || sends("ConfigurationSnapshotDeliveryCompleted");
            (sends("ConfigurationItemChangeNotification"), is_periodic)
        };
        match (changes, is_periodic) {
            (true, true) => Some("hybrid"),
            (true, false) => Some("change"),
            (false, true) => Some("periodic"),
            (false, false) => None,
        }
    }
}

impl Remediations {
    pub(super) fn by_name(self) -> BTreeMap<String, Remediation> {
        let named = self.remediation_configurations.into_iter();
        named.filter_map(|it| Some((it.config_rule_name.clone()?, it))).collect()
    }
}

impl Remediation {
    /// The role that the document assumes.
    pub(super) fn role(&self) -> Option<&str> {
        let given = self.parameters.get("AutomationAssumeRole")?.static_value.as_ref()?;
        given.values.first().map(String::as_str)
    }
}
