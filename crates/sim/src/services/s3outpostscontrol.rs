//! The control plane of S3 on Outposts: buckets and access points. It speaks as S3 Control does, and names things by
//! their ARNs.

use super::s3control::{check_account, no_such_point, policy_of_point};
use super::s3outposts::{Bucket, Outpost, Point, outposts};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Service, get};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("GetAccessPoint", |context| {
            let it = point(context)?;
            let mut members = listed(&it);
            members["CreationDate"] = json!(iso_millis(it.created_millis));
            Ok(json!({ "GetAccessPointResult": members }))
        }),
        get("GetAccessPointPolicy", |context| {
            Ok(json!({ "GetAccessPointPolicyResult": { "Policy": policy_of_point(point(context)?.policy)? } }))
        }),
        get("GetBucketPolicy", |context| {
            let none = || Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
            Ok(json!({ "GetBucketPolicyResult": { "Policy": bucket(context)?.policy.document.ok_or_else(none)? } }))
        }),
        get("ListAccessPoints", |context| {
            let outpost = outpost(context)?;
            let wanted = context.request.text("bucket").and_then(|arn| arn.rsplit('/').next());
            let points = outpost.points.iter().filter(|it| wanted.is_none_or(|bucket| it.bucket == bucket));
            let page = context.page(points.map(listed).collect())?;
            let list = json!({ "AccessPointList": { "AccessPoint": page.elements }, "NextToken": page.next });
            Ok(json!({ "ListAccessPointsResult": list }))
        }),
        get("ListRegionalBuckets", |context| {
            let outpost = outpost(context)?;
            let describe = |it: &Bucket| {
                json!({
                    "Bucket": it.name,
                    "BucketArn": it.arn,
                    "PublicAccessBlockEnabled": true,
                    "CreationDate": iso_millis(it.created_millis),
                    "OutpostId": outpost.id,
                })
            };
            let page = context.page(outpost.buckets.iter().map(describe).collect())?;
            let list = json!({ "RegionalBucketList": { "RegionalBucket": page.elements }, "NextToken": page.next });
            Ok(json!({ "ListRegionalBucketsResult": list }))
        }),
    ]],
    ..Service::named("s3outpostscontrol")
};

/// The Outpost that every call names in a header.
fn outpost(context: &Context<'_>) -> Result<Outpost, Refusal> {
    check_account(context)?;
    let id = context.request.required("OutpostId")?;
    let found = outposts(&context.place).into_iter().find(|it| it.id == id);
    found.ok_or_else(|| Refusal::new(404, "NoSuchOutpost", "The specified outpost does not exist"))
}

fn bucket(context: &Context<'_>) -> Result<Bucket, Refusal> {
    let arn = context.request.required("name")?;
    let found = outpost(context)?.buckets.into_iter().find(|it| it.arn == arn);
    found.ok_or_else(|| Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist"))
}

fn point(context: &Context<'_>) -> Result<Point, Refusal> {
    let arn = context.request.required("name")?;
    outpost(context)?.points.into_iter().find(|it| it.arn == arn).ok_or_else(no_such_point)
}

fn listed(it: &Point) -> Value {
    json!({
        "Name": it.name,
        "NetworkOrigin": "VPC",
        "VpcConfiguration": { "VpcId": it.vpc_id },
        "Bucket": it.bucket,
        "AccessPointArn": it.arn,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, Reply, quiet};
    use serde_json::Value;

    fn ask(client: &Client, outpost_id: &str, path: &str) -> Reply {
        let account_id = client.simulation.account_id(0);
        let headers = [("x-amz-account-id", account_id.as_str()), ("x-amz-outpost-id", outpost_id)];
        client.send("s3-outposts", &format!("/v20180820{path}"), &headers, "")
    }

    #[test]
    fn what_is_on_an_outpost_is_asked_for_by_its_arn() {
        let escaped = |arn: &str| arn.replace(':', "%3A").replace('/', "%2F");
        let (mut buckets, mut points) = (0, 0);
        for seed in 1..=20 {
            let client = Client::new(quiet(1, seed));
            let outposts = client.get("s3-outposts", "/S3Outposts/ListOutpostsWithS3").json();
            for id in outposts["Outposts"].as_array().into_iter().flatten().filter_map(|it| it["OutpostId"].as_str()) {
                for arn in ask(&client, id, "/bucket").elements("BucketArn") {
                    buckets += 1;
                    let policy = ask(&client, id, &format!("/bucket/{}/policy", escaped(&arn)));
                    assert!(policy.status == 200 || policy.element("Code") == "NoSuchBucketPolicy", "{}", policy.body);
                    let listed = ask(&client, id, &format!("/accesspoint?bucket={}", escaped(&arn)));
                    for point in listed.elements("AccessPointArn") {
                        points += 1;
                        let described = ask(&client, id, &format!("/accesspoint/{}", escaped(&point)));
                        assert_eq!(
                            (described.element("AccessPointArn"), described.elements("VpcId").len()),
                            (point, 1)
                        );
                    }
                }
                assert_eq!(ask(&client, id, "/accesspoint/nosuch").element("Code"), "NoSuchAccessPoint");
            }
            assert_eq!(ask(&client, "op-1", "/bucket").element("Code"), "NoSuchOutpost");
            assert!(matches!(outposts["Outposts"], Value::Array(_)));
        }
        assert!(buckets > 1 && points > 1, "{buckets}, {points}");
    }
}
