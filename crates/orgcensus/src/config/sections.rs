//! The sections of the file, as serde reads them, and what holds where a key is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use orgcensus_answers::Priority;
use serde::{Deserialize, Serialize};

/// `[aws]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Aws {
    pub(crate) home_region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) max_attempts: u32,
    pub(crate) connect_timeout_seconds: u64,
    pub(crate) read_timeout_seconds: u64,
    pub(crate) attempt_timeout_seconds: u64,
    pub(crate) operation_timeout_seconds: u64,
    pub(crate) answer_max_mib: u64,
}

/// `[role]` and `[[role_chain]]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: String,
    pub(crate) session_tags: BTreeMap<String, String>,
    pub(crate) session_policy_arns: Vec<String>,
    pub(crate) duration_seconds: Option<i32>,
}

/// `[organization]`: one's own organization, and what counts as inside of it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnOrganization {
    pub(crate) id: Option<String>,
    pub(crate) own_account: OwnAccount,
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) trusted_accounts: Vec<String>,
    pub(crate) trusted_tenants: Vec<String>,
}

/// How the account that the crawl runs in is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OwnAccount {
    /// With the identity as it is: the management account rarely has the members' role.
    Direct,
    /// By the role, as every other.
    Role,
}

/// `[select]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Select {
    pub(crate) include: Matcher,
    pub(crate) exclude: Matcher,
    pub(crate) regions: BTreeSet<String>,
    pub(crate) collectors: BTreeSet<String>,
    pub(crate) add_collectors: BTreeSet<String>,
    pub(crate) exclude_collectors: BTreeSet<String>,
}

/// `[select.include]` and `[select.exclude]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Matcher {
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) organizational_units: BTreeSet<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) statuses: BTreeSet<String>,
}

/// `[inventory]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Inventory {
    pub(crate) owner_tag: Option<String>,
}

/// `[activity]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Activity {
    pub(crate) first_hours: u32,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    pub(crate) accounts_at_once: usize,
    pub(crate) tasks_per_account: usize,
    pub(crate) task_seconds: u64,
    pub(crate) account_seconds: u64,
    pub(crate) run_seconds: u64,
    pub(crate) sync_seconds: u64,
    pub(crate) checkpoint_seconds: u64,
    pub(crate) lock_seconds: u64,
    pub(crate) unfinished_days: u32,
    pub(crate) rates_file: Option<PathBuf>,
}

/// `[lake]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lake {
    pub(crate) url: String,
    pub(crate) stage_directory: Option<PathBuf>,
    pub(crate) use_umask: bool,
    pub(crate) target_file_mib: u64,
    pub(crate) min_coverage: f64,
    pub(crate) retention_days: Option<u32>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) expected_bucket_owner: Option<String>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) storage_class: Option<String>,
}

/// `[catalog]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Catalog {
    pub(crate) database: Option<String>,
    pub(crate) history_database: Option<String>,
    pub(crate) region: Option<String>,
}

/// `[questions]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnQuestions {
    pub(crate) dir: Option<PathBuf>,
}

/// `[rules]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnRules {
    pub(crate) dir: Option<PathBuf>,
    pub(crate) priorities: BTreeMap<String, RulePriority>,
}

/// How much a rule matters here, in the words of the rules' headers.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RulePriority(pub(crate) Priority);

impl TryFrom<String> for RulePriority {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Priority::parse(&word).map(Self)
    }
}

impl From<RulePriority> for String {
    fn from(priority: RulePriority) -> Self {
        priority.0.as_str().to_owned()
    }
}

/// `[report]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Report {
    pub(crate) past: usize,
    pub(crate) max_mib: u64,
}

/// `[exceptions]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Accepted {
    pub(crate) file: Option<PathBuf>,
}

/// `[telemetry]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Telemetry {
    pub(crate) report: Option<PathBuf>,
    pub(crate) cloudwatch_namespace: Option<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self { past: 30, max_mib: 5 }
    }
}

impl Default for Activity {
    fn default() -> Self {
        Self { first_hours: 24 }
    }
}

impl Default for Aws {
    fn default() -> Self {
        Self {
            home_region: None,
            profile: None,
            endpoint_url: None,
            max_attempts: 6,
            connect_timeout_seconds: 5,
            read_timeout_seconds: 60,
            attempt_timeout_seconds: 120,
            operation_timeout_seconds: 1800,
            answer_max_mib: 64,
        }
    }
}

impl Default for Role {
    fn default() -> Self {
        Self {
            name: "orgcensus".to_owned(),
            path: "/".to_owned(),
            arn: None,
            external_id: None,
            session_name: "orgcensus".to_owned(),
            session_tags: BTreeMap::new(),
            session_policy_arns: Vec::new(),
            duration_seconds: None,
        }
    }
}

impl Default for OwnOrganization {
    fn default() -> Self {
        Self {
            id: None,
            own_account: OwnAccount::Direct,
            accounts: BTreeSet::new(),
            trusted_accounts: Vec::new(),
            trusted_tenants: Vec::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accounts_at_once: 64,
            tasks_per_account: 16,
            task_seconds: 1800,
            account_seconds: 7200,
            run_seconds: 43_200,
            sync_seconds: 5,
            checkpoint_seconds: 300,
            lock_seconds: 120,
            unfinished_days: 7,
            rates_file: None,
        }
    }
}

impl Default for Lake {
    fn default() -> Self {
        Self {
            url: "./lake".to_owned(),
            stage_directory: None,
            use_umask: false,
            target_file_mib: 256,
            min_coverage: 0.9,
            retention_days: None,
            region: None,
            endpoint_url: None,
            role_arn: None,
            external_id: None,
            expected_bucket_owner: None,
            kms_key_id: None,
            storage_class: None,
        }
    }
}

impl Role {
    /// The ARN, where `{partition}` and `{account_id}` stand for the account's.
    pub(crate) fn arn_template(&self) -> String {
        let Self { path, name, .. } = self;
        self.arn.clone().unwrap_or_else(|| format!("arn:{{partition}}:iam::{{account_id}}:role{path}{name}"))
    }
}
