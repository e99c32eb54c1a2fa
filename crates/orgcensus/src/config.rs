//! One file, the environment and flags become one validated configuration. Nothing reads configuration later.

use std::collections::BTreeMap;
use std::path::Path;

use orgcensus_answers::{Priority, nearest_behind, select_rules, threshold_names};
use orgcensus_collectors::COLLECTORS;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::failure::Failure;
use crate::{cloudwatch, values};

mod critical;
mod layers;
mod notify;
mod plain;
mod sections;

use critical::Critical;
pub(crate) use layers::Layers;
pub(crate) use notify::{Notify, Secret};
use sections::{Accepted, Activity, Aws, Inventory, OwnOrganization, OwnQuestions, OwnRules};
pub(crate) use sections::{Catalog, Lake, Limits, Matcher, OwnAccount, Report, Role, Select, Telemetry};

/// The whole configuration, as the file has it. Each section is optional, unknown keys are refused.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
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
    /// Which resources are critical.
    pub(crate) critical: Critical,
    /// How far back what happened is read.
    pub(crate) activity: Activity,
    /// How much at once, how long, how fast.
    pub(crate) limits: Limits,
    /// Where the snapshot goes.
    pub(crate) lake: Lake,
    /// The catalogue for Athena; none without this section.
    pub(crate) catalog: Option<Catalog>,
    /// The page that is written beside each snapshot; none without this section.
    pub(crate) report: Option<Report>,
    /// Who is told of each run; nobody without this section.
    pub(crate) notify: Option<Notify>,
    /// Where reports and metrics of a run go, besides the lake.
    pub(crate) telemetry: Telemetry,
    /// Numbers that questions ask with, where they are not those of the questions' headers.
    pub(crate) thresholds: BTreeMap<String, u32>,
    /// Questions beside those that are shipped.
    pub(crate) questions: OwnQuestions,
    /// Rules of change beside those that are shipped, and the priorities of all of them.
    pub(crate) rules: OwnRules,
    /// Cases that somebody accepts.
    pub(crate) exceptions: Accepted,
}

impl Config {
    /// Reads a file, lays `ORGCENSUS_…` variables over it, and checks the whole.
    pub(crate) fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Failure> {
        Ok(Layers::read(path, environment)?.config)
    }

    /// The same for a text. `name` is what errors call it.
    pub(crate) fn parse(
        text: &str,
        name: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        Ok(Layers::parse(text, name, environment)?.config)
    }

    /// The numbers that questions ask with, by name, where they are not those of the questions' headers.
    pub(crate) fn thresholds(&self) -> BTreeMap<String, u32> {
        self.thresholds.clone()
    }

    /// The priorities of rules, by id, where they are not those of the rules' headers.
    pub(crate) fn priorities(&self) -> BTreeMap<String, Priority> {
        // A variable's key is in lower case, and comes after the file's: so it wins.
        self.rules.priorities.iter().map(|(id, priority)| (id.to_uppercase(), priority.0)).collect()
    }

