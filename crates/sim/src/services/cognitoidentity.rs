//! Cognito identity pools.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListIdentityPools", "IdentityPools", |context| {
            IDENTITY_POOLS.list(context, |it| json!({"IdentityPoolId": it.id, "IdentityPoolName": it.name}))
        }),
        get("DescribeIdentityPool", |context| {
            let it = IDENTITY_POOLS.wanted(context, "IdentityPoolId", "ResourceNotFoundException")?;
            Ok(
                json!({"IdentityPoolId": it.id, "IdentityPoolName": it.name, "AllowUnauthenticatedIdentities": it.is_shared_with_all()}),
            )
        }),
    ]],
    kinds: &[other(|place| IDENTITY_POOLS.planted(place))],
    ..Service::named("cognitoidentity")
};

const IDENTITY_POOLS: Things = kind_of(
    "cognito_identity_pools",
    "cognito-identity",
    "identitypool/{id}",
    &["cognito-identity:GetCredentialsForIdentity"],
)
.shared()
.only_public();
