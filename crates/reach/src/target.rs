//! What is asked for: an action on a resource, with all that stands beside the resource.

use orgcensus_policy::evaluation::{Named, Question, Request, Resource};

use crate::arn::account_of;
use crate::endpoints::Passages;
use crate::points::add_direct;
use crate::resource::{Owned, holder};
use crate::world::World;

/// What the ACL of an object can let others do with it.
const OF_OBJECT_ACLS: [&str; 6] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
];

/// What is asked for.
pub(crate) struct Target {
    pub(crate) action: String,
    /// As it is asked: an ARN, or `*`.
    pub(crate) arn: String,
    /// Whose it is; `None` for `*`, which is each caller's own.
    pub(crate) owner: Option<String>,
    pub(crate) resource: Option<Resource>,
    /// Whether it is about a bucket whose objects may have ACLs of their own.
    pub(crate) has_object_acls: bool,
    /// Whether access points that lead there may be missing.
    pub(crate) is_short: bool,
    /// The access point by which it is asked for, or the bucket to which an access point leads.
    by: Option<String>,
    /// How policies may name the same thing behind an access point, or by it.
    other_arn: Option<String>,
    named: Named,
}

impl Target {
    /// An action on a resource; without one, on no resource in particular.
    pub(crate) fn new(action: &str, arn: &str, owned: Option<Owned>) -> Target {
        let is_by_object = OF_OBJECT_ACLS.iter().any(|it| it.eq_ignore_ascii_case(action)) && holder(arn) != arn;
        let has_object_acls = owned.as_ref().is_some_and(|it| it.has_object_acls);
        let (owner, resource) = owned.map_or((None, None), |it| {
            let mut resource = it.resource;
            resource.acl.has_unread |= is_by_object && it.has_object_acls;
            (it.account, Some(resource))
        });
        let named = resource.as_ref().map(|resource| named(resource, action)).unwrap_or_default();
        let owner = owner.or_else(|| account_of(arn).map(str::to_owned));
        let (action, arn, is_short) = (action.to_owned(), arn.to_owned(), false);
        Target { action, arn, owner, resource, has_object_acls, is_short, by: None, other_arn: None, named }
    }

    /// The same by an access point: what stands at the end of the way there, and how else policies may name it.
    pub(crate) fn through(self, by: String, other_arn: String) -> Target {
        Target { by: Some(by), other_arn: Some(other_arn), ..self }
    }

    /// Whether it is asked for itself, and not by an access point.
    pub(crate) fn is_direct(&self) -> bool {
        self.by.is_none()
    }

    /// A way there, with the access point at its end.
    pub(crate) fn way(&self, steps: Vec<String>) -> Vec<String> {
        steps.into_iter().chain(self.by.clone()).collect()
    }

    /// How policies may name it.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &String> {
        [Some(&self.arn), self.other_arn.as_ref()].into_iter().flatten()
    }

    /// Those whom it names.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }

    /// Whether it names identity providers.
    pub(crate) fn names_providers(&self) -> bool {
        !self.named.providers.is_empty()
    }

    /// Whether it is the account's, or each caller's own.
    pub(crate) fn is_own(&self, account: &str) -> bool {
        self.owner.as_deref().is_none_or(|owner| owner == account)
    }

    /// The actions that decide about it.
    pub(crate) fn actions(&self) -> impl Iterator<Item = String> {
        // A function's URL needs two.
        let second =
            self.action.eq_ignore_ascii_case("lambda:InvokeFunctionUrl").then(|| "lambda:InvokeFunction".to_owned());
        [self.action.clone()].into_iter().chain(second)
    }

    /// The request of a principal of an account, without its identity.
    pub(crate) fn request(&self, world: &World, account: &str, passages: &Passages) -> Request {
        let owner = self.owner.as_deref().unwrap_or(account);
        let point = self.resource.as_ref().and_then(|it| it.access_point.as_ref()?.account.as_deref());
        Request {
            organization: world.around(&[account, owner, point.unwrap_or(owner)]),
            resource: self.resource.clone(),
            question: Question {
                action: self.action.clone(),
                resource: Some(self.arn.clone()),
                at: world.at,
                ..Question::default()
            },
            endpoints: passages.endpoints(),
            vpcs: passages.vpcs(&self.action),
            ..Request::default()
        }
    }
}

/// Those whom the policies of a resource name, its grants and its ACL.
fn named(resource: &Resource, action: &str) -> Named {
    let mut named = Named::default();
    for policy in &resource.policies.items {
        match &resource.access_point {
            None => add_direct(&mut named, &policy.document, action),
            Some(_) => named.add(&policy.document, action),
        }
    }
    for grant in &resource.grants.items {
        named.grantee(&grant.grantee);
    }
    for entry in &resource.acl.items {
        named.is_anyone |= matches!(entry.grantee.as_str(), "AllUsers" | "AuthenticatedUsers");
        named.grantee(&entry.grantee);
    }
    let Some(point) = &resource.access_point else { return named };
    let mut by_point = Named::default();
    point.policies.items.iter().for_each(|policy| by_point.add(&policy.document, action));
    // Both must let a caller in, so whom one of them names is enough where the other one names anyone.
    if named.is_anyone {
        named = by_point;
    } else if !by_point.is_anyone {
        point.policies.items.iter().for_each(|policy| named.add(&policy.document, action));
    }
    named.accounts.extend(point.account.clone());
    named
}