    /// Checks that types cannot express. `table` is the same as it was read, with its lists in their order.
    fn check(&self, table: &Table) -> Result<(), Wrong> {
        check_sections(table)?;
        check_accounts(table)?;
        check_collectors(table)?;
        self.check_names()?;
        if let Some(id) = self.organization.id.as_ref().filter(|id| !values::is_organization(id)) {
            return Err(Wrong::new(
                "organization.id",
                format!("{id:?} is no organization's id: expected o- and 10 to 32 letters or digits"),
            ));
        }
        if let Err(why) = values::lake(&self.lake.url) {
            return Err(Wrong::new("lake.url", format!("{:?}: {why}", self.lake.url)));
        }
        if !(0.0..=1.0).contains(&self.lake.min_coverage) {
            return Err(Wrong::new("lake.min_coverage", "expected a number from 0 to 1"));
        }
        for (key, value) in [
            ("activity.first_hours", u64::from(self.activity.first_hours)),
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
                return Err(Wrong::new(key, "expected a whole number from 1"));
            }
        }
        if let Some((key, why)) = self.notify.as_ref().and_then(Notify::refused) {
            return Err(Wrong::new(key, why));
        }
        if let Some((key, why)) = self.critical.refused() {
            return Err(Wrong::new(key, why));
        }
        let namespace = self.telemetry.cloudwatch_namespace.as_deref();
        if let Some(why) = namespace.and_then(cloudwatch::refuse_namespace) {
            return Err(Wrong::new("telemetry.cloudwatch_namespace", why));
        }
        self.check_roles()
    }

    fn check_roles(&self) -> Result<(), Wrong> {
        let chain = self.role_chain.iter().enumerate().map(|(place, role)| (format!("role_chain[{place}]"), role));
        for (key, role) in chain.chain([("role".to_owned(), &self.role)]) {
            if !(role.path.starts_with('/') && role.path.ends_with('/')) {
                return Err(Wrong::new(
                    format!("{key}.path"),
                    format!("{:?} must begin and end with a slash", role.path),
                ));
            }
            if role.name.starts_with("arn:") {
                let why = format!("{:?} is an ARN: expected a role's name; {key}.arn takes an ARN", role.name);
                return Err(Wrong::new(format!("{key}.name"), why));
            }
        }
        Ok(())
    }

    /// Looks at the names of thresholds and the ids of rules, once a site's own files are known.
    fn check_names(&self) -> Result<(), Wrong> {
        let names = threshold_names().map_err(|error| Wrong::new("thresholds", error.to_string()))?;
        if let Some(name) = self.thresholds.keys().find(|name| !names.contains(name.as_str())) {
            let known: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
            let words = format!("unknown threshold `{name}`, expected one of {}", known.join(", "));
            return Err(Wrong::new(format!("thresholds.{name}"), words));
        }
        for id in self.rules.priorities.keys() {
            let key = format!("rules.priorities.{id}");
            match select_rules(&[id]) {
                Ok(rules) if matches!(rules.as_slice(), [rule] if rule.id.eq_ignore_ascii_case(id)) => {}
                Ok(_) => return Err(Wrong::new(key, "a part's letter has no priority: name each rule")),
                Err(error) => return Err(Wrong::new(key, error.to_string())),
            }
        }
        Ok(())
    }
}

/// A key whose value cannot be meant.
#[derive(Debug)]
struct Wrong {
    /// The whole key, `select.include.accounts[1]`.
    key: String,
    /// Why, and what was expected.
    why: String,
}

impl Wrong {
    fn new(key: impl Into<String>, why: impl Into<String>) -> Self {
        Self { key: key.into(), why: why.into() }
    }
}

/// Refuses a list where a section is meant, which would be read as the values of its keys, one by one.
fn check_sections(table: &Table) -> Result<(), Wrong> {
    let is_list = |(key, value): &(&String, &Value)| value.is_array() && *key != "role_chain";
    match table.iter().find(is_list) {
        Some((key, _)) => Err(Wrong::new(key, format!("expected a table, [{key}]"))),
        None => Ok(()),
    }
}

/// Refuses names of collectors that do not exist: this is the most common typing error.
fn check_collectors(table: &Table) -> Result<(), Wrong> {
    for key in ["select.collectors", "select.add_collectors", "select.exclude_collectors"] {
        let is_unknown = |(_, name): &(String, &str)| !COLLECTORS.iter().any(|collector| collector.name == *name);
        if let Some((key, name)) = texts(table, key).into_iter().find(is_unknown) {
            let nearest = nearest_behind(name, COLLECTORS.iter().map(|collector| collector.name));
            let words = format!("unknown collector {name:?}{nearest}; `orgcensus tables --collectors` lists them");
            return Err(Wrong::new(key, words));
        }
    }
    Ok(())
}

/// Looks at every account's id.
fn check_accounts(table: &Table) -> Result<(), Wrong> {
    let is_account = |id: &str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    for key in [
        "select.include.accounts",
        "select.exclude.accounts",
        "organization.accounts",
        "organization.trusted_accounts",
        "lake.expected_bucket_owner",
    ] {
        if let Some((key, id)) = texts(table, key).into_iter().find(|(_, id)| !is_account(id)) {
            return Err(Wrong::new(key, format!("{id:?} is no account id: expected 12 digits in quotes")));
        }
    }
    Ok(())
}

/// The text of a key, or those of its list, each with its own key. A list is looked at as it was written, so that an error
/// says which place it means.
fn texts<'a>(table: &'a Table, key: &str) -> Vec<(String, &'a str)> {
    let mut parts = key.split('.');
    let first = parts.next().and_then(|part| table.get(part));
    match parts.fold(first, |value, part| value.and_then(|value| value.get(part))) {
        Some(Value::Array(items)) => {
            let items = items.iter().enumerate();
            items.filter_map(|(place, item)| Some((format!("{key}[{place}]"), item.as_str()?))).collect()
        }
        Some(Value::String(text)) => vec![(key.to_owned(), text)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
