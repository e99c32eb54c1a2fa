//! Who can reach what, and what identities may do. This is one derivation, because its parts share the knowledge about
//! the whole organization.
//!
//! First it finds out which networks, buckets and identities the policies name, and which of these belong to the
//! organization. Then it walks the accounts in order: it judges the resources of one region after the other, then the
//! identities.

use orgcensus_aws::organization::{Extent, Organization, OrganizationalUnit};
use orgcensus_aws::regions::AccountRegion;
use orgcensus_collect::{PolicyDocument, PolicyStatement};
use orgcensus_collectors::ec2::vpc_endpoints::VpcEndpoint;
use orgcensus_collectors::ec2::vpcs::Vpc;
use orgcensus_collectors::iam::groups::Group;
use orgcensus_collectors::iam::outbound_federation::OutboundFederation;
use orgcensus_collectors::iam::principal::PolicyAttachment;
use orgcensus_collectors::iam::roles::Role;
use orgcensus_collectors::iam::users::{GroupMembership, User};
use orgcensus_collectors::identity_center::permission_set_policies::PermissionSetPolicy;
use orgcensus_collectors::identity_center::permission_sets::PermissionSet;
use orgcensus_collectors::lambda::function_urls::FunctionUrl;
use orgcensus_collectors::organizations::policies::{OrganizationPolicy, PolicyTarget};
use orgcensus_collectors::s3::access_points::AccessPoint;
use orgcensus_collectors::s3::account_public_access_blocks::AccountPublicAccessBlock;
use orgcensus_collectors::s3::buckets::Bucket;
use orgcensus_collectors::s3::multi_region_access_points::MultiRegionAccessPoint;
use orgcensus_collectors::s3::object_lambda_access_points::ObjectLambdaAccessPoint;
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, Staged, TaskCoverage};
use orgcensus_row::{Stamp, Table, table};

use crate::account_policies;
use crate::blocks::Blocks;
use crate::completeness::Completeness;
use crate::control::{Control, Controls};
use crate::external::{ExternalAccess, ExternalAccessAction};
use crate::identity::{AwsManagedPolicies, IdentityAccess, IdentityRows, PrivilegePath, RoleTrust, Sources};
use crate::known::Known;
use crate::open_buckets::OpenBuckets;
use crate::resource::{Judged, Resources};
use crate::rows::{PolicyPrincipal, ResourceAccess};

/// The derivation.
pub(crate) const ACCESS: Derivation = Derivation {
    name: "access",
    reads: &[
        table::<AccessPoint>(),
        table::<AccountPublicAccessBlock>(),
        table::<AccountRegion>(),
        table::<Bucket>(),
        table::<FunctionUrl>(),
        table::<Group>(),
        table::<GroupMembership>(),
        table::<MultiRegionAccessPoint>(),
        table::<ObjectLambdaAccessPoint>(),
        table::<OrganizationPolicy>(),
        table::<OutboundFederation>(),
        table::<PermissionSet>(),
        table::<PermissionSetPolicy>(),
        table::<PolicyAttachment>(),
        table::<PolicyDocument>(),
        table::<PolicyStatement>(),
        table::<PolicyTarget>(),
        table::<Role>(),
        table::<TaskCoverage>(),
        table::<User>(),
        table::<Vpc>(),
        table::<VpcEndpoint>(),
    ],
    reads_previous: &[],
    writes: &[
        Derived { table: table::<PolicyPrincipal>(), rests_on: POLICIES },
        Derived { table: table::<ExternalAccess>(), rests_on: POLICIES },
        Derived { table: table::<ExternalAccessAction>(), rests_on: POLICIES },
        Derived { table: table::<ResourceAccess>(), rests_on: POLICIES },
        Derived { table: table::<IdentityAccess>(), rests_on: IDENTITIES },
        Derived { table: table::<PrivilegePath>(), rests_on: IDENTITIES },
        Derived { table: table::<RoleTrust>(), rests_on: TRUST },
    ],
    run: |derive| Box::pin(run(derive)),
};

/// Policies of resources, which every collector of resources fills.
const POLICIES: &[Table] = &[table::<PolicyDocument>()];

/// The tables that say which identities exist and what they may do. The same collectors read the identities' policies.
const IDENTITIES: &[Table] = &[
    table::<Group>(),
    table::<GroupMembership>(),
    table::<PermissionSet>(),
    table::<PermissionSetPolicy>(),
    table::<PolicyAttachment>(),
    table::<Role>(),
    table::<User>(),
];

/// The tables that say which resource control policies each account has.
const CONTROL_POLICIES: &[Table] =
    &[table::<OrganizationPolicy>(), table::<OrganizationalUnit>(), table::<PolicyTarget>()];

/// The tables of identities, and those of resource control policies.
const TRUST: &[Table] = &of_trust();

