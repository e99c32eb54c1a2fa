//! KMS: keys with their policies, grants, rotation, aliases and tags.

mod grants;

use crate::account::Trouble;
use crate::clock::{DAY_MILLIS, epoch_seconds};
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::{Act, Kind, Named, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::quota::each;
use crate::samples::{Class, Sampled};
use crate::service::{Service, get, list};
use crate::truth::{Asked, At, Planted, resources, things};
use grants::Grant;
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("InvalidMarkerException")],
    // From AWS's page `requests-per-second` (KMS).
    quotas: &[
        each(&["ListAliases", "ListKeys"], 500.0, 500.0),
        each(&["GetKeyPolicy", "GetKeyRotationStatus"], 1000.0, 1000.0),
        each(&["DescribeKey", "ListResourceTags"], 2000.0, 2000.0),
        each(&[], 100.0, 100.0),
    ],
    answers: &[&[
        get("DescribeKey", |context| Ok(json!({ "KeyMetadata": metadata(&context.place, &find(context)?) }))),
        get("GetKeyPolicy", get_policy),
        get("GetKeyRotationStatus", |context| rotation(&find(context)?)),
        list("ListAliases", "Aliases", list_aliases).pages(50, 100),
        list("ListGrants", "Grants", list_grants).pages(50, 1000),
        list("ListKeyPolicies", "PolicyNames", |context| find(context).map(|_| vec![json!("default")])),
        list("ListKeys", "Keys", |context| {
            Ok(keys(&context.place).iter().map(|key| json!({ "KeyId": key.id, "KeyArn": key.arn })).collect())
        }),
        list("ListResourceTags", "Tags", |context| {
            let tag = |(key, value): &(String, String)| json!({ "TagKey": key, "TagValue": value });
            Ok(find(context)?.tags.iter().map(tag).collect())
        })
        .pages(50, 50),
    ]],
    kinds: &[
        resources(At::Region, |place| keys(place).into_iter().map(|key| planted(place, key)).collect())
            .rows("kms_keys")
            .sampled("kms_keys", CANNOT),
        things(At::Region, "kms_grants", |place| {
            keys(place).iter().filter(|key| !key.is_policy_hidden).map(|key| key.grants.len()).sum()
        }),
    ],
    ..Service::named("kms")
};

/// A key always has a policy, and nothing else stands before it.
const CANNOT: &[Class] = &[Class::Absent, Class::Gated];

/// What a grant alone cannot make of a key.
const CANNOT_BY_GRANT: &[Class] = &[Class::Public, Class::Absent, Class::Unread, Class::Gated];

