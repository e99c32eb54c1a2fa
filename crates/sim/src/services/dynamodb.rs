//! DynamoDB: tables and their streams, with their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Internal.is("InternalServerError")],
    answers: &[&[
        get("DescribeTable", describe_table),
        get("GetResourcePolicy", get_policy),
        list("ListTables", "TableNames", |context| {
            Ok(tables(&context.place).into_iter().map(|it| json!(it.name)).collect())
        }),
    ]],
    kinds: &[
        resources(At::Region, |place| tables(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("dynamodb_tables")
            .sampled("dynamodb_tables", UNGATED),
        resources(At::Region, |place| {
            let streams = tables(place).into_iter().filter_map(|it| it.stream);
            streams.map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .sampled("dynamodb_streams", UNGATED),
    ],
    ..Service::named("dynamodb")
};

/// A table.
#[derive(Debug)]
struct Table {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    stream: Option<Stream>,
    status: &'static str,
    billing_mode: Option<&'static str>,
    has_key: bool,
    is_protected: bool,
    replica_region: Option<String>,
    items: i64,
    created_millis: i64,
}

/// A stream of changes.
#[derive(Debug)]
struct Stream {
    arn: String,
    policy: ResourcePolicy,
}

fn tables(place: &Place<'_>) -> Vec<Table> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("dynamodb", rates.other_resources);
    let table = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["carts", "sessions", "locks"]));
        let arn = place.arn("dynamodb", &format!("table/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["dynamodb:GetItem", "dynamodb:Query"],
            resources: vec![arn.clone()],
            service: "redshift.amazonaws.com",
        };
        let is_last = number + 1 == count;
        let is_sample = is_last && place.sample().is_some();
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last);
        let days = dice.between(0, 1500);
        Table {
            policy: subject.policy(kind, &mut dice),
            stream: (dice.chance(0.4) || is_sample).then(|| stream(place, &arn, is_last, &mut dice)),
            status: dice.weighted(&[("ACTIVE", 18), ("UPDATING", 1), ("DREAMING", 1)]),
            billing_mode: dice.pick(&[Some("PAY_PER_REQUEST"), Some("PROVISIONED"), None]),
            has_key: dice.chance(0.4),
            is_protected: dice.chance(0.5),
            replica_region: dice.chance(0.1).then(|| place.region.to_owned()),
            items: dice.between(0, 1 << 30),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(table).collect()
}

fn stream(place: &Place<'_>, table_arn: &str, is_last: bool, dice: &mut Dice) -> Stream {
    let arn = format!("{table_arn}/stream/2026-01-01T00:00:00.000");
    let subject = Subject {
        place: *place,
        actions: &["dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources: vec![arn.clone()],
        service: "lambda.amazonaws.com",
    };
    let by_chance = any_kind(dice, place.organization.settings.rates.public_other_resources);
    let kind = place.shown(by_chance, is_last);
    Stream { policy: subject.policy(kind, dice), arn }
}

fn describe_table(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("TableName")?;
    let found = tables(&context.place).into_iter().find(|it| it.name == wanted || it.arn == wanted);
    let message = format!("Requested resource not found: Table: {wanted} not found");
    let found = found.ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))?;
    Ok(json!({ "Table": describe(&context.place, &found) }))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("ResourceArn")?;
    let mut policies = tables(&context.place).into_iter().flat_map(|it| {
        let of_stream = it.stream.map(|stream| (stream.arn, stream.policy));
        std::iter::once((it.arn, it.policy)).chain(of_stream)
    });
    let found = policies.find(|(arn, _)| arn == wanted);
    let message = format!("Requested resource not found: ResourceArn: {wanted} not found");
    let (_, policy) = found.ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))?;
    let message = format!("Resource-based policy not found for the provided ResourceArn: {wanted}");
    let none = || Refusal::new(400, "PolicyNotFoundException", message);
    Ok(json!({ "Policy": policy.document.ok_or_else(none)?, "RevisionId": "1766361600000" }))
}

fn describe(place: &Place<'_>, it: &Table) -> Value {
    let key = it.has_key.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000"));
    let units = if it.billing_mode == Some("PAY_PER_REQUEST") { 0 } else { 5 };
    json!({
        "TableName": it.name,
        "TableArn": it.arn,
        "TableId": "00000000-0000-4000-8000-000000000000",
        "TableStatus": it.status,
        "CreationDateTime": epoch_seconds(it.created_millis),
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        // A table that has always been provisioned has no summary.
        "BillingModeSummary": it.billing_mode.map(|mode| json!({ "BillingMode": mode })),
        "ProvisionedThroughput": {
            "NumberOfDecreasesToday": 0,
            "ReadCapacityUnits": units,
            "WriteCapacityUnits": units,
        },
        "ItemCount": it.items,
        "TableSizeBytes": it.items,
        "SSEDescription": key.map(|key| json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key })),
        "DeletionProtectionEnabled": it.is_protected,
        "StreamSpecification":
            it.stream.as_ref().map(|_| json!({ "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" })),
        "LatestStreamArn": it.stream.as_ref().map(|stream| &stream.arn),
        "LatestStreamLabel": it.stream.as_ref().map(|_| "2026-01-01T00:00:00.000"),
        "GlobalTableVersion": it.replica_region.as_ref().map(|_| "2019.11.21"),
        "Replicas": it.replica_region.as_ref().map(|region| [json!({ "RegionName": region })]),
    })
}
