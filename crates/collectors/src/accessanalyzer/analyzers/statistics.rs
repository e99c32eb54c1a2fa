//! How many findings an analyzer has: by status, and the active ones by the type of the resource or of the access.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::items::Unread;

/// The findings of one analyzer that have a status, all of them or those of one type.
#[derive(Debug, Serialize, Row)]
#[row(table = "accessanalyzer_finding_counts", key = "analyzer_arn, finding_status, counted_of")]
pub struct FindingCount {
    /// The analyzer's ARN.
    pub analyzer_arn: String,
    /// What the findings are about: external_access, unused_access or internal_access.
    pub access_kind: String,
    /// ACTIVE, ARCHIVED or RESOLVED.
    pub finding_status: String,
    /// Of what: all, a type of resources, AWS::S3::Bucket, or of unused access, UnusedIAMRole. AWS counts by type the
    /// active findings alone, and those about internal access.
    pub counted_of: String,
    /// How many there are.
    pub finding_count: i64,
    /// How many of them let in everyone. Null: AWS does not count them.
    pub public_count: Option<i64>,
    /// How many of them let in an account outside. Null: AWS does not count them.
    pub cross_account_count: Option<i64>,
    /// How many of them say that a resource could not be analyzed. Null: AWS does not count them.
    pub error_count: Option<i64>,
}

/// All findings of an analyzer.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) active: Option<i64>,
    pub(super) archived: Option<i64>,
    pub(super) resolved: Option<i64>,
    pub(super) counted_at: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Statistics {
    findings_statistics: Vec<OfKind>,
    last_updated_at: Option<Moment>,
}

/// One of them is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OfKind {
    external_access_findings_statistics: Option<External>,
    internal_access_findings_statistics: Option<Internal>,
    unused_access_findings_statistics: Option<Unused>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct External {
    resource_type_statistics: BTreeMap<String, ExternalOfType>,
    total_active_findings: Option<i64>,
    total_archived_findings: Option<i64>,
    total_resolved_findings: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ExternalOfType {
    total_active_public: Option<i64>,
    total_active_cross_account: Option<i64>,
    total_active_errors: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Internal {
    resource_type_statistics: BTreeMap<String, InternalOfType>,
    total_active_findings: Option<i64>,
    total_archived_findings: Option<i64>,
    total_resolved_findings: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InternalOfType {
    total_active_findings: Option<i64>,
    total_archived_findings: Option<i64>,
    total_resolved_findings: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Unused {
    unused_access_type_statistics: Vec<UnusedOfType>,
    total_active_findings: Option<i64>,
    total_archived_findings: Option<i64>,
    total_resolved_findings: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UnusedOfType {
    unused_access_type: Option<String>,
    total: Option<i64>,
}

/// The rows of one analyzer and one kind of access, as they come.
struct Counting<'a> {
    analyzer_arn: &'a str,
    access_kind: &'static str,
    counts: Vec<FindingCount>,
}

impl Counting<'_> {
    fn of_all(&mut self, active: Option<i64>, archived: Option<i64>, resolved: Option<i64>) -> Totals {
        self.of_each_status("all", active, archived, resolved);
        Totals { active, archived, resolved, counted_at: None }
    }

    fn of_each_status(&mut self, of: &str, active: Option<i64>, archived: Option<i64>, resolved: Option<i64>) {
        for (status, count) in [("ACTIVE", active), ("ARCHIVED", archived), ("RESOLVED", resolved)] {
            self.add(status, of, count);
        }
    }

    /// What AWS did not count has no row.
    fn add(&mut self, status: &str, of: &str, count: Option<i64>) -> Option<&mut FindingCount> {
        self.counts.push(FindingCount {
            analyzer_arn: self.analyzer_arn.to_owned(),
            access_kind: self.access_kind.to_owned(),
            finding_status: status.to_owned(),
            counted_of: of.to_owned(),
            finding_count: count?,
            public_count: None,
            cross_account_count: None,
            error_count: None,
        });
        self.counts.last_mut()
    }
}

impl Statistics {
    /// The totals and the rows. An analyzer has findings of one kind; totals that AWS left out are counted as unread.
    pub(super) fn counts(self, analyzer_arn: &str, unread: &mut Unread) -> (Totals, Vec<FindingCount>) {
        let counted_at = unread.moment("lastUpdatedAt", self.last_updated_at.as_ref());
        let (mut totals, mut counts) = (Totals::default(), Vec::new());
        for of_kind in self.findings_statistics {
            let counting = |access_kind| Counting { analyzer_arn, access_kind, counts: Vec::new() };
            let (of_all, mut found) = match of_kind {
                OfKind { external_access_findings_statistics: Some(it), .. } => {
                    external(it, counting("external_access"))
                }
                OfKind { internal_access_findings_statistics: Some(it), .. } => {
                    internal(it, counting("internal_access"))
                }
                OfKind { unused_access_findings_statistics: Some(it), .. } => {
                    unused(it, counting("unused_access"), unread)
                }
                OfKind { .. } => continue,
            };
            unread.value("totalActiveFindings", of_all.active);
            totals = of_all;
            counts.append(&mut found);
        }
        (Totals { counted_at, ..totals }, counts)
    }
}

fn external(it: External, mut counting: Counting<'_>) -> (Totals, Vec<FindingCount>) {
    let totals = counting.of_all(it.total_active_findings, it.total_archived_findings, it.total_resolved_findings);
    for (of, it) in it.resource_type_statistics {
        let parts = [it.total_active_public, it.total_active_cross_account, it.total_active_errors];
        let sum = parts.iter().any(Option::is_some).then(|| parts.iter().flatten().sum());
        if let Some(count) = counting.add("ACTIVE", &of, sum) {
            [count.public_count, count.cross_account_count, count.error_count] = parts;
        }
    }
    (totals, counting.counts)
}

fn internal(it: Internal, mut counting: Counting<'_>) -> (Totals, Vec<FindingCount>) {
    let totals = counting.of_all(it.total_active_findings, it.total_archived_findings, it.total_resolved_findings);
    for (of, it) in it.resource_type_statistics {
        counting.of_each_status(&of, it.total_active_findings, it.total_archived_findings, it.total_resolved_findings);
    }
    (totals, counting.counts)
}

fn unused(it: Unused, mut counting: Counting<'_>, unread: &mut Unread) -> (Totals, Vec<FindingCount>) {
    let totals = counting.of_all(it.total_active_findings, it.total_archived_findings, it.total_resolved_findings);
    for it in it.unused_access_type_statistics {
        if let Some(of) = unread.value("unusedAccessType", it.unused_access_type) {
            counting.add("ACTIVE", &of, it.total);
        }
    }
    (totals, counting.counts)
}
