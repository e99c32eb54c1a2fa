//! Secrets Manager: secrets and their policies, but never their values.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::quota::{each, together};
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use orgcensus_policy::kinds::SECRETSMANAGER_SECRET;
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidNextTokenException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
    ],
    // From AWS's page `reference_limits` (Secrets Manager).
    quotas: &[each(&["ListSecrets"], 100.0, 100.0), together(&[], 50.0, 50.0)],
    answers: &[&[
        get("DescribeSecret", |context| {
            let mut described = describe(&find(context)?);
            // DescribeSecret has another name for this member than ListSecrets.
            if let Some(members) = described.as_object_mut()
                && let Some(versions) = members.remove("SecretVersionsToStages")
            {
                members.insert("VersionIdsToStages".to_owned(), versions);
            }
            Ok(described)
        }),
        get("GetResourcePolicy", |context| {
            let secret = find(context)?;
            Ok(json!({ "ARN": secret.arn, "Name": secret.name, "ResourcePolicy": secret.policy.document }))
        }),
        list("ListSecrets", "SecretList", |context| Ok(secrets(&context.place).iter().map(describe).collect())),
    ]],
    kinds: &[resources(At::Region, |place| {
        secrets(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("secretsmanager_secrets")
    .asked_as(SECRETSMANAGER_SECRET)],
    ..Service::named("secretsmanager")
};

/// A secret.
#[derive(Debug)]
struct Secret {
    arn: String,
    policy: ResourcePolicy,
    name: String,
    is_rotated: bool,
    created_millis: i64,
    changed_millis: i64,
    accessed_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

fn secrets(place: &Place<'_>) -> Vec<Secret> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("secretsmanager", rates.other_resources);
    (0..count)
        .map(|number| {
            let name = format!("{}/{number}", dice.pick(&["prod/db", "vendor-token", "smtp"]));
            let arn = place.arn("secretsmanager", &format!("secret:{name}-{}", dice.lower(6)));
            let subject = Subject {
                place: *place,
                actions: &["secretsmanager:GetSecretValue"],
                resources: vec!["*".to_owned()],
                service: "rds.amazonaws.com",
            };
            let kind = any_kind(&mut dice, rates.public_other_resources);
            let created = dice.between(0, 1200);
            let changed = dice.between(0, created);
            let accessed = dice.chance(0.6).then(|| dice.between(0, changed));
            Secret {
                policy: subject.policy(kind, &mut dice),
                is_rotated: dice.chance(0.3),
                created_millis: place.days_ago(created, &mut dice),
                changed_millis: place.days_ago(changed, &mut dice),
                accessed_millis: accessed.map(|days| place.days_ago(days, &mut dice)),
                tags: some_tags(&mut dice),
                name,
                arn,
            }
        })
        .collect()
}

/// The secret that a name or an ARN names.
fn find(context: &Context<'_>) -> Result<Secret, Refusal> {
    let wanted = context.request.required("SecretId")?;
    let message = "Secrets Manager can't find the specified secret.";
    secrets(&context.place)
        .into_iter()
        .find(|secret| secret.name == wanted || secret.arn == wanted)
        .ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))
}

fn describe(secret: &Secret) -> Value {
    json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "RotationEnabled": secret.is_rotated.then_some(true),
        "RotationRules": secret.is_rotated.then(|| json!({ "AutomaticallyAfterDays": 30 })),
        "CreatedDate": epoch_seconds(secret.created_millis),
        "LastChangedDate": epoch_seconds(secret.changed_millis),
        "LastAccessedDate": secret.accessed_millis.map(epoch_seconds),
        "SecretVersionsToStages": { "22222222-3333-4444-8555-666666666666": ["AWSCURRENT"] },
        "Tags": tags(&secret.tags),
    })
}
