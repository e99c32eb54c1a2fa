//! Explains one policy: the input is the policy and a context of a few lists; the output says who can reach the
//! resource, and why.
//!
//! The policy is at hand, so `public` is yes or no, except for a function's URL of unknown age. A list that the context
//! leaves out is empty once the resource's account is known; without that account, what no list names is unknown.

use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::arn::{Arn, is_account};
use crate::document::Document;
use crate::facts::{Facts, OrganizationFacts};
use crate::flag::Flag;
use crate::kind::PolicyKind;
use crate::resource_kind::ResourceKind;
use crate::statement::{Effect, Statement};
use crate::target::Target;
use crate::verdict::{Policies, verdict};

/// The most reasons that an explanation gives.
const MAX_REASONS: usize = 100;

/// The facts about a policy's surroundings. `None` is a list that was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The account that owns the resource.
    pub resource_account: Option<String>,
    /// The ids of our organizations.
    pub org_ids: Option<Vec<String>>,
    /// The accounts of our organizations.
    pub org_accounts: Option<Vec<String>>,
    /// Accounts outside that count as inside.
    pub trusted_accounts: Option<Vec<String>>,
    /// VPCs and VPC endpoints that are ours.
    pub trusted_vpcs: Option<Vec<String>>,
    /// Tenants of identity providers that are ours, as [`OrganizationFacts::tenants`] reads them.
    pub trusted_tenants: Option<Vec<String>>,
    /// The service that the policy is of: `s3`, `iam` for a role's trust policy, `vpce` for a VPC endpoint's …
    pub service: Option<String>,
    /// When the function's URL was made, if the policy is a function's and has one.
    pub function_url_created_at: Option<DateTime<Utc>>,
    /// The ARN of the resource that the policy is on.
    pub resource: Option<String>,
}

/// A context made ready for many policies.
#[derive(Debug, Clone)]
pub struct Explainer {
    resource_account: Option<String>,
    /// In lower case, and without AWS's domain.
    service: Option<String>,
    /// What the service or the resource says that its policies are attached to, if it says so.
    kind: Option<PolicyKind>,
    target: Option<Target>,
    organization: OrganizationFacts,
    function_url_created_at: Option<DateTime<Utc>>,
}

/// Who can reach what a policy protects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether anyone can; `None` when it cannot be told.
    #[serde(rename = "public")]
    pub is_public: Option<bool>,
    /// Whether someone outside can, anyone included; `None` when it cannot be told.
    #[serde(rename = "external")]
    pub is_external: Option<bool>,
    /// Whether another account of ours can, anyone included; `None` when it cannot be told.
    #[serde(rename = "in_org")]
    pub is_in_org: Option<bool>,
    /// All that is worth knowing, by name.
    pub flags: Vec<Flag>,
    /// What each statement gives to whom, in words.
    pub reasons: Vec<String>,
}

impl Explainer {
    /// Makes a context ready.
    pub fn new(context: Context) -> Explainer {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let resource = given(context.resource).map(|arn| arn.trim().to_owned());
        let of_arn =
            resource.as_deref().and_then(Arn::parse).map(|arn| arn.account).filter(|account| is_account(account));
        let resource_account = given(context.resource_account).or_else(|| of_arn.map(str::to_owned));
        let target = resource.as_deref().and_then(|arn| Target::of(arn, resource_account.as_deref()));
        let is_known = resource_account.is_some();
        let set = |list: Option<Vec<String>>| list.map(HashSet::from_iter);
        let or_empty = |list: Option<HashSet<String>>| list.or_else(|| is_known.then(HashSet::new));
        let networks = or_empty(set(context.trusted_vpcs));
        let service = given(context.service).map(|service| service.trim().to_ascii_lowercase());
        let service = service.map(|name| name.strip_suffix(".amazonaws.com").map(str::to_owned).unwrap_or(name));
        Explainer {
            organization: OrganizationFacts {
                ids: or_empty(set(context.org_ids)),
                accounts: Some(set(context.org_accounts).unwrap_or_default()),
                trusted_accounts: set(context.trusted_accounts).unwrap_or_default(),
                trusted_tenants: OrganizationFacts::tenants(&context.trusted_tenants.unwrap_or_default()),
                own_vpcs: networks.clone(),
                own_vpc_endpoints: networks,
                ..OrganizationFacts::default()
            },
            resource_account,
            function_url_created_at: context.function_url_created_at,
            kind: service.as_deref().and_then(service_kind).or(target.as_ref().map(|target| target.kind().policy)),
            target,
            service,
        }
    }

