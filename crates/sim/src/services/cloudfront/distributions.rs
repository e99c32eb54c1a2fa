//! Distributions of CloudFront.

use super::origins::{self, Origin, several};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, get};
use crate::services::ec2::reached_balancers;
use crate::services::s3::public_arns;
use crate::services::shield::is_subscribed;
use crate::services::wafv2::{global_arns, weak_arns};
use crate::truth::Tally;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) const ANSWERS: &[Operation] = &[
    get("GetDistributionConfig", |context| {
        let it = find(context)?;
        Ok(json!({ "DistributionConfig": configuration(&it) }))
    }),
    get("ListDistributions", |context| {
        let page = context.page(distributions(&context.place.whole()).iter().map(summary).collect())?;
        let mut list = several("DistributionSummary", page.elements);
        list["Marker"] = json!("");
        list["MaxItems"] = json!(100);
        list["IsTruncated"] = json!(page.next.is_some());
        list["NextMarker"] = json!(page.next);
        Ok(json!({ "DistributionList": list }))
    })
    .pages(100, 100),
];

/// The region in which logs of distributions are delivered.
pub(crate) const LOGS_REGION: &str = "us-east-1";

/// A distribution.
#[derive(Debug)]
pub(super) struct Distribution {
    id: String,
    arn: String,
    is_enabled: bool,
    viewer_protocol_policy: &'static str,
    /// The least version of TLS; of CloudFront's own certificate it is TLSv1.
    minimum_protocol: &'static str,
    web_acl_id: String,
    geo_restriction: &'static str,
    logs: bool,
    root_object: &'static str,
    origins: Vec<Origin>,
    modified_millis: i64,
}

/// The distributions of an account: of many accounts none.
pub(super) fn distributions(place: &Place<'_>) -> Vec<Distribution> {
    let mut dice = place.dice("cloudfront");
    let mean = place.organization.settings.rates.other_resources;
    let count = if dice.chance(0.6) { dice.count(mean) } else { 0 };
    let lists = global_arns(place);
    (0..count).map(|_| distribution(place, &lists, &mut dice)).collect()
}

fn distribution(place: &Place<'_>, lists: &[String], dice: &mut Dice) -> Distribution {
    let id = format!("E{}", dice.base32(13));
    let days = dice.between(0, 1200);
    let at = usize::try_from(dice.between(0, 99)).unwrap_or_default();
    let own = lists.get(at % lists.len().max(1)).cloned().unwrap_or_default();
    // One of WAF Classic has an id and no ARN.
    let web_acl_id = match dice.weighted(&[("none", 5), ("own", 6), ("classic", 1)]) {
        "own" => own,
        "classic" => dice.uuid(),
        _ => String::new(),
    };
    Distribution {
        arn: place.organization.arn("cloudfront", "", &place.account.id, &format!("distribution/{id}")),
        is_enabled: dice.chance(0.9),
        viewer_protocol_policy: dice.weighted(&[("redirect-to-https", 6), ("https-only", 2), ("allow-all", 2)]),
        minimum_protocol: dice.pick(&["TLSv1", "TLSv1.2_2021", "TLSv1.1_2016", "TLSv9"]),
        web_acl_id,
        geo_restriction: dice.weighted(&[("none", 7), ("whitelist", 1), ("blacklist", 1)]),
        logs: dice.chance(0.5),
        root_object: dice.pick(&["", "index.html"]),
        origins: origins::origins(place, dice),
        modified_millis: place.days_ago(days, dice),
        id,
    }
}

/// The distributions that are sources of deliveries of CloudWatch Logs, each with whether its logs go anywhere.
pub(crate) fn delivery_sources(place: &Place<'_>) -> Vec<(String, bool)> {
    let mut dice = place.dice("cloudfront-deliveries");
    let source = |it: Distribution| match dice.weighted(&[("none", 5), ("delivers", 4), ("idle", 1)]) {
        "none" => None,
        how => Some((it.arn, how == "delivers")),
    };
    distributions(place).into_iter().filter_map(source).collect()
}

/// How many origins the distributions of an account have.
pub(super) fn origin_count(place: &Place<'_>) -> usize {
    distributions(place).iter().map(|it| it.origins.len()).sum()
}

/// Counts what stands before distributions and what is behind them.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let (distributions, weak, public) = (distributions(place), weak_arns(place), public_arns(place));
    let reached = reached_balancers(&place.in_region(origins::region(place))).into_iter().map(|it| it.host);
    let reached: Vec<String> = reached.collect();
    count_unlogged(place, &distributions, tally);
    let counts = &mut tally.misconfigurations;
    if !distributions.is_empty() {
        counts.one("E12", "accounts_with_distributions", "lake", !is_subscribed(place));
    }
    for it in &distributions {
        let is_without = it.web_acl_id.is_empty() || weak.contains(&it.web_acl_id);
        counts.one("E12", "cloudfront_distribution", "lake", is_without);
        counts.one("E12", "cloudfront_distribution", "no_web_acl", it.web_acl_id.is_empty());
        for origin in &it.origins {
            let is_open = origin.is_open(it.viewer_protocol_policy == "allow-all", &public, &reached);
            counts.one("E11", "origins", "lake", is_open);
        }
    }
    let guarded = distributions.iter().filter(|it| it.is_enabled && !it.web_acl_id.is_empty());
    let hosts: BTreeSet<&str> = guarded.flat_map(|it| it.origins.iter().filter_map(Origin::api_host)).collect();
    for _ in hosts {
        counts.one("E12", "things_behind_a_distribution_with_one", "lake", false);
    }
}

