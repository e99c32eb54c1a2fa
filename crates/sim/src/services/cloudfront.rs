//! CloudFront: distributions and their origins; VPC origins and trust stores, and the policies of both.

mod distributions;
mod origins;

use crate::clock::iso_millis;
use crate::context::Context;
use crate::protocol::{Problem, Refusal};
use crate::service::{Scope, Service, get};
use crate::things::{Things, kind_of};
use crate::truth::{At, resources, things};
use serde_json::{Value, json};

pub(crate) use distributions::{LOGS_REGION, delivery_sources};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    errors: &[
        Problem::UnknownCredentials.is("InvalidClientTokenId"),
        Problem::Throttled.is("Throttling"),
        Problem::Internal.is("InternalFailure"),
    ],
    answers: &[
        distributions::ANSWERS,
        &[
            get("GetResourcePolicy", get_policy),
            get("ListTrustStores", list_trust_stores),
            get("ListVpcOrigins", list_vpc_origins),
        ],
    ],
    counts: Some((At::Account, distributions::count)),
    kinds: &[
        things(At::Account, "cloudfront_distributions", |place| distributions::distributions(place).len()),
        things(At::Account, "cloudfront_origins", distributions::origin_count),
        resources(At::Account, |place| TRUST_STORES.planted(place)).rows("cloudfront_trust_stores"),
        resources(At::Account, |place| VPC_ORIGINS.planted(place)).rows("cloudfront_vpc_origins"),
    ],
    ..Service::named("cloudfront")
};

const TRUST_STORES: Things =
    kind_of("cloudfront_trust_stores", "cloudfront", "trust-store/ts_{id}", &["cloudfront:GetTrustStore"]);
const VPC_ORIGINS: Things =
    kind_of("cloudfront_vpc_origins", "cloudfront", "vpcorigin/vo_{id}", &["cloudfront:GetVpcOrigin"]);

/// CloudFront says of what has no policy what it says of what is not there.
const NONE: (&str, &str) = ("EntityNotFound", "EntityNotFound");

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let of = |kind: &Things| kind.policy(context, "ResourceArn", "PolicyDocument", NONE);
    let answer = of(&VPC_ORIGINS).or_else(|_| of(&TRUST_STORES))?;
    Ok(json!({ "GetResourcePolicyResult": answer }))
}

fn list_trust_stores(context: &Context<'_>) -> Result<Value, Refusal> {
    let all = TRUST_STORES.list(context, |it| {
        json!({
            "Id": format!("ts_{}", it.id),
            "Arn": it.arn,
            "Name": it.name,
            "Status": "active",
            "NumberOfCaCertificates": it.number,
            "LastModifiedTime": iso_millis(it.created_millis),
            "ETag": "E2QWRUHEXAMPLE",
        })
    })?;
    let page = context.page(all)?;
    Ok(json!({ "ListTrustStoresResult": {
        "NextMarker": page.next,
        "TrustStoreList": { "TrustStoreSummary": page.elements },
    } }))
}

fn list_vpc_origins(context: &Context<'_>) -> Result<Value, Refusal> {
    let place = context.place;
    let all = VPC_ORIGINS.list(context, |it| {
        let region = place.organization.settings.regions.first().map(String::as_str).unwrap_or_default();
        json!({
            "Id": format!("vo_{}", it.id),
            "Name": it.name,
            "Status": "Deployed",
            "CreatedTime": iso_millis(it.created_millis),
            "LastModifiedTime": iso_millis(it.created_millis),
            "Arn": it.arn,
            "AccountId": place.account.id,
            "OriginEndpointArn": place.in_region(region).arn("ec2", &format!("instance/i-0{}", it.id)),
        })
    })?;
    let page = context.page(all)?;
    Ok(json!({ "VpcOriginList": {
        "Marker": "",
        "NextMarker": page.next,
        "MaxItems": 100,
        "IsTruncated": page.is_truncated(),
        "Quantity": page.elements.len(),
        "Items": { "VpcOriginSummary": page.elements },
    } }))
}
