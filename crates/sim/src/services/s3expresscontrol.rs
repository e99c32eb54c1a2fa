//! S3 Express's control plane: access points of directory buckets. It speaks as S3 Control does.

use super::s3::{Block, block_members};
use super::s3control::{check_account, no_such_point, policy_of_point};
use super::s3express::buckets;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::ids::default_vpc_id;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject};
use crate::protocol::Refusal;
use crate::samples::Class;
use crate::service::{Service, get};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("GetAccessPoint", |context| {
            let it = find(context)?;
            let mut members = listed(context, &it);
            members["PublicAccessBlockConfiguration"] = block_members(Block::ALL);
            members["CreationDate"] = json!(iso_millis(it.created_millis));
            Ok(json!({ "GetAccessPointResult": members }))
        }),
        get("GetAccessPointPolicy", |context| {
            Ok(json!({ "GetAccessPointPolicyResult": { "Policy": policy_of_point(find(context)?.policy)? } }))
        }),
        get("GetAccessPointScope", |context| {
            let permissions = json!({ "Permission": ["GetObject", "ListBucket"] });
            let scope = find(context)?.prefix;
            let scope = scope.map(|it| json!({ "Prefixes": { "Prefix": [it] }, "Permissions": permissions }));
            Ok(json!({ "GetAccessPointScopeResult": { "Scope": scope } }))
        }),
        get("ListAccessPointsForDirectoryBuckets", |context| {
            check_account(context)?;
            let wanted = context.request.text("directoryBucket");
            let points = points(&context.place).into_iter();
            let points = points.filter(|it| wanted.is_none_or(|bucket| it.bucket == bucket));
            let page = context.page(points.map(|it| listed(context, &it)).collect())?;
            let list = json!({ "AccessPointList": { "AccessPoint": page.elements }, "NextToken": page.next });
            Ok(json!({ "ListAccessPointsForDirectoryBucketsResult": list }))
        }),
    ]],
    kinds: &[resources(At::Region, |place| points(place).into_iter().map(Point::planted).collect())
        .rows("s3express_access_points")
        .sampled("s3express_access_points", CANNOT)],
    ..Service::named("s3expresscontrol")
};

/// An access point of a directory bucket.
#[derive(Debug)]
struct Point {
    name: String,
    arn: String,
    /// The name of the bucket that it leads to.
    bucket: String,
    /// The VPC that its callers must come from.
    vpc_id: Option<String>,
    /// How the names of the objects begin that it is limited to.
    prefix: Option<String>,
    policy: ResourcePolicy,
    created_millis: i64,
}

const KINDS: &[(Kind, u32)] =
    &[(Kind::None, 3), (Kind::SameAccount, 2), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 2), (Kind::Public, 2)];

/// Their public policies are always blocked, and S3 takes none that it does not understand.
const CANNOT: &[Class] = &[Class::Public, Class::Unread];

/// The access points of a region: none where there is no directory bucket.
fn points(place: &Place<'_>) -> Vec<Point> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("s3express-access-points", rates.other_resources);
    let buckets = buckets(place);
    let names: Vec<&str> = buckets.iter().map(|it| it.name.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let point = |number: u64| {
        let name = format!("{}-{number}-{}--use1-az4--xa-s3", dice.pick(&["readers", "trainers"]), place.account.id);
        let arn = place.arn("s3express", &format!("accesspoint/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["s3express:CreateSession"],
            resources: vec![arn.clone()],
            service: "sagemaker.amazonaws.com",
        };
        let kind = place.shown_but(CANNOT, dice.weighted(KINDS), number + 1 == count);
        let days = dice.between(0, 500);
        Point {
            bucket: dice.pick(&names).to_owned(),
            vpc_id: dice.chance(0.3).then(|| default_vpc_id(place.organization, &place.account.id)),
            prefix: dice.chance(0.4).then(|| "shared/".to_owned()),
            policy: subject.policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(point).collect()
}

impl Point {
    /// The access point as the truth counts it.
    fn planted(self) -> Planted {
        Planted::blocked(self.arn, self.policy, self.vpc_id.is_some())
    }
}

fn find(context: &Context<'_>) -> Result<Point, Refusal> {
    check_account(context)?;
    let name = context.request.required("name")?;
    points(&context.place).into_iter().find(|it| it.name == name).ok_or_else(no_such_point)
}

fn listed(context: &Context<'_>, it: &Point) -> Value {
    json!({
        "Name": it.name,
        "NetworkOrigin": if it.vpc_id.is_some() { "VPC" } else { "Internet" },
        "VpcConfiguration": it.vpc_id.as_ref().map(|id| json!({ "VpcId": id })),
        "Bucket": it.bucket,
        "AccessPointArn": it.arn,
        "BucketAccountId": context.place.account.id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::policies::Verdict;
    use crate::testing::{Client, quiet};

    #[test]
    fn each_kind_occurs_and_none_is_public() {
        let organization = Organization::new(quiet(12, 1));
        let mut verdicts = Vec::new();
        for account in organization.accounts() {
            for region in &organization.settings.regions {
                let place = Place::account(&organization, &account).in_region(region);
                verdicts.extend(points(&place).into_iter().map(|it| it.planted().verdict));
            }
        }
        for verdict in [Verdict::CLOSED, Verdict::IN_ORG, Verdict::EXTERNAL] {
            let count = verdicts.iter().filter(|it| **it == verdict).count();
            assert!(count >= 2, "{verdict:?}: {count} of {}", verdicts.len());
        }
        assert!(verdicts.iter().all(|it| it.is_public == Some(false)));
    }

    #[test]
    fn what_is_listed_can_be_asked_for() {
        let mut seen = 0;
        for seed in 1..=6 {
            let client = Client::new(quiet(1, seed));
            let account_id = client.simulation.account_id(0);
            let ask = |path: &str| {
                let headers = [("x-amz-account-id", account_id.as_str())];
                client.send("s3express", &format!("/v20180820/accesspoint{path}"), &headers, "")
            };
            for name in ask("fordirectory").elements("Name") {
                seen += 1;
                assert_eq!(ask(&format!("/{name}")).element("Name"), name);
                assert_eq!(ask(&format!("/{name}/scope")).status, 200);
                let policy = ask(&format!("/{name}/policy"));
                assert!(policy.status == 200 || policy.element("Code") == "NoSuchAccessPointPolicy");
            }
            assert_eq!(ask("/nosuch").element("Code"), "NoSuchAccessPoint");
        }
        assert!(seen > 0);
    }
}