    /// Explains a document that could be read.
    pub fn explain(&self, document: &Document) -> Explanation {
        let kind = self.kind(document);
        let service = match (kind, self.service.as_deref()) {
            (PolicyKind::Trust, _) => Some("sts"),
            (_, Some(service)) => Some(action_prefix(service)),
            (_, None) => {
                self.target.as_ref().and_then(|target| target.kind().service).or_else(|| only_service(document))
            }
        };
        let facts = Facts {
            kind,
            resource_account: self.resource_account.as_deref(),
            service,
            target: self.target.as_ref(),
            organization: &self.organization,
        };
        let function_url_created_at = self.function_url_created_at;
        let policies = Policies { function_url_created_at, ..Policies::of(std::slice::from_ref(document)) };
        let verdict = verdict(&policies, &facts);
        let mut flags = verdict.flags;
        flags.sort_unstable_by_key(|flag| flag.as_str());
        let more = verdict.grants.len().saturating_sub(MAX_REASONS);
        let mut reasons: Vec<String> = verdict.grants.into_iter().take(MAX_REASONS).map(|grant| grant.reason).collect();
        if more > 0 {
            reasons.push(format!("and {more} more"));
        }
        if reasons.is_empty() {
            reasons.push(nothing(kind, document).to_owned());
        }
        Explanation {
            is_public: verdict.is_public,
            is_external: verdict.is_external,
            is_in_org: verdict.is_in_org,
            flags,
            reasons,
        }
    }

    /// What the policy is attached to: found by the service, or else by the actions and resources in the policy.
    fn kind(&self, document: &Document) -> PolicyKind {
        let statements = &document.statements;
        match (self.kind, self.service.as_deref()) {
            (Some(kind), _) => kind,
            _ if !statements.is_empty() && statements.iter().all(assumes_role) => PolicyKind::Trust,
            // Of what EC2 has, only endpoints carry policies.
            (_, Some("ec2" | "vpc")) => PolicyKind::VpcEndpoint,
            (_, Some("s3") | None) if is_of_access_point(document) => PolicyKind::AccessPoint,
            _ => PolicyKind::Resource,
        }
    }
}

/// Whether the statement is about assuming the role that it stands on.
fn assumes_role(statement: &Statement) -> bool {
    let of_sts = |action: &String| action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
    !statement.is_not_action && !statement.actions.is_empty() && statement.actions.iter().all(of_sts)
}

/// Whether all resources are S3 access points and what is reached through them.
fn is_of_access_point(document: &Document) -> bool {
    let mut resources = document.statements.iter().flat_map(|statement| &statement.resources).peekable();
    let is_point = |resource: &String| {
        Arn::parse(resource).is_some_and(|arn| arn.service == "s3" && arn.resource.starts_with("accesspoint/"))
    };
    resources.peek().is_some() && resources.all(is_point)
}

/// What the policies of a service are attached to, where that is not just a resource.
fn service_kind(service: &str) -> Option<PolicyKind> {
    let kind = ResourceKind::named(service).map(|kind| kind.policy);
    kind.filter(|kind| kind.is_on_resource() && *kind != PolicyKind::Resource)
}

/// The prefix of the actions in the policies of a service.
fn action_prefix(service: &str) -> &str {
    ResourceKind::named(service).and_then(|kind| kind.service).unwrap_or(service)
}

/// The one service that the policy is about, where it shows: that of all ARNs among its resources or, without any,
/// that of all actions that are allowed.
fn only_service(document: &Document) -> Option<&str> {
    let statements = &document.statements;
    let of_resources =
        statements.iter().flat_map(|it| &it.resources).filter_map(|it| Arn::parse(it)).map(|it| it.service);
    let allows = statements.iter().filter(|it| it.effect == Effect::Allow && !it.is_not_action);
    let of_actions = allows.flat_map(|it| &it.actions).filter_map(|it| it.split_once(':')).map(|(service, _)| service);
    one(of_resources.clone()).filter(|service| !service.contains(['*', '?'])).or_else(|| {
        let has_arns = of_resources.clone().next().is_some();
        one(of_actions).filter(|service| !has_arns && !service.contains(['*', '?']))
    })
}

/// The common value of all items, if there is one.
fn one<'t>(mut items: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = items.next()?;
    items.all(|item| item.eq_ignore_ascii_case(first)).then_some(first)
}

