//! The account's own resources whose policies name its identities: who is named needs no policy of its own there (E10).

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::evaluation::{Listed, Named, NamedPolicy, Resource, covers, patterns};
use orgcensus_policy::{Document, Effect, PolicyKind, is_arn};

use crate::arn::account_of;
use crate::resource::unread;
use crate::rows::Cells;
use crate::sensitive::SENSITIVE;
use crate::texts::{Text, Texts};
use crate::what::is_by_resource;

/// The columns of `policy_documents` that are read.
pub(super) const COLUMNS: [&str; 7] =
    ["resource_arn", "policy_kind", "policy_name", "state", "is_in_force", "language", "document"];

/// What the policy of a resource gives to those whom it names.
pub(super) struct Given {
    /// The action's place.
    pub(super) place: usize,
    /// The resource, or what is within it.
    pub(super) scope: String,
    /// The resource.
    pub(super) arn: String,
    /// Identities, some of them as patterns.
    names: BTreeSet<String>,
}

/// What the resources of an account give by their policies.
#[derive(Default)]
pub(super) struct Naming {
    account_id: String,
    policies: BTreeMap<String, Listed<NamedPolicy>>,
    given: Vec<Given>,
}

impl Naming {
    pub(super) fn new(account_id: &str) -> Naming {
        Naming { account_id: account_id.to_owned(), ..Naming::default() }
    }

    /// Adds a policy.
    pub(super) fn add(&mut self, cells: &Cells<'_>, texts: &mut Texts) {
        // An endpoint's policy gives nothing, and grants and ACLs are no statements of AWS's.
        let is_other =
            |kind: &PolicyKind| matches!(kind, PolicyKind::Acl | PolicyKind::Grant | PolicyKind::VpcEndpoint);
        let kind = cells.text(2).and_then(PolicyKind::named).filter(|kind| kind.is_on_resource() && !is_other(kind));
        let is_there = cells.text(4) != Some("absent") && cells.flag(5) != Some(false);
        let (Some(_), Some(arn), true) = (kind, cells.text(1), is_there) else { return };
        let is_iam = cells.text(6).is_none_or(|language| language == "iam");
        let policies = self.policies.entry(arn.to_owned()).or_default();
        match texts.cell(cells, 7) {
            Text::Silent if is_iam => {}
            Text::Speaks(document) if is_iam => {
                let name = cells.text(3).filter(|name| !name.is_empty()).unwrap_or("resource").to_owned();
                policies.items.push(NamedPolicy { name, document: document.as_ref().clone() });
                self.names(arn, &document);
            }
            _ => policies.has_unread = true,
        }
    }

    fn names(&mut self, arn: &str, document: &Document) {
        if !may_name(document, &self.account_id) {
            return;
        }
        for (place, action) in SENSITIVE.into_iter().enumerate() {
            let mut named = Named::default();
            named.add(document, action);
            let is_own = |name: &String| account_of(name) == Some(self.account_id.as_str());
            let names: BTreeSet<String> = named.identities.into_iter().filter(is_own).collect();
            if names.is_empty() {
                continue;
            }
            let scopes: BTreeSet<&str> = patterns(document, action, &Effect::Allow)
                .into_iter()
                .map(|pattern| pattern.filter(|it| is_arn(it) && !is_by_resource(action)).unwrap_or(arn))
                .collect();
            let given =
                |scope: &str| Given { place, scope: scope.to_owned(), arn: arn.to_owned(), names: names.clone() };
            self.given.extend(scopes.into_iter().map(given));
        }
    }

    /// What is given to an identity.
    pub(super) fn of<'n>(&'n self, identity: &'n str) -> impl Iterator<Item = &'n Given> {
        self.given.iter().filter(move |it| it.names.iter().any(|name| covers(name, identity)))
    }

    /// A resource of the account with its policies. Its ACL and its grants give more, and take nothing away.
    pub(super) fn resource(&self, arn: &str) -> Resource {
        let policies = self.policies.get(arn).cloned().unwrap_or_default();
        let account = Some(self.account_id.clone());
        Resource { account, policies, grants: Listed::default(), acl: Listed::default(), ..unread(arn) }
    }
}

/// Whether a document has the ARN of an identity of the account anywhere.
fn may_name(document: &Document, account_id: &str) -> bool {
    let is_identity = |text: &String| text.contains(account_id) && (text.contains(":role/") || text.contains(":user/"));
    document.statements.iter().any(|statement| {
        let mut values = statement.conditions.iter().flat_map(|condition| &condition.values);
        statement.principals.iter().any(|principal| is_identity(&principal.value)) || values.any(is_identity)
    })
}
