//! Backup: vaults and their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterValueException"),
        Problem::InvalidParameter.is("MissingParameterValueException"),
        Problem::Throttled.is("ThrottlingException"),
        Problem::Internal.is("ServiceUnavailableException"),
    ],
    answers: &[&[
        get("GetBackupVaultAccessPolicy", get_policy),
        list("ListBackupVaults", "BackupVaultList", |context| {
            Ok(vaults(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        vaults(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("backup_vaults")
    .sampled("backup_vaults", UNGATED)],
    ..Service::named("backup")
};

/// A vault.
#[derive(Debug)]
struct Vault {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    vault_type: &'static str,
    recovery_points: i64,
    is_locked: bool,
    created_millis: i64,
}

fn vaults(place: &Place<'_>) -> Vec<Vault> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("backup", rates.other_resources);
    let vault = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["nightly", "Compliance", "copies"]));
        let arn = place.arn("backup", &format!("backup-vault:{name}"));
        let subject = Subject {
            place: *place,
            actions: &["backup:CopyIntoBackupVault"],
            resources: vec!["*".to_owned()],
            service: "backup.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1500);
        let types = [("BACKUP_VAULT", 8), ("LOGICALLY_AIR_GAPPED_BACKUP_VAULT", 2), ("CAVE", 1)];
        Vault {
            policy: subject.policy(kind, &mut dice),
            vault_type: dice.weighted(&types),
            recovery_points: dice.between(0, 4000),
            is_locked: dice.chance(0.2),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(vault).collect()
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("backupVaultName")?;
    let found = vaults(&context.place).into_iter().find(|it| it.name == wanted);
    let none = |message: &str| Refusal::new(400, "ResourceNotFoundException", format!("{message} {wanted}"));
    let vault = found.ok_or_else(|| none("Backup vault does not exist:"))?;
    let document = vault.policy.document.ok_or_else(|| none("Access policy does not exist for the vault:"))?;
    Ok(json!({ "BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "Policy": document }))
}

fn describe(place: &Place<'_>, it: &Vault) -> Value {
    json!({
        "BackupVaultName": it.name,
        "BackupVaultArn": it.arn,
        "VaultType": it.vault_type,
        "VaultState": "AVAILABLE",
        "CreationDate": epoch_seconds(it.created_millis),
        "EncryptionKeyArn": place.arn("kms", "key/00000000-0000-4000-8000-000000000000"),
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "NumberOfRecoveryPoints": it.recovery_points,
        "Locked": it.is_locked,
        "MinRetentionDays": it.is_locked.then_some(7),
    })
}
