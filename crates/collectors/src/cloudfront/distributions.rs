//! Distributions of CloudFront: ListDistributions, then GetDistributionConfig for each, which alone says what is
//! logged.

use std::collections::BTreeSet;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use super::listed::{Behavior, Configured, Listed, Page};
use super::origins::{DistributionOrigin, ItsDistribution, origin};
use super::parts::said;
use crate::items::{Answer, Unread, details, is_gone};

const LIST: Read<Page> = reads("cloudfront", "ListDistributions");
const CONFIG: Read<Configured> = reads("cloudfront", "GetDistributionConfig");

/// How CloudFront says that there is no such distribution.
const GONE: &[&str] = &["NoSuchDistribution"];

/// One distribution of CloudFront. What stands behind it is in cloudfront_origins.
#[derive(Debug, Serialize, Row)]
#[row(table = "cloudfront_distributions", key = "arn", name = "domain_name")]
pub struct Distribution {
    /// The distribution's ARN.
    pub arn: String,
    /// The distribution's id, E….
    pub distribution_id: String,
    /// The host that CloudFront gave it, d….cloudfront.net.
    pub domain_name: Option<String>,
    /// Its other hosts.
    pub aliases: Vec<String>,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// Deployed or InProgress.
    pub status: Option<String>,
    /// Whether it answers.
    pub is_enabled: Option<bool>,
    /// Whether it tries out the changes of another one.
    pub is_staging: Option<bool>,
    /// direct; or tenant-only: it answers for its tenants' hosts, which are not read. Null: AWS did not say.
    pub connection_mode: Option<String>,
    /// How viewers may ask, over all behaviours: allow-all, https-only, redirect-to-https.
    pub viewer_protocol_policies: Vec<String>,
    /// Whether some behaviour takes requests without encryption. Null: AWS did not say.
    pub allows_http: Option<bool>,
    /// The least that it asks of encrypted connections, TLSv1.2_2021. Of CloudFront's own certificate it is TLSv1.
    pub minimum_protocol_version: Option<String>,
    /// Whether its certificate is CloudFront's own, for its own host. Null: AWS did not say.
    pub is_default_certificate: Option<bool>,
    /// Its certificate of Certificate Manager, by its ARN. Null: none.
    pub acm_certificate_arn: Option<String>,
    /// Its certificate in IAM, by its id. Null: none.
    pub iam_certificate_id: Option<String>,
    /// sni-only, vip or static-ip: how it finds the certificate. Null: the certificate is CloudFront's own.
    pub ssl_support_method: Option<String>,
    /// Whether viewers must have certificates: required, optional or passthrough. Null: they need none.
    pub viewer_mtls_mode: Option<String>,
    /// The web ACL of WAF before it, by its ARN; by its id if it is of WAF Classic. Null: none.
    pub web_acl_id: Option<String>,
    /// blacklist or whitelist: the countries are kept out, or they alone are let in; none.
    pub geo_restriction_type: Option<String>,
    /// These countries, by their two letters.
    pub geo_restriction_countries: Vec<String>,
    /// What it shows for the path /. Null: none, or it could not be read.
    pub default_root_object: Option<String>,
    /// Whether it logs requests to a bucket. Null: it could not be read. Logs that it delivers to CloudWatch Logs,
    /// Firehose or S3 by way of CloudWatch do not count here.
    pub is_logging_enabled: Option<bool>,
    /// The host of the bucket to which it logs. Null: none, or it could not be read.
    pub log_bucket: Option<String>,
    /// How the names of its logs begin. Null: it could not be read, or they begin with nothing.
    pub log_prefix: Option<String>,
    /// Whether it logs cookies as well. Null: it could not be read.
    pub has_logged_cookies: Option<bool>,
    /// The configurations of its logs in real time, over all behaviours, by ARN.
    pub realtime_log_config_arns: Vec<String>,
    /// Whether every behaviour asks for a signed URL or cookie. Null: AWS did not say.
    pub needs_signature: Option<bool>,
    /// Whether some behaviour encrypts fields of forms for the origin alone.
    pub has_field_level_encryption: bool,
    /// The functions of Lambda@Edge and of CloudFront that its behaviours call, by ARN.
    pub function_arns: Vec<String>,
    /// How many origins it has. Null: AWS did not say.
    pub origin_count: Option<i32>,
    /// How many groups of origins it has, of which one takes over for another.
    pub origin_group_count: i32,
    /// How many behaviours it has beside the default.
    pub behavior_count: i32,
    /// PriceClass_All, PriceClass_200 or PriceClass_100: in which parts of the world it answers.
    pub price_class: Option<String>,
    /// The newest version of HTTP that it speaks, http2and3.
    pub http_version: Option<String>,
    /// Whether it is reached by IPv6.
    pub is_ipv6_enabled: Option<bool>,
    /// The policy by which a staging distribution gets a part of its requests. Null: none, or it could not be read.
    pub continuous_deployment_policy_id: Option<String>,
    /// When it was last changed (UTC). AWS does not say when it was made.
    pub last_modified_at: Option<Timestamp>,
}

