//! If the selection names something that does not exist, the run says so.

use std::collections::BTreeSet;

use orgcensus_crawl::{Crawl, Error, Matcher, Plan, Selection, run};
use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::{Crawled, Place, Way};
use serde_json::Value;

use crate::shared::crawl;

pub(crate) fn quiet(accounts: u64) -> Settings {
    Settings { troubles: Troubles::none(), ..Settings::new(accounts, 1) }
}

pub(crate) fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

pub(crate) fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

/// A crawl of this selection, of an organization with these settings.
async fn crawl_of(place: &Place, selection: Selection) -> Crawl {
    Crawl { selection, ..place.crawl().await }
}

/// Why a run with this selection is refused.
async fn refusal(settings: Settings, selection: Selection) -> String {
    let place = Place::new(settings, Way::Inside);
    run(crawl_of(&place, selection).await).await.expect_err("refused").to_string()
}

pub(crate) async fn crawled(settings: Settings, selection: Selection) -> Crawled {
    let place = Place::new(settings, Way::Inside);
    let crawl = crawl_of(&place, selection).await;
    place.run(crawl).await
}

pub(crate) fn regions(words: &[&str]) -> Selection {
    Selection { regions: set(words), ..Selection::default() }
}

fn warnings(crawled: &Crawled) -> Vec<&str> {
    crawled.log.lines().filter(|line| line.starts_with("Warning")).collect()
}

