//! ECR: repositories with their policies and images, and the registry's policy and scanning.

mod images;
mod scanning;

use crate::account::Trouble;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, Tally, resources, things};
use orgcensus_policy::kinds::ECR_REPOSITORY;
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("InvalidParameter"), Problem::InvalidParameter.is("InvalidParameterException")],
    troubles: &[Trouble::ServiceDeniedToRole, Trouble::ServiceUnsupported],
    answers: &[&[
        get("BatchGetRepositoryScanningConfiguration", scanning::batch),
        get("DescribeImageScanFindings", images::findings),
        list("DescribeImages", "imageDetails", images::list),
        get("DescribeRegistry", |context| {
            let rules: [Value; 0] = [];
            Ok(json!({ "registryId": context.place.account.id, "replicationConfiguration": { "rules": rules } }))
        }),
        list("DescribeRepositories", "repositories", |context| {
            Ok(repositories(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
        get("GetLifecyclePolicy", |context| {
            let name = context.request.required("repositoryName")?;
            find(context, |repository| repository.name == name)?;
            let message = format!("Lifecycle policy does not exist for the repository with name '{name}'");
            Err(Refusal::new(400, "LifecyclePolicyNotFoundException", message))
        }),
        get("GetRegistryPolicy", get_registry_policy),
        get("GetRegistryScanningConfiguration", |context| {
            let scanning = scanning::Registry::of(&context.place).describe();
            Ok(json!({ "registryId": context.place.account.id, "scanningConfiguration": scanning }))
        }),
        get("GetRepositoryPolicy", get_repository_policy),
        get("ListTagsForResource", |context| {
            let arn = context.request.required("resourceArn")?;
            Ok(json!({ "tags": tags(&find(context, |repository| repository.arn == arn)?.tags) }))
        }),
    ]],
    kinds: &[
        resources(At::Region, |place| {
            repositories(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .rows("ecr_repositories")
        .sampled("ecr_repositories", UNGATED)
        .asked_as(ECR_REPOSITORY),
        // Each account has a registry in every region, even if it is empty.
        resources(At::Region, |place| vec![Planted::by(place.arn("ecr", "registry"), registry_policy(place))])
            .sampled("ecr_registries", UNGATED),
        things(At::Region, "ecr_registry_scanning", |_| 1),
        things(At::Region, "ecr_repository_scanning", |place| repositories(place).len()),
        things(At::Region, "ecr_image_findings", |place| {
            repositories(place).iter().map(|it| images::newest(place, &it.name).len()).sum()
        }),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("ecr")
};

/// A repository.
#[derive(Debug)]
struct Repository {
    arn: String,
    policy: ResourcePolicy,
    name: String,
    mutability: &'static str,
    is_scanned: bool,
    encryption: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn repositories(place: &Place<'_>) -> Vec<Repository> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("ecr", rates.other_resources);
    (0..count)
        .map(|number: u64| {
            let name = format!("{}-{number}", dice.pick(&["web", "team/worker", "base-image"]));
            let subject = Subject {
                place: *place,
                actions: &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources: vec![],
                service: "lambda.amazonaws.com",
            };
            let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
            let days = dice.between(0, 1200);
            Repository {
                arn: place.arn("ecr", &format!("repository/{name}")),
                policy: subject.policy(kind, &mut dice),
                mutability: dice.weighted(&[("MUTABLE", 6), ("IMMUTABLE", 3), ("IMMUTABLE_ON_SUNDAYS", 1)]),
                is_scanned: dice.chance(0.5),
                encryption: dice.weighted(&[("AES256", 4), ("KMS", 1)]),
                created_millis: place.days_ago(days, &mut dice),
                tags: some_tags(&mut dice),
                name,
            }
        })
        .collect()
}

/// Counts repositories that nothing scans, and images whose grave findings stay.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let registry = scanning::Registry::of(place);
    for repository in repositories(place) {
        let is_scanned = registry.frequency(&repository) != "MANUAL";
        tally.misconfigurations.one("E17", "repositories", "lake", !is_scanned);
        for image in images::newest(place, &repository.name).iter().filter(|it| !it.is_index()) {
            let is_old = place.organization.clock.age_days(image.pushed_millis) > images::IGNORED_DAYS;
            tally.misconfigurations.one("E17", "images", "lake", is_old && image.is_grave());
        }
    }
}

/// The registry's policy in a region: it allows replication from another account, or there is none.
fn registry_policy(place: &Place<'_>) -> ResourcePolicy {
    let mut dice = place.dice("ecr-registry");
    let subject = Subject {
        place: *place,
        actions: &["ecr:ReplicateImage", "ecr:CreateRepository"],
        resources: vec![place.arn("ecr", "repository/*")],
        service: "replication.ecr.amazonaws.com",
    };
    let weights = [(Kind::None, 12), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 1)];
    let kind = if place.is_settled() { dice.weighted(&weights) } else { Kind::None };
    subject.policy(place.shown(kind, true), &mut dice)
}

fn find(context: &Context<'_>, is_wanted: impl Fn(&Repository) -> bool) -> Result<Repository, Refusal> {
    let message = "The repository does not exist in the registry";
    repositories(&context.place)
        .into_iter()
        .find(|repository| is_wanted(repository))
        .ok_or_else(|| Refusal::new(400, "RepositoryNotFoundException", message))
}

fn get_repository_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let name = context.request.required("repositoryName")?;
    let repository = find(context, |repository| repository.name == name)?;
    let message = format!("Repository policy does not exist for the repository with name '{name}'");
    let text = repository.policy.document;
    let text = text.ok_or_else(|| Refusal::new(400, "RepositoryPolicyNotFoundException", message))?;
    Ok(json!({ "registryId": context.place.account.id, "repositoryName": name, "policyText": text }))
}

fn get_registry_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let registry_id = &context.place.account.id;
    let message = format!("Registry policy does not exist in the registry with id '{registry_id}'");
    let text = registry_policy(&context.place).document;
    let text = text.ok_or_else(|| Refusal::new(400, "RegistryPolicyNotFoundException", message))?;
    Ok(json!({ "registryId": registry_id, "policyText": text }))
}

fn describe(place: &Place<'_>, repository: &Repository) -> Value {
    let account_id = &place.account.id;
    json!({
        "repositoryArn": repository.arn,
        "registryId": account_id,
        "repositoryName": repository.name,
        "repositoryUri": format!("{account_id}.dkr.ecr.{}.amazonaws.com/{}", place.region, repository.name),
        "createdAt": epoch_seconds(repository.created_millis),
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": { "scanOnPush": repository.is_scanned },
        "encryptionConfiguration": { "encryptionType": repository.encryption },
    })
}
