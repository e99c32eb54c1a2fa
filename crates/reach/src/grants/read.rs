//! What snapshots have of grants: the grants, the roles of their locations, and who may ask for credentials.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::Named;

use super::scope::{part_of, whole};
use crate::Result;
use crate::coverage::COMPLETE;
use crate::resource;
use crate::rows::{Accounts, Cells};
use crate::search::{Found, Target, search};
use crate::texts::{Text, Texts};
use crate::world::World;

/// The table of grants, which has the name of its collector, and its columns that are read.
pub(crate) const TABLE: &str = "s3_access_grants";
pub(crate) const COLUMNS: [&str; 7] =
    ["arn", "instance_arn", "grantee_type", "grantee", "permission", "grant_scope", "location_id"];

/// The table of locations, and its columns that are read.
pub(crate) const LOCATIONS: &str = "s3_access_grants_locations";
pub(crate) const OF_LOCATION: [&str; 3] = ["instance_arn", "location_id", "iam_role_arn"];

/// The service that assumes the roles of locations.
const SERVICE: &str = "access-grants.s3.amazonaws.com";

/// What asks for the credentials.
pub(crate) const ASK: &str = "s3:GetDataAccess";

/// What is known of the grants of one bucket: of its parts much is asked.
pub(crate) struct OfBucket {
    pub(super) bucket: String,
    /// Whether all grants of the bucket's account were read.
    pub(super) is_whole: bool,
    pub(super) grants: Vec<Grant>,
    /// The roles that S3 Access Grants may assume, by account.
    pub(super) roles: BTreeMap<String, BTreeSet<String>>,
    /// Those who may ask for credentials, by the instance that they ask.
    pub(super) asking: BTreeMap<String, Vec<Found>>,
}

/// A grant.
pub(crate) struct Grant {
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) instance_arn: String,
    pub(crate) grantee_type: String,
    pub(crate) grantee: Option<String>,
    permission: String,
    pub(crate) scope: Option<String>,
    location: Option<String>,
    /// The role of its location, if that was read.
    pub(crate) role: Option<String>,
}

impl OfBucket {
    pub(super) async fn read(world: &World, bucket: &str, owner: &str) -> Result<OfBucket> {
        let mut grants = grants(world, bucket, owner).await?;
        let accounts: Accounts = Arc::new(grants.iter().map(|it| it.account.clone()).collect());
        locate(world, &mut grants, &accounts).await?;
        let roles = if grants.is_empty() { BTreeMap::new() } else { assumed(world, &accounts).await? };
        Ok(OfBucket {
            bucket: bucket.to_owned(),
            is_whole: world.outcome(TABLE, owner).await?.as_deref() == Some(COMPLETE),
            asking: asking(world, &grants, &accounts).await?,
            grants,
            roles,
        })
    }
}

impl Grant {
    /// Whether it is only for a part of what is asked. None: for nothing of it.
    pub(super) fn is_in_part(&self, arn: &str, is_read: bool) -> Option<bool> {
        let is_permitted = self.permits(is_read);
        let scope = self.scope.as_deref().filter(|_| is_permitted);
        scope.map_or(is_permitted.then_some(true), |scope| part_of(scope, arn))
    }

    /// The objects that it is for, as an ARN.
    pub(crate) fn objects(&self) -> String {
        whole(self.scope.as_deref(), &self.arn, false)
    }

    /// Whether it permits to read, or to write.
    pub(crate) fn permits(&self, is_read: bool) -> bool {
        match self.permission.as_str() {
            "READ" => is_read,
            "WRITE" => !is_read,
            _ => true,
        }
    }
}

/// The grants that are for the bucket, or for a part of it.
async fn grants(world: &World, bucket: &str, owner: &str) -> Result<Vec<Grant>> {
    let mut found = Vec::new();
    let mut rows = world.reader(TABLE, &COLUMNS, None)?;
    rows.each(|cells| {
        let scope = cells.text(6);
        // What lies in the default location is the account's own.
        let is_open = scope.is_none_or(|scope| matches!(scope, "s3://" | "s3://*"));
        let is_its = match scope {
            Some(scope) if !is_open => part_of(scope, bucket).is_some(),
            _ => cells.account() == owner,
        };
        found.extend(is_its.then(|| grant(cells)));
    })
    .await?;
    Ok(found)
}

