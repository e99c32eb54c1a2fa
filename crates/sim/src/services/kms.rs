//! KMS: keys with their policies, rotation, aliases and tags.

use super::{Context, population, some_tags};
use crate::account::{Account, Trouble};
use crate::clock::{DAY_MILLIS, epoch_seconds};
use crate::organization::Organization;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Answer, Limits, Refusal, Service};
use serde_json::{Value, json};

const KEYS: Limits = Limits { token: "Marker", size: "Limit", default: 100, max: 1000 };
const ALIASES: Limits = Limits { token: "Marker", size: "Limit", default: 50, max: 100 };
const TAGS: Limits = Limits { token: "Marker", size: "Limit", default: 50, max: 50 };

/// A key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) policy: ResourcePolicy,
    /// Whether the crawler's role may not read the policy.
    pub(crate) is_policy_hidden: bool,
    pub(crate) alias: Option<String>,
    state: &'static str,
    spec: &'static str,
    is_rotated: bool,
    created_millis: i64,
    deletion_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

impl Key {
    /// Who can reach it, as far as a census can find out.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.is_policy_hidden { Verdict::UNKNOWN } else { self.policy.verdict }
    }
}

/// The keys of an account in a region.
pub(crate) fn keys(organization: &Organization, account: &Account, region: &str) -> Vec<Key> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "kms", region, rates.other_resources);
    let hides_one = account.trouble == Some(Trouble::KeyPolicyDenied)
        && organization.settings.regions.first().is_some_and(|first| first == region);
    // The account that hides a key's policy has a key.
    let count = if hides_one { count.max(1) } else { count };
    let key = |number| {
        let id = dice.uuid();
        let arn = organization.arn("kms", region, &account.id, &format!("key/{id}"));
        let subject = Subject {
            organization,
            account,
            actions: &["kms:Decrypt", "kms:GenerateDataKey"],
            resources: vec!["*".to_owned()],
            service: "logs.amazonaws.com",
        };
        // A key is never without a policy.
        let kind = match any_kind(&mut dice, rates.public_other_resources) {
            Kind::None => Kind::SameAccount,
            kind => kind,
        };
        let state = dice.weighted(&[("Enabled", 16), ("Disabled", 2), ("PendingDeletion", 1)]);
        let spec = dice.weighted(&[("SYMMETRIC_DEFAULT", 12), ("RSA_2048", 2), ("ML_DSA_999", 1)]);
        let created_days = dice.between(0, 2000);
        let deletion_days = dice.between(1, 29);
        Key {
            policy: subject.policy(kind, &mut dice),
            is_policy_hidden: hides_one && number == 0,
            alias: dice.chance(0.7).then(|| format!("alias/app/{number}-{}", dice.lower(5))),
            state,
            spec,
            is_rotated: state == "Enabled" && spec == "SYMMETRIC_DEFAULT" && dice.chance(0.5),
            created_millis: organization.clock.days_ago(created_days, &mut dice),
            deletion_millis: (state == "PendingDeletion")
                .then(|| organization.clock.now_millis + deletion_days * DAY_MILLIS),
            tags: some_tags(&mut dice),
            id,
            arn,
        }
    };
    (0..count).map(key).collect()
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let members = match context.request.operation.as_str() {
        "ListKeys" => {
            let page = context.page(&KEYS, keys(context.organization, context.account(), context.region()))?;
            let is_truncated = page.is_truncated();
            let keys: Vec<_> = page.elements.iter().map(|key| json!({ "KeyId": key.id, "KeyArn": key.arn })).collect();
            json!({ "Keys": keys, "NextMarker": page.next, "Truncated": is_truncated })
        }
        "DescribeKey" => json!({ "KeyMetadata": metadata(context.account(), &find(context)?) }),
        "GetKeyPolicy" => {
            let key = find(context)?;
            if key.is_policy_hidden && context.caller.role.is_some() {
                return Err(hidden_policy(context, &key));
            }
            json!({ "Policy": key.policy.document, "PolicyName": "default" })
        }
        "GetKeyRotationStatus" => rotation(&find(context)?)?,
        "ListAliases" => list_aliases(context)?,
        "ListResourceTags" => {
            let key = find(context)?;
            let tag = |(key, value): &(String, String)| json!({ "TagKey": key, "TagValue": value });
            let page = context.page(&TAGS, key.tags.iter().map(tag).collect())?;
            json!({ "Tags": page.elements, "NextMarker": page.next, "Truncated": page.is_truncated() })
        }
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
}

fn find(context: &Context<'_>) -> Result<Key, Refusal> {
    let wanted = context.request.required("KeyId")?;
    let mut keys = keys(context.organization, context.account(), context.region()).into_iter();
    let message = format!("Key '{wanted}' does not exist");
    keys.find(|key| key.id == wanted || key.arn == wanted)
        .ok_or_else(|| Refusal::new(400, "NotFoundException", message))
}

fn hidden_policy(context: &Context<'_>, key: &Key) -> Refusal {
    let message = format!(
        "User: {} is not authorized to perform: kms:GetKeyPolicy on resource: {} because no resource-based policy \
         allows the kms:GetKeyPolicy action",
        context.caller.arn, key.arn
    );
    Refusal::access_denied(Service::Kms, message)
}

fn metadata(account: &Account, key: &Key) -> Value {
    let usage = if key.spec == "SYMMETRIC_DEFAULT" { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" };
    json!({
        "AWSAccountId": account.id,
        "KeyId": key.id,
        "Arn": key.arn,
        "CreationDate": epoch_seconds(key.created_millis),
        "Enabled": key.state == "Enabled",
        "Description": "",
        "KeyUsage": usage,
        "KeyState": key.state,
        "DeletionDate": key.deletion_millis.map(epoch_seconds),
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "EncryptionAlgorithms": (usage == "ENCRYPT_DECRYPT").then(|| json!(["SYMMETRIC_DEFAULT"])),
        "MultiRegion": false,
    })
}

fn rotation(key: &Key) -> Result<Value, Refusal> {
    match key.state {
        "PendingDeletion" => {
            Err(Refusal::new(400, "KMSInvalidStateException", format!("{} is pending deletion.", key.arn)))
        }
        _ if key.spec != "SYMMETRIC_DEFAULT" => Err(Refusal::new(400, "UnsupportedOperationException", "")),
        _ => Ok(json!({
            "KeyId": key.arn,
            "KeyRotationEnabled": key.is_rotated,
            "RotationPeriodInDays": key.is_rotated.then_some(365),
        })),
    }
}

/// Every account has the aliases of AWS's own keys. An alias has no key until it is used.
fn list_aliases(context: &Context<'_>) -> Result<Value, Refusal> {
    let only = context.request.text("KeyId");
    let arn = |name: &str| context.organization.arn("kms", context.region(), &context.account().id, name);
    let own = keys(context.organization, context.account(), context.region());
    let own = own.iter().filter(|key| only.is_none_or(|only| only == key.id || only == key.arn)).filter_map(|key| {
        let name = key.alias.as_ref()?;
        let created = epoch_seconds(key.created_millis);
        Some(json!({ "AliasName": name, "AliasArn": arn(name), "TargetKeyId": key.id, "CreationDate": created }))
    });
    let awss = ["alias/aws/s3", "alias/aws/sns"].into_iter().filter(|_| only.is_none());
    let awss = awss.map(|name| json!({ "AliasName": name, "AliasArn": arn(name) }));
    let page = context.page(&ALIASES, own.chain(awss).collect())?;
    let is_truncated = page.is_truncated();
    Ok(json!({ "Aliases": page.elements, "NextMarker": page.next, "Truncated": is_truncated }))
}
