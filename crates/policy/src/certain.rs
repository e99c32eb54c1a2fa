//! What an Allow makes certain about everyone whom it lets in, and whether a Deny's condition then holds (D5).
//!
//! Two things are certain: what the Allow's own conditions ask for, and what a principal or an entry of a bound says
//! about the caller. All else is unknown, and a Deny that depends on it does not count.

use crate::arn::{Arn, has_wildcard};
use crate::bound::{Bound, Entry, Key, Nulls};
use crate::cidr::is_within;
use crate::facts::Facts;
use crate::glob::contains;
use crate::limit::Dimension;
use crate::operator::{Comparison, Operator};
use crate::principal::Principal;
use crate::reach::Reach;
use crate::statement::{Condition, PrincipalValue, Statement};
use crate::value::variables_as_wildcards;

/// The most comparisons of two conditions' values. With more, neither condition counts as following from the other.
const MAX_COMPARISONS: usize = 10_000;

/// The keys with several values, of which one operator may ask for any and another for all.
const LISTS: [&str; 4] =
    ["aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths", "aws:principalservicenameslist"];

/// A positive condition of a Deny: the Deny hits callers for whom the condition certainly holds.
pub(crate) struct Demand<'a> {
    condition: &'a Condition,
    operator: Operator,
    /// In lower case.
    key: String,
    expands_variables: bool,
}

