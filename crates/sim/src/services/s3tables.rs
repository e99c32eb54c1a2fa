//! S3 Tables: table buckets and their tables, with the policies of both.

use crate::clock::iso_millis;
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
    errors: &[
        Problem::InvalidToken.is("BadRequestException"),
        Problem::InvalidParameter.is("BadRequestException"),
        Problem::Internal.is("InternalServerErrorException"),
    ],
    answers: &[&[
        get("GetTableBucketPolicy", get_bucket_policy),
        get("GetTablePolicy", get_table_policy),
        list("ListTableBuckets", "tableBuckets", |context| {
            Ok(buckets(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
        list("ListTables", "tables", |context| Ok(find(context)?.tables.iter().map(describe_table).collect())),
    ]],
    kinds: &[
        resources(At::Region, |place| buckets(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("s3tables_buckets")
            .sampled("s3tables_buckets", UNGATED),
        resources(At::Region, |place| {
            let tables = buckets(place).into_iter().flat_map(|it| it.tables);
            tables.map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .rows("s3tables_tables")
        .sampled("s3tables_tables", UNGATED),
    ],
    ..Service::named("s3tables")
};

/// A table bucket.
#[derive(Debug)]
struct Bucket {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    tables: Vec<Table>,
    created_millis: i64,
}

/// A table.
#[derive(Debug)]
struct Table {
    name: String,
    namespace: &'static str,
    arn: String,
    policy: ResourcePolicy,
    created_millis: i64,
}

fn buckets(place: &Place<'_>) -> Vec<Bucket> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("s3tables", rates.other_resources);
    let bucket = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["lake", "metrics"]));
        let arn = place.arn("s3tables", &format!("bucket/{name}"));
        let actions = &["s3tables:GetTableData", "s3tables:GetTableMetadataLocation"];
        let resources = vec![arn.clone(), format!("{arn}/*")];
        let subject = Subject { place: *place, actions, resources, service: "firehose.amazonaws.com" };
        let is_last = number + 1 == count;
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last);
        let days = dice.between(0, 600);
        Bucket {
            policy: subject.policy(kind, &mut dice),
            tables: tables(place, &arn, is_last, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(bucket).collect()
}

/// The tables of a bucket. The last bucket of a region has the sample.
fn tables(place: &Place<'_>, bucket_arn: &str, is_last: bool, dice: &mut Dice) -> Vec<Table> {
    let count = dice.count(1);
    let count = if is_last { place.with_sample(count) } else { count };
    (0..count).map(|number| table(place, bucket_arn, (number, is_last && number + 1 == count), dice)).collect()
}

fn table(place: &Place<'_>, bucket_arn: &str, (number, is_last): (u64, bool), dice: &mut Dice) -> Table {
    let arn = format!("{bucket_arn}/table/{}", dice.uuid());
    let actions = &["s3tables:GetTableData", "s3tables:GetTableMetadataLocation"];
    let subject = Subject { place: *place, actions, resources: vec![arn.clone()], service: "firehose.amazonaws.com" };
    let by_chance = any_kind(dice, place.organization.settings.rates.public_other_resources);
    let kind = place.shown(by_chance, is_last);
    let days = dice.between(0, 600);
    Table {
        name: format!("{}_{number}", dice.pick(&["orders", "visits"])),
        namespace: dice.pick(&["sales", "site"]),
        policy: subject.policy(kind, dice),
        created_millis: place.days_ago(days, dice),
        arn,
    }
}

fn not_found(message: String) -> Refusal {
    Refusal::new(404, "NotFoundException", message)
}

fn find(context: &Context<'_>) -> Result<Bucket, Refusal> {
    let wanted = context.request.required("tableBucketARN")?;
    let found = buckets(&context.place).into_iter().find(|it| it.arn == wanted);
    found.ok_or_else(|| not_found("The specified bucket does not exist.".to_owned()))
}

fn get_bucket_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let none = || not_found("The specified bucket does not have a bucket policy.".to_owned());
    Ok(json!({ "resourcePolicy": find(context)?.policy.document.ok_or_else(none)? }))
}

fn get_table_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let (namespace, name) = (context.request.required("namespace")?, context.request.required("name")?);
    let found = find(context)?.tables.into_iter().find(|it| it.namespace == namespace && it.name == name);
    let found = found.ok_or_else(|| not_found("The specified table does not exist.".to_owned()))?;
    let none = || not_found("The specified table does not have a table policy.".to_owned());
    Ok(json!({ "resourcePolicy": found.policy.document.ok_or_else(none)? }))
}

fn describe(place: &Place<'_>, it: &Bucket) -> Value {
    json!({
        "arn": it.arn,
        "name": it.name,
        "ownerAccountId": place.account.id,
        "createdAt": iso_millis(it.created_millis),
        "tableBucketId": "00000000-0000-4000-8000-000000000000",
        "type": "customer",
    })
}

fn describe_table(it: &Table) -> Value {
    json!({
        "namespace": [it.namespace],
        "name": it.name,
        "type": "customer",
        "tableARN": it.arn,
        "createdAt": iso_millis(it.created_millis),
        "modifiedAt": iso_millis(it.created_millis),
    })
}
