//! What stands beside a bucket's policy: Block Public Access, and its ACL.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::PublicAccessBlock;
use orgcensus_policy::evaluation::Listed;

use crate::Result;
use crate::resource::Owned;
use crate::rows::{Accounts, Reader};
use crate::world::World;

/// Block Public Access of buckets and of their accounts, and whether ACLs count.
pub(crate) async fn buckets(
    world: &World,
    found: &mut BTreeMap<String, Owned>,
    accounts: Option<&Accounts>,
) -> Result<()> {
    let mut of_account: BTreeMap<String, [Option<bool>; 2]> = BTreeMap::new();
    let names = ["ignore_public_acls", "restrict_public_buckets", "is_configured"];
    let mut rows = world.reader("s3_account_public_access_blocks", &names, accounts)?;
    rows.each(|cells| {
        let is_off = cells.flag(3) == Some(false);
        let flags = [1, 2].map(|index| if is_off { Some(false) } else { cells.flag(index) });
        of_account.insert(cells.account().to_owned(), flags);
    })
    .await?;
    let names = [
        "arn",
        "ignore_public_acls",
        "restrict_public_buckets",
        "has_public_access_block",
        "object_ownership",
        "owner_id",
    ];
    let mut rows = world.reader("s3_buckets", &names, accounts)?;
    rows.each(|cells| {
        let Some(owned) = cells.text(1).and_then(|arn| found.get_mut(arn)) else { return };
        owned.account = Some(cells.account().to_owned());
        owned.resource.account = owned.account.clone();
        let account = of_account.get(cells.account()).copied().unwrap_or([None, None]);
        let is_off = cells.flag(4) == Some(false);
        let bucket = [2, 3].map(|index| if is_off { Some(false) } else { cells.flag(index) });
        let either = |index: usize| match (bucket[index], account[index]) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        owned.resource.block_public_access = either(0).zip(either(1)).map(|(ignores, restricts)| PublicAccessBlock {
            ignore_public_acls: ignores,
            restrict_public_buckets: restricts,
            ..PublicAccessBlock::default()
        });
        owned.has_object_acls = cells.text(5) != Some("BucketOwnerEnforced");
        if !owned.has_object_acls {
            owned.resource.acl = Listed::default();
        }
        for entry in owned.resource.acl.items.iter_mut().filter(|it| Some(it.grantee.as_str()) == cells.text(6)) {
            cells.account().clone_into(&mut entry.grantee);
        }
    })
    .await?;
    grantees(world, found).await
}

/// Says of the accounts that ACLs name by a canonical user id which ones they are, as far as they have buckets.
async fn grantees(world: &World, found: &mut BTreeMap<String, Owned>) -> Result<()> {
    let entries = found.values().flat_map(|it| &it.resource.acl.items);
    let ids: BTreeSet<String> = entries.map(|it| it.grantee.clone()).filter(|it| it.len() == 64).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut accounts: BTreeMap<String, String> = BTreeMap::new();
    let mut rows = Reader::with(&world.lake, &world.manifest, "s3_buckets", &["owner_id"], ("owner_id", ids))?;
    rows.each(|cells| {
        accounts.extend(cells.text(1).map(|id| (id.to_owned(), cells.account().to_owned())));
    })
    .await?;
    for entry in found.values_mut().flat_map(|it| &mut it.resource.acl.items) {
        if let Some(account) = accounts.get(&entry.grantee) {
            account.clone_into(&mut entry.grantee);
        }
    }
    Ok(())
}
