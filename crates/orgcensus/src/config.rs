//! One file, the environment and flags become one validated configuration. Nothing reads configuration later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::{cloudwatch, words};

/// What begins the name of an environment variable that overrides a key: `ORGCENSUS_LAKE__URL` is `url` in `[lake]`.
const PREFIX: &str = "ORGCENSUS_";

/// The whole configuration, as the file has it. Each section is optional, unknown keys are refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// How AWS is reached.
    pub(crate) aws: Aws,
    /// The role in every member account.
    pub(crate) role: Role,
    /// Roles to assume before it, in this order.
    pub(crate) role_chain: Vec<Role>,
    /// What is one's own.
    pub(crate) organization: Organization,
    /// What to crawl.
    pub(crate) select: Select,
    /// How much at once, how long, how fast.
    pub(crate) limits: Limits,
    /// Where the snapshot goes.
    pub(crate) lake: Lake,
    /// What Athena is told of it; nothing unless the section is there.
    pub(crate) catalog: Option<Catalog>,
    /// Who is told how a run went, besides the lake.
    pub(crate) telemetry: Telemetry,
}

/// `[aws]`
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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

/// `[organization]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Organization {
    pub(crate) id: Option<String>,
    pub(crate) own_account: OwnAccount,
    pub(crate) trusted_accounts: Vec<String>,
    pub(crate) trusted_tenants: Vec<String>,
}

/// How the account that the crawl runs in is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OwnAccount {
    /// With the identity as it is: the management account rarely has the members' role.
    Direct,
    /// By the role, as every other.
    Role,
}

/// `[select]`
#[derive(Debug, Clone, Default, Deserialize)]
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Matcher {
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) organizational_units: BTreeSet<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) statuses: BTreeSet<String>,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Catalog {
    pub(crate) database: Option<String>,
    pub(crate) history_database: Option<String>,
    pub(crate) region: Option<String>,
}

/// `[telemetry]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Telemetry {
    pub(crate) report: Option<PathBuf>,
    pub(crate) cloudwatch_namespace: Option<String>,
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

impl Default for Organization {
    fn default() -> Self {
        Self { id: None, own_account: OwnAccount::Direct, trusted_accounts: Vec::new(), trusted_tenants: Vec::new() }
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

impl Config {
    /// Reads a file, lays `ORGCENSUS_…` variables over it, and checks the whole.
    pub(crate) fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        Self::parse(&text, &name, environment)
    }

    /// The same for a text. `name` is what errors call it.
    pub(crate) fn parse(
        text: &str,
        name: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        toml::from_str::<Self>(text).map_err(|error| located(text, name, &error))?;
        let mut table: Table = toml::from_str(text).map_err(|error| located(text, name, &error))?;
        let is_key = |key: &str| key.starts_with(PREFIX) && key != words::VARIABLE;
        let mut variables: Vec<_> = environment.filter(|(key, _)| is_key(key)).collect();
        variables.sort();
        for (key, value) in variables {
            overlay(&mut table, &key, &value)?;
            Self::deserialize(table.clone()).map_err(|error| Failure::Usage(format!("{key}: {}", error.message())))?;
        }
        let config =
            Self::deserialize(table).map_err(|error| Failure::Usage(format!("{name}: {}", error.message())))?;
        config.check().map_err(|(key, why)| Failure::Usage(format!("{name}: {key}: {why}")))?;
        Ok(config)
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let is_account = |id: &&String| id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit());
        let ids = self.select.include.accounts.iter().chain(&self.select.exclude.accounts);
        let ids = ids.chain(&self.organization.trusted_accounts).chain(&self.lake.expected_bucket_owner);
        if let Some(id) = ids.into_iter().find(is_account) {
            return Err(("accounts", format!("{id:?} is no account id: expected 12 digits in quotes")));
        }
        if let Some(id) = self.organization.id.as_ref().filter(|id| !is_organization(id)) {
            return Err((
                "organization.id",
                format!("{id:?} is no organization's id: expected o- and 10 to 32 letters or digits"),
            ));
        }
        if !(0.0..=1.0).contains(&self.lake.min_coverage) {
            return Err(("lake.min_coverage", "expected a number from 0 to 1".to_owned()));
        }
        for (key, value) in [
            ("limits.accounts_at_once", self.limits.accounts_at_once as u64),
            ("limits.tasks_per_account", self.limits.tasks_per_account as u64),
            ("limits.task_seconds", self.limits.task_seconds),
            ("limits.lock_seconds", self.limits.lock_seconds),
            ("limits.unfinished_days", u64::from(self.limits.unfinished_days)),
            ("lake.target_file_mib", self.lake.target_file_mib),
            ("lake.retention_days", self.lake.retention_days.map_or(1, u64::from)),
            ("aws.max_attempts", u64::from(self.aws.max_attempts)),
            ("aws.attempt_timeout_seconds", self.aws.attempt_timeout_seconds),
            ("aws.operation_timeout_seconds", self.aws.operation_timeout_seconds),
            ("aws.answer_max_mib", self.aws.answer_max_mib),
        ] {
            if value == 0 {
                return Err((key, "expected a whole number from 1".to_owned()));
            }
        }
        let namespace = self.telemetry.cloudwatch_namespace.as_deref();
        if let Some(why) = namespace.and_then(cloudwatch::refuse_namespace) {
            return Err(("telemetry.cloudwatch_namespace", why.to_owned()));
        }
        for role in self.role_chain.iter().chain([&self.role]) {
            if !(role.path.starts_with('/') && role.path.ends_with('/')) {
                return Err(("role.path", format!("{:?} must begin and end with a slash", role.path)));
            }
        }
        Ok(())
    }
}

