//! Which events a trail logs, by its selectors of either sort.

use std::collections::BTreeSet;

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Selectors {
    event_selectors: Vec<Basic>,
    advanced_event_selectors: Vec<Advanced>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Basic {
    read_write_type: Option<String>,
    include_management_events: Option<bool>,
    data_resources: Vec<DataResource>,
    exclude_management_event_sources: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DataResource {
    #[serde(rename = "Type")]
    resource_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Advanced {
    field_selectors: Vec<FieldSelector>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct FieldSelector {
    field: Option<String>,
    equals: Vec<String>,
    not_equals: Vec<String>,
}

/// What is logged, by all selectors together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) has_management_reads: bool,
    pub(super) has_management_writes: bool,
    pub(super) is_advanced: bool,
    pub(super) excluded_sources: BTreeSet<String>,
    pub(super) data_types: BTreeSet<String>,
}

impl Logged {
    pub(super) fn of(selectors: Selectors) -> Self {
        let mut logged = Self { is_advanced: !selectors.advanced_event_selectors.is_empty(), ..Self::default() };
        for selector in selectors.event_selectors {
            logged.add_basic(selector);
        }
        for selector in &selectors.advanced_event_selectors {
            logged.add_advanced(selector);
        }
        logged
    }

    fn add_basic(&mut self, selector: Basic) {
        self.data_types.extend(selector.data_resources.into_iter().filter_map(|it| it.resource_type));
        // CloudTrail takes what was not set for true, and for all.
        if selector.include_management_events != Some(false) {
            let which = selector.read_write_type.as_deref();
            self.has_management_reads |= which != Some("WriteOnly");
            self.has_management_writes |= which != Some("ReadOnly");
            self.excluded_sources.extend(selector.exclude_management_event_sources);
        }
    }

    fn add_advanced(&mut self, selector: &Advanced) {
        let of = |name: &str| selector.field_selectors.iter().find(|it| it.field.as_deref() == Some(name));
        let is = |name: &str, value: &str| of(name).is_some_and(|it| it.equals.iter().any(|equal| equal == value));
        if is("eventCategory", "Management") {
            // If the field is missing, both sorts are logged.
            self.has_management_reads |= !is("readOnly", "false");
            self.has_management_writes |= !is("readOnly", "true");
            self.excluded_sources.extend(of("eventSource").into_iter().flat_map(|it| it.not_equals.iter().cloned()));
        }
        if is("eventCategory", "Data") {
            self.data_types.extend(of("resources.type").into_iter().flat_map(|it| it.equals.iter().cloned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Logged, Selectors};

    fn of(json: &str) -> (bool, bool, String, String) {
        let selectors: Selectors = serde_json::from_str(json).unwrap();
        let logged = Logged::of(selectors);
        let words = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(",");
        let (sources, types) = (words(&logged.excluded_sources), words(&logged.data_types));
        (logged.has_management_reads, logged.has_management_writes, sources, types)
    }

    fn expected(reads: bool, writes: bool, sources: &str, types: &str) -> (bool, bool, String, String) {
        (reads, writes, sources.to_owned(), types.to_owned())
    }

    #[test]
    fn basic_selectors_add_up() {
        let all = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,
            "ExcludeManagementEventSources":["kms.amazonaws.com"]}]}"#;
        assert_eq!(of(all), expected(true, true, "kms.amazonaws.com", ""));
        let data = r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":
            [{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]},{"ReadWriteType":"ReadOnly",
            "IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::Lambda::Function"}]}]}"#;
        assert_eq!(of(data), expected(false, true, "", "AWS::Lambda::Function,AWS::S3::Object"));
        assert_eq!(of("{}"), expected(false, false, "", ""));
        assert_eq!(of(r#"{"EventSelectors":[{}]}"#), expected(true, true, "", ""));
    }

    #[test]
    fn advanced_selectors_say_it_by_fields() {
        let selectors = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[
            {"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]},
            {"Field":"eventSource","NotEquals":["rdsdata.amazonaws.com"]}]},{"FieldSelectors":[
            {"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]}]},
            {"FieldSelectors":[{"Field":"eventCategory","Equals":["NetworkActivity"]}]}]}"#;
        assert_eq!(of(selectors), expected(true, false, "rdsdata.amazonaws.com", "AWS::DynamoDB::Table"));
        let all =
            r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
        assert_eq!(of(all), expected(true, true, "", ""));
    }
}
