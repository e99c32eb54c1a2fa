//! Aurora DSQL: clusters with their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Throttled.is("ThrottlingException"), Problem::Internal.is("InternalServerException")],
    answers: &[&[
        get("GetCluster", |context| Ok(describe(&context.place, &find(context)?))),
        get("GetClusterPolicy", |context| {
            let none = || Refusal::new(404, "ResourceNotFoundException", "The cluster has no policy.");
            Ok(json!({ "policy": find(context)?.policy.document.ok_or_else(none)?, "policyVersion": "1" }))
        }),
        list("ListClusters", "clusters", |context| {
            let listed = |it: &Cluster| json!({ "identifier": it.id, "arn": it.arn });
            Ok(clusters(&context.place).iter().map(listed).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        clusters(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("dsql_clusters")
    .sampled("dsql_clusters", UNGATED)],
    ..Service::named("dsql")
};

/// A cluster.
#[derive(Debug)]
struct Cluster {
    id: String,
    arn: String,
    policy: ResourcePolicy,
    status: &'static str,
    is_protected: bool,
    has_key: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("dsql", rates.other_resources);
    let cluster = |number: u64| {
        let id = dice.lower(26);
        let arn = place.arn("dsql", &format!("cluster/{id}"));
        let subject = Subject {
            place: *place,
            actions: &["dsql:DbConnect", "dsql:DbConnectAdmin"],
            resources: vec![arn.clone()],
            service: "lambda.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 400);
        Cluster {
            policy: subject.policy(kind, &mut dice),
            status: dice.weighted(&[("ACTIVE", 12), ("IDLE", 6), ("LEVITATING", 1)]),
            is_protected: dice.chance(0.6),
            has_key: dice.chance(0.3),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            id,
            arn,
        }
    };
    (0..count).map(cluster).collect()
}

fn find(context: &Context<'_>) -> Result<Cluster, Refusal> {
    let wanted = context.request.required("identifier")?;
    let found = clusters(&context.place).into_iter().find(|it| it.id == wanted);
    found.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", "The cluster does not exist."))
}

fn describe(place: &Place<'_>, it: &Cluster) -> Value {
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "identifier": it.id,
        "arn": it.arn,
        "status": it.status,
        "creationTime": epoch_seconds(it.created_millis),
        "deletionProtectionEnabled": it.is_protected,
        "endpoint": format!("{}.dsql.{}.on.aws", it.id, place.region),
        "encryptionDetails": {
            "encryptionType": if it.has_key { "CUSTOMER_MANAGED_KMS_KEY" } else { "AWS_OWNED_KMS_KEY" },
            "kmsKeyArn": it.has_key.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
            "encryptionStatus": "ENABLED",
        },
        "tags": tags,
    })
}
