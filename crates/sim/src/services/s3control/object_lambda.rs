//! Access points of S3 Object Lambda: ways to the objects behind other access points, through functions.

use super::{check_account, no_such_point, policy_of_point};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::Refusal;
use crate::samples::Class;
use crate::service::{Operation, get};
use crate::services::s3::{Block, access_points, account_block, block_members, sample};
use crate::truth::Planted;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetAccessPointConfigurationForObjectLambda", |context| {
        let it = find(context)?;
        let function = context.place.arn("lambda", "function:redact");
        let transformation = json!({
            "Actions": { "Action": ["GetObject", "HeadObject"] },
            "ContentTransformation": { "AwsLambda": { "FunctionArn": function } },
        });
        let configuration = json!({
            "SupportingAccessPoint": it.behind,
            "CloudWatchMetricsEnabled": false,
            "TransformationConfigurations": { "TransformationConfiguration": transformation },
        });
        Ok(json!({ "GetAccessPointConfigurationForObjectLambdaResult": { "Configuration": configuration } }))
    }),
    get("GetAccessPointForObjectLambda", |context| {
        let it = find(context)?;
        let result = json!({
            "Name": it.name,
            "PublicAccessBlockConfiguration": block_members(it.block),
            "CreationDate": iso_millis(it.created_millis),
            "Alias": alias(&it),
        });
        Ok(json!({ "GetAccessPointForObjectLambdaResult": result }))
    }),
    get("GetAccessPointPolicyForObjectLambda", |context| {
        let policy = policy_of_point(find(context)?.policy)?;
        Ok(json!({ "GetAccessPointPolicyForObjectLambdaResult": { "Policy": policy } }))
    }),
    get("GetAccessPointPolicyStatusForObjectLambda", |context| {
        let it = find(context)?;
        let status = json!({ "IsPublic": it.policy.kind.is_s3_public() });
        policy_of_point(it.policy)?;
        Ok(json!({ "GetAccessPointPolicyStatusForObjectLambdaResult": { "PolicyStatus": status } }))
    }),
    get("ListAccessPointsForObjectLambda", |context| {
        check_account(context)?;
        let page = context.page(points(&context.place).iter().map(listed).collect())?;
        let list = json!({
            "ObjectLambdaAccessPointList": { "ObjectLambdaAccessPoint": page.elements },
            "NextToken": page.next,
        });
        Ok(json!({ "ListAccessPointsForObjectLambdaResult": list }))
    }),
];

/// An access point of S3 Object Lambda.
#[derive(Debug)]
pub(super) struct Point {
    name: String,
    pub(super) arn: String,
    /// The ARN of the access point through which it reads.
    behind: String,
    policy: ResourcePolicy,
    block: Block,
    created_millis: i64,
    /// Whether its own block or its account's takes away what a public policy gives.
    is_restricted: bool,
}

/// The access points of a region.
pub(super) fn points(place: &Place<'_>) -> Vec<Point> {
    let rates = &place.organization.settings.rates;
    let sample = sample(place);
    let (mut dice, count) = place.population("s3-object-lambda", rates.other_resources);
    let count = count.max(u64::from(sample.is_some()));
    let Some(behind) = access_points(place).into_iter().next() else { return Vec::new() };
    let account = account_block(place);
    let point = |number: u64| {
        let is_last = number + 1 == count;
        let name = format!("{}-{}", dice.pick(&["redact", "resize", "convert"]), dice.hex(8));
        let arn = place.arn("s3-object-lambda", &format!("accesspoint/{name}"));
        let by_chance = dice.weighted(&[(Block::ALL, 2), (Block::NONE, 1)]);
        let block = sample.filter(|_| is_last).map_or(by_chance, Block::of_sample);
        let is_restricted = block.restrict_public_buckets || account.is_some_and(|it| it.restrict_public_buckets);
        let kind = match any_kind(&mut dice, rates.public_other_resources) {
            // AWS does not document which part of such a policy S3 would leave in force.
            kind if is_restricted && !kind.is_plain() => Kind::SameAccount,
            kind => kind,
        };
        let kind = Class::shown(sample, kind, is_last);
        let subject = Subject {
            place: *place,
            actions: &["s3-object-lambda:GetObject", "s3-object-lambda:ListBucket"],
            resources: vec![arn.clone()],
            service: "cloudtrail.amazonaws.com",
        };
        let days = dice.between(0, 1500);
        Point {
            policy: subject.policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            behind: behind.arn.clone(),
            name,
            arn,
            block,
            is_restricted,
        }
    };
    (0..count).map(point).collect()
}

impl Point {
    /// The access point as the truth counts it.
    pub(super) fn planted(self) -> Planted {
        let is_closed = self.is_restricted && self.policy.kind.is_s3_public();
        let mut planted = Planted::by(self.arn, self.policy);
        if is_closed {
            planted.is_gated = Verdict::CLOSED.shuts(planted.verdict);
            planted.verdict = Verdict::CLOSED;
            planted.named.outside.clear();
        }
        planted
    }

    /// Whether the text of the policy makes it public although S3's own policy status says otherwise, or the reverse.
    pub(super) fn differs_from_status(&self) -> bool {
        let kind = self.policy.kind;
        kind.verdict().is_public.is_some_and(|is_public| is_public != kind.is_s3_public())
    }
}

fn find(context: &Context<'_>) -> Result<Point, Refusal> {
    check_account(context)?;
    let name = context.request.required("name")?;
    let found = points(&context.place).into_iter().find(|it| it.name == name);
    found.ok_or_else(no_such_point)
}

fn alias(it: &Point) -> Value {
    json!({ "Value": format!("{}--ol-s3", it.name), "Status": "READY" })
}

fn listed(it: &Point) -> Value {
    json!({ "Name": it.name, "ObjectLambdaAccessPointArn": it.arn, "Alias": alias(it) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::testing::{Client, Reply, quiet};

    #[test]
    fn each_reads_through_an_access_point_of_its_region() {
        let organization = Organization::new(quiet(6, 2));
        let mut seen = 0;
        for account in organization.accounts() {
            for region in &organization.settings.regions {
                let place = Place::account(&organization, &account).in_region(region);
                let behind = access_points(&place);
                for point in points(&place) {
                    assert!(behind.iter().any(|it| it.arn == point.behind), "{point:?}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 0);
    }

    #[test]
    fn what_is_listed_can_be_asked_for() {
        let client = Client::new(quiet(1, 2));
        let account_id = client.simulation.account_id(0);
        let ask = |path: &str| -> Reply {
            let path = format!("/v20180820/accesspointforobjectlambda{path}");
            client.send("s3", &path, &[("x-amz-account-id", &account_id)], "")
        };
        for name in ask("").elements("Name") {
            assert_eq!(ask(&format!("/{name}")).element("Name"), name);
            assert_eq!(ask(&format!("/{name}/configuration")).elements("FunctionArn").len(), 1);
            let policy = ask(&format!("/{name}/policy"));
            assert_eq!(policy.status, ask(&format!("/{name}/policyStatus")).status);
        }
        assert_eq!(ask("/nosuch").element("Code"), "NoSuchAccessPoint");
    }
}
