//! Secrets Manager: secrets and their policies. Never their values.

use super::{Context, population, some_tags};
use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Answer, Limits, Refusal, tags};
use serde_json::{Value, json};

const PAGE: Limits = Limits { token: "NextToken", size: "MaxResults", default: 100, max: 100 };

/// A secret.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) arn: String,
    pub(crate) policy: ResourcePolicy,
    name: String,
    is_rotated: bool,
    created_millis: i64,
    changed_millis: i64,
    accessed_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

/// The secrets of an account in a region.
pub(crate) fn secrets(organization: &Organization, account: &Account, region: &str) -> Vec<Secret> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "secretsmanager", region, rates.other_resources);
    (0..count)
        .map(|number| {
            let name = format!("{}/{number}", dice.pick(&["prod/db", "vendor-token", "smtp"]));
            let arn =
                organization.arn("secretsmanager", region, &account.id, &format!("secret:{name}-{}", dice.lower(6)));
            let subject = Subject {
                organization,
                account,
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
                created_millis: organization.clock.days_ago(created, &mut dice),
                changed_millis: organization.clock.days_ago(changed, &mut dice),
                accessed_millis: accessed.map(|days| organization.clock.days_ago(days, &mut dice)),
                tags: some_tags(&mut dice),
                name,
                arn,
            }
        })
        .collect()
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let secrets = || secrets(context.organization, context.account(), context.region());
    match context.request.operation.as_str() {
        "ListSecrets" => {
            let page = context.page(&PAGE, secrets())?;
            let list: Vec<_> = page.elements.iter().map(describe).collect();
            Ok(json!({ "SecretList": list, "NextToken": page.next }).into())
        }
        "GetResourcePolicy" => {
            let wanted = context.request.required("SecretId")?;
            let found = secrets().into_iter().find(|secret| secret.name == wanted || secret.arn == wanted);
            let message = "Secrets Manager can't find the specified secret.";
            let secret = found.ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))?;
            let document = secret.policy.document;
            Ok(json!({ "ARN": secret.arn, "Name": secret.name, "ResourcePolicy": document }).into())
        }
        _ => Err(context.unknown_operation()),
    }
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
