//! EKS: clusters, and the roles that their pods get.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Problem, Refusal};
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
        Problem::Internal.is("ServerException"),
    ],
    answers: &[&[
        get("DescribeCluster", |context| {
            let it = cluster(context)?;
            Ok(json!({ "cluster": describe(&context.place, &it) }))
        }),
        get("DescribePodIdentityAssociation", describe_association),
        list("ListClusters", "clusters", |context| {
            Ok(clusters(&context.place).into_iter().map(|it| Value::from(it.name)).collect())
        }),
        list("ListPodIdentityAssociations", "associations", |context| {
            let it = cluster(context)?;
            Ok(it.associations.iter().map(|one| summary(&context.place, &it.name, one)).collect())
        }),
    ]],
    kinds: &[
        things(At::Region, "eks_clusters", |place| clusters(place).len()),
        things(At::Region, "eks_pod_identity_associations", |place| {
            clusters(place).iter().map(|it| it.associations.len()).sum()
        }),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("eks")
};

/// A cluster.
#[derive(Debug)]
struct Cluster {
    name: String,
    version: &'static str,
    is_public: bool,
    /// The addresses that may reach its public API.
    cidr: &'static str,
    logs: bool,
    has_key: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
    associations: Vec<Association>,
}

/// A service account of a cluster's pods with its role.
#[derive(Debug)]
struct Association {
    id: String,
    service_account: &'static str,
    role_arn: String,
    /// A role of another account that the pods get by way of the first.
    target_role_arn: Option<String>,
    has_policy: bool,
    created_millis: i64,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("eks-clusters", rates.other_resources.min(1));
    let cluster = |number| {
        let days = dice.between(0, 1500);
        let created_millis = place.days_ago(days, &mut dice);
        let associations = dice.count(1);
        Cluster {
            name: format!("{}-{number}", dice.pick(&["apps", "batch", "edge"])),
            version: dice.weighted(&[("1.33", 6), ("1.32", 3), ("1.24", 2), ("2.0-alpha", 1)]),
            is_public: dice.chance(0.6),
            cidr: dice.weighted(&[("198.51.100.0/24", 2), ("0.0.0.0/0", 1)]),
            logs: dice.chance(0.5),
            has_key: dice.chance(0.5),
            created_millis,
            tags: some_tags(&mut dice),
            associations: (0..associations).map(|_| association(place, created_millis, &mut dice)).collect(),
        }
    };
    (0..count).map(cluster).collect()
}

fn association(place: &Place<'_>, created_millis: i64, dice: &mut Dice) -> Association {
    let organization = place.organization;
    let other = organization.other_id(place.account, dice);
    Association {
        id: format!("a-{}", dice.lower(16)),
        service_account: dice.pick(&["app", "worker", "ingress"]),
        role_arn: place.iam_arn("role/pods"),
        target_role_arn: dice.chance(0.3).then(|| organization.arn("iam", "", &other, "role/data")),
        has_policy: dice.chance(0.3),
        created_millis,
    }
}

/// Adds the clusters whose API the internet reaches.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for it in clusters(place).iter().filter(|it| it.is_public) {
        tally.lists.add("G17", [&place.arn("eks", &format!("cluster/{}", it.name))]);
    }
}

/// The cluster that a call names.
fn cluster(context: &Context<'_>) -> Result<Cluster, Refusal> {
    let wanted = context.request.required("name")?;
    let found = clusters(&context.place).into_iter().find(|it| it.name == wanted);
    found.ok_or_else(|| gone(&format!("No cluster found for name: {wanted}.")))
}

fn gone(message: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", message)
}

fn describe(place: &Place<'_>, it: &Cluster) -> Value {
    let key = json!({ "keyArn": place.arn("kms", "key/00000000-0000-4000-8000-000000000000") });
    json!({
        "name": it.name,
        "arn": place.arn("eks", &format!("cluster/{}", it.name)),
        "createdAt": epoch_seconds(it.created_millis),
        "version": it.version,
        "endpoint": format!("https://0123456789ABCDEF.gr7.{}.eks.amazonaws.com", place.region),
        "roleArn": place.iam_arn("role/eks"),
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-0123456789abcdef0"],
            "securityGroupIds": [],
            "clusterSecurityGroupId": "sg-0123456789abcdef0",
            "vpcId": "vpc-0123456789abcdef0",
            "endpointPublicAccess": it.is_public,
            "endpointPrivateAccess": !it.is_public,
            "publicAccessCidrs": [it.cidr],
        },
        "logging": { "clusterLogging": [{ "types": ["api", "audit"], "enabled": it.logs }] },
        "identity": { "oidc": { "issuer": format!("https://oidc.eks.{}.amazonaws.com/id/0123", place.region) } },
        "status": "ACTIVE",
        "platformVersion": "eks.7",
        "tags": tag_map(&it.tags),
        "encryptionConfig": it.has_key.then(|| json!([{ "resources": ["secrets"], "provider": key }])),
        "accessConfig": { "authenticationMode": "API_AND_CONFIG_MAP" },
        "upgradePolicy": { "supportType": "EXTENDED" },
        "deletionProtection": false,
    })
}

fn tag_map(tags: &[(String, String)]) -> Value {
    tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<Map<_, _>>().into()
}

fn summary(place: &Place<'_>, cluster: &str, it: &Association) -> Value {
    json!({
        "clusterName": cluster,
        "namespace": "default",
        "serviceAccount": it.service_account,
        "associationArn": place.arn("eks", &format!("podidentityassociation/{cluster}/{}", it.id)),
        "associationId": it.id,
    })
}

fn describe_association(context: &Context<'_>) -> Result<Value, Refusal> {
    let cluster = cluster(context)?;
    let wanted = context.request.required("associationId")?;
    let found = cluster.associations.iter().find(|it| it.id == wanted);
    let it = found.ok_or_else(|| gone(&format!("No association found for id: {wanted}.")))?;
    let mut association = summary(&context.place, &cluster.name, it);
    association["roleArn"] = json!(it.role_arn);
    association["targetRoleArn"] = json!(it.target_role_arn);
    association["policy"] = json!(it.has_policy.then_some(r#"{"Version":"2012-10-17","Statement":[]}"#));
    association["createdAt"] = json!(epoch_seconds(it.created_millis));
    association["modifiedAt"] = json!(epoch_seconds(it.created_millis));
    association["tags"] = json!({});
    Ok(json!({ "association": association }))
}
