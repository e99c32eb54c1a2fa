//! Counts findings, and what they come to for the controls of each standard.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{FindingCounts, Score};
use crate::findings::TOO_MANY;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Finding {
    pub(super) aws_account_id: Option<String>,
    pub(super) region: Option<String>,
    severity: Severity,
    workflow: Workflow,
    compliance: Compliance,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Severity {
    label: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Workflow {
    status: Option<String>,
}

/// What a check of a control found; empty in findings that are no such checks.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Compliance {
    status: Option<String>,
    security_control_id: Option<String>,
    associated_standards: Vec<Associated>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Associated {
    standards_id: Option<String>,
}

/// What a control's findings come to, the best first: the worst of them decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Passed,
    Unknown,
    Failed,
}

/// The counts so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Whether there are more findings than were read.
    pub(super) is_cut: bool,
    read: i64,
    /// Open findings by severity.
    open: BTreeMap<String, i64>,
    /// By standard and control.
    controls: BTreeMap<String, BTreeMap<String, State>>,
}

impl Tally {
    /// Adds a finding that is active and not suppressed.
    pub(super) fn add(&mut self, it: &Finding) {
        self.read += 1;
        let (status, workflow) = (it.compliance.status.as_deref(), it.workflow.status.as_deref());
        if status != Some("PASSED") && workflow != Some("RESOLVED") {
            let label = it.severity.label.as_deref().unwrap_or("INFORMATIONAL");
            *self.open.entry(label.to_owned()).or_default() += 1;
        }
        let (Some(control), Some(status)) = (&it.compliance.security_control_id, status) else { return };
        let state = match status {
            "PASSED" => State::Passed,
            "FAILED" => State::Failed,
            _ => State::Unknown,
        };
        for standard in it.compliance.associated_standards.iter().filter_map(|it| it.standards_id.as_ref()) {
            let controls = self.controls.entry(standard.clone()).or_default();
            let worst = controls.entry(control.clone()).or_insert(state);
            *worst = state.max(*worst);
        }
    }

    /// The row of the account and region.
    pub(super) fn counts(&self) -> FindingCounts {
        let of = |severity: &str| (!self.is_cut).then(|| self.open.get(severity).copied().unwrap_or_default());
        FindingCounts {
            critical_count: of("CRITICAL"),
            high_count: of("HIGH"),
            medium_count: of("MEDIUM"),
            low_count: of("LOW"),
            informational_count: of("INFORMATIONAL"),
            read_count: self.read,
            reason: self.reason(),
        }
    }

    /// The rows of the standards.
    pub(super) fn scores(&self) -> Vec<Score> {
        self.controls.iter().map(|(standard, controls)| self.score(standard, controls)).collect()
    }

    fn score(&self, standard: &str, controls: &BTreeMap<String, State>) -> Score {
        let of = |state: State| -> Option<i32> {
            let count = controls.values().filter(|it| **it == state).count();
            i32::try_from(count).ok().filter(|_| !self.is_cut)
        };
        let percent = |passed: i32| {
            let all = i32::try_from(controls.len()).ok()?;
            Some(100.0 * f64::from(passed) / f64::from(all))
        };
        Score {
            standards_id: standard.to_owned(),
            passed_control_count: of(State::Passed),
            failed_control_count: of(State::Failed),
            unknown_control_count: of(State::Unknown),
            score_percent: of(State::Passed).and_then(percent),
            reason: self.reason(),
        }
    }

    fn reason(&self) -> Option<String> {
        self.is_cut.then(|| TOO_MANY.to_owned())
    }
}
