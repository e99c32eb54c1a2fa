//! S3 Control: an account's Block Public Access, access points, and Access Grants.

mod access_grants;
mod access_points;
mod multi_region;
mod object_lambda;

use super::s3;
use crate::context::Context;
use crate::place::Place;
use crate::policies::ResourcePolicy;
use crate::protocol::Refusal;
use crate::samples::UNGATED;
use crate::service::{Operation, Scope, Service, get};
use crate::truth::{At, Planted, Tally, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    // Access points of several regions are asked for in us-west-2, whether the organization uses that region or not.
    scope: Scope::GlobalFromRegions,
    answers: &[ACCOUNT, access_grants::ANSWERS, access_points::ANSWERS, multi_region::ANSWERS, object_lambda::ANSWERS],
    kinds: &[
        resources(At::Region, |place| {
            access_grants::instance(place).into_iter().map(access_grants::Instance::planted).collect()
        })
        .rows("s3_access_grants_instances")
        .sampled("s3_access_grants_instances", UNGATED),
        things(At::Region, "s3_access_grants", |place| access_grants::instance(place).map_or(0, |it| it.grants.len())),
        // Each instance has one.
        things(At::Region, "s3_access_grants_locations", |place| usize::from(access_grants::instance(place).is_some())),
        resources(At::Region, |place| planted(s3::access_points(place)))
            .rows("s3_access_points")
            .sampled("s3_access_points", &[]),
        resources(At::Region, |place| planted(s3::file_points(place)))
            .rows("s3_access_points")
            .sampled("s3_file_access_points", s3::FILES_CANNOT),
        resources(At::Account, |place| planted(s3::multi_region(place)))
            .rows("s3_multi_region_access_points")
            .sampled("s3_multi_region_access_points", &[]),
        resources(At::Region, |place| {
            object_lambda::points(place).into_iter().map(object_lambda::Point::planted).collect()
        })
        .rows("s3_object_lambda_access_points")
        .sampled("s3_object_lambda_access_points", &[]),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("s3control")
};

const ACCOUNT: &[Operation] = &[get("GetPublicAccessBlock", get_block).needs("GetAccountPublicAccessBlock")];

fn planted(points: Vec<s3::AccessPoint>) -> Vec<Planted> {
    points.into_iter().map(s3::AccessPoint::planted).collect()
}

/// Lists the access points whose policy says something else than S3's own policy status.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for point in access_points::all(place).iter().filter(|point| point.differs_from_status()) {
        tally.lists.add("V1", [&point.arn]);
    }
    for point in object_lambda::points(place).iter().filter(|point| point.differs_from_status()) {
        tally.lists.add("V1", [&point.arn]);
    }
}

fn get_block(context: &Context<'_>) -> Result<Value, Refusal> {
    check_account(context)?;
    let message = "The public access block configuration was not found";
    let block = s3::account_block(&context.place);
    let block = block.ok_or_else(|| Refusal::new(404, "NoSuchPublicAccessBlockConfiguration", message))?;
    Ok(json!({ "PublicAccessBlockConfiguration": s3::block_members(block) }))
}

/// Refuses a call about another account than the caller's.
pub(super) fn check_account(context: &Context<'_>) -> Result<(), Refusal> {
    let is_own = context.request.required("AccountId")? == context.place.account.id;
    if is_own { Ok(()) } else { Err(Refusal::access_denied(context.request.service, "Access Denied")) }
}

/// The policy of an access point; the error of S3 Control if it has none.
pub(super) fn policy_of_point(policy: ResourcePolicy) -> Result<String, Refusal> {
    let missing = || Refusal::new(404, "NoSuchAccessPointPolicy", "The specified accesspoint policy does not exist");
    policy.document.ok_or_else(missing)
}

/// How S3 Control says that there is no such access point.
pub(super) fn no_such_point() -> Refusal {
    Refusal::new(404, "NoSuchAccessPoint", "The specified accesspoint does not exist")
}
