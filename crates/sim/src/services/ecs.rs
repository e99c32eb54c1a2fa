//! ECS: clusters with services and tasks, and task definitions.

mod definitions;
mod described;

use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Problem, Refusal};
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
        Problem::Internal.is("ServerException"),
    ],
    answers: &[
        &[
            get("DescribeClusters", |context| {
                Ok(batch(context, "clusters", "clusters", clusters(&context.place), |it| &it.arn, described::cluster))
            }),
            get("DescribeServices", |context| {
                let services = named(context)?.services;
                Ok(batch(context, "services", "services", services, |it| &it.arn, described::service))
            }),
            get("DescribeTasks", |context| {
                let tasks = named(context)?.tasks;
                Ok(batch(context, "tasks", "tasks", tasks, |it| &it.arn, described::task))
            }),
            list("ListClusters", "clusterArns", |context| {
                Ok(clusters(&context.place).into_iter().map(|it| json!(it.arn)).collect())
            }),
            list("ListServices", "serviceArns", |context| {
                Ok(named(context)?.services.into_iter().map(|it| json!(it.arn)).collect())
            })
            .pages(10, 100),
            list("ListTasks", "taskArns", |context| {
                Ok(named(context)?.tasks.into_iter().map(|it| json!(it.arn)).collect())
            }),
        ],
        definitions::ANSWERS,
    ],
    kinds: &[
        things(At::Region, "ecs_clusters", |place| clusters(place).len()),
        things(At::Region, "ecs_services", |place| clusters(place).iter().map(|it| it.services.len()).sum()),
        things(At::Region, "ecs_tasks", |place| clusters(place).iter().map(|it| it.tasks.len()).sum()),
        things(At::Region, "ecs_task_definitions", |place| definitions::task_definitions(place).len()),
        things(At::Region, "ecs_containers", |place| {
            definitions::task_definitions(place).iter().map(|it| it.containers.len()).sum()
        }),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("ecs")
};

/// A cluster.
#[derive(Debug)]
struct Cluster {
    name: String,
    arn: String,
    insights: &'static str,
    exec_logging: Option<&'static str>,
    services: Vec<EcsService>,
    tasks: Vec<Task>,
    tags: Vec<(String, String)>,
}