impl Role {
    /// The ARN, where `{partition}` and `{account_id}` stand for the account's.
    pub(crate) fn arn_template(&self) -> String {
        let Self { path, name, .. } = self;
        self.arn.clone().unwrap_or_else(|| format!("arn:{{partition}}:iam::{{account_id}}:role{path}{name}"))
    }
}

/// `o-a1b2c3d4e5`
fn is_organization(id: &str) -> bool {
    let is_plain = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    id.strip_prefix("o-").is_some_and(|rest| (10..=32).contains(&rest.len()) && is_plain(rest))
}

/// `crawl.toml:12:3: unknown field `nmae`, expected one of …`
fn located(text: &str, name: &str, error: &toml::de::Error) -> Failure {
    let start = error.span().map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let (line, column) =
        (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1);
    let key = text.lines().nth(line - 1).map(str::trim).unwrap_or_default();
    Failure::Usage(format!("{name}:{line}:{column}: {}\n  {key}", error.message().trim()))
}

/// `ORGCENSUS_LAKE__URL=s3://…` sets `url` in `[lake]`. A value that is no TOML is text.
fn overlay(table: &mut Table, key: &str, value: &str) -> Result<(), Failure> {
    let path = key.trim_start_matches(PREFIX).to_lowercase();
    let mut parts: Vec<&str> = path.split("__").collect();
    let Some(last) = parts.pop() else { return Ok(()) };
    let mut inner = table;
    for part in parts {
        let next = inner.entry(part).or_insert_with(|| Value::Table(Table::new()));
        inner = next.as_table_mut().ok_or_else(|| Failure::Usage(format!("{key}: {part} is no section")))?;
    }
    let parsed = toml::from_str::<Table>(&format!("value = {value}")).ok().and_then(|mut it| it.remove("value"));
    inner.insert(last.to_owned(), parsed.unwrap_or_else(|| Value::String(value.to_owned())));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::parse(text, "crawl.toml", environment).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_example_parses_and_says_the_defaults() {
        let example = include_str!("../../../config/orgcensus.example.toml");
        let config = parse(example, &[]).unwrap();
        assert_eq!(format!("{:?}", config.limits), format!("{:?}", Limits::default()));
        assert_eq!(format!("{:?}", config.aws), format!("{:?}", Aws::default()));
        assert_eq!(config.role.arn_template(), "arn:{partition}:iam::{account_id}:role/orgcensus");
    }

    #[test]
    fn bad_files_name_file_line_key_and_what_was_expected() {
        for (text, words) in [
            ("[role]\nnmae = \"x\"", &["crawl.toml:2:1", "nmae", "expected one of", "`name`"][..]),
            ("[limits]\n\naccounts_at_once = \"many\"", &["crawl.toml:3:20", "accounts_at_once", "expected usize"]),
            ("[lake]\nmin_coverage = 2", &["crawl.toml", "lake.min_coverage", "0 to 1"]),
            ("[select.include]\naccounts = [\"123\"]", &["crawl.toml", "accounts", "12 digits"]),
            ("[organization]\nid = \"r-1234\"", &["crawl.toml", "organization.id", "o- and 10 to 32"]),
            ("[role]\nname = ", &["crawl.toml:2", "name ="]),
            ("[role]\npath = \"x\"", &["role.path", "slash"]),
            ("[telemetry]\ncloudwatch_namespace = \"AWS/x\"", &["telemetry.cloudwatch_namespace", "AWS's own"]),
            ("[telemetry]\nendpoint = \"x\"", &["crawl.toml:2:1", "endpoint", "expected `report`"]),
        ] {
            let error = parse(text, &[]).unwrap_err();
            words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in {error:?}"));
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "[lake]\nurl = \"a\"";
        let environment = [("ORGCENSUS_LAKE__URL", "s3://b/c"), ("ORGCENSUS_LIMITS__TASK_SECONDS", "7"), ("HOME", "x")];
        let config = parse(text, &environment).unwrap();
        assert_eq!((config.lake.url.as_str(), config.limits.task_seconds), ("s3://b/c", 7));
        parse(text, &[("ORGCENSUS_LOG", "aws_config=debug")]).unwrap();
        let error = parse(text, &[("ORGCENSUS_LAKE__URI", "x")]).unwrap_err();
        assert!(error.contains("ORGCENSUS_LAKE__URI") && error.contains("uri"), "{error}");
    }
}
