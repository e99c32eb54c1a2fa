//! Access points of one region.

use super::{check_account, no_such_point, policy_of_point};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, get};
use crate::services::s3::{AccessPoint, access_points, block_members, file_points};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetAccessPoint", |context| {
        let it = find(context)?;
        let mut members = listed(context, &it);
        members["PublicAccessBlockConfiguration"] = block_members(it.block);
        members["CreationDate"] = json!(iso_millis(it.created_millis));
        let host = format!("s3-accesspoint.{}.amazonaws.com", context.place.region);
        members["Endpoints"] = json!({ "entry": [{ "key": "ipv4", "value": host }] });
        Ok(json!({ "GetAccessPointResult": members }))
    }),
    get("GetAccessPointPolicy", |context| {
        Ok(json!({ "GetAccessPointPolicyResult": { "Policy": policy_of_point(find(context)?.policy)? } }))
    }),
    get("GetAccessPointPolicyStatus", |context| {
        let it = find(context)?;
        let status = json!({ "IsPublic": it.is_s3_public() });
        policy_of_point(it.policy)?;
        Ok(json!({ "GetAccessPointPolicyStatusResult": { "PolicyStatus": status } }))
    }),
    get("ListAccessPoints", |context| {
        check_account(context)?;
        let (bucket, data) = (context.request.text("bucket"), context.request.text("dataSourceType"));
        let points = all(&context.place);
        let points = points.iter().filter(|it| bucket.is_none_or(|bucket| it.leads_to(bucket)) && leads_to(it, data));
        let page = context.page(points.map(|it| listed(context, it)).collect())?;
        let list = json!({ "AccessPointList": { "AccessPoint": page.elements }, "NextToken": page.next });
        Ok(json!({ "ListAccessPointsResult": list }))
    })
    .pages(1000, 1000),
];

/// What kind of data a volume is.
const FILES: &str = "FSX_OPENZFS";

/// Those of buckets and those of file systems.
pub(super) fn all(place: &Place<'_>) -> Vec<AccessPoint> {
    access_points(place).into_iter().chain(file_points(place)).collect()
}

/// Whether it leads to this kind of data. Without a kind, S3 lists only those of buckets.
fn leads_to(it: &AccessPoint, data: Option<&str>) -> bool {
    match data {
        None => it.volume_arn.is_none(),
        Some("ALL") => true,
        Some(kind) => it.volume_arn.is_some() && kind == FILES,
    }
}

fn find(context: &Context<'_>) -> Result<AccessPoint, Refusal> {
    check_account(context)?;
    let name = context.request.required("name")?;
    let found = all(&context.place).into_iter().find(|it| it.name == name);
    found.ok_or_else(no_such_point)
}

fn listed(context: &Context<'_>, it: &AccessPoint) -> Value {
    let bucket = it.buckets.first().map(|(name, _)| name);
    json!({
        "Name": it.name,
        "NetworkOrigin": if it.vpc_id.is_some() { "VPC" } else { "Internet" },
        "VpcConfiguration": it.vpc_id.as_ref().map(|id| json!({ "VpcId": id })),
        "Bucket": bucket,
        "AccessPointArn": it.arn,
        "Alias": it.alias,
        "BucketAccountId": it.volume_arn.is_none().then_some(&context.place.account.id),
        "DataSourceId": it.volume_arn,
        "DataSourceType": it.volume_arn.as_ref().map(|_| FILES),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, Reply, quiet};

    fn ask(client: &Client, path: &str) -> Reply {
        let account_id = client.simulation.account_id(0);
        client.send("s3", &format!("/v20180820{path}"), &[("x-amz-account-id", &account_id)], "")
    }

    #[test]
    fn those_of_file_systems_are_listed_only_if_asked_for() {
        let (mut files, mut buckets) = (0, 0);
        for seed in 1..=5 {
            let client = Client::new(quiet(1, seed));
            let listed = |path: &str| ask(&client, path).elements("Name");
            let (usual, all) = (listed("/accesspoint"), listed("/accesspoint?dataSourceType=ALL"));
            let of_files = listed("/accesspoint?dataSourceType=FSX_OPENZFS");
            assert_eq!([usual.clone(), of_files.clone()].concat(), all);
            buckets += usual.len();
            for name in of_files {
                files += 1;
                let point = ask(&client, &format!("/accesspoint/{name}"));
                assert!(point.element("DataSourceId").contains(":volume/fs-0"), "{}", point.body);
                assert_eq!(point.element("RestrictPublicBuckets"), "true");
            }
        }
        assert!(files > 0 && buckets > 0, "{files}, {buckets}");
    }

    #[test]
    fn an_access_point_is_listed_and_described_in_its_region() {
        let client = Client::new(quiet(1, 2));
        let regions = &client.simulation.settings().regions;
        let mut seen = 0;
        for region in regions {
            let client = client.in_region(region);
            let list = ask(&client, "/accesspoint");
            assert_eq!(list.status, 200, "{}", list.body);
            for name in list.elements("Name") {
                seen += 1;
                let point = ask(&client, &format!("/accesspoint/{name}"));
                assert_eq!((point.element("Name"), point.elements("RestrictPublicBuckets").len()), (name.clone(), 1));
                let [policy, status] =
                    ["policy", "policyStatus"].map(|it| ask(&client, &format!("/accesspoint/{name}/{it}")));
                assert_eq!(policy.status, status.status);
                if policy.status == 404 {
                    assert_eq!(policy.element("Code"), "NoSuchAccessPointPolicy");
                }
            }
        }
        assert!(seen > 0);
        assert_eq!(ask(&client, "/accesspoint/nosuch").element("Code"), "NoSuchAccessPoint");
        let other = client.send("s3", "/v20180820/accesspoint", &[("x-amz-account-id", "999988887777")], "");
        assert_eq!((other.status, other.element("Code")), (403, "AccessDenied".to_owned()));
    }
}
