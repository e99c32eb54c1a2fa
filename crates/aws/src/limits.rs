//! Rate limits as data: `config/rate-limits.toml`, parsed and checked.

use std::collections::HashMap;
use std::num::NonZeroU32;

use serde::Deserialize;

/// What one bucket is shared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One bucket for the whole crawl: AWS charges the caller's own account.
    Crawl,
    /// One bucket for each account: a global service.
    Account,
    /// One bucket for each account and region.
    Region,
}

/// A rate that a bucket keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Calls a second, in the long run.
    pub per_second: f64,
    /// Calls at once after a pause.
    pub burst: NonZeroU32,
}

/// One bucket's declaration, the share taken already.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The service by its SDK's name, `secretsmanager`.
    pub service: String,
    /// What shares one bucket.
    pub scope: Scope,
    /// The rate that the crawl allows itself.
    pub rate: Rate,
    /// Whether calls may overlap.
    pub is_serial: bool,
}

/// All rules, and which one governs an operation.
#[derive(Debug, Clone)]
pub struct Limits {
    rules: Vec<Rule>,
    by_operation: HashMap<(String, String), usize>,
    by_service: HashMap<String, usize>,
}

/// A file of limits that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("rate limits: {0}")]
pub struct LimitsError(String);

/// The limits that ship with the program.
pub const DEFAULT_LIMITS: &str = include_str!("../../../config/rate-limits.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    share: f64,
    bucket: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    service: String,
    #[serde(default)]
    operations: Vec<String>,
    scope: Scope,
    per_second: f64,
    burst: f64,
    share: Option<f64>,
    #[serde(default)]
    serial: bool,
    #[expect(dead_code, reason = "required in the file, for its reader")]
    source: String,
}

impl Limits {
    /// Reads the text of a `rate-limits.toml`. The rule for service `*` is for what no other rule names.
    pub fn parse(text: &str) -> Result<Self, LimitsError> {
        let file: File = toml::from_str(text).map_err(|error| LimitsError(error.to_string()))?;
        let mut limits = Self { rules: Vec::new(), by_operation: HashMap::new(), by_service: HashMap::new() };
        for entry in file.bucket {
            limits.add(entry, file.share)?;
        }
        if !limits.by_service.contains_key("*") {
            return Err(LimitsError("needs a bucket for service \"*\", for what no other names".to_owned()));
        }
        Ok(limits)
    }

    fn add(&mut self, entry: Entry, default_share: f64) -> Result<(), LimitsError> {
        let name = format!("bucket {} {:?}", entry.service, entry.operations);
        let share = entry.share.unwrap_or(default_share);
        if !(share > 0.0 && share <= 1.0 && entry.per_second > 0.0 && entry.burst >= 1.0) {
            return Err(LimitsError(format!("{name}: needs 0 < share <= 1, per_second > 0, burst >= 1")));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be at least 1")]
        let burst = NonZeroU32::new((entry.burst * share) as u32).unwrap_or(NonZeroU32::MIN);
        let rate = Rate { per_second: entry.per_second * share, burst };
        let index = self.rules.len();
        let replaced = if entry.operations.is_empty() {
            self.by_service.insert(entry.service.clone(), index).is_some()
        } else {
            let keys = entry.operations.iter().map(|operation| (entry.service.clone(), operation.clone()));
            keys.fold(false, |seen, key| self.by_operation.insert(key, index).is_some() || seen)
        };
        if replaced {
            return Err(LimitsError(format!("{name}: declared twice")));
        }
        self.rules.push(Rule { service: entry.service, scope: entry.scope, rate, is_serial: entry.serial });
        Ok(())
    }

    /// The number of the rule for an operation: its own, its service's, or that of `*`.
    pub fn rule_of(&self, service: &str, operation: &str) -> usize {
        let own = self.by_operation.get(&(service.to_owned(), operation.to_owned()));
        own.or_else(|| self.by_service.get(service)).or_else(|| self.by_service.get("*")).copied().unwrap_or_default()
    }

    /// A rule by its number.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.rules[index]
    }

    /// The same limits with crawl-wide rates divided among `parts` processes.
    pub fn divided(mut self, parts: u32) -> Self {
        for rule in self.rules.iter_mut().filter(|rule| rule.scope == Scope::Crawl) {
            rule.rate.per_second /= f64::from(parts);
            rule.rate.burst = NonZeroU32::new(rule.rate.burst.get() / parts).unwrap_or(NonZeroU32::MIN);
        }
        self
    }

    /// Limits so wide that nothing waits: for benchmarks and for servers that are not AWS.
    pub fn unlimited() -> Self {
        let rate = Rate { per_second: 1e6, burst: NonZeroU32::MAX };
        let rule = Rule { service: "*".to_owned(), scope: Scope::Account, rate, is_serial: false };
        Self { rules: vec![rule], by_operation: HashMap::new(), by_service: HashMap::from([("*".to_owned(), 0)]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_limits_parse_and_take_their_share() {
        let limits = Limits::parse(DEFAULT_LIMITS).unwrap();
        let rule = limits.rule(limits.rule_of("organizations", "ListAccounts"));
        assert_eq!((rule.scope, rule.is_serial, rule.rate.per_second), (Scope::Crawl, true, 4.0));
        let lambda = limits.rule(limits.rule_of("lambda", "ListFunctions"));
        assert!((lambda.rate.per_second - 4.5).abs() < 1e-9, "30 % of 15, since deployments share it");
        assert_ne!(limits.rule_of("lambda", "GetPolicy"), limits.rule_of("lambda", "ListFunctions"));
        assert_eq!(limits.rule(limits.rule_of("nosuch", "X")).service, "*");
    }

    #[test]
    fn bad_files_are_refused_with_words() {
        let star =
            "share = 0.5\n[[bucket]]\nservice = \"*\"\nscope = \"region\"\nper_second = 5\nburst = 5\nsource = \"x\"\n";
        for (text, words) in [
            ("share = 0.5\nbucket = []".to_owned(), "needs a bucket for service"),
            (format!("{star}colour = 1"), "colour"),
            (star.replace("burst = 5", "burst = 0"), "burst >= 1"),
            (format!("{star}{}", &star[star.find("[[").unwrap()..]), "declared twice"),
        ] {
            let error = Limits::parse(&text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