/// The distributions of an account, with their origins.
pub const DISTRIBUTIONS: Collector = Collector {
    name: "cloudfront_distributions",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), CONFIG.call()],
    resources: &[],
    tables: &[table::<Distribution>(), table::<DistributionOrigin>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 100}));
    while let Some(page) = pages.next().await {
        let mut distributions = details(page?.items, |listed| read(session, listed));
        while let Some((listed, configured)) = distributions.next().await {
            push(session, rows, listed, configured).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Configured>) {
    let configured = CONFIG.send(session, json!({"Id": listed.id})).await;
    (listed, configured)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut listed: Listed,
    configured: Answer<Configured>,
) -> Result<(), Error> {
    if is_gone(GONE, &configured) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    // It is in no region.
    let made = |id: &str| format!("arn:{}:cloudfront::{}:distribution/{id}", session.partition(), session.account_id());
    let Some((arn, id)) = unread.identity("Id", listed.id.take(), listed.arn.take(), made) else {
        unread.lost(rows, [Distribution::TABLE, DistributionOrigin::TABLE], &LIST.call().name());
        return Ok(());
    };
    let configured = rows.item([Distribution::TABLE], configured)?;
    let origins = unread.value("Origins", listed.origins.take()).map(|it| it.items);
    let origin_count = origins.as_ref().map(|it| count(it.len()));
    let target = |behavior: &Behavior| behavior.target_origin_id.clone();
    let default = listed.default_cache_behavior.as_ref().and_then(target);
    let targets: Vec<String> = listed.cache_behaviors.items.iter().filter_map(target).collect();
    let its = ItsDistribution { arn: &arn, id: &id, default: default.as_deref(), targets: &targets };
    for described in origins.into_iter().flatten() {
        let mut unread = Unread::default();
        let row = origin(&its, described, &mut unread);
        unread.push(rows, &LIST.call().name(), row).await?;
    }
    let row = distribution(arn, id, listed, configured, &mut unread);
    unread.count(rows, Distribution::TABLE, &LIST.call().name());
    rows.push(Distribution { origin_count, ..row }).await
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The values that some behaviours have, each once.
fn over_all(it: &Listed, value: impl Fn(&Behavior) -> Option<&str>) -> Vec<String> {
    let values: BTreeSet<&str> = it.behaviors().filter_map(value).filter(|text| !text.is_empty()).collect();
    values.into_iter().map(str::to_owned).collect()
}

/// The functions that the behaviours call, each once.
fn functions(it: &Listed) -> Vec<String> {
    let of_lambda = it.behaviors().flat_map(|it| &it.lambda_function_associations.items);
    let of_cloudfront = it.behaviors().flat_map(|it| &it.function_associations.items);
    let arns = of_lambda.filter_map(|it| it.arn.clone()).chain(of_cloudfront.filter_map(|it| it.arn.clone()));
    arns.collect::<BTreeSet<_>>().into_iter().collect()
}

fn distribution(
    arn: String,
    distribution_id: String,
    it: Listed,
    configured: Option<Configured>,
    unread: &mut Unread,
) -> Distribution {
    let last_modified = unread.value("LastModifiedTime", it.last_modified_time.as_ref());
    let last_modified_at = unread.moment("LastModifiedTime", last_modified);
    let has_behaviors = unread.value("DefaultCacheBehavior", it.default_cache_behavior.as_ref()).is_some();
    let viewer_protocol_policies = over_all(&it, |it| it.viewer_protocol_policy.as_deref());
    let configured = configured.map(|it| (it.logging, it.default_root_object, it.continuous_deployment_policy_id));
    let (logging, root_object, deployment) = configured
        .map_or((None, None, None), |(logging, root, deployment)| (Some(logging), said(root), said(deployment)));
    let logging_enabled = logging.as_ref().map(|it| it.enabled == Some(true));
    Distribution {
        arn,
        distribution_id,
        allows_http: has_behaviors.then(|| viewer_protocol_policies.iter().any(|it| it == "allow-all")),
        viewer_protocol_policies,
        needs_signature: has_behaviors.then(|| it.behaviors().all(Behavior::needs_signature)),
        realtime_log_config_arns: over_all(&it, |it| it.realtime_log_config_arn.as_deref()),
        has_field_level_encryption: !over_all(&it, |it| it.field_level_encryption_id.as_deref()).is_empty(),
        function_arns: functions(&it),
        origin_count: None,
        origin_group_count: count(it.origin_groups.items.iter().filter(|it| it.id.is_some()).count()),
        behavior_count: count(it.cache_behaviors.items.len()),
        domain_name: unread.value("DomainName", it.domain_name),
        aliases: it.aliases.items,
        description: said(it.comment),
        status: unread.value("Status", it.status),
        is_enabled: unread.value("Enabled", it.enabled),
        is_staging: unread.value("Staging", it.staging),
        connection_mode: it.connection_mode,
        minimum_protocol_version: it.viewer_certificate.minimum_protocol_version,
        is_default_certificate: it.viewer_certificate.cloud_front_default_certificate,
        acm_certificate_arn: said(it.viewer_certificate.acm_certificate_arn),
        iam_certificate_id: said(it.viewer_certificate.iam_certificate_id),
        ssl_support_method: it.viewer_certificate.ssl_support_method,
        viewer_mtls_mode: it.viewer_mtls_config.mode,
        web_acl_id: said(unread.value("WebACLId", it.web_acl_id)),
        geo_restriction_type: unread.value("Restrictions", it.restrictions.geo_restriction.restriction_type),
        geo_restriction_countries: it.restrictions.geo_restriction.items,
        default_root_object: root_object,
        is_logging_enabled: logging_enabled,
        has_logged_cookies: logging.as_ref().map(|it| it.include_cookies == Some(true)),
        log_prefix: logging.as_ref().and_then(|it| said(it.prefix.clone())),
        log_bucket: logging.and_then(|it| said(it.bucket)),
        price_class: unread.value("PriceClass", it.price_class),
        http_version: unread.value("HttpVersion", it.http_version),
        is_ipv6_enabled: unread.value("IsIPV6Enabled", it.is_ipv6_enabled),
        continuous_deployment_policy_id: deployment,
        last_modified_at,
    }
}

#[cfg(test)]
mod tests;
