//! The inventory: the resources of all types in one table, and their tags in another.
//!
//! Which tables are of resources, and where they say name, age and tags, follows from their rows' declarations: a
//! collector's table is in the inventory without a word here. A resource that has policies but no table is listed too,
//! by its verdict; and what no collector reads, if AWS lists it among what is tagged.

use std::collections::HashMap;

use orgcensus_collectors::tagging::resources::TaggedResource;
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, Staged, StagedResources};
use orgcensus_row::{Entries, GLOBAL, Resource, Stamp, table};

use self::sources::{READS, SOURCES, TAGGED, has_table};
use crate::rows::{ResourceAccess, ResourceAccessRef};

mod rows;
mod sources;

pub use rows::{InventoryResource, ResourceTag};

/// The derivation. Its rows say less where a policy was not read, so they rest on all that verdicts rest on.
pub(crate) const INVENTORY: Derivation = Derivation {
    name: "inventory",
    reads: READS,
    reads_previous: &[],
    writes: &[
        Derived { table: table::<InventoryResource>(), rests_on: &[table::<ResourceAccess>()] },
        Derived { table: table::<ResourceTag>(), rests_on: TAGGED },
    ],
    run: |derive| Box::pin(run(derive)),
};

/// How many tables are read side by side. More of them would hold the places of more rows in memory; fewer would read
/// the verdicts more often.
const TABLES_AT_ONCE: usize = 16;

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    for tables in SOURCES.chunks(TABLES_AT_ONCE) {
        let mut sources = Vec::new();
        for table in tables {
            sources.extend(derive.staged_resources(*table)?);
        }
        let (mut rows, mut access) = (Rows::new(derive)?, derive.staged::<ResourceAccess>()?);
        for member in &derive.organization().accounts {
            let verdicts = Verdicts::read(&mut access, &member.id)?;
            for source in &mut sources {
                rows.account(derive, &member.id, source, &verdicts)?;
            }
            tokio::task::yield_now().await;
        }
    }
    without_table(derive).await?;
    listed(derive).await
}

