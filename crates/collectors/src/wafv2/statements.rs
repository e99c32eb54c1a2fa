//! What a rule of a web ACL looks at and does, as WAF answers it, and what that stops.

use serde::Deserialize;

/// A member that says all by being there.
#[derive(Default, Deserialize)]
pub(super) struct Present {}

/// What becomes of a request: one of these is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Action {
    block: Option<Present>,
    allow: Option<Present>,
    count: Option<Present>,
    captcha: Option<Present>,
    challenge: Option<Present>,
    monetize: Option<Present>,
}

/// What becomes of a request that no rule ends: one of these is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DefaultAction {
    block: Option<Present>,
    allow: Option<Present>,
}

/// What becomes of a group's decisions: one of these is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Override {
    count: Option<Present>,
    none: Option<Present>,
}

/// What a rule looks at: one of these is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Statement {
    pub(super) managed_rule_group_statement: Option<ManagedGroup>,
    pub(super) rule_group_reference_statement: Option<OwnGroup>,
    pub(super) rate_based_statement: Option<RateBased>,
    sqli_match_statement: Option<Present>,
    xss_match_statement: Option<Present>,
    and_statement: Option<Several>,
    or_statement: Option<Several>,
    not_statement: Option<Present>,
    byte_match_statement: Option<Present>,
    size_constraint_statement: Option<Present>,
    geo_match_statement: Option<Present>,
    asn_match_statement: Option<Present>,
    label_match_statement: Option<Present>,
    regex_match_statement: Option<Present>,
    #[serde(rename = "IPSetReferenceStatement")]
    ip_set_reference_statement: Option<Present>,
    regex_pattern_set_reference_statement: Option<Present>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Several {
    statements: Vec<Statement>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RateBased {
    pub(super) limit: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ManagedGroup {
    vendor_name: Option<String>,
    name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) scope_down_statement: Option<Present>,
    excluded_rules: Vec<Excluded>,
    rule_action_overrides: Vec<Overridden>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OwnGroup {
    #[serde(rename = "ARN")]
    pub(super) arn: Option<String>,
    excluded_rules: Vec<Excluded>,
    rule_action_overrides: Vec<Overridden>,
}

/// A rule of a group that only counts, as it was written once.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Excluded {
    name: Option<String>,
}

/// A rule of a group with another action than the group says.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Overridden {
    name: Option<String>,
    action_to_use: Action,
}

/// What a rule may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threat {
    SqlInjection,
    Xss,
    Floods,
}

/// AWS's groups that stop a threat, and their rules that do. One that still acts is enough.
const STOPPING: &[(Threat, &str, &[&str])] = &[
    (
        Threat::SqlInjection,
        "AWSManagedRulesSQLiRuleSet",
        &[
            "SQLi_QUERYARGUMENTS",
            "SQLiExtendedPatterns_QUERYARGUMENTS",
            "SQLi_BODY",
            "SQLiExtendedPatterns_BODY",
            "SQLi_COOKIE",
        ],
    ),
    (
        Threat::Xss,
        "AWSManagedRulesCommonRuleSet",
        &[
            "CrossSiteScripting_COOKIE",
            "CrossSiteScripting_QUERYARGUMENTS",
            "CrossSiteScripting_BODY",
            "CrossSiteScripting_URIPATH",
        ],
    ),
];

impl Action {
    /// AWS's word for it.
    pub(super) fn word(&self) -> Option<&'static str> {
        let words = [
            ("Block", &self.block),
            ("Allow", &self.allow),
            ("Count", &self.count),
            ("Captcha", &self.captcha),
            ("Challenge", &self.challenge),
            ("Monetize", &self.monetize),
        ];
        words.into_iter().find(|(_, it)| it.is_some()).map(|(word, _)| word)
    }
}

impl DefaultAction {
    /// AWS's word for it.
    pub(super) fn word(&self) -> Option<&'static str> {
        match (&self.block, &self.allow) {
            (Some(_), _) => Some("Block"),
            (_, Some(_)) => Some("Allow"),
            _ => None,
        }
    }
}

