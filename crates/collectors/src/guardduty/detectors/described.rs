//! Detectors as GuardDuty describes them, and findings as it counts them.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::guardduty::band;
use crate::items::Unread;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Page {
    pub(super) detector_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Described {
    pub(super) status: Option<String>,
    pub(super) created_at: Option<Moment>,
    pub(super) finding_publishing_frequency: Option<String>,
    pub(super) features: Vec<Feature>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Described {
    /// Whether it is on.
    pub(super) fn is_enabled(&self) -> bool {
        self.status.as_deref() == Some("ENABLED")
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Feature {
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    pub(super) updated_at: Option<Moment>,
    pub(super) managed_by: Option<String>,
    pub(super) additional_configuration: Vec<AdditionalConfiguration>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AdditionalConfiguration {
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
}

/// Nothing is in it where the account has no administrator, or is one.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Administrators {
    pub(super) administrator: Option<Administrator>,
}

impl Administrators {
    /// Whether nobody but the account itself administers its detector: it is on its own, or an administrator.
    pub(super) fn are_none(&self) -> bool {
        self.administrator.as_ref().is_none_or(|it| it.account_id.is_none())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Administrator {
    pub(super) account_id: Option<String>,
    pub(super) relationship_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Statistics {
    finding_statistics: Option<Grouped>,
    /// The call takes no token, so with one the numbers are not whole.
    next_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Grouped {
    grouped_by_severity: Option<Vec<Group>>,
    grouped_by_account: Option<Vec<OfAccount>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    severity: Option<f64>,
    total_findings: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OfAccount {
    account_id: Option<String>,
    total_findings: Option<i64>,
}

/// How many findings there are about each account.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ByAccount {
    pub(super) counts: BTreeMap<String, i64>,
    /// Whether there are none about all other accounts.
    pub(super) is_whole: bool,
}

/// How many findings there are, by the bands that GuardDuty gives names to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) critical: Option<i64>,
    pub(super) high: Option<i64>,
    pub(super) medium: Option<i64>,
    pub(super) low: Option<i64>,
}

impl Statistics {
    /// The counts. None of them is known where one group cannot be read.
    pub(super) fn counts(self, unread: &mut Unread) -> Counts {
        let groups = self.finding_statistics.and_then(|it| it.grouped_by_severity);
        let whole = groups.filter(|_| self.next_token.is_none_or(|token| token.is_empty()));
        let pairs = whole.and_then(|groups| {
            groups.iter().map(|group| Some((group.severity?, group.total_findings?))).collect::<Option<Vec<_>>>()
        });
        let Some(pairs) = unread.value("groupedBySeverity", pairs) else { return Counts::default() };
        let of = |name: &str| -> Option<i64> {
            let found = pairs.iter().filter(|(severity, _)| band(*severity) == name);
            Some(found.map(|(_, count)| count).sum())
        };
        Counts { critical: of("CRITICAL"), high: of("HIGH"), medium: of("MEDIUM"), low: of("LOW") }
    }

    /// The counts by account. An answer has `most` accounts at most, and no further page.
    pub(super) fn by_account(self, most: usize, unread: &mut Unread) -> ByAccount {
        let is_last = self.next_token.is_none_or(|token| token.is_empty());
        let Some(groups) = self.finding_statistics.and_then(|it| it.grouped_by_account) else {
            return ByAccount::default();
        };
        let listed = groups.len();
        let pairs = groups.into_iter().map(|group| Some((group.account_id?, group.total_findings?)));
        let counts: BTreeMap<String, i64> = unread.each("groupedByAccount", pairs).into_iter().collect();
        let is_whole = is_last && listed < most && counts.len() == listed;
        ByAccount { counts, is_whole }
    }
}
