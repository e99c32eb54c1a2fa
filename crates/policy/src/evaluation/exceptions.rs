//! What no policy decides.

use super::answer::{Answer, DecidedBy, Layer, Outcome};
use super::caller::{BY_TOKEN, Kind};
use super::context::Facts;
use super::rules::{is_key, is_of_bucket_policy, is_role, works_across_accounts};
use crate::arn::Arn;

/// Changes of roles. Those that AWS made refuse them from everyone (E18).
const CHANGES: [&str; 13] = [
    "iam:attachrolepolicy",
    "iam:createrole",
    "iam:deleterole",
    "iam:deleterolepermissionsboundary",
    "iam:deleterolepolicy",
    "iam:detachrolepolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:tagrole",
    "iam:untagrole",
    "iam:updateassumerolepolicy",
    "iam:updaterole",
    "iam:updateroledescription",
];

/// Those that a service-linked role may permit: AWS lets its description be changed, and does not say about tags.
const OF_LINKED_ROLES: [&str; 4] = ["iam:tagrole", "iam:untagrole", "iam:updaterole", "iam:updateroledescription"];

/// What only a signed request can do to a role.
const SIGNED: [&str; 3] = ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity"];

/// The answer that no policy changes, if there is one.
pub(super) fn fixed(facts: &Facts) -> Option<Answer> {
    let caller = facts.caller;
    let is_unsigned = matches!(caller.kind, Kind::Anonymous | Kind::Provider);
    let denied = |why| Some(Answer::plain(Outcome::Denied, DecidedBy::layer(Layer::Service, why)));
    if facts.action == "sts:getcalleridentity" {
        if is_unsigned {
            return denied("an unsigned request has no identity");
        }
        // E23: nothing allows or stops it.
        let decided = DecidedBy::layer(Layer::Service, "no policy is asked");
        return Some(Answer::plain(Outcome::Allowed, decided));
    }
    if caller.kind == Kind::Root && facts.action == "sts:assumerole" {
        return denied("the root user cannot assume roles");
    }
    if is_unsigned && SIGNED.contains(&facts.action) {
        return denied("only a signed request can do this to a role");
    }
    if caller.kind == Kind::Provider && !BY_TOKEN.contains(&facts.action) {
        return denied("a token of an identity provider is good for assuming roles alone");
    }
    let has_two = caller.account.is_some() && facts.resource_account.is_some();
    let is_across = has_two && caller.account != facts.resource_account;
    if is_across && is_key(facts) && !works_across_accounts(facts) {
        return denied("this operation of KMS does not work across accounts");
    }
    if (is_across || is_unsigned) && is_of_bucket_policy(facts) {
        return denied("the policy of a bucket is for its own account alone");
    }
    let url = facts.request.resource.as_ref().and_then(|resource| resource.function_url.as_ref());
    let is_signed_url = url.is_some_and(|url| url.auth_type.as_deref() == Some("AWS_IAM"));
    if is_unsigned && is_signed_url && facts.action == "lambda:invokefunctionurl" {
        return denied("the URL takes signed requests alone");
    }
    if is_protected(facts) && caller.kind != Kind::Service && !caller.is_service_linked() {
        return denied("only AWS changes this role");
    }
    None
}

fn is_protected(facts: &Facts) -> bool {
    let Some(arn) = Arn::parse(facts.resource).filter(|_| is_role(facts.resource)) else { return false };
    let is_change = CHANGES.contains(&facts.action);
    let is_reserved = arn.resource.starts_with("role/aws-reserved/");
    let is_linked = arn.resource.starts_with("role/aws-service-role/") && !OF_LINKED_ROLES.contains(&facts.action);
    is_change && (is_reserved || is_linked)
}
