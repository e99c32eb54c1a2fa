//! What each instance, launch template version and launch configuration makes of the metadata service: what holds now,
//! what the next launch gets, which layer decides it, and the role that it would give away.
//!
//! One account is read after the other: its layers first, then its instances, a region at a time.

use std::collections::BTreeSet;

use orgcensus_collectors::autoscaling::groups::Group;
use orgcensus_collectors::autoscaling::launch_configurations::LaunchConfiguration;
use orgcensus_collectors::ec2::images::Image;
use orgcensus_collectors::ec2::images_in_use::ImageInUse;
use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ec2::launch_templates::LaunchTemplateVersion;
use orgcensus_collectors::ec2::metadata_defaults::MetadataDefaults;
use orgcensus_collectors::iam::instance_profiles::InstanceProfile;
use orgcensus_collectors::organizations::policies::OrganizationPolicy;
use orgcensus_crawl::{Derivation, Derive, Derived, Error, TaskCoverage};
use orgcensus_row::table;

use self::account::Sources;
use crate::account_policies::AccountPolicy;
use crate::identity::IdentityAccess;

mod account;
mod layers;
mod posture;
mod rows;

pub use rows::MetadataPosture;

/// The derivation.
pub(crate) const METADATA: Derivation = Derivation {
    name: "metadata",
    reads: &[
        table::<AccountPolicy>(),
        table::<Group>(),
        table::<IdentityAccess>(),
        table::<Image>(),
        table::<ImageInUse>(),
        table::<Instance>(),
        table::<InstanceProfile>(),
        table::<LaunchConfiguration>(),
        table::<LaunchTemplateVersion>(),
        table::<MetadataDefaults>(),
        table::<OrganizationPolicy>(),
        table::<TaskCoverage>(),
    ],
    reads_previous: &[],
    writes: &[Derived {
        table: table::<MetadataPosture>(),
        rests_on: &[
            table::<AccountPolicy>(),
            table::<Group>(),
            table::<IdentityAccess>(),
            table::<Image>(),
            table::<ImageInUse>(),
            table::<Instance>(),
            table::<InstanceProfile>(),
            table::<LaunchConfiguration>(),
            table::<LaunchTemplateVersion>(),
            table::<MetadataDefaults>(),
        ],
    }],
    run: |derive| Box::pin(run(derive)),
};

/// The type of the policies that set what accounts may set for themselves otherwise.
const DECLARATIVE_POLICY_EC2: &str = "DECLARATIVE_POLICY_EC2";

/// The attribute of such a policy that sets the defaults of the metadata service.
const METADATA_DEFAULTS: &str = "\"instance_metadata_defaults\"";

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let policies = metadata_policies(derive)?;
    let (mut sources, mut instances) = (Sources::open(derive)?, derive.staged::<Instance>()?);
    let mut rows = derive.rows::<MetadataPosture>()?;
    for member in &derive.organization().accounts {
        let account = sources.account(&member.id, &policies)?;
        while let Some(group) = instances.next_group_of(&member.id)? {
            let stamp = derive.stamp(&member.id, &group.region);
            let region = account.regions.get(&*group.region);
            let mut added = Ok(());
            instances.each_of(&group, |it| {
                if added.is_ok() && it.is_terminated != Some(true) {
                    added = derive.extend(&mut rows, &stamp, [account.of_instance(region, &it)]);
                }
            })?;
            added?;
            derive.stage(&mut rows, &stamp)?;
            tokio::task::yield_now().await;
        }
        for (name, region) in &account.regions {
            let stamp = derive.stamp(&member.id, name);
            let sources = region.versions.values().flatten().chain(region.configurations.values());
            derive.extend(&mut rows, &stamp, sources.map(|source| account.of_source(region, source)))?;
            derive.stage(&mut rows, &stamp)?;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The declarative policies that say something of the metadata service, by id.
fn metadata_policies(derive: &mut Derive<'_>) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    derive.staged::<OrganizationPolicy>()?.each(|_, policy| {
        let says_it = policy.document.is_some_and(|text| text.contains(METADATA_DEFAULTS));
        if policy.policy_type == DECLARATIVE_POLICY_EC2 && says_it {
            found.insert(policy.policy_id.to_owned());
        }
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests;
