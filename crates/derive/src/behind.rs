//! What stands behind the access points of an account: the policies of its buckets. And whether the access points
//! themselves were all read.

use std::collections::BTreeSet;

use orgcensus_collect::PolicyDocument;
use orgcensus_collectors::s3::access_points::ACCESS_POINTS;
use orgcensus_collectors::s3::multi_region_access_points::MULTI_REGION_ACCESS_POINTS;
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};

use crate::blocks::AccountBlocks;

/// The collectors of access points, as the coverage names them.
const OF_ONE_REGION: &str = ACCESS_POINTS.name;
const OF_SEVERAL_REGIONS: &str = MULTI_REGION_ACCESS_POINTS.name;

/// The policies and the coverage of all accounts. Accounts must be asked for in order.
pub(crate) struct Behind {
    documents: Staged<PolicyDocument>,
    coverage: Staged<TaskCoverage>,
}

impl Behind {
    pub(crate) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self { documents: derive.staged()?, coverage: derive.staged()? })
    }

    /// Adds what is behind the access points that were found. The policies of an account are read once more, but only
    /// if it has such access points: a bucket's policy may come after the access point's.
    pub(crate) fn add(&mut self, account_id: &str, found: &mut AccountBlocks) -> Result<(), Error> {
        while let Some(group) = self.coverage.next_group_of(account_id)? {
            self.coverage.each_of(&group, |task| match task.collector {
                OF_ONE_REGION if task.is_complete => {
                    found.regions_of_points.insert(group.region.to_string());
                }
                OF_SEVERAL_REGIONS if task.is_complete => found.has_all_multi_region = true,
                _ => {}
            })?;
        }
        let wanted: BTreeSet<String> =
            found.points.keys().flat_map(|point| found.behind(point)).map(str::to_owned).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        self.documents.of_account(account_id, |policy| {
            if wanted.contains(policy.resource_arn) {
                found.policies.add(&policy);
            }
        })
    }
}