/// The coverage that a run of this many accounts and regions has when nothing is broken.
async fn unbroken(accounts: u64, selection: Selection) -> f64 {
    crawled(quiet(accounts), selection).await.report.tally.coverage()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_does_not_exist_is_refused_with_the_nearest_name() {
    for (wrong, nearest) in [
        ("eu-wst-1", "eu-west-1"),
        ("us-esat-1", "us-east-1"),
        ("EU-WEST-1", "eu-west-1"),
        ("eu-west-1a", "eu-west-1"),
        ("ap-southeast-22", "ap-southeast-2"),
    ] {
        for selection in [regions(&[wrong]), regions(&["us-east-1", wrong])] {
            let words = refusal(quiet(2), selection).await;
            assert!(words.contains(&format!("{wrong:?}")) && words.contains(&format!("{nearest:?}")), "{words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn next_years_region_is_taken_if_aws_names_it() {
    let settings = Settings { regions: vec!["us-east-1".to_owned(), "eu-north-9".to_owned()], ..quiet(2) };
    let crawled = crawled(settings, regions(&["us-east-1", "eu-north-9"])).await;
    assert!((crawled.report.tally.coverage() - 1.0).abs() < 1e-9, "{:?}", crawled.report.tally);
    assert!(crawled.number("SELECT COUNT(*) FROM coverage WHERE region = 'eu-north-9'").await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_an_account_does_not_have_is_rows_of_coverage() {
    // The simulated AWS has three regions and one that is off; this version knows of others.
    for other in ["af-south-1", "ca-west-1", "cn-north-1"] {
        let crawled = crawled(quiet(3), regions(&["us-east-1", other])).await;
        let sql = format!("SELECT DISTINCT outcome, error_code FROM coverage WHERE region = '{other}'");
        let rows = crawled.rows(&sql).await;
        let found: Vec<_> = rows.iter().map(|row| (text(row, "outcome"), text(row, "error_code"))).collect();
        assert_eq!(found, [("failed".to_owned(), "NoSuchRegion".to_owned())], "{other}");
        let accounts = format!("SELECT COUNT(DISTINCT account_id) FROM coverage WHERE region = '{other}'");
        assert_eq!(crawled.number(&accounts).await, 3);
        assert!(crawled.report.tally.coverage() < unbroken(3, regions(&["us-east-1"])).await);
        assert!(warnings(&crawled).iter().any(|line| line.contains(other)), "{:?}", warnings(&crawled));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_aws_cannot_be_asked_an_unknown_region_is_a_warning_and_rows_of_coverage() {
    let settings = Settings { denied_actions: vec![(0, "ec2:DescribeRegions".to_owned())], ..quiet(3) };
    let crawled = crawled(settings, regions(&["us-east-1", "eu-wst-1"])).await;
    assert!(warnings(&crawled).iter().any(|line| line.contains("eu-wst-1")), "{:?}", warnings(&crawled));
    let sql = "SELECT account_id, COUNT(*) AS tasks FROM coverage WHERE region = 'eu-wst-1' AND is_planned \
               AND NOT is_complete GROUP BY 1";
    assert_eq!(crawled.rows(sql).await.len(), 3, "in every account");
    let sql = "SELECT region, outcome, error_code FROM coverage WHERE collector = 'organization_regions' ORDER BY 1";
    let told: Vec<_> = crawled.rows(sql).await.iter().map(|row| (text(row, "region"), text(row, "outcome"))).collect();
    assert_eq!(told, [("eu-wst-1".into(), "failed".into()), ("global".into(), "denied".into())]);
    assert!(crawled.report.tally.coverage() < unbroken(3, regions(&["us-east-1"])).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn included_accounts_and_units_that_are_not_there_are_refused() {
    let units = |words: &[&str]| Matcher { organizational_units: set(words), ..Matcher::default() };
    let include = |include: Matcher| Selection { include, ..Selection::default() };
    for (selection, words) in [
        (
            include(Matcher { accounts: set(&["111122223333"]), ..units(&["Root"]) }),
            &["select.include.accounts", "\"111122223333\""][..],
        ),
        (
            include(units(&["Root", "Root/Wrkloads"])),
            &["include.organizational_units", "Root/Wrkloads", "Root/Workloads"],
        ),
        (include(units(&["Root", "ou-none-atall123"])), &["include.organizational_units", "ou-none-atall123"]),
        (include(units(&["Root", "Root/Workloads/"])), &["\"Root/Workloads/\""]),
        (
            include(Matcher { statuses: set(&["ACTVE"]), ..units(&["Root"]) }),
            &["include.statuses", "ACTVE", "\"ACTIVE\""],
        ),
    ] {
        let told = refusal(quiet(4), selection).await;
        words.iter().for_each(|word| assert!(told.contains(word), "{word:?} is not in {told:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn excluded_accounts_and_units_that_are_not_there_are_errors_of_a_plan_and_warnings_of_a_crawl() {
    let units = |words: &[&str]| Matcher { organizational_units: set(words), ..Matcher::default() };
    for (exclude, word) in [
        (Matcher { accounts: set(&["111122223333"]), ..Matcher::default() }, "111122223333"),
        (units(&["Root/Sandbx"]), "Root/Sandbx"),
        (Matcher { statuses: set(&["SUSPENDD"]), ..Matcher::default() }, "SUSPENDD"),
    ] {
        let selection = Selection { exclude, ..regions(&["us-east-1"]) };
        let place = Place::new(quiet(3), Way::Inside);
        let refused = Plan::read(&crawl_of(&place, selection.clone()).await, 1).await.expect_err("refused");
        assert!(matches!(refused, Error::Selection(_)) && refused.to_string().contains(word), "{refused}");
        let crawled = crawled(quiet(3), selection).await;
        assert_eq!(crawled.report.selected, 3);
        assert!(warnings(&crawled).iter().any(|line| line.contains(word)), "{:?}", warnings(&crawled));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_nobody_has_and_units_without_accounts_are_warnings() {
    let tags = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let include = Matcher { tags: tags("team", "*"), ..Matcher::default() };
    let units = set(&["Root/Suspended"]);
    let exclude = Matcher { tags: tags("stage", "prd"), organizational_units: units, ..Matcher::default() };
    let crawled = crawled(quiet(3), Selection { include, exclude, ..regions(&["us-east-1"]) }).await;
    assert_eq!(crawled.report.selected, 3);
    let told = warnings(&crawled).join("\n");
    assert!(told.contains("select.exclude.tags") && told.contains("prd"), "{told}");
    assert!(told.contains("Root/Suspended") && !told.contains("select.include"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_whose_tags_cannot_be_read_are_not_lost_to_the_plan() {
    let selection = Selection {
        include: Matcher { tags: [("team".to_owned(), "*".to_owned())].into(), ..Matcher::default() },
        ..regions(&["us-east-1"])
    };
    let settings = Settings { denied_actions: vec![(0, "organizations:ListTagsForResource".to_owned())], ..quiet(3) };
    let words = refusal(settings, selection).await;
    assert!(words.contains("ListTagsForResource") && words.contains("AccessDenied"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_than_the_configured_one_is_refused() {
    let selection = Selection { organization_id: Some("o-aaaaaaaaaa".to_owned()), ..Selection::default() };
    let words = refusal(quiet(2), selection).await;
    let place = Place::new(quiet(2), Way::Inside);
    let id = place.simulation.organization_id().to_owned();
    assert!(words.contains("organization.id") && words.contains("o-aaaaaaaaaa") && words.contains(&id), "{words}");
    let selection = Selection { organization_id: Some(id), ..regions(&["us-east-1"]) };
    run(crawl_of(&place, selection).await).await.expect("a run");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_entered_counts_as_much_as_its_neighbours() {
    let troubles = Troubles { missing_roles: true, ..Troubles::none() };
    let crawled = crawled(Settings { troubles, ..Settings::new(12, 1) }, Selection::default()).await;
    let missing = crawled.simulation.account_id(8);
    let management = crawled.simulation.account_id(0);
    // One other account has switched on the region that is off elsewhere.
    let opted_in = crawled.simulation.account_id(3);
    let sql = format!(
        "SELECT account_id, COUNT(*) AS tasks FROM coverage WHERE is_planned AND account_id NOT IN \
         ('{management}', '{opted_in}') GROUP BY 1"
    );
    let rows = crawled.rows(&sql).await;
    let tasks: BTreeSet<u64> = rows.iter().filter_map(|row| row["tasks"].as_u64()).collect();
    assert_eq!((rows.len(), tasks.len()), (10, 1), "{rows:?}");
    let sql = format!("SELECT DISTINCT outcome FROM coverage WHERE is_planned AND account_id = '{missing}'");
    assert_eq!(crawled.rows(&sql).await.len(), 1);
    assert_eq!((crawled.report.selected, crawled.report.tally.accounts_entered), (12, 11));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_complete_snapshot_is_the_newest() {
    let place = Place::new(quiet(2), Way::Inside);
    let mut newer = crawl_of(&place, regions(&["us-east-1"])).await;
    newer.run_id = "newer".to_owned();
    assert!(run(newer).await.expect("a run").is_newest);
    let mut older = crawl_of(&place, regions(&["us-east-1"])).await;
    older.captured_at.0 -= 24 * 60 * 60 * 1000;
    older.run_id = "older".to_owned();
    let report = run(older).await.expect("a run");
    assert!(report.commit.is_complete && !report.is_newest);
    let mut short = crawl_of(&place, regions(&["us-east-1", "af-south-1"])).await;
    (short.run_id, short.min_coverage) = ("short".to_owned(), 1.0);
    let report = run(short).await.expect("a run");
    assert!(!report.commit.is_complete && !report.is_newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unbroken_run_warns_of_nothing() {
    let crawled = crawl(Settings::new(12, 3)).await;
    assert_eq!(warnings(&crawled), Vec::<&str>::new());
}