impl<'a> Demand<'a> {
    /// Reads a condition; `None` if it can be certain for no caller.
    pub(crate) fn read(condition: &'a Condition, expands_variables: bool) -> Option<Demand<'a>> {
        let operator = Operator::parse(&condition.operator)?;
        let decides = !operator.negated && !operator.for_all && operator.comparison != Comparison::Other;
        let key = condition.key.to_ascii_lowercase();
        (decides && !condition.values.is_empty()).then_some(Demand { condition, operator, key, expands_variables })
    }

    /// How many values it has.
    pub(crate) fn size(&self) -> usize {
        self.condition.values.len()
    }

    /// Whether it may follow from who the caller is.
    pub(crate) fn is_of_caller(&self) -> bool {
        self.key == "aws:username" || Key::of(&self.key).is_some()
    }

    /// Whether it holds for every request that meets the Allow's own conditions.
    pub(crate) fn follows_from(&self, allow: &Statement) -> bool {
        let nulls = Nulls::of(allow);
        if self.operator.comparison == Comparison::Null {
            return self.asks_for("false") && nulls.demands_present(&self.key)
                || self.asks_for("true") && nulls.demands_missing(&self.key);
        }
        let is_list = LISTS.contains(&self.key.as_str()) || Key::of(&self.key).is_none();
        allow.conditions.iter().filter(|own| own.key.eq_ignore_ascii_case(&self.key)).any(|own| {
            let Some(operator) = Operator::parse(&own.operator) else { return false };
            let may_lack = operator.holds_when_missing() && !self.operator.if_exists;
            let is_there = || Key::of(&self.key).is_some_and(|key| key.always_present);
            let present = !may_lack || is_there() || nulls.demands_present(&self.key);
            let alike = !is_list || operator.for_any == self.operator.for_any;
            let work = own.values.len().saturating_mul(self.condition.values.len());
            let decides = !operator.negated && !own.values.is_empty() && work <= MAX_COMPARISONS;
            decides && present && alike && self.holds_whenever(own, operator.comparison, allow.expands_variables)
        })
    }

    /// Whether this condition admits each value that the Allow's own condition admits.
    fn holds_whenever(&self, own: &Condition, comparison: Comparison, expands_variables: bool) -> bool {
        let values = &self.condition.values;
        if (comparison, self.operator.comparison) == (Comparison::Ip, Comparison::Ip) {
            return is_within(own.values.iter().map(String::as_str), values.iter().map(String::as_str));
        }
        let same = comparison == self.operator.comparison && expands_variables == self.expands_variables;
        own.values.iter().all(|own| {
            if same && comparison != Comparison::Ip && values.contains(own) {
                return true;
            }
            let varies = expands_variables && own.contains("${");
            let (own, comparison) =
                if varies { (variables_as_wildcards(own), Comparison::Like) } else { (own.clone(), comparison) };
            values.iter().any(|value| self.admits(value, &own, comparison))
        })
    }

    fn asks_for(&self, answer: &str) -> bool {
        self.condition.values.iter().all(|value| value.eq_ignore_ascii_case(answer))
    }

    /// Whether a value of this condition admits everything that the other condition admits by its value.
    fn admits(&self, value: &str, own: &str, comparison: Comparison) -> bool {
        if self.expands_variables && value.contains("${") {
            return false;
        }
        let is_text = matches!(comparison, Comparison::Exact | Comparison::Like | Comparison::Arn);
        match self.operator.comparison {
            Comparison::Bool => comparison == Comparison::Bool && value.eq_ignore_ascii_case(own),
            Comparison::Like if comparison == Comparison::ExactIgnoringCase => contains(value, "*"),
            Comparison::Like => is_text && contains(value, own),
            Comparison::Exact => is_text && !has_wildcard(own) && value == own,
            Comparison::ExactIgnoringCase => {
                (is_text && !has_wildcard(own) || comparison == Comparison::ExactIgnoringCase)
                    && value.eq_ignore_ascii_case(own)
            }
            Comparison::Arn => is_text && contains_arn(value, own, comparison),
            Comparison::Ip | Comparison::Null | Comparison::Other => false,
        }
    }
}

/// Whether an ARN's pattern contains another, field by field.
fn contains_arn(outer: &str, inner: &str, comparison: Comparison) -> bool {
    let (Some(outer), Some(inner)) = (Arn::parse(outer), Arn::parse(inner)) else { return false };
    let fields = |arn: Arn<'_>| [arn.partition, arn.service, arn.region, arn.account].map(str::to_owned);
    // Under StringLike a wildcard before the resource crosses colons (C12).
    let crosses = comparison == Comparison::Like && fields(inner).iter().any(|field| has_wildcard(field));
    !crosses
        && fields(outer).iter().zip(&fields(inner)).all(|(outer, inner)| contains(outer, inner))
        && contains(outer.resource, inner.resource)
}

/// What is certain about a caller: for a key, a list of patterns; the key's value matches one of them.
#[derive(Debug, Default)]
pub(crate) struct CallerFacts(Vec<(&'static str, Vec<String>)>);

impl CallerFacts {
    /// What a principal says about its callers, within these bounds.
    pub(crate) fn of_principal(
        principal: &PrincipalValue,
        own: &[&Bound],
        allow: &Statement,
        facts: &Facts,
    ) -> CallerFacts {
        let mut known = CallerFacts::default();
        let is_kms = is_kms(allow, facts);
        match Principal::read(principal) {
            Principal::Anyone if own.iter().flat_map(|bound| &bound.entries).all(is_no_service) => {
                // Every request has these (C8).
                known.is("aws:principalaccount", "*");
                known.is("aws:userid", "*");
                if is_kms {
                    known.is("kms:calleraccount", "*");
                }
            }
            Principal::Account { id, arn } => {
                let partition = Arn::parse(&principal.value).map_or("*", |arn| arn.partition);
                known.account(id, facts);
                known.is("aws:principalisawsservice", "false");
                if is_kms {
                    known.is("kms:calleraccount", id);
                }
                match arn {
                    Some(arn) => known.identity(arn),
                    None => known.identities(partition, id),
                }
            }
            Principal::CanonicalUser(id) => {
                if let Some(account) = facts.organization.canonical_ids.get(id) {
                    known.account(account, facts);
                }
            }
            Principal::Service(name) if name != "*" => {
                known.is("aws:principalisawsservice", "true");
                known.is("aws:principalservicename", name);
            }
            _ => {}
        }
        known
    }

    /// What one entry of a bound says about the callers whom it lets through.
    pub(crate) fn of_entry(bound: &Bound, entry: &Entry, facts: &Facts) -> CallerFacts {
        let mut known = CallerFacts::default();
        // If several conditions made the bound, it is not known which of them made the entry.
        let [limit] = bound.limits.as_slice() else { return known };
        match (limit.key.to_ascii_lowercase().as_str(), &entry.reach) {
            ("aws:principalarn", Reach::Account { id, arn: Some(arn) }) => {
                known.account(id, facts);
                known.is("aws:principalarn", arn);
            }
            ("aws:principalaccount" | "aws:principalarn", Reach::Account { id, .. }) => {
                known.account(id, facts);
                known.identities("*", id);
            }
            ("aws:principalaccount", Reach::ResourceAccount) => {
                if let Some(id) = facts.resource_account {
                    known.account(id, facts);
                }
            }
            ("aws:principalorgid" | "aws:principalorgpaths", Reach::Organization(id)) => known.organization(id),
            ("kms:calleraccount", Reach::Account { id, .. }) => known.is("kms:calleraccount", id),
            ("aws:sourceaccount", Reach::Account { id, .. }) => known.is("aws:sourceaccount", id),
            ("aws:sourcevpc", Reach::Vpc(id)) => known.is("aws:sourcevpc", id),
            ("aws:sourcevpce", Reach::Vpc(id)) => known.is("aws:sourcevpce", id),
            _ => {}
        }
        known
    }

    /// Whether the condition is certain to hold.
    pub(crate) fn meets(&self, demand: &Demand) -> bool {
        let Some((_, alternatives)) = self.0.iter().find(|(key, _)| *key == demand.key) else { return false };
        if demand.operator.comparison == Comparison::Null {
            return demand.asks_for("false");
        }
        // What the alternatives say of ARNs is said field by field, and that of booleans word by word.
        let comparison = match demand.operator.comparison {
            Comparison::Bool => Comparison::Bool,
            _ => Comparison::Arn,
        };
        let is_met = |own: &String| demand.condition.values.iter().any(|value| demand.admits(value, own, comparison));
        alternatives.iter().all(is_met)
    }

    fn is(&mut self, key: &'static str, value: &str) {
        self.0.push((key, vec![value.to_owned()]));
    }

    fn account(&mut self, id: &str, facts: &Facts) {
        self.is("aws:principalaccount", id);
        self.is("aws:userid", "*");
        let ours = facts.organization;
        let is_member = ours.accounts.as_ref().is_some_and(|accounts| accounts.contains(id));
        // With several organizations it is not known to which one an account belongs.
        if let Some(ids) = ours.ids.as_ref().filter(|ids| is_member && ids.len() == 1) {
            ids.iter().for_each(|id| self.organization(id));
        }
    }

    fn organization(&mut self, id: &str) {
        self.is("aws:principalorgid", id);
        self.is("aws:principalorgpaths", &format!("{id}/*"));
    }

    /// All that `aws:PrincipalArn` may be in an account.
    fn identities(&mut self, partition: &str, id: &str) {
        let kinds = ["iam::{}:root", "iam::{}:user/*", "iam::{}:role/*", "sts::{}:federated-user/*"];
        let arns = kinds.iter().map(|kind| format!("arn:{partition}:{}", kind.replace("{}", id)));
        self.0.push(("aws:principalarn", arns.collect()));
    }

    /// What `aws:PrincipalArn` is for a principal's ARN: of a role's session it is the role's, whose path is not known.
    fn identity(&mut self, text: &str) {
        let Some(arn) = Arn::parse(text) else { return };
        let session = arn.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
        match (arn.service, session) {
            ("sts", Some(name)) => {
                let role = |path: &str| format!("arn:{}:iam::{}:role/{path}{name}", arn.partition, arn.account);
                self.0.push(("aws:principalarn", vec![role(""), role("*/")]));
            }
            ("iam" | "sts", _) => self.is("aws:principalarn", text),
            _ => {}
        }
        if let Some(path) = arn.resource.strip_prefix("user/").filter(|_| arn.service == "iam") {
            self.is("aws:username", path.rsplit('/').next().unwrap_or(path));
        }
    }
}

fn is_no_service(entry: &Entry) -> bool {
    !matches!(entry.dimension, Dimension::Source | Dimension::CallerOrSource | Dimension::Service)
}

/// Whether all that is allowed is KMS's, whose requests alone have its keys.
fn is_kms(allow: &Statement, facts: &Facts) -> bool {
    let of_kms = |action: &String| action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("kms:"));
    facts.service == Some("kms") || (!allow.is_not_action && allow.actions.iter().all(of_kms))
}