impl Override {
    /// AWS's word for it.
    pub(super) fn word(&self) -> Option<&'static str> {
        match (&self.count, &self.none) {
            (Some(_), _) => Some("Count"),
            (_, Some(_)) => Some("None"),
            _ => None,
        }
    }
}

impl Statement {
    /// That of a group which Firewall Manager added.
    pub(super) fn of_group(managed: Option<ManagedGroup>, own: Option<OwnGroup>) -> Self {
        Self { managed_rule_group_statement: managed, rule_group_reference_statement: own, ..Self::default() }
    }

    /// AWS's name of what it looks at.
    pub(super) fn type_of(&self) -> Option<&'static str> {
        let types = [
            ("ManagedRuleGroup", self.managed_rule_group_statement.is_some()),
            ("RuleGroupReference", self.rule_group_reference_statement.is_some()),
            ("RateBased", self.rate_based_statement.is_some()),
            ("SqliMatch", self.sqli_match_statement.is_some()),
            ("XssMatch", self.xss_match_statement.is_some()),
            ("And", self.and_statement.is_some()),
            ("Or", self.or_statement.is_some()),
            ("Not", self.not_statement.is_some()),
            ("ByteMatch", self.byte_match_statement.is_some()),
            ("SizeConstraint", self.size_constraint_statement.is_some()),
            ("GeoMatch", self.geo_match_statement.is_some()),
            ("AsnMatch", self.asn_match_statement.is_some()),
            ("LabelMatch", self.label_match_statement.is_some()),
            ("RegexMatch", self.regex_match_statement.is_some()),
            ("IPSetReference", self.ip_set_reference_statement.is_some()),
            ("RegexPatternSetReference", self.regex_pattern_set_reference_statement.is_some()),
        ];
        types.into_iter().find(|(_, is_there)| *is_there).map(|(name, _)| name)
    }

    /// Whether it finds a threat, alone or with something else. One that finds all but the threat does not.
    pub(super) fn finds(&self, threat: Threat) -> bool {
        let several = [&self.and_statement, &self.or_statement].into_iter().flatten();
        match threat {
            Threat::SqlInjection if self.sqli_match_statement.is_some() => true,
            Threat::Xss if self.xss_match_statement.is_some() => true,
            Threat::Floods => self.rate_based_statement.is_some(),
            _ => several.flat_map(|it| &it.statements).any(|it| it.finds(threat)),
        }
    }
}

/// The names of a group's rules that only count, or let pass.
fn weakened(excluded: &[Excluded], overridden: &[Overridden]) -> Vec<String> {
    let weak = overridden.iter().filter(|it| matches!(it.action_to_use.word(), Some("Count" | "Allow")));
    let names = excluded.iter().map(|it| &it.name).chain(weak.map(|it| &it.name));
    names.filter_map(Clone::clone).collect()
}

impl OwnGroup {
    /// The names of its rules that only count, or let pass.
    pub(super) fn weakened(&self) -> Vec<String> {
        weakened(&self.excluded_rules, &self.rule_action_overrides)
    }
}

impl ManagedGroup {
    /// The names of its rules that only count, or let pass.
    pub(super) fn weakened(&self) -> Vec<String> {
        weakened(&self.excluded_rules, &self.rule_action_overrides)
    }

    /// Who wrote it, and its name.
    pub(super) fn full_name(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{}/{}", part(&self.vendor_name), part(&self.name))
    }

    /// What vendors' rules stop is not known. AWS's other groups stop other things.
    fn stops(&self, threat: Threat) -> Option<bool> {
        if self.vendor_name.as_deref() != Some("AWS") {
            return None;
        }
        let weakened = self.weakened();
        let mut stopping = STOPPING.iter().filter(|(of, name, _)| *of == threat && self.name.as_deref() == Some(*name));
        Some(stopping.any(|(_, _, rules)| rules.iter().any(|rule| !weakened.iter().any(|it| it == rule))))
    }
}

/// What a group stops.
pub(super) fn group_stops(
    managed: Option<&ManagedGroup>,
    override_action: Option<&'static str>,
    threat: Threat,
) -> Option<bool> {
    match override_action {
        Some("Count") => Some(false),
        Some(_) => managed.and_then(|it| it.stops(threat)),
        None => None,
    }
}
