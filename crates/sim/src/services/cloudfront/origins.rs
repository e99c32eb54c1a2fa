//! Origins of distributions: buckets with and without protection, load balancers, APIs, functions, and others.

use crate::dice::Dice;
use crate::place::Place;
use crate::services::s3::bucket_hosts;
use crate::services::{apigatewayv2, elasticloadbalancingv2};
use serde_json::{Value, json};

/// A list as CloudFront writes it: how many, and which.
pub(super) fn several(name: &str, elements: Vec<Value>) -> Value {
    match elements.len() {
        0 => json!({ "Quantity": 0 }),
        count => json!({ "Quantity": count, "Items": { name: elements } }),
    }
}

/// An origin of a distribution.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) id: String,
    host: String,
    /// The bucket behind it, by its ARN; none if the account has no such bucket.
    bucket_arn: Option<String>,
    sort: Sort,
    protocol_policy: &'static str,
    has_header: bool,
}

/// What stands behind an origin, and what protects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A bucket that CloudFront asks with signed requests.
    Controlled,
    /// A bucket that CloudFront asks as an identity of its own.
    Identity,
    /// A bucket that CloudFront asks as anyone may.
    Bare,
    Website,
    /// A load balancer of the account, if it has one.
    LoadBalancer,
    /// A REST API.
    Api,
    /// An HTTP or WebSocket API of the account, if it has one.
    ApiWithoutWaf,
    /// A function that CloudFront asks with signed requests.
    ControlledFunction,
    Function,
    Other,
    /// A host in a VPC.
    Vpc,
}

/// How often each sort occurs.
const SORTS: [(Sort, u32); 11] = [
    (Sort::Controlled, 6),
    (Sort::Identity, 3),
    (Sort::Bare, 2),
    (Sort::Website, 2),
    (Sort::LoadBalancer, 4),
    (Sort::Api, 2),
    (Sort::ApiWithoutWaf, 2),
    (Sort::ControlledFunction, 1),
    (Sort::Function, 1),
    (Sort::Other, 3),
    (Sort::Vpc, 1),
];

/// What an account has that may stand behind an origin.
struct Own {
    /// Buckets, by host and ARN.
    buckets: Vec<(String, String)>,
    /// The hosts of APIs.
    apis: Vec<String>,
    /// The hosts of load balancers.
    balancers: Vec<String>,
}

/// The region of what stands behind origins, but for buckets.
pub(super) fn region<'a>(place: &Place<'a>) -> &'a str {
    place.organization.settings.regions.first().map_or("us-east-1", String::as_str)
}

/// The origins of one distribution: one to three.
pub(super) fn origins(place: &Place<'_>, dice: &mut Dice) -> Vec<Origin> {
    let there = place.in_region(region(place));
    let own = Own {
        buckets: bucket_hosts(place),
        apis: apigatewayv2::hosts(&there),
        balancers: elasticloadbalancingv2::hosts(&there),
    };
    let count = dice.some(1, 3);
    (0..count).map(|number| origin(there.region, &own, number, dice)).collect()
}

fn origin(region: &str, own: &Own, number: i64, dice: &mut Dice) -> Origin {
    let sort = dice.weighted(&SORTS);
    let (name, at) = (dice.lower(10), usize::try_from(dice.between(0, 99)).unwrap_or_default());
    // A distribution may lead to a bucket, or a load balancer, that is no longer there, or that is another's.
    let bucket = own.buckets.get(at % (own.buckets.len() + 1)).cloned();
    let balancer = own.balancers.get(at % (own.balancers.len() + 1)).cloned();
    let api = own.apis.get(at % own.apis.len().max(1)).cloned();
    let elsewhere = format!("elsewhere-{name}.s3.{region}.amazonaws.com");
    let mut bucket_arn = None;
    let host = match sort {
        Sort::Controlled | Sort::Identity | Sort::Bare => {
            let (host, arn) = bucket.unzip();
            bucket_arn = arn;
            host.unwrap_or(elsewhere)
        }
        Sort::Website => format!("www-{name}.s3-website-{region}.amazonaws.com"),
        Sort::LoadBalancer => balancer.unwrap_or_else(|| format!("front-{name}.{region}.elb.amazonaws.com")),
        Sort::Api => format!("{name}.execute-api.{region}.amazonaws.com"),
        Sort::ApiWithoutWaf => api.unwrap_or_else(|| format!("{name}.execute-api.{region}.amazonaws.com")),
        Sort::ControlledFunction | Sort::Function => format!("{name}.lambda-url.{region}.on.aws"),
        Sort::Other | Sort::Vpc => format!("{name}.simulated.example"),
    };
    let sort = if sort == Sort::ApiWithoutWaf && own.apis.is_empty() { Sort::Api } else { sort };
    let protocol_policy = dice.pick(&["http-only", "match-viewer", "https-only"]);
    Origin { id: format!("origin-{number}"), host, bucket_arn, sort, protocol_policy, has_header: dice.chance(0.3) }
}

impl Origin {
    /// Whether it is known to be without protection. Viewers may ask without encryption, or not; these buckets are
    /// public, and these hosts of load balancers the whole internet reaches.
    pub(super) fn is_open(&self, takes_http: bool, public: &[String], reached: &[String]) -> bool {
        match self.sort {
            Sort::Bare | Sort::Website | Sort::Function => true,
            Sort::Controlled | Sort::Identity => self.bucket_arn.as_ref().is_some_and(|arn| public.contains(arn)),
            Sort::ControlledFunction | Sort::Vpc => false,
            Sort::LoadBalancer | Sort::Api | Sort::ApiWithoutWaf | Sort::Other => match self.protocol_policy {
                "http-only" => true,
                "match-viewer" if takes_http => true,
                _ => reached.contains(&self.host),
            },
        }
    }

    /// The host of the HTTP or WebSocket API behind it.
    pub(super) fn api_host(&self) -> Option<&str> {
        (self.sort == Sort::ApiWithoutWaf).then_some(self.host.as_str())
    }

    /// The origin on the wire.
    pub(super) fn describe(&self) -> Value {
        let is_bucket = matches!(self.sort, Sort::Controlled | Sort::Identity | Sort::Bare);
        let has_control = matches!(self.sort, Sort::Controlled | Sort::ControlledFunction);
        let identity = match self.sort {
            Sort::Identity => "origin-access-identity/cloudfront/E1SIMULATED",
            _ => "",
        };
        let protocol_policy = if self.sort == Sort::Website { "http-only" } else { self.protocol_policy };
        let custom = json!({
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": protocol_policy,
            "OriginSslProtocols": { "Quantity": 1, "Items": { "SslProtocol": ["TLSv1.2"] } },
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
        });
        let header = json!({ "HeaderName": "x-origin-verify", "HeaderValue": crate::CANARY });
        let headers: Vec<Value> = self.has_header.then_some(header).into_iter().collect();
        json!({
            "Id": self.id,
            "DomainName": self.host,
            "OriginPath": "",
            "CustomHeaders": several("OriginCustomHeader", headers),
            "S3OriginConfig": is_bucket.then(|| json!({ "OriginAccessIdentity": identity })),
            "CustomOriginConfig": (!is_bucket && self.sort != Sort::Vpc).then_some(custom),
            "VpcOriginConfig": (self.sort == Sort::Vpc).then(|| json!({ "VpcOriginId": "vo_simulated" })),
            "ConnectionAttempts": 3,
            "ConnectionTimeout": 10,
            "OriginShield": { "Enabled": false },
            "OriginAccessControlId": if has_control { "E2SIMULATED" } else { "" },
        })
    }
}
