//! What ECR says of the scan of an image.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use serde::Deserialize;

/// The states of a scan whose counts say something, also where they are none.
const SCANNED: &[&str] = &["COMPLETE", "ACTIVE", "SCAN_ELIGIBILITY_EXPIRED"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Summary {
    pub(super) image_scan_completed_at: Option<Moment>,
    finding_severity_counts: Option<BTreeMap<String, i32>>,
}

/// What is said of the scan of an image: nothing, if there is none.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) status: Option<String>,
    pub(super) summary: Option<Summary>,
}

impl Scan {
    pub(super) fn of(status: Option<Status>, summary: Option<Summary>) -> Self {
        Self { status: status.and_then(|it| it.status), summary }
    }

    /// How many vulnerabilities of each severity there are, if a scan has ended.
    pub(super) fn counts(&self) -> Option<&BTreeMap<String, i32>> {
        let counts = self.summary.as_ref()?.finding_severity_counts.as_ref()?;
        let has_ended = self.status.as_deref().is_none_or(|status| SCANNED.contains(&status));
        Some(counts).filter(|counts| has_ended || !counts.is_empty())
    }
}
