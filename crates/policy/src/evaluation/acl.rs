//! ACLs and Block Public Access of S3 (E19).

use super::answer::Layer;
use super::caller::Kind;
use super::context::Facts;
use super::formula::Formula;
use super::layers::Stated;
use super::naming::Naming;
use super::request::{AclEntry, Listed, NamedPolicy, Resource};
use super::resource_side::ResourceSide;
use crate::arn::{Arn, is_account};
use crate::kind::PolicyKind;
use crate::s3::{AclGrantee, s3_public};

/// What a permission on a bucket gives.
const OF_BUCKET: [(&str, &[&str]); 4] = [
    ("READ", &["s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads"]),
    ("WRITE", &["s3:putobject", "s3:deleteobject", "s3:deleteobjectversion"]),
    ("READ_ACP", &["s3:getbucketacl"]),
    ("WRITE_ACP", &["s3:putbucketacl"]),
];

/// What a permission on an object gives.
const OF_OBJECT: [(&str, &[&str]); 3] = [
    ("READ", &["s3:getobject", "s3:getobjectversion"]),
    ("READ_ACP", &["s3:getobjectacl", "s3:getobjectversionacl"]),
    ("WRITE_ACP", &["s3:putobjectacl", "s3:putobjectversionacl"]),
];

/// What WRITE gives to the bucket's own account alone: "Access control list (ACL) overview" in the S3 User Guide.
const OF_OWNER: &str = "s3:deleteobjectversion";

const BLOCK_UNREAD: &str = "Block Public Access was not read";

/// Adds what an ACL gives.
pub(super) fn add_acl(side: &mut ResourceSide, resource: &Resource, facts: &Facts) {
    if facts.service() != "s3" {
        return;
    }
    for entry in &resource.acl.items {
        if let Some((naming, formula)) = naming(entry, resource, facts) {
            side.allow(naming, Stated::other(Layer::Acl, &entry.grantee, formula));
        }
    }
    if resource.acl.has_unread {
        let unread = Formula::doubt(Layer::Acl, "the ACL was not read");
        side.allow(Naming::Anyone, Stated::other(Layer::Acl, "acl", unread));
    }
}

fn naming(entry: &AclEntry, resource: &Resource, facts: &Facts) -> Option<(Naming, Formula)> {
    let table: &[(&str, &[&str])] = if is_of_object(resource, facts) { &OF_OBJECT } else { &OF_BUCKET };
    let is_whole = entry.permission == "FULL_CONTROL";
    let mut given = table.iter().filter(|(name, _)| is_whole || *name == entry.permission);
    let account = facts.caller.account;
    // WRITE deletes versions for the owner of the bucket alone.
    let is_owners = facts.action == OF_OWNER && (account.is_none() || account != facts.resource_account);
    if is_owners || !given.any(|(_, actions)| actions.contains(&facts.action)) {
        return None;
    }
    let grantee = match entry.grantee.as_str() {
        "AllUsers" => AclGrantee::AllUsers,
        "AuthenticatedUsers" => AclGrantee::AuthenticatedUsers,
        text => AclGrantee::from_uri(text),
    };
    let counts = || ignores_public_acls(resource).negated();
    match grantee {
        AclGrantee::AllUsers => Some((Naming::Anyone, counts())),
        AclGrantee::AuthenticatedUsers => account.map(|_| (Naming::Anyone, counts())),
        // Other groups are AWS's own.
        _ if entry.grantee.contains("://") || entry.grantee == "LogDelivery" => None,
        _ => match account_of(&entry.grantee) {
            Some(id) => (account == Some(id)).then_some((Naming::Account, Formula::True)),
            // A canonical user id is an account's, but not known to be which one's.
            None => {
                let whose = Formula::doubt(Layer::Acl, "a canonical user id, whose account is not known");
                account.map(|_| (Naming::Account, whose))
            }
        },
    }
}

/// The account that a grantee is, by its id or by the ARN of its root user.
fn account_of(grantee: &str) -> Option<&str> {
    let id = Arn::parse(grantee).filter(|arn| arn.resource == "root").map_or(grantee, |arn| arn.account);
    is_account(id).then_some(id)
}

/// Whether ACL and tags are those of an object. What does not say its own ARN is what the question names.
pub(super) fn is_of_object(resource: &Resource, facts: &Facts) -> bool {
    let arn = resource.arn.as_deref().unwrap_or(facts.resource);
    Arn::parse(arn).is_some_and(|arn| arn.resource.contains('/'))
}

fn ignores_public_acls(resource: &Resource) -> Formula {
    match resource.block_public_access {
        Some(block) => Formula::known(block.ignore_public_acls),
        None => Formula::doubt(Layer::PublicAccessBlock, BLOCK_UNREAD),
    }
}

/// Takes away what `RestrictPublicBuckets` does: if the policy is public by S3's definition, only services and callers
/// of the resource's own account are left.
pub(super) fn restrict(
    side: &mut ResourceSide,
    resource: &Resource,
    policies: &Listed<NamedPolicy>,
    kind: PolicyKind,
    facts: &Facts,
) {
    let is_own = facts.caller.account.is_some() && facts.caller.account == facts.resource_account;
    if facts.service() != "s3" || is_own || facts.caller.kind == Kind::Service {
        return;
    }
    if !policies.items.iter().any(|policy| s3_public(&policy.document, kind)) {
        return;
    }
    let restricts = match resource.block_public_access {
        Some(block) => Formula::known(block.restrict_public_buckets),
        None => Formula::doubt(Layer::PublicAccessBlock, BLOCK_UNREAD),
    };
    side.only_if(&restricts.negated());
}