/// A key.
#[derive(Debug)]
struct Key {
    id: String,
    arn: String,
    policy: ResourcePolicy,
    grants: Vec<Grant>,
    /// Whether it is a sample of those that only a grant opens.
    is_sample_by_grant: bool,
    /// Whether the crawler's role may not read the policy and the grants.
    is_policy_hidden: bool,
    alias: Option<String>,
    state: &'static str,
    spec: &'static str,
    is_rotated: bool,
    created_millis: i64,
    deletion_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

/// A key as the truth counts it. If its policy is hidden, a census cannot know anything about it.
fn planted(place: &Place<'_>, key: Key) -> Planted {
    let kind = key.policy.kind;
    let mut seen = Planted::by(key.arn, key.policy);
    if key.is_policy_hidden {
        return Planted { verdict: Verdict::UNKNOWN, named: Named::default(), is_policy_hidden: true, ..seen };
    }
    for grant in &key.grants {
        grant.add_to(&mut seen, place, kind);
    }
    let by_grant = Sampled { name: "kms_keys_by_grant", cannot: CANNOT_BY_GRANT };
    Planted { sampled: key.is_sample_by_grant.then_some(by_grant), ..seen }
}

/// The keys without a grant, as the truth asks who may decrypt with them.
pub(crate) fn asked(place: &Place<'_>) -> Vec<Asked> {
    let keys = keys(place).into_iter().filter(|it| !it.is_policy_hidden && it.grants.is_empty());
    keys.filter_map(|it| Asked::by(place, Act::Decrypt, it.arn, &it.policy)).collect()
}

fn keys(place: &Place<'_>) -> Vec<Key> {
    let (mut dice, count) = place.population("kms", place.organization.settings.rates.other_resources);
    let hides_one = place.account.trouble == Some(Trouble::KeyPolicyDenied) && place.is_first_region();
    let sample = place.sample_of("kms", CANNOT);
    // An account that hides a key's policy must have a key, and so must one that holds a sample.
    let count = if hides_one || sample.is_some() { count.max(1) } else { count };
    let made = |number| {
        let shown = sample.filter(|_| number + 1 == count).map(Class::kind);
        Key { is_policy_hidden: hides_one && number == 0, ..key(place, number, shown, &mut dice) }
    };
    (0..count).map(made).chain(opened_by_grant(place, count)).collect()
}

/// The sample of keys that only a grant opens.
fn opened_by_grant(place: &Place<'_>, number: u64) -> Option<Key> {
    let class = place.sample_of("kms", CANNOT_BY_GRANT)?;
    let mut dice = place.dice("kms-sample-by-grant");
    let closed = key(place, number, Some(Kind::SameAccount), &mut dice);
    Some(Key { grants: vec![grants::grant(place, class.kind(), &mut dice)], is_sample_by_grant: true, ..closed })
}

/// A key by chance; if it is shown, its policy is of that kind, and it has no grants.
fn key(place: &Place<'_>, number: u64, shown: Option<Kind>, dice: &mut Dice) -> Key {
    let id = dice.uuid();
    let arn = place.arn("kms", &format!("key/{id}"));
    let subject = Subject {
        place: *place,
        actions: &["kms:Decrypt", "kms:GenerateDataKey"],
        resources: vec!["*".to_owned()],
        service: "logs.amazonaws.com",
    };
    // A key always has a policy.
    let by_chance = match any_kind(dice, place.organization.settings.rates.public_other_resources) {
        Kind::None => Kind::SameAccount,
        kind => kind,
    };
    let state = dice.weighted(&[("Enabled", 16), ("Disabled", 2), ("PendingDeletion", 1)]);
    let spec = dice.weighted(&[("SYMMETRIC_DEFAULT", 12), ("RSA_2048", 2), ("ML_DSA_999", 1)]);
    let created_days = dice.between(0, 2000);
    let deletion_days = dice.between(1, 29);
    Key {
        grants: if shown.is_some() { Vec::new() } else { grants::grants(place, &id) },
        is_sample_by_grant: false,
        policy: subject.policy(shown.unwrap_or(by_chance), dice),
        is_policy_hidden: false,
        alias: dice.chance(0.7).then(|| format!("alias/app/{number}-{}", dice.lower(5))),
        state,
        spec,
        is_rotated: state == "Enabled" && spec == "SYMMETRIC_DEFAULT" && dice.chance(0.5),
        created_millis: place.days_ago(created_days, dice),
        deletion_millis: (state == "PendingDeletion")
            .then(|| place.organization.clock.first_millis + deletion_days * DAY_MILLIS),
        tags: some_tags(dice),
        id,
        arn,
    }
}

fn find(context: &Context<'_>) -> Result<Key, Refusal> {
    let wanted = context.request.required("KeyId")?;
    let message = format!("Key '{wanted}' does not exist");
    keys(&context.place)
        .into_iter()
        .find(|key| key.id == wanted || key.arn == wanted)
        .ok_or_else(|| Refusal::new(400, "NotFoundException", message))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let key = find(context)?;
    check(context, &key, "kms:GetKeyPolicy")?;
    Ok(json!({ "Policy": key.policy.document, "PolicyName": "default" }))
}

fn list_grants(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let key = find(context)?;
    check(context, &key, "kms:ListGrants")?;
    Ok(key.grants.iter().map(|grant| grant.describe(&context.place, &key.arn)).collect())
}

/// Refuses what the key hides from the role.
fn check(context: &Context<'_>, key: &Key, action: &str) -> Result<(), Refusal> {
    if !key.is_policy_hidden || context.caller.role.is_none() {
        return Ok(());
    }
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {} because no resource-based policy allows the \
         {action} action",
        context.caller.arn, key.arn
    );
    Err(Refusal::access_denied(&SERVICE, &message))
}

fn metadata(place: &Place<'_>, key: &Key) -> Value {
    let usage = if key.spec == "SYMMETRIC_DEFAULT" { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" };
    json!({
        "AWSAccountId": place.account.id,
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

/// Every account has the aliases of AWS's own keys. Such an alias has no key until someone uses it.
fn list_aliases(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let only = context.request.text("KeyId");
    let arn = |name: &str| context.place.arn("kms", name);
    let own = keys(&context.place);
    let own = own.iter().filter(|key| only.is_none_or(|only| only == key.id || only == key.arn)).filter_map(|key| {
        let name = key.alias.as_ref()?;
        let created = epoch_seconds(key.created_millis);
        Some(json!({ "AliasName": name, "AliasArn": arn(name), "TargetKeyId": key.id, "CreationDate": created }))
    });
    let awss = ["alias/aws/s3", "alias/aws/sns"].into_iter().filter(|_| only.is_none());
    Ok(own.chain(awss.map(|name| json!({ "AliasName": name, "AliasArn": arn(name) }))).collect())
}
