//! Archive rules: which findings an analyzer archives by itself.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::items::Unread;

/// One archive rule of an analyzer. A finding that meets all of its criteria is archived as soon as it is made.
#[derive(Debug, Serialize, Row)]
#[row(table = "accessanalyzer_archive_rules", key = "analyzer_arn, rule_name")]
pub struct ArchiveRule {
    /// The analyzer's ARN.
    pub analyzer_arn: String,
    /// The rule's name.
    pub rule_name: String,
    /// What its criteria are about: resourceType, principal.AWS. Empty: it archives every finding.
    pub criteria: Vec<String>,
    /// The criteria, as JSON: {"resourceType":{"eq":["AWS::S3::Bucket"]}}.
    pub filter_json: String,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// When it was last changed (UTC).
    pub updated_at: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rules {
    pub(super) archive_rules: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Listed {
    rule_name: Option<String>,
    filter: BTreeMap<String, Criterion>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Criterion {
    #[serde(skip_serializing_if = "Option::is_none")]
    eq: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    neq: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exists: Option<bool>,
}

impl Listed {
    /// The row. None: the rule has no name.
    pub(super) fn row(self, analyzer_arn: &str, unread: &mut Unread) -> Option<ArchiveRule> {
        let created_at = unread.moment("createdAt", self.created_at.as_ref());
        let updated_at = unread.moment("updatedAt", self.updated_at.as_ref());
        Some(ArchiveRule {
            analyzer_arn: analyzer_arn.to_owned(),
            rule_name: unread.value("ruleName", self.rule_name)?,
            criteria: self.filter.keys().cloned().collect(),
            filter_json: serde_json::to_string(&self.filter).unwrap_or_default(),
            created_at,
            updated_at,
        })
    }
}
