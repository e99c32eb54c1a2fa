//! ECR: repositories with their policies, and the registry's policy.

use super::{Context, population, some_tags};
use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Answer, Limits, Refusal, tags};
use serde_json::{Value, json};

const PAGE: Limits = Limits { token: "nextToken", size: "maxResults", default: 100, max: 1000 };

/// A repository.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) arn: String,
    pub(crate) policy: ResourcePolicy,
    name: String,
    mutability: &'static str,
    is_scanned: bool,
    encryption: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The repositories of an account in a region.
pub(crate) fn repositories(organization: &Organization, account: &Account, region: &str) -> Vec<Repository> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "ecr", region, rates.other_resources);
    (0..count)
        .map(|number| {
            let name = format!("{}-{number}", dice.pick(&["web", "team/worker", "base-image"]));
            let subject = Subject {
                organization,
                account,
                actions: &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources: vec![],
                service: "lambda.amazonaws.com",
            };
            let kind = any_kind(&mut dice, rates.public_other_resources);
            let days = dice.between(0, 1200);
            Repository {
                arn: organization.arn("ecr", region, &account.id, &format!("repository/{name}")),
                policy: subject.policy(kind, &mut dice),
                mutability: dice.weighted(&[("MUTABLE", 6), ("IMMUTABLE", 3), ("IMMUTABLE_ON_SUNDAYS", 1)]),
                is_scanned: dice.chance(0.5),
                encryption: dice.weighted(&[("AES256", 4), ("KMS", 1)]),
                created_millis: organization.clock.days_ago(days, &mut dice),
                tags: some_tags(&mut dice),
                name,
            }
        })
        .collect()
}

/// The registry's policy in a region: for replication from another account, or none.
pub(crate) fn registry_policy(organization: &Organization, account: &Account, region: &str) -> ResourcePolicy {
    let mut dice = organization.dice(&["ecr-registry", &account.id, region]);
    let is_settled = organization.settings.regions.iter().any(|settled| settled == region);
    let subject = Subject {
        organization,
        account,
        actions: &["ecr:ReplicateImage", "ecr:CreateRepository"],
        resources: vec![organization.arn("ecr", region, &account.id, "repository/*")],
        service: "replication.ecr.amazonaws.com",
    };
    let weights = [(Kind::None, 12), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 1)];
    let kind = if is_settled { dice.weighted(&weights) } else { Kind::None };
    subject.policy(kind, &mut dice)
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let registry_id = &context.account().id;
    let members = match context.request.operation.as_str() {
        "DescribeRepositories" => {
            let repositories = repositories(context.organization, context.account(), context.region());
            let page = context.page(&PAGE, repositories)?;
            let list: Vec<_> = page.elements.iter().map(|repository| describe(context, repository)).collect();
            json!({ "repositories": list, "nextToken": page.next })
        }
        "GetRepositoryPolicy" => {
            let name = context.request.required("repositoryName")?;
            let repository = find(context, |repository| repository.name == name)?;
            let message = format!("Repository policy does not exist for the repository with name '{name}'");
            let text = repository.policy.document;
            let text = text.ok_or_else(|| Refusal::new(400, "RepositoryPolicyNotFoundException", message))?;
            json!({ "registryId": registry_id, "repositoryName": name, "policyText": text })
        }
        "GetRegistryPolicy" => {
            let text = registry_policy(context.organization, context.account(), context.region()).document;
            let message = format!("Registry policy does not exist in the registry with id '{registry_id}'");
            let text = text.ok_or_else(|| Refusal::new(400, "RegistryPolicyNotFoundException", message))?;
            json!({ "registryId": registry_id, "policyText": text })
        }
        "ListTagsForResource" => {
            let arn = context.request.required("resourceArn")?;
            let repository = find(context, |repository| repository.arn == arn)?;
            json!({ "tags": tags(&repository.tags) })
        }
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
}

fn find(context: &Context<'_>, is_wanted: impl Fn(&Repository) -> bool) -> Result<Repository, Refusal> {
    let mut repositories = repositories(context.organization, context.account(), context.region()).into_iter();
    let message = "The repository does not exist in the registry";
    repositories
        .find(|repository| is_wanted(repository))
        .ok_or_else(|| Refusal::new(400, "RepositoryNotFoundException", message))
}

fn describe(context: &Context<'_>, repository: &Repository) -> Value {
    let account_id = &context.account().id;
    json!({
        "repositoryArn": repository.arn,
        "registryId": account_id,
        "repositoryName": repository.name,
        "repositoryUri": format!("{account_id}.dkr.ecr.{}.amazonaws.com/{}", context.region(), repository.name),
        "createdAt": epoch_seconds(repository.created_millis),
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": { "scanOnPush": repository.is_scanned },
        "encryptionConfiguration": { "encryptionType": repository.encryption },
    })
}