fn nothing(kind: PolicyKind, document: &Document) -> &'static str {
    match kind {
        _ if document.statements.is_empty() => "the document has no statement, so nobody is let in",
        PolicyKind::VpcEndpoint => "a VPC endpoint's policy narrows what passes, and lets nobody in",
        _ => "no statement lets anyone in",
    }
}

/// A few lines for a reader.
impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |answer: Option<bool>| answer.map_or("unknown", |yes| if yes { "yes" } else { "no" });
        writeln!(formatter, "public    {}", word(self.is_public))?;
        writeln!(formatter, "external  {}", word(self.is_external))?;
        writeln!(formatter, "in org    {}", word(self.is_in_org))?;
        if !self.flags.is_empty() {
            let flags: Vec<&str> = self.flags.iter().map(|flag| flag.as_str()).collect();
            writeln!(formatter, "flags     {}", flags.join(", "))?;
        }
        writeln!(formatter, "because")?;
        self.reasons.iter().try_for_each(|reason| writeln!(formatter, "  {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(context: Context, statement: &str) -> Explanation {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        Explainer::new(context).explain(&Document::parse(&text))
    }

    fn of_service(service: &str) -> Context {
        let service = Some(service.to_owned()).filter(|service| !service.is_empty());
        Context { service, resource_account: Some("111122223333".into()), ..Context::default() }
    }

    #[test]
    fn a_trust_policy_is_known_by_its_actions() {
        let text = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        assert_eq!(explain(of_service(""), text).flags, []);
        let anyone = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:TagSession"]}"#;
        assert_eq!(explain(of_service(""), anyone).flags, [Flag::SignedOnly]);
    }

    #[test]
    fn v6_the_service_says_what_the_policy_is_attached_to() {
        let text = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
        for endpoint in ["vpce", "VPC endpoint", "ec2_vpc_endpoint"] {
            assert_eq!(explain(of_service(endpoint), text).is_public, Some(false), "{endpoint}");
        }
        let roles = r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}"#;
        assert_eq!(explain(of_service("vpce"), roles).is_public, Some(false));
        assert_eq!(explain(of_service(""), roles).is_public, Some(true));
        assert_eq!(explain(of_service("s3"), text).is_public, Some(true));
        let point = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/*",
            "Condition":{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"},
            "ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111122223333:accesspoint/a"}}}"#;
        assert_eq!(explain(of_service(""), point).is_public, Some(false));
        let all_but = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"s3express:*","Resource":"*"}"#;
        assert_eq!(explain(of_service("s3express access point"), all_but).is_public, Some(false));
        assert_eq!(explain(of_service("S3 access point"), all_but).is_public, Some(true));
    }

    #[test]
    fn d1_the_service_is_read_from_arns_and_allowed_actions() {
        let deny = |resource: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"{resource}"}},
                {{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}"#
            )
        };
        let is_public = |service: &str, resource: &str| explain(of_service(service), &deny(resource)).is_public;
        assert_eq!(is_public("", "arn:aws:s3:::b/*"), Some(false));
        assert_eq!(is_public("", "arn:aws:sqs:us-east-1:111122223333:q"), Some(true));
        assert_eq!((is_public("", "*"), is_public("s3", "*")), (Some(true), Some(false)));
    }

    #[test]
    fn without_the_account_what_no_list_names_is_unknown() {
        let allow = |principal: &str, condition: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{principal},"Action":"sqs:*","Resource":"*","Condition":{condition}}}"#
            )
        };
        let foreign = allow(r#"{"AWS":"999988887777"}"#, "{}");
        let organization = allow(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}"#);
        let network = allow(r#""*""#, r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#);
        for text in [&foreign, &organization, &network] {
            assert_eq!(explain(Context::default(), text).is_external, None, "{text}");
            assert_eq!(explain(of_service("sqs"), text).is_external, Some(true), "{text}");
        }
        let ours = Context { org_ids: Some(vec!["o-abcdefghij".into()]), ..Context::default() };
        assert_eq!(explain(ours, &organization).is_external, Some(false));
        assert_eq!(explain(Context::default(), &allow(r#""*""#, "{}")).is_external, Some(true));
    }

    #[test]
    fn it_reads_as_a_few_lines() {
        let text = r#"{"Sid":"Open","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*",
            "Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}"#;
        let expected = "public    no\nexternal  yes\nin org    no\nflags     network_restricted\nbecause\n  \
            statement 0 (Open): AWS:* is external, bounded by aws:SourceIp 203.0.113.0/24; access: Read \
            [network_restricted]\n";
        assert_eq!(explain(of_service("s3"), text).to_string(), expected);
    }
}