/// A service of a cluster.
#[derive(Debug)]
struct EcsService {
    name: String,
    arn: String,
    cluster_arn: String,
    launch_type: &'static str,
    has_public_address: bool,
    is_exec_enabled: bool,
    is_behind_balancer: bool,
    desired: usize,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// A task, of a service or alone.
#[derive(Debug)]
struct Task {
    arn: String,
    cluster_arn: String,
    service: Option<String>,
    launch_type: &'static str,
    status: &'static str,
    interface_id: String,
    private_ip: String,
    is_exec_enabled: bool,
    created_millis: i64,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let (mut dice, count) = place.population("ecs", place.organization.settings.rates.other_resources.div_ceil(2));
    let cluster = |number| {
        let name = format!("{}-{number}", dice.pick(&["shop", "batch", "lab"]));
        let arn = place.arn("ecs", &format!("cluster/{name}"));
        let services: Vec<EcsService> =
            (0..dice.count(1)).map(|number| service(place, &name, &arn, number, &mut dice)).collect();
        let mut tasks = Vec::new();
        for of in &services {
            tasks.extend((0..of.desired).map(|_| task(place, &name, &arn, Some(of), &mut dice)));
        }
        if dice.chance(0.3) {
            tasks.push(task(place, &name, &arn, None, &mut dice));
        }
        Cluster {
            insights: dice.weighted(&[("disabled", 3), ("enabled", 3), ("enhanced", 1), ("clairvoyant", 1)]),
            exec_logging: dice.pick(&[None, Some("NONE"), Some("DEFAULT"), Some("OVERRIDE")]),
            services,
            tasks,
            tags: some_tags(&mut dice),
            name,
            arn,
        }
    };
    (0..count).map(cluster).collect()
}

fn service(place: &Place<'_>, cluster: &str, cluster_arn: &str, number: u64, dice: &mut Dice) -> EcsService {
    let name = format!("{}-{number}", dice.pick(&["web", "worker", "search"]));
    let days = dice.between(0, 900);
    EcsService {
        arn: place.arn("ecs", &format!("service/{cluster}/{name}")),
        cluster_arn: cluster_arn.to_owned(),
        launch_type: dice.weighted(&[("FARGATE", 6), ("EC2", 3), ("ORBIT", 1)]),
        has_public_address: dice.chance(0.3),
        is_exec_enabled: dice.chance(0.3),
        is_behind_balancer: dice.chance(0.5),
        desired: dice.pick(&[0_usize, 1, 2]),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        name,
    }
}

fn task(place: &Place<'_>, cluster: &str, cluster_arn: &str, of: Option<&EcsService>, dice: &mut Dice) -> Task {
    Task {
        arn: place.arn("ecs", &format!("task/{cluster}/{}", dice.hex(32))),
        cluster_arn: cluster_arn.to_owned(),
        service: of.map(|service| service.name.clone()),
        launch_type: of.map_or("FARGATE", |service| service.launch_type),
        status: dice.weighted(&[("RUNNING", 8), ("PENDING", 1), ("MUSING", 1)]),
        interface_id: format!("eni-0{}", dice.hex(16)),
        private_ip: format!("10.0.{}.{}", dice.between(0, 255), dice.between(4, 250)),
        is_exec_enabled: of.is_some_and(|service| service.is_exec_enabled),
        created_millis: place.days_ago(0, dice),
    }
}

/// The load balancer before every service that is behind one, by its name.
pub(crate) const BALANCER: &str = "web-0";

/// A task as the network has it: one with an interface of its own, which is one on Fargate.
pub(crate) struct Placed {
    pub(crate) arn: String,
    /// The service that keeps it running, if one does.
    pub(crate) service_arn: Option<String>,
    pub(crate) interface_id: String,
    pub(crate) private_ip: String,
    /// Whether its service gives it a public address.
    pub(crate) is_public: bool,
}

/// The tasks of a place that are on Fargate.
pub(crate) fn placed(place: &Place<'_>) -> Vec<Placed> {
    let of_cluster = |cluster: Cluster| -> Vec<Placed> {
        let placed = |it: Task| {
            let service = cluster.services.iter().find(|service| it.service.as_ref() == Some(&service.name));
            Placed {
                service_arn: service.map(|service| service.arn.clone()),
                is_public: service.is_some_and(|service| service.has_public_address),
                arn: it.arn,
                interface_id: it.interface_id,
                private_ip: it.private_ip,
            }
        };
        cluster.tasks.into_iter().filter(|it| it.launch_type == "FARGATE").map(placed).collect()
    };
    clusters(place).into_iter().flat_map(of_cluster).collect()
}

/// The services of a place that are behind the load balancer, by their ARNs.
pub(crate) fn behind_balancer(place: &Place<'_>) -> Vec<String> {
    let services = clusters(place).into_iter().flat_map(|it| it.services);
    services.filter(|it| it.is_behind_balancer).map(|it| it.arn).collect()
}

fn count(place: &Place<'_>, tally: &mut Tally) {
    for container in definitions::task_definitions(place).iter().flat_map(|it| &it.containers) {
        tally.misconfigurations.one("E18", "containers", "lake", container.log_driver.is_none());
        let is_secret_like = matches!(container.variable, "DB_PASSWORD" | "API_TOKEN");
        tally.misconfigurations.one("E16", "containers", "lake", is_secret_like);
    }
}

/// The cluster that a call names, by its ARN or its name.
fn named(context: &Context<'_>) -> Result<Cluster, Refusal> {
    let wanted = context.request.text("cluster").unwrap_or("default");
    let found = clusters(&context.place).into_iter().find(|it| it.arn == wanted || it.name == wanted);
    found.ok_or_else(|| Refusal::new(400, "ClusterNotFoundException", "Cluster not found."))
}

/// Those of the things that a call names, described, and what it names and is not there.
fn batch<T>(
    context: &Context<'_>,
    input: &str,
    member: &str,
    all: Vec<T>,
    arn_of: fn(&T) -> &String,
    describe: fn(&Place<'_>, &T) -> Value,
) -> Value {
    let wanted = context.request.texts(input);
    let is_missing = |arn: &&str| !all.iter().any(|it| arn_of(it) == *arn);
    let missing = wanted.iter().copied().filter(is_missing);
    let failures: Vec<Value> = missing.map(|arn| json!({ "arn": arn, "reason": "MISSING" })).collect();
    let is_wanted = |it: &&T| wanted.contains(&arn_of(it).as_str());
    let found: Vec<Value> = all.iter().filter(is_wanted).map(|it| describe(&context.place, it)).collect();
    json!({ member: found, "failures": failures })
}
