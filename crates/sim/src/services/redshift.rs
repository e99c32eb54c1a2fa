//! Redshift: clusters with the policies of their namespaces, snapshots and datashares with those who may use them.

use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::ids::vpc_id;
use crate::place::Place;
use crate::policies::{ResourcePolicy, SharedWith, Sharing, Subject, any_kind};
use crate::protocol::{Problem, Refusal, members, tags};
use crate::samples::{NEVER_PUBLIC, UNGATED};
use crate::service::{Service, get, list};
use crate::services::ec2::spots::{self, OF_DATA, Placed, Spot};
use crate::truth::{At, Planted, Tally, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterValue"),
        Problem::InvalidParameter.is("InvalidParameterValue"),
        Problem::Internal.is("InternalFailure"),
    ],
    answers: &[&[
        get("DescribeClusterSnapshots", |context| {
            let all = snapshots(&context.place);
            let page = context.page(all.iter().map(|it| describe_snapshot(&context.place, it)).collect())?;
            Ok(json!({ "Snapshots": { "Snapshot": page.elements }, "Marker": page.next }))
        })
        .pages(100, 100),
        get("DescribeClusters", |context| {
            let all = clusters(&context.place);
            let page = context.page(all.iter().map(|it| describe_cluster(&context.place, it)).collect())?;
            Ok(json!({ "Clusters": { "Cluster": page.elements }, "Marker": page.next }))
        })
        .pages(100, 100),
        list("DescribeDataShares", "DataShares", |context| {
            Ok(datashares(&context.place).iter().map(describe_datashare).collect())
        })
        .pages(100, 100),
        get("GetResourcePolicy", get_policy),
    ]],
    kinds: &[
        resources(At::Region, |place| clusters(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("redshift_clusters")
            .sampled("redshift_clusters", UNGATED),
        resources(At::Region, |place| datashares(place).into_iter().map(|it| it.share.planted(it.arn)).collect())
            .rows("redshift_datashares")
            .sampled("redshift_datashares", NEVER_PUBLIC),
        resources(At::Region, |place| snapshots(place).into_iter().map(|it| it.share.planted(it.arn)).collect())
            .rows("redshift_snapshots")
            .sampled("redshift_snapshots", NEVER_PUBLIC),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("redshift")
};

/// A cluster.
#[derive(Debug)]
struct Cluster {
    name: String,
    arn: String,
    namespace_arn: String,
    policy: ResourcePolicy,
    spot: Spot,
    /// The public address of its leader, if it is public.
    address: String,
    status: &'static str,
    is_public: bool,
    is_encrypted: bool,
    nodes: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// A snapshot that someone took.
#[derive(Debug)]
struct Snapshot {
    name: String,
    cluster: &'static str,
    arn: String,
    share: SharedWith,
    is_encrypted: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// A datashare.
#[derive(Debug)]
struct Datashare {
    arn: String,
    producer_arn: String,
    share: SharedWith,
    /// An account that is not authorized yet.
    waiting: Option<String>,
    is_open_to_public_clusters: bool,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let (mut dice, count) = place.sampled("redshift", place.organization.settings.rates.other_resources);
    let mut clusters: Vec<Cluster> =
        (0..count).map(|number| cluster(place, number, number + 1 == count, &mut dice)).collect();
    if place.is_showroom() {
        let shown = (count..).zip(OF_DATA).map(|(number, spot)| Cluster {
            spot,
            status: "available",
            is_public: true,
            ..cluster(place, number, false, &mut dice)
        });
        clusters.extend(shown);
    }
    clusters
}

fn cluster(place: &Place<'_>, number: u64, is_last: bool, dice: &mut Dice) -> Cluster {
    let namespace_arn = place.arn("redshift", &format!("namespace:{}", dice.uuid()));
    let subject = Subject {
        place: *place,
        actions: &["redshift:CreateInboundIntegration"],
        resources: vec![namespace_arn.clone()],
        service: "redshift.amazonaws.com",
    };
    let kind = place.shown(any_kind(dice, place.organization.settings.rates.public_other_resources), is_last);
    let days = dice.between(0, 1500);
    let name = format!("{}-{number}", dice.pick(&["lake", "ledger", "marts"]));
    Cluster {
        arn: place.arn("redshift", &format!("cluster:{name}")),
        policy: subject.policy(kind, dice),
        spot: spots::by_chance(place, "redshift", &name, &OF_DATA),
        address: format!("198.18.{}.{}", number / 250, number % 250 + 1),
        status: dice.weighted(&[("available", 16), ("paused", 2), ("creating", 1), ("levitating", 1)]),
        is_public: dice.chance(0.1),
        is_encrypted: dice.chance(0.8),
        nodes: dice.between(1, 8),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        namespace_arn,
        name,
    }
}

impl Cluster {
    /// Whether it is made: before, it has neither an address nor a time of creation.
    fn is_ready(&self) -> bool {
        self.status != "creating"
    }

    fn public_ip(&self) -> Option<String> {
        self.is_public.then(|| self.address.clone())
    }
}

/// The port of every cluster.
const PORT: u16 = 5439;

/// All clusters as the network has them, by the interfaces of their leaders.
pub(crate) fn placed(place: &Place<'_>) -> Vec<Placed> {
    let placed = |it: Cluster| Placed {
        public_ip: it.public_ip(),
        ports: it.is_ready().then(|| vec![PORT]),
        has_twin: false,
        spot: it.spot,
        name: it.name,
        arn: it.arn,
    };
    clusters(place).into_iter().map(placed).collect()
}

const CLOSED: &str = "internet_paths WHERE target_type = 'redshift_cluster' AND NOT is_reachable";
const UNKNOWN: &str = "internet_paths WHERE target_type = 'redshift_cluster' AND is_reachable IS NULL";

/// Counts the clusters that the internet reaches.
fn count(place: &Place<'_>, tally: &mut Tally) {
    spots::count(place, tally, &placed(place), [CLOSED, UNKNOWN]);
}

fn snapshots(place: &Place<'_>) -> Vec<Snapshot> {
    let (mut dice, count) = place.sampled("redshift-snapshots", place.organization.settings.rates.other_resources);
    let snapshot = |number: u64| {
        let cluster = dice.pick(&["lake", "ledger", "marts"]);
        let name = format!("before-{number}");
        let days = dice.between(0, 1500);
        Snapshot {
            arn: place.arn("redshift", &format!("snapshot:{cluster}/{name}")),
            share: shared_with(place, number + 1 == count, &mut dice),
            is_encrypted: dice.chance(0.8),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            name,
            cluster,
        }
    };
    (0..count).map(snapshot).collect()
}

fn datashares(place: &Place<'_>) -> Vec<Datashare> {
    let (mut dice, count) = place.sampled("redshift-datashares", place.organization.settings.rates.other_resources);
    let datashare = |number: u64| {
        let (namespace, name) = (dice.uuid(), dice.pick(&["sales", "visits"]));
        Datashare {
            arn: place.arn("redshift", &format!("datashare:{namespace}/{name}{number}")),
            producer_arn: place.arn("redshift", &format!("namespace:{namespace}")),
            share: shared_with(place, number + 1 == count, &mut dice),
            waiting: dice.chance(0.3).then(|| place.organization.outside_id(&mut dice)),
            is_open_to_public_clusters: dice.chance(0.3),
        }
    };
    (0..count).map(datashare).collect()
}

/// Nothing of Redshift is shared with everyone.
fn shared_with(place: &Place<'_>, is_last: bool, dice: &mut Dice) -> SharedWith {
    let by_chance = dice.weighted(&[(Sharing::Nobody, 12), (Sharing::Member, 4), (Sharing::Outsider, 3)]);
    SharedWith::of(place, place.shared_but(NEVER_PUBLIC, by_chance, is_last), dice)
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("ResourceArn")?;
    let found = clusters(&context.place).into_iter().find(|it| it.namespace_arn == wanted);
    let none = || Refusal::new(404, "ResourceNotFoundFault", format!("Resource {wanted} not found."));
    let of_serverless = || super::redshiftserverless::policy_of_namespace(context, wanted);
    let policy = found.map_or_else(of_serverless, |it| it.policy.document).ok_or_else(none)?;
    Ok(json!({ "ResourcePolicy": { "ResourceArn": wanted, "Policy": policy } }))
}

fn key(place: &Place<'_>, is_encrypted: bool) -> Option<String> {
    is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000"))
}

fn describe_cluster(place: &Place<'_>, it: &Cluster) -> Value {
    let is_ready = it.is_ready();
    let host = format!("{}.abc.{}.redshift.amazonaws.com", it.name, place.region);
    let group = |id: String| json!({ "VpcSecurityGroupId": id, "Status": "active" });
    let groups: Vec<Value> = it.spot.group_ids(place).into_iter().map(group).collect();
    let parameters = json!({ "ParameterGroupName": "default.redshift-2.0", "ParameterApplyStatus": "in-sync" });
    let leader = json!({ "NodeRole": "LEADER", "PrivateIPAddress": "10.0.0.60", "PublicIPAddress": it.public_ip() });
    json!({
        "ClusterIdentifier": it.name,
        "ClusterNamespaceArn": it.namespace_arn,
        "ClusterStatus": it.status,
        "ClusterAvailabilityStatus": "Available",
        "NodeType": "ra3.large",
        "NumberOfNodes": it.nodes,
        "MasterUsername": "awsuser",
        "DBName": "dev",
        "Endpoint": is_ready.then(|| json!({ "Address": host, "Port": PORT })),
        "ClusterCreateTime": is_ready.then(|| iso_millis(it.created_millis)),
        "AutomatedSnapshotRetentionPeriod": 1,
        "ManualSnapshotRetentionPeriod": -1,
        "ClusterNodes": members(is_ready.then_some(leader)),
        "VpcSecurityGroups": { "VpcSecurityGroup": groups },
        "ClusterParameterGroups": { "ClusterParameterGroup": [parameters] },
        "ClusterSubnetGroupName": it.spot.subnet_group(),
        "VpcId": vpc_id(place.organization, &place.account.id, place.region, 0),
        "AvailabilityZone": format!("{}a", place.region),
        "ClusterVersion": "1.0",
        "AllowVersionUpgrade": true,
        "PubliclyAccessible": it.is_public,
        "Encrypted": it.is_encrypted,
        "KmsKeyId": key(place, it.is_encrypted),
        "EnhancedVpcRouting": false,
        "MultiAZ": "Disabled",
        "Tags": { "Tag": tags(&it.tags) },
    })
}

fn describe_snapshot(place: &Place<'_>, it: &Snapshot) -> Value {
    let restorers: Vec<_> = it.share.principals.iter().map(|id| json!({ "AccountId": id })).collect();
    json!({
        "SnapshotArn": it.arn,
        "SnapshotIdentifier": it.name,
        "ClusterIdentifier": it.cluster,
        "SnapshotType": "manual",
        "Status": "available",
        "SnapshotCreateTime": iso_millis(it.created_millis),
        "ClusterCreateTime": iso_millis(it.created_millis),
        "OwnerAccount": place.account.id,
        "AccountsWithRestoreAccess": { "AccountWithRestoreAccess": restorers },
        "Encrypted": it.is_encrypted,
        "KmsKeyId": key(place, it.is_encrypted),
        "EncryptedWithHSM": false,
        "DBName": "dev",
        "NodeType": "ra3.large",
        "NumberOfNodes": 2,
        "TotalBackupSizeInMegaBytes": 10.5,
        "ManualSnapshotRetentionPeriod": -1,
        "Tags": { "Tag": tags(&it.tags) },
    })
}

fn describe_datashare(it: &Datashare) -> Value {
    let consumer = |(id, status): (&String, &str)| json!({ "ConsumerIdentifier": id, "Status": status });
    let waiting = it.waiting.iter().map(|id| (id, "PENDING_AUTHORIZATION"));
    let all = it.share.principals.iter().map(|id| (id, "ACTIVE")).chain(waiting);
    json!({
        "DataShareArn": it.arn,
        "ProducerArn": it.producer_arn,
        "AllowPubliclyAccessibleConsumers": it.is_open_to_public_clusters,
        "DataShareAssociations": members(all.map(consumer)),
        "DataShareType": "INTERNAL",
    })
}
