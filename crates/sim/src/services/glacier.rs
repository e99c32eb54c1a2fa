//! Glacier: vaults with their policies and locks.

use crate::clock::iso_millis;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind, document};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterValueException"),
        Problem::InvalidParameter.is("InvalidParameterValueException"),
        Problem::Throttled.is("ThrottlingException"),
        Problem::Internal.is("ServiceUnavailableException"),
    ],
    answers: &[&[
        get("GetVaultAccessPolicy", get_policy),
        get("GetVaultLock", get_lock),
        list("ListVaults", "VaultList", |context| Ok(vaults(&context.place).iter().map(describe).collect()))
            .pages(10, 50),
    ]],
    kinds: &[resources(At::Region, |place| {
        vaults(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("glacier_vaults")
    .sampled("glacier_vaults", UNGATED)],
    ..Service::named("glacier")
};

/// A vault.
#[derive(Debug)]
struct Vault {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    /// The lock's state.
    lock: Option<&'static str>,
    archives: i64,
    created_millis: i64,
}

fn vaults(place: &Place<'_>) -> Vec<Vault> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("glacier", rates.other_resources);
    let vault = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["tapes", "invoices", "footage"]));
        let arn = place.arn("glacier", &format!("vaults/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["glacier:InitiateJob", "glacier:GetJobOutput"],
            resources: vec![arn.clone()],
            service: "backup.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 3000);
        Vault {
            policy: subject.policy(kind, &mut dice),
            lock: dice.pick(&[None, None, Some("Locked"), Some("InProgress")]),
            archives: dice.between(0, 1000),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(vault).collect()
}

fn find(context: &Context<'_>) -> Result<Vault, Refusal> {
    let wanted = context.request.required("vaultName")?;
    let message = format!("Vault not found for ARN: {}", context.place.arn("glacier", &format!("vaults/{wanted}")));
    let found = vaults(&context.place).into_iter().find(|it| it.name == wanted);
    found.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let found = find(context)?;
    let message = format!("No vault access policy is set for: {}", found.name);
    let none = || Refusal::new(404, "ResourceNotFoundException", message);
    Ok(json!({ "Policy": found.policy.document.ok_or_else(none)? }))
}

/// A lock only denies, and nothing that the vault's policy allows.
fn get_lock(context: &Context<'_>) -> Result<Value, Refusal> {
    let found = find(context)?;
    let message = format!("No vault lock policy is set for: {}", found.name);
    let none = || Refusal::new(404, "ResourceNotFoundException", message);
    let state = found.lock.ok_or_else(none)?;
    let keep = json!({
        "Sid": "keep-for-a-year",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "glacier:DeleteArchive",
        "Resource": found.arn,
        "Condition": { "NumericLessThan": { "glacier:ArchiveAgeInDays": "365" } },
    });
    Ok(json!({
        "Policy": document(vec![keep]),
        "State": state,
        "CreationDate": iso_millis(found.created_millis),
        "ExpirationDate": (state == "InProgress").then(|| iso_millis(found.created_millis)),
    }))
}

fn describe(it: &Vault) -> Value {
    json!({
        "VaultARN": it.arn,
        "VaultName": it.name,
        "CreationDate": iso_millis(it.created_millis),
        "LastInventoryDate": (it.archives > 0).then(|| iso_millis(it.created_millis)),
        "NumberOfArchives": it.archives,
        "SizeInBytes": it.archives * 1_048_576,
    })
}