const fn of_trust() -> [Table; IDENTITIES.len() + CONTROL_POLICIES.len()] {
    let mut all = [IDENTITIES[0]; IDENTITIES.len() + CONTROL_POLICIES.len()];
    let mut place = 0;
    while place < all.len() {
        let is_of_identities = place < IDENTITIES.len();
        all[place] = if is_of_identities { IDENTITIES[place] } else { CONTROL_POLICIES[place - IDENTITIES.len()] };
        place += 1;
    }
    all
}

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let completeness = Completeness::read(derive)?;
    let targets = account_policies::read(derive)?;
    let controls = Controls::read(derive, &targets, &completeness)?;
    let known = Known::read(derive, completeness).await?;
    let mut walk = Walk {
        known: &known,
        aws_managed: AwsManagedPolicies::read(derive)?,
        blocks: Blocks::open(derive)?,
        documents: derive.staged()?,
        sources: Sources::open(derive)?,
        resources: ResourceRows::new(derive)?,
        identities: IdentityRows::new(derive)?,
    };
    for member in &derive.organization().accounts {
        walk.account(derive, &member.id, &controls.of(&member.id)).await?;
    }
    Ok(())
}

/// Walks the accounts one after the other. Each document is read once, for its resource and for the identities.
struct Walk<'k> {
    known: &'k Known,
    aws_managed: AwsManagedPolicies,
    blocks: Blocks,
    documents: Staged<PolicyDocument>,
    sources: Sources,
    resources: ResourceRows,
    identities: IdentityRows,
}

impl Walk<'_> {
    /// Stages the rows of one account. Between two regions it yields, so that other tasks can run: the lock's
    /// heartbeat, a signal.
    async fn account(&mut self, derive: &mut Derive<'_>, account_id: &str, control: &Control) -> Result<(), Error> {
        let mut account = self.sources.account(account_id)?;
        let blocks = self.blocks.of(account_id)?;
        let mut buckets = OpenBuckets::of(&blocks);
        while let Some(group) = self.documents.next_group_of(account_id)? {
            let mut resources = Resources::default();
            self.documents.each_of(&group, |policy| {
                resources.add(&policy);
                account.document(&policy, &mut self.aws_managed);
            })?;
            let stamp = derive.stamp(account_id, &group.region);
            for resource in resources.into_values() {
                let mut judged = resource.judge(account_id, self.known, &blocks, &control.guardrails);
                judged.access.has_rcp = control.has_rcp;
                self.resources.extend(derive, &stamp, judged, &mut buckets)?;
                if let Some((arn, document)) = resource.into_trust() {
                    account.trust(arn, document);
                }
            }
            self.resources.stage(derive, &stamp)?;
            tokio::task::yield_now().await;
        }
        self.resources.stage_buckets(derive, account_id, buckets)?;
        let (organization, guardrails) = (&self.known.organization, &control.guardrails);
        self.identities.stage(derive, account_id, &account, &self.aws_managed, organization, guardrails)?;
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// A row whose answer about other accounts of the organization holds also where accounts alone were read: in no
/// organization there are none, and of one that was not read it is not known whether there are.
fn inside(organization: &Organization, row: ResourceAccess) -> ResourceAccess {
    let is_in_org = match organization.extent {
        Extent::Whole => row.is_in_org,
        Extent::InNone => Some(false),
        // The others of a list are inside.
        Extent::Accounts { .. } if organization.accounts.len() > 1 => row.is_in_org,
        Extent::Accounts { .. } => row.is_in_org.filter(|is_in_org| !is_in_org),
    };
    ResourceAccess { is_in_org, ..row }
}

/// The rows about resources.
struct ResourceRows {
    principals: ScratchRows<PolicyPrincipal>,
    external: ScratchRows<ExternalAccess>,
    actions: ScratchRows<ExternalAccessAction>,
    access: ScratchRows<ResourceAccess>,
}

impl ResourceRows {
    fn new(derive: &Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            principals: derive.rows()?,
            external: derive.rows()?,
            actions: derive.rows()?,
            access: derive.rows()?,
        })
    }

    fn extend(
        &mut self,
        derive: &mut Derive<'_>,
        stamp: &Stamp,
        judged: Judged,
        buckets: &mut OpenBuckets,
    ) -> Result<(), Error> {
        derive.extend(&mut self.principals, stamp, judged.principals)?;
        derive.extend(&mut self.external, stamp, judged.external)?;
        derive.extend(&mut self.actions, stamp, judged.actions)?;
        let organization = derive.organization();
        let row = buckets.take(stamp, judged.access, judged.opens).map(|row| inside(organization, row));
        derive.extend(&mut self.access, stamp, row)
    }

    /// Stages the rows that waited for the account's access points.
    fn stage_buckets(&mut self, derive: &mut Derive<'_>, account_id: &str, buckets: OpenBuckets) -> Result<(), Error> {
        for (region, rows) in buckets.into_rows() {
            let stamp = derive.stamp(account_id, &region);
            let organization = derive.organization();
            derive.extend(&mut self.access, &stamp, rows.into_iter().map(|row| inside(organization, row)))?;
            derive.stage(&mut self.access, &stamp)?;
        }
        Ok(())
    }

    fn stage(&mut self, derive: &mut Derive<'_>, stamp: &Stamp) -> Result<(), Error> {
        derive.stage(&mut self.principals, stamp)?;
        derive.stage(&mut self.external, stamp)?;
        derive.stage(&mut self.actions, stamp)?;
        derive.stage(&mut self.access, stamp)
    }
}
