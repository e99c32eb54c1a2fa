//! One file, the environment and flags become one validated configuration. Nothing reads configuration later.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::{cloudwatch, words};

mod sections;

use sections::{Aws, Inventory, OwnOrganization, ThresholdName};
pub(crate) use sections::{Catalog, Lake, Limits, Matcher, OwnAccount, Report, Role, Select, Telemetry};

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
    pub(crate) organization: OwnOrganization,
    /// What to crawl.
    pub(crate) select: Select,
    /// What the inventory says of all resources.
    pub(crate) inventory: Inventory,
    /// How much at once, how long, how fast.
    pub(crate) limits: Limits,
    /// Where the snapshot goes.
    pub(crate) lake: Lake,
    /// The catalogue for Athena; none without this section.
    pub(crate) catalog: Option<Catalog>,
    /// The page that is written beside each snapshot; none without this section.
    pub(crate) report: Option<Report>,
    /// Where reports and metrics of a run go, besides the lake.
    pub(crate) telemetry: Telemetry,
    /// Numbers that questions ask with, where they are not those of the questions' headers.
    pub(crate) thresholds: BTreeMap<ThresholdName, u32>,
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

    /// The numbers that questions ask with, by name, where they are not those of the questions' headers.
    pub(crate) fn thresholds(&self) -> BTreeMap<String, u32> {
        self.thresholds.iter().map(|(name, number)| (name.0.clone(), *number)).collect()
    }

    /// Checks that types cannot express.
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
            ("report.max_mib", self.report.as_ref().map_or(1, |report| report.max_mib)),
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
mod tests;
