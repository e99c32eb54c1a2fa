//! What is in the inventory, and what a row of it says.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collect::Collector;
use orgcensus_collectors::COLLECTORS;
use orgcensus_policy::ResourceKind;
use orgcensus_row::{BatchBuilder, Row, Timestamp};
use serde::Serialize;

use super::*;

const ACCOUNT: &str = "111122223333";
const DAY: i64 = 86_400_000;

/// A queue.
#[derive(Serialize, Row)]
#[row(table = "test_queues", key = "arn")]
struct Queue {
    /// Its ARN.
    arn: String,
    /// Its name.
    queue_name: String,
    /// When it was made (UTC).
    created_at: Option<Timestamp>,
    /// Its tags.
    tags: Option<BTreeMap<String, String>>,
}

fn queue(arn: &str, created_day: Option<i64>, tags: Option<&[(&str, &str)]>) -> Queue {
    let tag = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Queue {
        arn: arn.to_owned(),
        queue_name: "q".to_owned(),
        created_at: created_day.map(|day| Timestamp(day * DAY)),
        tags: tags.map(|tags| tags.iter().map(tag).collect()),
    }
}

fn stamp() -> Stamp {
    Stamp {
        organization_id: "o-1".to_owned(),
        account_id: ACCOUNT.to_owned(),
        account_name: "one".to_owned(),
        ou_path: "Root".to_owned(),
        region: "eu-west-1".to_owned(),
        captured_at: Timestamp(10 * DAY),
        run_id: "r".to_owned(),
    }
}

/// The rows of the inventory that these queues give.
fn inventory(
    queues: &[Queue],
    verdicts: &Verdicts,
    owner_tag: Option<&str>,
) -> (Vec<InventoryResource>, Vec<ResourceTag>) {
    let table = table::<Queue>();
    let (stamp, resource) = (stamp(), table.resource.unwrap());
    let mut builder = BatchBuilder::new(table).unwrap();
    queues.iter().for_each(|queue| builder.push(queue).unwrap());
    let batch = builder.take(&stamp).unwrap();
    let (mut rows, mut tags) = (Vec::new(), Vec::new());
    (resource.each)(&batch, &mut |it| {
        let row = InventoryResource::of_row(resource.resource_type, &it, verdicts, owner_tag, &stamp);
        tags.extend(row.iter().flat_map(|row| row.tags(&it)));
        rows.extend(row);
    })
    .unwrap();
    (rows, tags)
}

#[test]
fn a_row_says_what_its_table_and_its_verdict_say() {
    let mut verdicts = Verdicts::default();
    verdicts.add("arn:aws:sqs:::open", Reach { is_public: Some(true), is_external: Some(true), is_in_org: None });
    let tags: &[(&str, &str)] = &[("Owner", "other"), ("owner", "team-a"), ("stage", "")];
    let queues = [queue("arn:aws:sqs:::open", Some(3), Some(tags)), queue("arn:aws:sqs:::odd", None, None)];
    let (rows, tags) = inventory(&queues, &verdicts, Some("owner"));
    let [open, odd] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((open.resource_type.as_str(), open.name.as_deref()), ("test_queue", Some("q")));
    assert_eq!((open.created_at, open.age_days), (Some(Timestamp(3 * DAY)), Some(7)));
    assert_eq!((open.is_public, open.is_external, open.is_in_org), (Some(true), Some(true), None));
    assert_eq!((open.owner.as_deref(), open.is_listed_only), (Some("team-a"), false));
    assert_eq!((odd.created_at, odd.age_days, &odd.owner), (None, None, &None));
    assert_eq!((odd.is_public, odd.is_external, odd.is_in_org), (None, None, None), "no verdict is no answer");
    let tags: Vec<_> = tags.iter().map(|it| (it.arn.as_str(), it.tag_key.as_str(), it.tag_value.as_str())).collect();
    let open = "arn:aws:sqs:::open";
    assert_eq!(tags, [(open, "Owner", "other"), (open, "owner", "team-a"), (open, "stage", "")]);
    let (rows, _) = inventory(&queues, &verdicts, None);
    assert!(rows.iter().all(|row| row.owner.is_none()), "no tag is the owner's unless the configuration says so");
}

#[test]
fn what_belongs_to_another_account_or_to_aws_is_not_this_accounts() {
    let arns = [
        "arn:aws:sqs:eu-west-1:111122223333:own",
        "arn:aws:s3:::bucket",
        "no-arn",
        "arn:aws:ec2:eu-west-1:222233334444:subnet/shared",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    ];
    let tags: &[(&str, &str)] = &[("a", "b")];
    let queues: Vec<_> = arns.iter().map(|arn| queue(arn, None, Some(tags))).collect();
    let (rows, tags) = inventory(&queues, &Verdicts::default(), None);
    assert_eq!(rows.iter().map(|row| row.arn.as_str()).collect::<Vec<_>>(), arns[..3]);
    assert_eq!(tags.len(), 3);
}

#[test]
fn an_arn_without_a_region_is_in_none() {
    assert!(has_no_region("arn:aws:s3:::bucket") && has_no_region("no-arn"));
    assert!(!has_no_region("arn:aws:sqs:eu-west-1:111122223333:q"));
}

#[test]
fn every_table_by_arn_of_every_collector_is_a_source_and_no_type_comes_twice() {
    let types: Vec<_> = SOURCES.iter().filter_map(|it| it.resource).map(|it| it.resource_type).collect();
    assert_eq!(types.len(), types.iter().collect::<BTreeSet<_>>().len(), "{types:?}");
    for known in ["ecr_repository", "iam_managed_policy", "kms_key", "ec2_instance", "s3_bucket", "sqs_queue"] {
        assert!(types.contains(&known) && has_table(known), "{known}");
    }
    assert!(!types.contains(&"none") && SOURCES.iter().all(|it| it.key == ["arn"]));
    assert_eq!(READS[..SOURCES.len()], *SOURCES);
    let more: Vec<_> = READS[SOURCES.len()..].iter().map(|it| it.name).collect();
    assert_eq!(more, [TaggedResource::TABLE, ResourceAccess::TABLE]);
}

/// Collectors whose tables are of other types than their policies: a function's versions and aliases have policies of the
/// type of functions, and a share is not what it shares.
const OF_OTHER_TYPES: [&str; 3] = ["lambda_aliases", "lambda_versions", "ram_resource_shares"];

#[test]
fn a_table_calls_its_resources_as_their_policies_do() {
    let is_odd = |collector: &&Collector| {
        // The rows of the shared table say their types.
        let tables = collector.tables.iter().filter(|it| it.name != "other_resources");
        let types: Vec<_> = tables.filter_map(|it| it.resource).map(|it| it.resource_type).collect();
        let has_unknown = types.iter().any(|it| ResourceKind::of_type(it).is_none());
        let of_policies = collector.resources.iter().map(|it| it.resource_type);
        has_unknown && of_policies.filter(|it| !types.contains(it)).count() > 0
    };
    let odd: Vec<_> = COLLECTORS.iter().filter(is_odd).map(|it| it.name).collect();
    assert_eq!(odd, OF_OTHER_TYPES, "say resource = KIND.resource_type in #[row(…)]");
}
