//! Managed Streaming for Apache Kafka: clusters and their policies.

use crate::clock::iso_millis;
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
    errors: &[
        Problem::InvalidToken.is("BadRequestException"),
        Problem::InvalidParameter.is("BadRequestException"),
        Problem::Internal.is("InternalServerErrorException"),
    ],
    answers: &[&[
        get("GetClusterPolicy", get_policy),
        list("ListClustersV2", "clusterInfoList", |context| {
            Ok(clusters(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        clusters(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("kafka_clusters")
    .sampled("kafka_clusters", UNGATED)],
    ..Service::named("kafka")
};

/// A cluster.
#[derive(Debug)]
struct Cluster {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    is_serverless: bool,
    public_access: &'static str,
    client_broker: &'static str,
    is_unauthenticated: bool,
    state: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("kafka", rates.other_resources);
    let cluster = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["orders", "clicks", "change-data"]));
        let arn = place.arn("kafka", &format!("cluster/{name}/{}-1", dice.uuid()));
        let subject = Subject {
            place: *place,
            actions: &["kafka:CreateVpcConnection", "kafka:GetBootstrapBrokers"],
            resources: vec![arn.clone()],
            service: "firehose.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1500);
        Cluster {
            policy: subject.policy(kind, &mut dice),
            is_serverless: dice.chance(0.2),
            public_access: dice.weighted(&[("DISABLED", 9), ("SERVICE_PROVIDED_EIPS", 1)]),
            client_broker: dice.weighted(&[("TLS", 6), ("TLS_PLAINTEXT", 2), ("PLAINTEXT", 1)]),
            is_unauthenticated: dice.chance(0.2),
            state: dice.weighted(&[("ACTIVE", 10), ("UPDATING", 1), ("PONDERING", 1)]),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            name,
            arn,
        }
    };
    (0..count).map(cluster).collect()
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("clusterArn")?;
    let found = clusters(&context.place).into_iter().find(|it| it.arn == wanted);
    let none = |message: &str| Refusal::new(404, "NotFoundException", message);
    let cluster = found.ok_or_else(|| none("The requested resource doesn't exist."))?;
    let document = cluster.policy.document.ok_or_else(|| none("No policy exists for the cluster."))?;
    Ok(json!({ "currentVersion": "K3P5ROKL5A1OLE", "policy": document }))
}

fn describe(place: &Place<'_>, it: &Cluster) -> Value {
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "clusterArn": it.arn,
        "clusterName": it.name,
        "clusterType": if it.is_serverless { "SERVERLESS" } else { "PROVISIONED" },
        "creationTime": iso_millis(it.created_millis),
        "currentVersion": "K3P5ROKL5A1OLE",
        "state": it.state,
        "tags": tags,
        "provisioned": (!it.is_serverless).then(|| provisioned(place, it)),
        "serverless": it.is_serverless.then(serverless),
    })
}

fn provisioned(place: &Place<'_>, it: &Cluster) -> Value {
    json!({
        "brokerNodeGroupInfo": {
            "brokerAZDistribution": "DEFAULT",
            "clientSubnets": ["subnet-0123456789abcdef0"],
            "instanceType": "kafka.m7g.large",
            "securityGroups": ["sg-0123456789abcdef0"],
            "connectivityInfo": { "publicAccess": { "type": it.public_access } },
        },
        "currentBrokerSoftwareInfo": { "kafkaVersion": "3.8.x" },
        "clientAuthentication": {
            "sasl": { "iam": { "enabled": true } },
            "unauthenticated": { "enabled": it.is_unauthenticated },
        },
        "encryptionInfo": {
            "encryptionAtRest": { "dataVolumeKMSKeyId": place.arn("kms", "key/00000000-0000-4000-8000-000000000000") },
            "encryptionInTransit": { "clientBroker": it.client_broker, "inCluster": true },
        },
        "enhancedMonitoring": "DEFAULT",
        "numberOfBrokerNodes": 3,
        "storageMode": "LOCAL",
    })
}

fn serverless() -> Value {
    json!({
        "vpcConfigs": [{ "subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"] }],
        "clientAuthentication": { "sasl": { "iam": { "enabled": true } } },
    })
}
