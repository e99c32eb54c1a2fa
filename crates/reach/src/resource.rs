//! What requests are about: resources with their policies, ACLs, blocks, grants and URLs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use orgcensus_policy::evaluation::{AclEntry, FunctionUrl, KeyGrant, Listed, NamedPolicy, Resource};
use orgcensus_policy::{Document, PolicyKind, ResourceKind};
use serde_json::Value;

use crate::Result;
use crate::arn::account_of;
use crate::buckets::buckets;
use crate::rows::{Accounts, Cells};
use crate::world::World;

/// A resource, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    pub(crate) account: Option<String>,
    pub(crate) resource: Resource,
    /// Whether it is a bucket whose objects may have ACLs of their own, which nobody reads.
    pub(crate) has_object_acls: bool,
}

/// The resource whose policies decide about what an ARN names: the bucket of an object, the table of an index.
pub(crate) fn holder(arn: &str) -> &str {
    let service = arn.split(':').nth(2).unwrap_or_default();
    let Some(start) = arn.match_indices(':').nth(4).map(|(at, _)| at + 1) else { return arn };
    let resource = arn.get(start..).unwrap_or_default();
    let slashes = |count: usize| resource.match_indices('/').nth(count).map(|(at, _)| start + at);
    let end = match service {
        "s3" if !resource.starts_with("accesspoint/") => slashes(0),
        "s3" | "dynamodb" | "es" => slashes(1),
        "logs" => resource.match_indices(':').nth(1).map(|(at, _)| start + at),
        _ => None,
    };
    arn.get(..end.unwrap_or(arn.len())).unwrap_or(arn)
}

/// What could not be found is not read: its policies, if its type can have any, and all that stands beside them.
pub(crate) fn unread(arn: &str) -> Resource {
    // An alias stands for a key, whatever key that is.
    let is_judged = ResourceKind::of_arn(arn).is_some() || arn.contains(":kms:");
    Resource {
        arn: Some(arn.to_owned()),
        account: account_of(arn).map(str::to_owned),
        has_unread_account: false,
        policies: Listed { items: Vec::new(), has_unread: is_judged },
        grants: Listed { items: Vec::new(), has_unread: arn.contains(":kms:") },
        block_public_access: None,
        access_point: None,
        // Each bucket has one, and each row of it says that it was read.
        acl: Listed { items: Vec::new(), has_unread: arn.contains(":s3:::") },
        is_abac: None,
        tags: Listed::unread(),
        function_url: None,
    }
}

/// The resources with these ARNs, in these accounts or in any.
pub(crate) async fn read(
    world: &World,
    arns: &BTreeSet<String>,
    accounts: Option<&Accounts>,
) -> Result<BTreeMap<String, Owned>> {
    let mut found = as_read(world, arns, accounts).await?;
    for (arn, owned) in &mut found {
        // What comes through an access point needs the consent of what is behind it too, which `points` asks.
        owned.resource.policies.has_unread |= arn.contains(":accesspoint/");
    }
    Ok(found)
}

/// The same, access points without what is behind them.
pub(crate) async fn as_read(
    world: &World,
    arns: &BTreeSet<String>,
    accounts: Option<&Accounts>,
) -> Result<BTreeMap<String, Owned>> {
    let new = |arn: &String| (arn.clone(), Owned { account: None, resource: unread(arn), has_object_acls: false });
    let mut found: BTreeMap<String, Owned> = arns.iter().map(new).collect();
    policies(world, &mut found, accounts).await?;
    let has = |service: &str| arns.iter().any(|arn| arn.split(':').nth(2) == Some(service));
    if has("s3") {
        buckets(world, &mut found, accounts).await?;
    }
    if has("kms") {
        grants(world, &mut found, accounts).await?;
    }
    if has("lambda") {
        urls(world, &mut found, accounts).await?;
    }
    tags(world, &mut found, accounts).await?;
    Ok(found)
}

async fn policies(world: &World, found: &mut BTreeMap<String, Owned>, accounts: Option<&Accounts>) -> Result<()> {
    let names = ["resource_arn", "policy_kind", "policy_name", "state", "is_in_force", "language", "document"];
    let mut rows = world.reader("policy_documents", &names, accounts)?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    rows.each(|cells| {
        let Some((arn, owned)) = cells.text(1).and_then(|arn| Some((arn, found.get_mut(arn)?))) else { return };
        if seen.insert(arn.to_owned()) {
            owned.account = Some(cells.account().to_owned());
            owned.resource.account = owned.account.clone();
            owned.resource.policies.has_unread = false;
            owned.resource.grants.has_unread = false;
        }
        policy(&mut owned.resource, cells);
    })
    .await
}

/// Whether a policy of this kind lets in whoever reaches the resource. That of a VPC endpoint says what passes through.
pub(crate) fn lets_in(kind: PolicyKind) -> bool {
    kind.is_on_resource() && kind != PolicyKind::VpcEndpoint
}