/// Counts the distributions that log neither to a bucket nor by a delivery. Their deliveries are in one region, and where
/// that one is not read, nothing is known of those that do not log to a bucket.
fn count_unlogged(place: &Place<'_>, distributions: &[Distribution], tally: &mut Tally) {
    let sources = delivery_sources(place);
    let is_read = place.organization.settings.regions.iter().any(|region| region == LOGS_REGION);
    for it in distributions {
        let delivers = sources.iter().any(|(arn, delivers)| *arn == it.arn && *delivers);
        if it.logs || is_read {
            tally.misconfigurations.one("E18", "distributions", "lake", !it.logs && !delivers);
        }
    }
}

/// The distribution that a call is about.
fn find(context: &Context<'_>) -> Result<Distribution, Refusal> {
    let id = context.request.required("Id")?;
    let found = distributions(&context.place.whole()).into_iter().find(|it| it.id == id);
    found.ok_or_else(|| Refusal::new(404, "NoSuchDistribution", "The specified distribution does not exist."))
}

/// What the list and the configuration both say.
fn common(it: &Distribution) -> Value {
    let default = it.origins.first().map_or("", |it| it.id.as_str());
    let behavior = |target: &str| {
        json!({
            "TargetOriginId": target,
            "TrustedSigners": { "Enabled": false, "Quantity": 0 },
            "TrustedKeyGroups": { "Enabled": false, "Quantity": 0 },
            "ViewerProtocolPolicy": it.viewer_protocol_policy,
            "Compress": true,
            "LambdaFunctionAssociations": several("LambdaFunctionAssociation", vec![]),
            "FunctionAssociations": several("FunctionAssociation", vec![]),
            "FieldLevelEncryptionId": "",
        })
    };
    let others = it.origins.iter().skip(1).map(|origin| {
        let mut other = behavior(&origin.id);
        other["PathPattern"] = json!(format!("/{}/*", origin.id));
        other
    });
    let countries = if it.geo_restriction == "none" { vec![] } else { vec![json!("DE"), json!("AT")] };
    let mut geo = several("Location", countries);
    geo["RestrictionType"] = json!(it.geo_restriction);
    let is_own = it.minimum_protocol == "TLSv1";
    let certificate = json!({
        "CloudFrontDefaultCertificate": is_own,
        "ACMCertificateArn": (!is_own).then_some("arn:aws:acm:us-east-1:111122223333:certificate/0"),
        "SSLSupportMethod": if is_own { "vip" } else { "sni-only" },
        "MinimumProtocolVersion": it.minimum_protocol,
    });
    json!({
        "Aliases": several("CNAME", if is_own { vec![] } else { vec![json!("www.simulated.example")] }),
        "Origins": several("Origin", it.origins.iter().map(Origin::describe).collect()),
        "OriginGroups": several("OriginGroup", vec![]),
        "DefaultCacheBehavior": behavior(default),
        "CacheBehaviors": several("CacheBehavior", others.collect()),
        "CustomErrorResponses": several("CustomErrorResponse", vec![]),
        "Comment": "",
        "PriceClass": "PriceClass_100",
        "Enabled": it.is_enabled,
        "ViewerCertificate": certificate,
        "Restrictions": { "GeoRestriction": geo },
        "WebACLId": it.web_acl_id,
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": true,
        "Staging": false,
    })
}

fn summary(it: &Distribution) -> Value {
    let mut summary = common(it);
    summary["Id"] = json!(it.id);
    summary["ARN"] = json!(it.arn);
    summary["Status"] = json!("Deployed");
    summary["LastModifiedTime"] = json!(iso_millis(it.modified_millis));
    summary["DomainName"] = json!(format!("{}.cloudfront.net", it.id.to_lowercase()));
    summary
}

fn configuration(it: &Distribution) -> Value {
    let mut configuration = common(it);
    configuration["CallerReference"] = json!(it.id);
    configuration["DefaultRootObject"] = json!(it.root_object);
    configuration["Logging"] = json!({
        "Enabled": it.logs,
        "IncludeCookies": false,
        "Bucket": if it.logs { "logs.s3.amazonaws.com" } else { "" },
        "Prefix": "",
    });
    configuration
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn an_account_has_the_same_distributions_wherever_it_asks() {
        let client = Client::new(quiet(40, 1));
        let mut count = 0;
        for caller in (1..40).filter_map(|index| client.assume(index, "").ok()) {
            let here = caller.get("cloudfront", "/2020-05-31/distribution");
            let there = caller.in_region("eu-west-1").get("cloudfront", "/2020-05-31/distribution");
            assert_eq!((here.status, &here.body), (200, &there.body));
            for id in here.elements("Id").iter().filter(|id| id.starts_with('E')) {
                let configured = caller.get("cloudfront", &format!("/2020-05-31/distribution/{id}/config"));
                assert_eq!((configured.status, configured.element("CallerReference")), (200, id.clone()));
                count += 1;
            }
        }
        assert!(count > 5, "{count}");
        let refused = client.get("cloudfront", "/2020-05-31/distribution/E0/config");
        assert_eq!((refused.status, refused.element("Code")), (404, "NoSuchDistribution".to_owned()));
    }
}
