//! Access points for buckets of several regions. One region answers for all.

use super::check_account;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Operation, get};
use crate::services::s3::{AccessPoint, block_members, multi_region};
use serde_json::{Value, json};

/// The region that answers.
const REGION: &str = "us-west-2";

pub(super) const ANSWERS: &[Operation] = &[
    get("GetMultiRegionAccessPointPolicy", |context| {
        let document = json!({ "Policy": policy(&find(context)?)? });
        let versions = json!({ "Established": document, "Proposed": document });
        Ok(json!({ "GetMultiRegionAccessPointPolicyResult": { "Policy": versions } }))
    }),
    get("GetMultiRegionAccessPointPolicyStatus", |context| {
        let it = find(context)?;
        policy(&it)?;
        let status = json!({ "IsPublic": it.is_s3_public() });
        Ok(json!({ "GetMultiRegionAccessPointPolicyStatusResult": { "Established": status } }))
    }),
    get("ListMultiRegionAccessPoints", |context| {
        let page = context.page(all(context)?)?;
        let described: Vec<Value> = page.elements.iter().map(|it| describe(context, it)).collect();
        let list = json!({ "AccessPoints": { "AccessPoint": described }, "NextToken": page.next });
        Ok(json!({ "ListMultiRegionAccessPointsResult": list }))
    }),
];

/// The access points of the caller's account, if the region is the one that answers.
fn all(context: &Context<'_>) -> Result<Vec<AccessPoint>, Refusal> {
    check_account(context)?;
    if context.place.region != REGION {
        let message = format!("This operation is only supported in the {REGION} region");
        return Err(Refusal::new(400, "InvalidRequest", message));
    }
    Ok(multi_region(&context.place))
}

fn find(context: &Context<'_>) -> Result<AccessPoint, Refusal> {
    let name = context.request.required("name")?;
    let message = "The specified multi-region access point does not exist";
    let found = all(context)?.into_iter().find(|it| it.name == name);
    found.ok_or_else(|| Refusal::new(404, "NoSuchMultiRegionAccessPoint", message))
}

fn policy(it: &AccessPoint) -> Result<String, Refusal> {
    let message = "The specified multi-region access point policy does not exist";
    let missing = || Refusal::new(404, "NoSuchMultiRegionAccessPointPolicy", message);
    it.policy.document.clone().ok_or_else(missing)
}

fn describe(context: &Context<'_>, it: &AccessPoint) -> Value {
    let owner = &context.place.account.id;
    let region =
        |(name, region): &(String, String)| json!({ "Bucket": name, "Region": region, "BucketAccountId": owner });
    json!({
        "Name": it.name,
        "Alias": it.alias,
        "CreatedAt": iso_millis(it.created_millis),
        "PublicAccessBlock": block_members(it.block),
        "Status": "READY",
        "Regions": { "Region": it.buckets.iter().map(region).collect::<Vec<_>>() },
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, Reply, quiet};

    #[test]
    fn one_region_answers_for_all() {
        let client = Client::new(quiet(6, 2));
        let mut seen = 0;
        for index in 0..6 {
            let account_id = client.simulation.account_id(index);
            let caller = if index == 0 { client.clone() } else { client.assume(index, "").unwrap() };
            let ask = |region: &str, path: &str| -> Reply {
                let path = format!("/v20180820/mrap/instances{path}");
                caller.in_region(region).send("s3", &path, &[("x-amz-account-id", &account_id)], "")
            };
            assert_eq!(ask("eu-west-1", "").element("Code"), "InvalidRequest");
            let list = ask("us-west-2", "");
            assert_eq!(list.status, 200, "{}", list.body);
            for name in list.elements("Name") {
                seen += 1;
                let policy = ask("us-west-2", &format!("/{name}/policy"));
                assert_eq!(policy.status, ask("us-west-2", &format!("/{name}/policystatus")).status);
            }
            let none = ask("us-west-2", "/nosuch/policy");
            assert_eq!((none.status, none.element("Code")), (404, "NoSuchMultiRegionAccessPoint".to_owned()));
        }
        assert!(seen > 0);
    }
}
