//! Secrets Manager: secrets and their policies, but never their values.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Act, Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::quota::{each, together};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{Asked, At, Planted, resources};
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
        get("GetResourcePolicy", get_policy),
        list("ListResourcePolicies", "ResourcePolicies", list_policies),
        list("ListSecrets", "SecretList", |context| Ok(secrets(&context.place).iter().map(describe).collect())),
    ]],
    kinds: &[resources(At::Region, |place| secrets(place).into_iter().map(planted).collect())
        .rows("secretsmanager_secrets")
        .sampled("secretsmanager_secrets", UNGATED)
        .asked_as(SECRETSMANAGER_SECRET)],
    ..Service::named("secretsmanager")
};

/// The name of the policy that the owner of a secret changes.
const DEFAULT: &str = "default";

/// A secret.
#[derive(Debug)]
struct Secret {
    arn: String,
    /// The policy that the owner changes.
    policy: ResourcePolicy,
    /// The policies that services attach, each with its name.
    named: Vec<(&'static str, ResourcePolicy)>,
    name: String,
    is_rotated: bool,
    created_millis: i64,
    changed_millis: i64,
    accessed_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

/// A secret as the truth counts it: all its policies let in, and a Deny statement of one holds for all.
fn planted(secret: Secret) -> Planted {
    let kind = secret.policy.kind;
    let mut seen = Planted::by(secret.arn, secret.policy);
    for (_, policy) in secret.named.into_iter().filter(|(_, policy)| kind.spares(policy.kind)) {
        seen.verdict = seen.verdict.or(policy.verdict);
        seen.named.outside.extend(policy.named.outside);
        seen.named.unscoped.extend(policy.named.unscoped);
    }
    seen
}

/// The secrets with one policy, as the truth asks who may read them.
pub(crate) fn asked(place: &Place<'_>) -> Vec<Asked> {
    let secrets = secrets(place).into_iter().filter(|it| it.named.is_empty());
    secrets.filter_map(|it| Asked::by(place, Act::Reveal, it.arn, &it.policy)).collect()
}

/// The policies that services attach to a secret. None of them denies.
fn named(subject: &Subject<'_>, arn: &str) -> Vec<(&'static str, ResourcePolicy)> {
    let mut dice = subject.place.dice(&format!("secretsmanager-policies-{arn}"));
    let count = dice.weighted(&[(0, 8), (1, 2), (3, 1)]);
    let kinds = [
        (Kind::SameAccount, 4),
        (Kind::InOrgAccount, 2),
        (Kind::ExternalAccount, 1),
        (Kind::ServiceScoped, 3),
        (Kind::ServiceUnscoped, 1),
    ];
    let names = ["aws-backup-copy", "aws-managed-rotation", "partner-sync"].into_iter().take(count);
    names.map(|name| (name, subject.policy(dice.weighted(&kinds), &mut dice))).collect()
}

fn secrets(place: &Place<'_>) -> Vec<Secret> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("secretsmanager", rates.other_resources);
    (0..count)
        .map(|number: u64| {
            let name = format!("{}/{number}", dice.pick(&["prod/db", "vendor-token", "smtp"]));
            let arn = place.arn("secretsmanager", &format!("secret:{name}-{}", dice.lower(6)));
            let subject = Subject {
                place: *place,
                actions: &["secretsmanager:GetSecretValue"],
                resources: vec!["*".to_owned()],
                service: "rds.amazonaws.com",
            };
            let is_last = number + 1 == count;
            let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last);
            let is_sample = is_last && place.sample().is_some();
            let created = dice.between(0, 1200);
            let changed = dice.between(0, created);
            let accessed = dice.chance(0.6).then(|| dice.between(0, changed));
            Secret {
                // A sample is what its one policy makes it.
                named: if is_sample { Vec::new() } else { named(&subject, &arn) },
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

/// The policy that the request names: the default one, or another.
fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let secret = find(context)?;
    let wanted = context.request.text("PolicyName").unwrap_or(DEFAULT);
    let document = if wanted == DEFAULT {
        secret.policy.document
    } else {
        let message = "Secrets Manager can't find the resource that you asked for.";
        let found = secret.named.into_iter().find(|(name, _)| *name == wanted);
        found.ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))?.1.document
    };
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "PolicyName": wanted, "ResourcePolicy": document }))
}

fn list_policies(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let secret = find(context)?;
    let default = secret.policy.document.iter().map(|_| DEFAULT);
    let names = default.chain(secret.named.iter().map(|(name, _)| *name));
    Ok(names.map(|name| json!({ "PolicyName": name })).collect())
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

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    #[test]
    fn a_policy_is_given_by_its_name() {
        let client = Client::new(quiet(40, 1));
        let mut names = Vec::new();
        for caller in (1..40).filter_map(|index| client.assume(index, "").ok()) {
            let listed = caller.json("secretsmanager", "ListSecrets", &json!({})).json();
            for secret in listed["SecretList"].as_array().into_iter().flatten() {
                let id = &secret["ARN"];
                let found = caller.json("secretsmanager", "ListResourcePolicies", &json!({ "SecretId": id })).json();
                for name in found["ResourcePolicies"].as_array().into_iter().flatten().map(|it| &it["PolicyName"]) {
                    let body = json!({ "SecretId": id, "PolicyName": name });
                    let policy = caller.json("secretsmanager", "GetResourcePolicy", &body).json();
                    assert!(policy["ResourcePolicy"].is_string() && policy["PolicyName"] == *name, "{policy}");
                    names.push(name.clone());
                }
                let body = json!({ "SecretId": id, "PolicyName": "nosuch" });
                let refused = caller.json("secretsmanager", "GetResourcePolicy", &body);
                assert_eq!((refused.status, &refused.json()["__type"]), (400, &json!("ResourceNotFoundException")));
            }
        }
        assert!(names.contains(&Value::from("default")) && names.contains(&Value::from("partner-sync")), "{names:?}");
    }
}
