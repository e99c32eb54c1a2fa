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

impl Scope {
    /// The name that the file has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crawl => "crawl",
            Self::Account => "account",
            Self::Region => "region",
        }
    }
}

impl Rate {
    /// A rate with a burst of at least one call, in whole calls.
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst: NonZeroU32::new(Self::whole_calls(burst)).unwrap_or(NonZeroU32::MIN) }
    }

    /// Whole calls, rounded down.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a huge number of calls is huge")]
    pub(crate) fn whole_calls(calls: f64) -> u32 {
        calls as u32
    }
}

/// One bucket's declaration, the share taken already.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The service by its SDK's name, `secretsmanager`.
    pub service: String,
    /// What the bucket is called: its service, or `service:Operation+Operation`.
    pub name: String,
    /// What shares one bucket.
    pub scope: Scope,
    /// AWS's own rate, as far as it is known; none where nothing is limited.
    pub quota: Option<Rate>,
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
    /// Reads the text of a `rate-limits.toml`. The rule for service `*` is for operations that no other rule names: each
    /// service has a bucket of its own by it, since AWS limits each service apart.
    pub fn parse(text: &str) -> Result<Self, LimitsError> {
        let file: File = toml::from_str(text).map_err(|error| LimitsError(error.to_string()))?;
        let mut limits = Self { rules: Vec::new(), by_operation: HashMap::new(), by_service: HashMap::new() };
        for entry in file.bucket {
            limits.add(entry, file.share)?;
        }
        let Some(others) = limits.by_service.get("*").copied() else {
            return Err(LimitsError("needs a bucket for service \"*\", for what no other names".to_owned()));
        };
        limits.each_service(others);
        Ok(limits)
    }

    /// Gives every service that has no rule a bucket by this one.
    fn each_service(&mut self, others: usize) {
        let mut services: Vec<&str> = orgcensus_calls::services().map(|service| service.name).collect();
        services.sort_unstable();
        for service in services.into_iter().filter(|name| !self.by_service.contains_key(*name)).collect::<Vec<_>>() {
            let name = service.to_owned();
            self.by_service.insert(name.clone(), self.rules.len());
            self.rules.push(Rule { service: name.clone(), name, ..self.rules[others].clone() });
        }
    }

    fn add(&mut self, entry: Entry, default_share: f64) -> Result<(), LimitsError> {
        let words = format!("bucket {} {:?}", entry.service, entry.operations);
        let share = entry.share.unwrap_or(default_share);
        if !(share > 0.0 && share <= 1.0 && entry.per_second > 0.0 && entry.burst >= 1.0) {
            return Err(LimitsError(format!("{words}: needs 0 < share <= 1, per_second > 0, burst >= 1")));
        }
        let quota = Rate::new(entry.per_second, entry.burst);
        let rate = Rate::new(entry.per_second * share, entry.burst * share);
        let name = if entry.operations.is_empty() {
            entry.service.clone()
        } else {
            format!("{}:{}", entry.service, entry.operations.join("+"))
        };
        let index = self.rules.len();
        let replaced = if entry.operations.is_empty() {
            self.by_service.insert(entry.service.clone(), index).is_some()
        } else {
            let keys = entry.operations.iter().map(|operation| (entry.service.clone(), operation.clone()));
            let replaced = keys.filter(|key| self.by_operation.insert(key.clone(), index).is_some());
            replaced.count() > 0
        };
        if replaced {
            return Err(LimitsError(format!("{words}: declared twice")));
        }
        let Entry { service, scope, serial, .. } = entry;
        self.rules.push(Rule { service, name, scope, quota: Some(quota), rate, is_serial: serial });
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

    /// Limits so wide that nothing waits: for benchmarks and for servers that are not AWS. The crawl's own calls still
    /// count for the crawl.
    pub fn unlimited() -> Self {
        let rate = Rate { per_second: 1e6, burst: NonZeroU32::MAX };
        let rule = |service: &str, scope| Rule {
            service: service.to_owned(),
            name: service.to_owned(),
            scope,
            quota: None,
            rate,
            is_serial: false,
        };
        let rules = vec![rule("*", Scope::Account), rule("organizations", Scope::Crawl), rule("sts", Scope::Crawl)];
        let by_service = rules.iter().enumerate().map(|(index, rule)| (rule.service.clone(), index)).collect();
        Self { rules, by_operation: HashMap::new(), by_service }
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
        assert_eq!(limits.rule(limits.rule_of("nosuch", "X")).name, "*");
        let signer = limits.rule(limits.rule_of("signer", "ListSigningProfiles"));
        assert_eq!((signer.name.as_str(), signer.rate), ("signer", limits.rule(limits.rule_of("nosuch", "X")).rate));
        assert_eq!(lambda.quota.map(|quota| quota.per_second), Some(15.0));
        assert_eq!(limits.rule(limits.rule_of("kms", "ListAliases")).name, "kms:ListKeys+ListAliases");
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
