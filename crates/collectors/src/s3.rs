//! Simple Storage Service.

use orgcensus_collect::Collector;

pub mod access_grants;
pub mod access_points;
pub mod account_public_access_blocks;
pub mod buckets;
mod control;
mod details;
pub mod directory_access_points;
pub mod directory_buckets;
pub mod multi_region_access_points;
pub mod object_lambda_access_points;
pub mod outposts;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    access_grants::ACCESS_GRANTS,
    access_points::ACCESS_POINTS,
    account_public_access_blocks::ACCOUNT_PUBLIC_ACCESS_BLOCKS,
    buckets::BUCKETS,
    directory_access_points::DIRECTORY_ACCESS_POINTS,
    directory_buckets::DIRECTORY_BUCKETS,
    multi_region_access_points::MULTI_REGION_ACCESS_POINTS,
    object_lambda_access_points::OBJECT_LAMBDA_ACCESS_POINTS,
    outposts::OUTPOSTS,
];