/// A row of the table.
pub(crate) fn grant(cells: &Cells<'_>) -> Grant {
    let text = |index: usize| cells.text(index).unwrap_or_default().to_owned();
    Grant {
        arn: text(1),
        account: cells.account().to_owned(),
        instance_arn: text(2),
        grantee_type: text(3),
        grantee: cells.text(4).map(str::to_owned),
        permission: text(5),
        scope: cells.text(6).map(str::to_owned),
        location: cells.text(7).map(str::to_owned),
        role: None,
    }
}

/// The roles of locations, by the location.
#[derive(Default)]
pub(crate) struct Locations(BTreeMap<Location, String>);

/// An instance, and the id of a location there.
type Location = (String, String);

impl Locations {
    /// Adds a row of the table.
    pub(crate) fn add(&mut self, cells: &Cells<'_>) {
        if let (Some(instance), Some(id), Some(role)) = (cells.text(1), cells.text(2), cells.text(3)) {
            self.0.insert((instance.to_owned(), id.to_owned()), role.to_owned());
        }
    }

    /// Says of a grant which role its location has.
    pub(crate) fn locate(&self, grant: &mut Grant) {
        let of_location = |id: &String| self.0.get(&(grant.instance_arn.clone(), id.clone())).cloned();
        grant.role = grant.location.as_ref().and_then(of_location);
    }
}

/// Says of grants of these accounts which roles their locations have.
pub(super) async fn locate(world: &World, grants: &mut [Grant], accounts: &Accounts) -> Result<()> {
    if grants.is_empty() {
        return Ok(());
    }
    let mut locations = Locations::default();
    world.reader(LOCATIONS, &OF_LOCATION, Some(accounts))?.each(|cells| locations.add(cells)).await?;
    grants.iter_mut().for_each(|grant| locations.locate(grant));
    Ok(())
}

/// The roles of these accounts that S3 Access Grants may assume.
async fn assumed(world: &World, accounts: &Accounts) -> Result<BTreeMap<String, BTreeSet<String>>> {
    const ASSUME: &str = "sts:AssumeRole";
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut texts = Texts::new(vec![ASSUME.to_owned()]);
    let mut rows = world.reader("policy_documents", &["resource_arn", "policy_kind", "document"], Some(accounts))?;
    rows.each(|cells| {
        let Some(role) = cells.text(1).filter(|_| cells.text(2) == Some("trust")) else { return };
        let is_assumed = match texts.cell(cells, 3) {
            Text::Silent => false,
            Text::Unread => true,
            Text::Speaks(document) => {
                let mut named = Named::default();
                named.add(&document, ASSUME);
                named.is_anyone || named.services.contains(SERVICE)
            }
        };
        if is_assumed {
            roles.entry(cells.account().to_owned()).or_default().insert(role.to_owned());
        }
    })
    .await?;
    Ok(roles)
}

/// Those who may ask the instances for credentials.
async fn asking(world: &World, grants: &[Grant], accounts: &Accounts) -> Result<BTreeMap<String, Vec<Found>>> {
    let of_identities = grants.iter().filter(|it| it.grantee_type == "IAM");
    let arns: BTreeSet<String> = of_identities.map(|it| it.instance_arn.clone()).collect();
    let mut asking: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    if arns.is_empty() {
        return Ok(asking);
    }
    let instances = resource::read(world, &arns, Some(accounts)).await?;
    let targets: Vec<Target> = instances.into_iter().map(|(arn, owned)| Target::new(ASK, &arn, Some(owned))).collect();
    for found in search(world, &targets).await? {
        if let Some(target) = targets.get(found.target) {
            asking.entry(target.arn.clone()).or_default().push(found);
        }
    }
    Ok(asking)
}
