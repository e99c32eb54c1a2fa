//! ECR Public: the public repositories of an account, with their policies, which are about pushing.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::samples::UNGATED;
use crate::service::{Scope, Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    // It answers in one region for the whole account.
    scope: Scope::Global,
    errors: &[
        Problem::InvalidToken.is("InvalidParameterException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
    ],
    answers: &[&[
        list("DescribeRepositories", "repositories", |context| {
            let place = context.place.whole();
            Ok(repositories(&place).iter().map(|it| describe(&place, it)).collect())
        }),
        get("GetRepositoryPolicy", get_policy),
        get("ListTagsForResource", |context| {
            let arn = context.request.required("resourceArn")?;
            Ok(json!({ "tags": tags(&find(context, |repository| repository.arn == arn)?.tags) }))
        }),
    ]],
    kinds: &[resources(At::Account, |place| {
        repositories(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("ecr_public_repositories")
    .sampled("ecr_public_repositories", UNGATED)],
    ..Service::named("ecrpublic")
};

/// A public repository.
#[derive(Debug)]
struct Repository {
    arn: String,
    name: String,
    policy: ResourcePolicy,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The repositories of the account: of most accounts none.
fn repositories(place: &Place<'_>) -> Vec<Repository> {
    let rates = &place.organization.settings.rates;
    let mut dice = place.dice("ecrpublic");
    let count = if dice.chance(0.3) { dice.count(rates.other_resources) } else { 0 };
    let count = place.with_sample(count);
    let repository = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["agent", "charts/app", "runner"]));
        let subject = Subject {
            place: *place,
            actions: &["ecr-public:PutImage", "ecr-public:InitiateLayerUpload"],
            resources: vec![],
            service: "codebuild.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1200);
        Repository {
            arn: place.arn("ecr-public", &format!("repository/{name}")),
            policy: subject.policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            name,
        }
    };
    (0..count).map(repository).collect()
}

fn find(context: &Context<'_>, is_wanted: impl Fn(&Repository) -> bool) -> Result<Repository, Refusal> {
    let message = "The repository does not exist in the registry";
    repositories(&context.place.whole())
        .into_iter()
        .find(|repository| is_wanted(repository))
        .ok_or_else(|| Refusal::new(400, "RepositoryNotFoundException", message))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let name = context.request.required("repositoryName")?;
    let repository = find(context, |repository| repository.name == name)?;
    let message = format!("Repository policy does not exist for the repository with name '{name}'");
    let text = repository.policy.document;
    let text = text.ok_or_else(|| Refusal::new(400, "RepositoryPolicyNotFoundException", message))?;
    Ok(json!({ "registryId": context.place.account.id, "repositoryName": name, "policyText": text }))
}

fn describe(place: &Place<'_>, repository: &Repository) -> Value {
    json!({
        "repositoryArn": repository.arn,
        "registryId": place.account.id,
        "repositoryName": repository.name,
        "repositoryUri": format!("public.ecr.aws/{}/{}", place.account.id, repository.name),
        "createdAt": epoch_seconds(repository.created_millis),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::json;

    #[test]
    fn an_account_has_the_same_public_repositories_wherever_it_asks() {
        let client = Client::new(quiet(40, 1));
        let mut count = 0;
        for caller in (1..40).filter_map(|index| client.assume(index, "").ok()) {
            let here = caller.json("ecr-public", "DescribeRepositories", &json!({})).json();
            let there = caller.in_region("eu-west-1").json("ecr-public", "DescribeRepositories", &json!({})).json();
            assert_eq!(here, there);
            count += here["repositories"].as_array().map_or(0, Vec::len);
        }
        assert!(count > 0);
        let refused = client.json("ecr-public", "GetRepositoryPolicy", &json!({ "repositoryName": "nosuch" }));
        assert_eq!((refused.status, &refused.json()["__type"]), (400, &json!("RepositoryNotFoundException")));
    }
}