/// Adds one policy of a resource.
fn policy(resource: &mut Resource, cells: &Cells<'_>) {
    let Some(kind) = cells.text(2).and_then(PolicyKind::named).filter(|kind| lets_in(*kind)) else { return };
    let (name, state) = (cells.text(3).unwrap_or_default(), cells.text(4).unwrap_or_default());
    if state == "absent" || cells.flag(5) == Some(false) {
        return;
    }
    let is_iam = cells.text(6).is_none_or(|language| language == "iam");
    let text = cells.text(7).filter(|_| is_iam);
    match (kind, text) {
        // A grant is read as a grant, with its constraints, by `grants`.
        (PolicyKind::Grant, Some(_)) if resource.arn.as_deref().is_some_and(|arn| arn.contains(":kms:")) => {}
        (PolicyKind::Grant, None) => resource.grants.has_unread = true,
        (PolicyKind::Acl, None) => resource.acl.has_unread = true,
        (PolicyKind::Acl, Some(text)) => match serde_json::from_str::<Vec<Value>>(text) {
            Ok(grants) => {
                let items = grants.iter().filter_map(acl_entry).collect();
                resource.acl = Listed { items, has_unread: false };
            }
            Err(_) => resource.acl.has_unread = true,
        },
        (_, None) => resource.policies.has_unread = true,
        (kind, Some(text)) => {
            let name = if name.is_empty() { kind.as_str() } else { name };
            let policy = NamedPolicy { name: name.to_owned(), document: Document::parse(text) };
            resource.policies.items.push(policy);
        }
    }
}

fn acl_entry(grant: &Value) -> Option<AclEntry> {
    let text = |name: &str| grant.get(name)?.as_str().map(str::to_owned);
    Some(AclEntry { grantee: text("grantee")?, permission: text("permission")? })
}

/// The grants of keys.
async fn grants(world: &World, found: &mut BTreeMap<String, Owned>, accounts: Option<&Accounts>) -> Result<()> {
    let names = [
        "key_arn",
        "grant_id",
        "grantee_principal",
        "grantee_service_principal",
        "operations",
        "constraints_json",
        "source_arn",
    ];
    let mut rows = world.reader("kms_grants", &names, accounts)?;
    rows.each(|cells| {
        let Some(owned) = cells.text(1).and_then(|arn| found.get_mut(arn)) else { return };
        let grants = &mut owned.resource.grants;
        let Some(grantee) = cells.text(3).or_else(|| cells.text(4)) else {
            grants.has_unread = true;
            return;
        };
        grants.items.push(KeyGrant {
            name: cells.text(2).unwrap_or_default().to_owned(),
            grantee: grantee.to_owned(),
            operations: cells.texts(5).unwrap_or_default(),
            context_subset: Vec::new(),
            context_equals: None,
            // Which values it must have is not kept.
            has_unread_context: cells.text(6).is_some(),
            source_arn: cells.text(7).map(str::to_owned),
        });
    })
    .await
}

/// The URLs of functions.
async fn urls(world: &World, found: &mut BTreeMap<String, Owned>, accounts: Option<&Accounts>) -> Result<()> {
    let names = ["qualified_arn", "function_arn", "auth_type", "created_at"];
    let mut rows = world.reader("lambda_function_urls", &names, accounts)?;
    rows.each(|cells| {
        let is_known = |arn: &&str| found.contains_key(*arn);
        let arn = cells.text(1).filter(is_known).or_else(|| cells.text(2).filter(is_known));
        let Some(arn) = arn.map(str::to_owned) else { return };
        let Some(owned) = found.get_mut(&arn) else { return };
        owned.resource.function_url = Some(FunctionUrl {
            auth_type: cells.text(3).map(str::to_owned),
            created_at: cells.millis(4).and_then(DateTime::from_timestamp_millis),
        });
    })
    .await
}

/// Tags. Without a single one nobody knows whether they were read.
async fn tags(world: &World, found: &mut BTreeMap<String, Owned>, accounts: Option<&Accounts>) -> Result<()> {
    let mut rows = world.reader("resource_tags", &["arn", "tag_key", "tag_value"], accounts)?;
    rows.each(|cells| {
        if let (Some(arn), Some(key)) = (cells.text(1), cells.text(2))
            && let Some(owned) = found.get_mut(arn)
        {
            let value = cells.text(3).unwrap_or_default();
            owned.resource.tags.has_unread = false;
            owned.resource.tags.items.push((key.to_owned(), value.to_owned()));
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_a_resource_has_the_policies_of_that() {
        assert_eq!(holder("arn:aws:s3:::b/k/l"), "arn:aws:s3:::b");
        assert_eq!(holder("arn:aws:s3:::b"), "arn:aws:s3:::b");
        let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
        assert_eq!(holder(&format!("{table}/index/i")), table);
        let role = "arn:aws:iam::111122223333:role/path/name";
        assert_eq!(holder(role), role);
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:g";
        assert_eq!(holder(&format!("{group}:*")), group);
    }
}