/// Adds the resources that have policies but no table of their own. Of two rows of one resource the first is published,
/// so what has a table as well stays as that says it.
async fn without_table(derive: &mut Derive<'_>) -> Result<(), Error> {
    let (mut rows, mut access) = (Rows::new(derive)?, derive.staged::<ResourceAccess>()?);
    for member in &derive.organization().accounts {
        while let Some(group) = access.next_group_of(&member.id)? {
            let stamp = derive.stamp(&member.id, &group.region);
            let mut added = Ok(());
            access.each_of(&group, |it| {
                if added.is_ok() && !has_table(it.resource_type) && is_own(it.resource_arn, &member.id) {
                    added = derive.extend(&mut rows.resources, &stamp, [InventoryResource::of_verdict(&it)]);
                }
            })?;
            added?;
            rows.stage(derive, &stamp)?;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Adds the resources of which only the list of what is tagged tells, and the tags of all that it lists. What has no
/// region in its ARN is in none, wherever AWS lists it.
async fn listed(derive: &mut Derive<'_>) -> Result<(), Error> {
    let (mut rows, mut tagged) = (Rows::new(derive)?, derive.staged::<TaggedResource>()?);
    for member in &derive.organization().accounts {
        while let Some(group) = tagged.next_group_of(&member.id)? {
            for is_global in [false, true] {
                let stamp = derive.stamp(&member.id, if is_global { GLOBAL } else { &group.region });
                let mut added = Ok(());
                tagged.each_of(&group, |it| {
                    if added.is_ok() && has_no_region(it.arn) == is_global {
                        added = rows.listed(derive, &stamp, it.arn, it.arn_type, it.tags);
                    }
                })?;
                added?;
                rows.stage(derive, &stamp)?;
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

fn has_no_region(arn: &str) -> bool {
    arn.split(':').nth(3).is_none_or(str::is_empty)
}

/// Whether a resource belongs to the account that shows it. A shared subnet belongs to another one, and AWS's managed
/// policies belong to none; an ARN without an account says nothing.
fn is_own(arn: &str, account_id: &str) -> bool {
    arn.split(':').nth(4).is_none_or(|owner| owner.is_empty() || owner == account_id)
}

/// Who can reach a resource, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    is_public: Option<bool>,
    is_external: Option<bool>,
    is_in_org: Option<bool>,
}

impl Reach {
    fn of(row: &ResourceAccessRef<'_>) -> Self {
        Self { is_public: row.is_public, is_external: row.is_external, is_in_org: row.is_in_org }
    }
}

/// The verdicts on the resources of one account, by ARN.
#[derive(Default)]
struct Verdicts(HashMap<String, Reach>);

impl Verdicts {
    fn read(access: &mut Staged<ResourceAccess>, account_id: &str) -> Result<Self, Error> {
        let mut verdicts = Self::default();
        access.of_account(account_id, |row| verdicts.add(row.resource_arn, Reach::of(&row)))?;
        Ok(verdicts)
    }

    fn add(&mut self, arn: &str, reach: Reach) {
        self.0.insert(arn.to_owned(), reach);
    }

    fn of(&self, arn: &str) -> Reach {
        self.0.get(arn).copied().unwrap_or_default()
    }
}

impl InventoryResource {
    /// A resource by the row of its table; none if the row does not name it, or another account owns it.
    fn of_row(
        resource_type: &str,
        it: &Resource<'_>,
        verdicts: &Verdicts,
        owner_tag: Option<&str>,
        stamp: &Stamp,
    ) -> Option<Self> {
        let arn = it.arn.filter(|arn| is_own(arn, &stamp.account_id))?;
        let owner = it.tags.and_then(|tags| tags.iter().find(|(key, _)| Some(*key) == owner_tag));
        let Reach { is_public, is_external, is_in_org } = verdicts.of(arn);
        Some(Self {
            arn: arn.to_owned(),
            resource_type: it.resource_type.unwrap_or(resource_type).to_owned(),
            name: it.name.map(str::to_owned),
            created_at: it.created_at,
            age_days: it.created_at.map(|created_at| created_at.days_until(stamp.captured_at)),
            owner: owner.map(|(_, value)| value.to_owned()),
            is_public,
            is_external,
            is_in_org,
            is_listed_only: false,
        })
    }

    /// A resource of which only its policies tell.
    fn of_verdict(row: &ResourceAccessRef<'_>) -> Self {
        let Reach { is_public, is_external, is_in_org } = Reach::of(row);
        Self {
            arn: row.resource_arn.to_owned(),
            resource_type: row.resource_type.to_owned(),
            name: None,
            created_at: None,
            age_days: None,
            owner: None,
            is_public,
            is_external,
            is_in_org,
            is_listed_only: false,
        }
    }

    /// The rows of its tags.
    fn tags<'t>(&'t self, it: &Resource<'t>) -> impl Iterator<Item = ResourceTag> + use<'t> {
        let tags = it.tags.into_iter().flat_map(|tags| tags.iter());
        tags.map(move |(key, value)| ResourceTag {
            arn: self.arn.clone(),
            resource_type: self.resource_type.clone(),
            tag_key: key.to_owned(),
            tag_value: value.to_owned(),
        })
    }
}

/// The rows of the inventory that wait to be staged.
struct Rows<'c> {
    resources: ScratchRows<InventoryResource>,
    tags: ScratchRows<ResourceTag>,
    owner_tag: Option<&'c str>,
}

impl<'c> Rows<'c> {
    fn new(derive: &Derive<'c>) -> Result<Self, Error> {
        let owner_tag = derive.crawl().owner_tag.as_deref();
        Ok(Self { resources: derive.rows()?, tags: derive.rows()?, owner_tag })
    }

    /// Stages the resources of one table in one account.
    fn account(
        &mut self,
        derive: &mut Derive<'_>,
        account_id: &str,
        source: &mut StagedResources,
        verdicts: &Verdicts,
    ) -> Result<(), Error> {
        while let Some(group) = source.next_group_of(account_id)? {
            let stamp = derive.stamp(account_id, &group.region);
            let mut added = Ok(());
            source.each_of(&group, |it| {
                let row = InventoryResource::of_row(source.resource_type(), &it, verdicts, self.owner_tag, &stamp);
                if let Some(row) = row.filter(|_| added.is_ok()) {
                    added = self.add(derive, &stamp, row, &it);
                }
            })?;
            added?;
            self.stage(derive, &stamp)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        derive: &mut Derive<'_>,
        stamp: &Stamp,
        row: InventoryResource,
        it: &Resource<'_>,
    ) -> Result<(), Error> {
        derive.extend(&mut self.tags, stamp, row.tags(it))?;
        derive.extend(&mut self.resources, stamp, [row])
    }

    /// Adds a resource of which only the list of what is tagged tells. If there is a row of it, that one stays.
    fn listed(
        &mut self,
        derive: &mut Derive<'_>,
        stamp: &Stamp,
        arn: &str,
        arn_type: &str,
        tags: Entries<'_>,
    ) -> Result<(), Error> {
        let it = Resource { arn: Some(arn), resource_type: None, name: None, created_at: None, tags: Some(tags) };
        match InventoryResource::of_row(arn_type, &it, &Verdicts::default(), self.owner_tag, stamp) {
            Some(row) => self.add(derive, stamp, InventoryResource { is_listed_only: true, ..row }, &it),
            None => Ok(()),
        }
    }

    fn stage(&mut self, derive: &mut Derive<'_>, stamp: &Stamp) -> Result<(), Error> {
        derive.stage(&mut self.resources, stamp)?;
        derive.stage(&mut self.tags, stamp)
    }
}

#[cfg(test)]
mod tests;
