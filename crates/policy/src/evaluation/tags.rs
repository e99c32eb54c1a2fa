//! What is known of tags: of the caller's and of the resource's.

use super::acl::is_of_object;
use super::answer::Layer;
use super::caller::{Caller, Kind};
use super::context::{Fact, Facts};
use super::formula::Doubt;
use super::organization::Place;
use super::request::Listed;

const UNREAD_TAGS: &str = "the tags were not read";
const UNREAD_ABAC: &str = "whether the tags of the bucket count was not read";

fn value(tags: &Listed<(String, String)>, tag: &str, layer: Layer) -> Fact {
    match tags.items.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)) {
        Some((_, value)) => Fact::of(value.as_str()),
        None if tags.has_unread => Fact::Unread(Doubt { layer, why: UNREAD_TAGS }),
        None => Fact::Missing,
    }
}

/// `aws:PrincipalTag/…`. The tags of a role are those of its sessions, unless its trust policy lets sessions be tagged.
pub(super) fn of_caller(caller: &Caller, tag: &str) -> Fact {
    match (caller.kind, caller.identity) {
        (Kind::Root | Kind::Service | Kind::Anonymous | Kind::Provider, _) => Fact::Missing,
        (Kind::FederatedUser, _) => Fact::Open,
        (Kind::User, Some(identity)) => value(&identity.tags, tag, Layer::Identity),
        (Kind::Role | Kind::Session, Some(identity)) if !identity.may_tag_sessions => {
            value(&identity.tags, tag, Layer::Identity)
        }
        (Kind::Role | Kind::Session, Some(_)) => Fact::Open,
        (_, None) if caller.place == Place::Outside => Fact::Open,
        (_, None) => Fact::Unread(Doubt { layer: Layer::Identity, why: UNREAD_TAGS }),
    }
}

/// `aws:ResourceTag/…` and the services' own names for it, `ec2:ResourceTag/…`.
pub(super) fn of_resource(facts: &Facts, key: &str) -> Option<Fact> {
    let (name, tag) = key.split_once('/')?;
    let Some(resource) = &facts.request.resource else {
        // What is left out is not there.
        return name.ends_with(":resourcetag").then_some(Fact::Missing);
    };
    match name {
        "s3:existingobjecttag" => {
            Some(if is_of_object(resource, facts) { value(&resource.tags, tag, Layer::Resource) } else { Fact::Open })
        }
        // The tags of a bucket count only where that is switched on.
        "s3:buckettag" | "aws:resourcetag" if facts.service() == "s3" && resource.is_abac != Some(true) => {
            let unread = Fact::Unread(Doubt { layer: Layer::Resource, why: UNREAD_ABAC });
            Some(if resource.is_abac.is_none() { unread } else { Fact::Missing })
        }
        "s3:buckettag" => Some(value(&resource.tags, tag, Layer::Resource)),
        _ if name.ends_with(":resourcetag") => Some(value(&resource.tags, tag, Layer::Resource)),
        _ => None,
    }
}
