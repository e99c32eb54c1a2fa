//! Cognito identity pools.

use orgcensus_collect::kinds::COGNITO_IDENTITY_POOL;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Identity pools, with whether everyone gets a role as a guest.
    IDENTITY_POOLS = listed(
        "cognito_identity_pools",
        COGNITO_IDENTITY_POOL,
        &[list("cognitoidentity", "ListIdentityPools", "IdentityPools", &[])],
        &[policy(
            "cognitoidentity",
            "DescribeIdentityPool",
            &[("IdentityPoolId", Of("IdentityPoolId"))],
            "AllowUnauthenticatedIdentities",
        )
        .shares(PolicyKind::Share, &["cognito-identity:GetCredentialsForIdentity"])
        .always()],
    )
    .arn("cognito-identity:identitypool/{IdentityPoolId}")
    .name("IdentityPoolName");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[IDENTITY_POOLS];
