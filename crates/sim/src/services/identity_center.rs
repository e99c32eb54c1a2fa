//! IAM Identity Center: one instance for the organization, in one region, with a directory and permission sets.

mod directory;
pub(crate) mod identitystore;
mod permission_sets;
pub(crate) mod ssoadmin;

pub(crate) use directory::{groups, users};
pub(crate) use permission_sets::{PermissionSet, permission_sets};

use crate::organization::Organization;

/// The organization's instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) store_id: String,
    pub(crate) region: String,
    pub(crate) created_millis: i64,
}

/// The one instance. It is not in the first region if there are several regions, so that a census must look for it.
pub(crate) fn instance(organization: &Organization) -> Instance {
    let mut dice = organization.dice(&["identity-center"]);
    let regions = &organization.settings.regions;
    let id = format!("ssoins-{}", dice.hex(16));
    Instance {
        arn: format!("arn:{}:sso:::instance/{id}", organization.settings.partition),
        id,
        store_id: format!("d-{}", dice.hex(10)),
        region: regions.get(1).or(regions.first()).cloned().unwrap_or_default(),
        created_millis: organization.clock.days_ago(700, &mut dice),
    }
}
