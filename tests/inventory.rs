//! The inventory of a whole run: every resource of every table once, with its verdict, its tags and its owner.

use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::Crawl;
use orgcensus_row::Table;
use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::{Crawled, Place, Way};

/// What belongs to the account that shows it: neither shared by another one nor AWS's own.
const IS_OWN: &str = "split_part(arn, ':', 5) IN ('', account_id)";

async fn crawl() -> Crawled {
    let place = Place::new(Settings { troubles: Troubles::none(), ..Settings::new(4, 1) }, Way::Inside);
    let crawl = Crawl { owner_tag: Some("team".to_owned()), ..place.crawl().await };
    place.run(crawl).await
}

/// The rows of this table say themselves of which type they are.
const OF_MANY_TYPES: &str = "other_resources";

/// The collectors' tables of resources of one type, each with that type.
fn tables() -> impl Iterator<Item = (&'static Table, &'static str)> {
    let tables = COLLECTORS.iter().flat_map(|collector| collector.tables);
    let tables = tables.filter(|table| table.name != OF_MANY_TYPES);
    tables.filter_map(|table| Some((table, table.resource?.resource_type)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inventory_has_each_tables_resources_once_and_the_verdicts_on_them() {
    let crawled = crawl().await;
    let mut all = 0;
    for (table, resource_type) in tables() {
        let own = crawled.number(&format!("SELECT COUNT(DISTINCT arn) FROM {} WHERE {IS_OWN}", table.name)).await;
        let listed = format!("SELECT COUNT(DISTINCT arn) FROM resources WHERE resource_type = '{resource_type}'");
        assert_eq!(crawled.number(&listed).await, own, "{resource_type}");
        all += own;
    }
    assert!(all > 0);
    let of_many = format!("{OF_MANY_TYPES} WHERE {IS_OWN}");
    let types = crawled.number(&format!("SELECT COUNT(DISTINCT resource_type) FROM {of_many}")).await;
    let lost = format!(
        "SELECT COUNT(*) FROM {of_many} AND NOT EXISTS (SELECT 1 FROM resources WHERE resources.arn = \
         {OF_MANY_TYPES}.arn AND resources.resource_type = {OF_MANY_TYPES}.resource_type)"
    );
    assert_eq!((types > 10, crawled.number(&lost).await), (true, 0), "{types} other types");
    let joined = "resource_access JOIN resources ON resources.arn = resource_access.resource_arn
        AND resources.account_id = resource_access.account_id AND resources.region = resource_access.region";
    let told = crawled.number(&format!("SELECT COUNT(*) FROM {joined}")).await;
    let otherwise = "resources.is_public IS DISTINCT FROM resource_access.is_public";
    assert!(told > 0);
    assert_eq!(crawled.number(&format!("SELECT COUNT(*) FROM {joined} WHERE {otherwise}")).await, 0);
    assert!(crawled.number("SELECT COUNT(*) FROM resources WHERE is_public").await > 0, "something is public");
    let registries = "resource_type = 'ecr_registry'";
    let of_policies = crawled.number(&format!("SELECT COUNT(*) FROM resource_access WHERE {registries}")).await;
    let without_table = crawled.number(&format!("SELECT COUNT(*) FROM resources WHERE {registries}")).await;
    assert_eq!(without_table, of_policies, "what has a policy and no table is listed too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_list_of_tags_tells_of_is_marked_and_its_coverage_says_that_there_may_be_more() {
    let crawled = crawl().await;
    let of = |table: &str, which: &str| format!("SELECT COUNT(*) FROM {table} WHERE {which}");
    let listed = crawled.number(&of("tagging_resources", "arn_type = 'appconfig_application'")).await;
    assert!(listed > 0 && crawled.number(&of("tagging_resources", "arn_type = 'sqs'")).await > 0);
    let marked = of("resources", "is_listed_only AND resource_type = 'appconfig_application' AND name IS NULL");
    assert_eq!(crawled.number(&marked).await, listed);
    assert_eq!(crawled.number(&of("resources", "is_listed_only")).await, listed, "a queue has a row of its own");
    let is_other = "reason IS DISTINCT FROM 'untagged_not_listed'";
    let silent = of("coverage", &format!("collector = 'tagging_resources' AND is_complete AND {is_other}"));
    assert_eq!(crawled.number(&silent).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_rows_and_one_of_them_names_the_owner() {
    let crawled = crawl().await;
    for (table, resource_type) in [("sqs_queues", "sqs_queue"), ("ec2_vpcs", "ec2_vpc")] {
        let count = "COALESCE(SUM(CAST(cardinality(map_keys(tags)) AS BIGINT)), 0)";
        let tags = format!("SELECT {count} FROM {table} WHERE {IS_OWN}");
        let rows = format!("SELECT COUNT(*) FROM resource_tags WHERE resource_type = '{resource_type}'");
        assert_eq!(crawled.number(&rows).await, crawled.number(&tags).await, "{resource_type}");
    }
    let owned = crawled.number("SELECT COUNT(*) FROM resources WHERE owner IS NOT NULL").await;
    let by_tag = "SELECT COUNT(*) FROM resource_tags WHERE tag_key = 'team'";
    assert!(owned > 0);
    assert_eq!(crawled.number(by_tag).await, owned);
}
