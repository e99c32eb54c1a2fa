use super::*;
use crate::testing::collected;
use crate::testing::organization::{BUCKET, DATABASE, organization};

fn tag(values: &[&str]) -> CriticalTag {
    CriticalTag { key: "class".to_owned(), values: values.iter().map(|&it| it.to_owned()).collect() }
}

async fn rows(tag: CriticalTag) -> Vec<Placed<CriticalAccess>> {
    rows_within(tag, ASKING_MAX).await
}

async fn rows_within(tag: CriticalTag, asking_max: Duration) -> Vec<Placed<CriticalAccess>> {
    let (_folder, lake) = organization().await;
    let commit = lake.commits().await.unwrap().remove(0);
    let manifest = lake.manifest(&commit).await.unwrap();
    collected(|rows| look(lake.clone(), manifest, commit.run_id, (tag, asking_max), rows)).await.unwrap()
}

/// `data/* user/ana unknown by role/admin`
fn words(row: &CriticalAccess) -> String {
    let short = |it: &str| it.rsplit(':').next().unwrap_or_default().to_owned();
    let text = |it: &Option<String>| it.as_deref().map_or_else(|| "-".to_owned(), short);
    let by: String = row.via.iter().map(|it| format!(" by {}", short(it))).collect();
    format!("{} {} {}{by}", text(&row.asked_arn), text(&row.principal), row.result)
}

#[tokio::test]
async fn whoever_can_read_it_is_a_row_and_so_is_whoever_can_read_a_part_alone() {
    let rows = rows(tag(&["secret"])).await;
    assert!(rows.iter().all(|it| it.account_id == "000000000002"));
    let about = |arn: &str| rows.iter().map(|it| &it.row).filter(|it| it.resource_arn == arn).collect::<Vec<_>>();
    let bucket = about(BUCKET);
    let expected = [
        "data/* role/admin allowed",
        "data/* root allowed",
        // What binds its account was not read.
        "data/* user/ana unknown by role/admin",
        "data/reports/* role/reader allowed",
    ];
    assert_eq!(bucket.iter().map(|it| words(it)).collect::<Vec<_>>(), expected);
    assert_eq!(bucket.iter().map(|it| it.ordinal).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(bucket.iter().map(|it| it.is_complete).collect::<Vec<_>>(), [true, true, false, true]);
    assert!(bucket.iter().all(|it| it.action.as_deref() == Some("s3:GetObject")));
    assert_eq!(bucket[0].decided_by_layer.as_deref(), Some("identity"));
    let database = about(DATABASE);
    let [database] = database.as_slice() else { panic!("{database:?}") };
    assert_eq!((words(database), database.action.as_deref()), ("- - unknown".to_owned(), None));
    assert_eq!(rows.len(), bucket.len() + 1, "what carries another value is not critical");
}

#[tokio::test]
async fn without_values_any_value_is_critical_and_without_the_tag_nothing_is() {
    let any = rows(tag(&[])).await;
    assert!(any.iter().any(|it| it.row.resource_arn == "arn:aws:s3:::open"));
    let other = CriticalTag { key: "Class".to_owned(), ..tag(&[]) };
    assert!(rows(other).await.is_empty());
}

#[tokio::test]
async fn what_there_was_no_time_for_is_not_known() {
    let rows = rows_within(tag(&["secret"]), Duration::ZERO).await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|it| it.row.result == "unknown" && it.row.action.is_none()), "{rows:?}");
}

#[test]
fn what_was_not_read_may_carry_the_tag() {
    let placed = of_unread("000000000003".to_owned(), &BTreeSet::from(["s3_buckets".to_owned()]));
    assert_eq!((placed.account_id.as_str(), placed.region.as_str()), ("000000000003", GLOBAL));
    assert_eq!((placed.row.resource_arn.as_str(), placed.row.result.as_str()), ("*", "unknown"));
    assert!(placed.row.reason.ends_with("may carry the tag: s3_buckets"));
}
