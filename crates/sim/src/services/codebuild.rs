//! CodeBuild: projects and report groups, with policies.

use crate::CANARY;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, Tally, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("InvalidInputException"), Problem::InvalidParameter.is("InvalidInputException")],
    answers: &[&[
        get("BatchGetProjects", |context| {
            let batch = batch(context, "names", projects(&context.place), |it| it.name.as_str());
            let found: Vec<Value> = batch.0.iter().map(|it| describe_project(&context.place, it)).collect();
            Ok(json!({ "projects": found, "projectsNotFound": batch.1 }))
        }),
        get("BatchGetReportGroups", |context| {
            let batch = batch(context, "reportGroupArns", report_groups(&context.place), |it| it.arn.as_str());
            let found: Vec<Value> = batch.0.iter().map(describe_report_group).collect();
            Ok(json!({ "reportGroups": found, "reportGroupsNotFound": batch.1 }))
        }),
        get("GetResourcePolicy", get_policy),
        list("ListProjects", "projects", |context| {
            Ok(projects(&context.place).into_iter().map(|it| json!(it.name)).collect())
        }),
        list("ListReportGroups", "reportGroups", |context| {
            Ok(report_groups(&context.place).into_iter().map(|it| json!(it.arn)).collect())
        }),
    ]],
    kinds: &[
        resources(At::Region, |place| projects(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("codebuild_projects")
            .sampled("codebuild_projects", UNGATED),
        resources(At::Region, |place| {
            report_groups(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .rows("codebuild_report_groups")
        .sampled("codebuild_report_groups", UNGATED),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("codebuild")
};

/// A project or a report group.
#[derive(Debug)]
struct Thing {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    /// A project's visibility; a report group's type.
    sort: &'static str,
    is_privileged: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn projects(place: &Place<'_>) -> Vec<Thing> {
    let sorts = [("PRIVATE", 10), ("PUBLIC_READ", 1), ("SECLUDED", 1)];
    let actions = ["codebuild:BatchGetProjects", "codebuild:ListBuildsForProject"];
    things(place, "project", &actions, &sorts)
}

fn report_groups(place: &Place<'_>) -> Vec<Thing> {
    let sorts = [("TEST", 5), ("CODE_COVERAGE", 3), ("HUNCH", 1)];
    things(place, "report-group", &["codebuild:BatchGetReportGroups", "codebuild:DescribeTestCases"], &sorts)
}

fn things(place: &Place<'_>, prefix: &str, actions: &[&str], sorts: &[(&'static str, u32)]) -> Vec<Thing> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled(&format!("codebuild-{prefix}"), rates.other_resources);
    let thing = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["site", "Release", "nightly_tests"]));
        let arn = place.arn("codebuild", &format!("{prefix}/{name}"));
        let subject =
            Subject { place: *place, actions, resources: vec![arn.clone()], service: "codepipeline.amazonaws.com" };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1500);
        Thing {
            policy: subject.policy(kind, &mut dice),
            sort: dice.weighted(sorts),
            is_privileged: dice.chance(0.4),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            name,
            arn,
        }
    };
    (0..count).map(thing).collect()
}

/// Those of the things that a call names, and the names of those that do not exist.
fn batch(
    context: &Context<'_>,
    input: &str,
    all: Vec<Thing>,
    name_of: fn(&Thing) -> &str,
) -> (Vec<Thing>, Vec<String>) {
    let wanted = context.request.texts(input);
    let is_missing = |name: &&str| !all.iter().any(|it| name_of(it) == *name);
    let missing = wanted.iter().copied().filter(is_missing).map(str::to_owned).collect();
    (all.into_iter().filter(|it| wanted.contains(&name_of(it))).collect(), missing)
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("resourceArn")?;
    let mut all = projects(&context.place).into_iter().chain(report_groups(&context.place));
    let none = || Refusal::new(400, "ResourceNotFoundException", format!("Resource policy of {wanted} does not exist"));
    let document = all.find(|it| it.arn == wanted).and_then(|it| it.policy.document).ok_or_else(none)?;
    Ok(json!({ "policy": document }))
}

fn lower_tags(it: &Thing) -> Vec<Value> {
    it.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// Whether a project's own configuration holds a password.
fn has_password(place: &Place<'_>, it: &Thing) -> bool {
    place.dice(&format!("codebuild-variables-{}", it.name)).chance(0.3)
}

/// Counts projects by the names of their variables.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for it in projects(place) {
        tally.misconfigurations.one("E16", "projects", "lake", has_password(place, &it));
    }
}

fn describe_project(place: &Place<'_>, it: &Thing) -> Value {
    let mut variables = vec![
        json!({ "name": "STAGE", "value": CANARY, "type": "PLAINTEXT" }),
        json!({ "name": "TOKEN", "value": "prod/token", "type": "SECRETS_MANAGER" }),
        json!({ "name": "TOKEN_URL", "value": CANARY, "type": "PLAINTEXT" }),
    ];
    if has_password(place, it) {
        variables.push(json!({ "name": "DB_PASSWORD", "value": CANARY, "type": "PLAINTEXT" }));
    }
    json!({
        "name": it.name,
        "arn": it.arn,
        "source": {
            "type": "GITHUB",
            "location": format!("https://{CANARY}@github.com/shop/site.git"),
            "buildspec": format!("export TOKEN={CANARY}"),
            "insecureSsl": false,
        },
        "artifacts": { "type": "NO_ARTIFACTS" },
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": variables,
            "privilegedMode": it.is_privileged,
        },
        "serviceRole": place.iam_arn("role/builder"),
        "encryptionKey": place.arn("kms", "alias/aws/s3"),
        "tags": lower_tags(it),
        "created": epoch_seconds(it.created_millis),
        "lastModified": epoch_seconds(it.created_millis),
        "badge": { "badgeEnabled": false },
        "logsConfig": { "cloudWatchLogs": { "status": "ENABLED" }, "s3Logs": { "status": "DISABLED" } },
        "projectVisibility": it.sort,
    })
}

fn describe_report_group(it: &Thing) -> Value {
    json!({
        "arn": it.arn,
        "name": it.name,
        "type": it.sort,
        "exportConfig": { "exportConfigType": "NO_EXPORT" },
        "created": epoch_seconds(it.created_millis),
        "lastModified": epoch_seconds(it.created_millis),
        "tags": lower_tags(it),
        "status": "ACTIVE",
    })
}
