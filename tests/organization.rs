//! The organization is read once, whole, and each account's rows are its own.

use std::collections::BTreeSet;

use orgcensus_crawl::{Crawl, Matcher, Selection, run};
use orgcensus_sim::{Move, Settings};
use orgcensus_tests::{Crawled, Place, Way};

use crate::selection::{crawled, quiet, regions, set, text};

/// Every account once, in the unit where it ended up, and how `organization` ended.
async fn after_moves(omits_account_paths: bool) -> (Crawled, String) {
    let moves = vec![
        // Ahead of the walk, and behind it.
        Move { account: 1, from: "Sandbox", to: "Security", after_lists: 3 },
        Move { account: 2, from: "Security", to: "Sandbox", after_lists: 3 },
    ];
    let crawled = crawled(Settings { moves, omits_account_paths, ..quiet(6) }, regions(&["us-east-1"])).await;
    assert_eq!(crawled.number("SELECT COUNT(*) FROM accounts").await, 6);
    assert_eq!(crawled.report.selected, 6);
    let twice = "SELECT account_id, region, collector FROM coverage GROUP BY 1, 2, 3 HAVING COUNT(*) > 1";
    assert!(crawled.rows(twice).await.is_empty(), "no account is crawled twice");
    assert_eq!(crawled.number("SELECT COUNT(DISTINCT account_id) FROM iam_roles").await, 6);
    let row = crawled.rows("SELECT * FROM coverage WHERE collector = 'organization'").await.remove(0);
    (crawled, row.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_moves_while_the_tree_is_walked_is_crawled_once() {
    let (crawled, row) = after_moves(false).await;
    assert!(row.contains(r#""outcome":"complete""#), "{row}");
    let calls = crawled.simulation.calls();
    assert!(calls.iter().all(|call| call.operation != "ListAccountsForParent"), "the paths say it: {calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_paths_it_is_crawled_once_too_and_coverage_names_it() {
    let (crawled, row) = after_moves(true).await;
    let (hidden, doubled) = (crawled.simulation.account_id(1), crawled.simulation.account_id(2));
    assert!(row.contains(r#""outcome":"partial""#) && row.contains(r#""items_missed":2"#), "{row}");
    for words in [
        format!("account {hidden} is listed, and in no unit of the tree"),
        format!("account {doubled} is in two units of the tree"),
    ] {
        assert!(row.contains(&words), "{words:?} is not in {row}");
    }
    let sql = format!("SELECT ou_id, ou_id_path FROM accounts WHERE account_id = '{hidden}'");
    let unit = crawled.rows(&sql).await.remove(0);
    assert!(unit["ou_id"].is_null() && unit["ou_id_path"].is_null(), "{unit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_of_an_account_has_its_outcome() {
    let states = [(1, "PENDING_ACTIVATION"), (2, "PENDING_CLOSURE"), (3, "CLOSED"), (4, "ORBITING"), (5, "SUSPENDED")];
    let states = states.map(|(index, state): (u64, &str)| (index, state.to_owned())).to_vec();
    let crawled = crawled(Settings { states, ..quiet(6) }, regions(&["us-east-1"])).await;
    for (index, outcome, is_planned) in [
        (1, "account_pending", false),
        (2, "account_suspended", false),
        (3, "account_suspended", false),
        (4, "complete", true),
        (5, "account_suspended", false),
    ] {
        let id = crawled.simulation.account_id(index);
        let sql = format!("SELECT DISTINCT outcome, is_planned FROM coverage WHERE account_id = '{id}' ORDER BY 1, 2");
        let rows = crawled.rows(&sql).await;
        let found: Vec<_> = rows.iter().map(|row| (text(row, "outcome"), row["is_planned"].as_bool())).collect();
        let mut expected = vec![(outcome.to_owned(), Some(is_planned))];
        // Of each account that was entered it is told what this program cannot read, and which of all regions are off.
        let told = ["region_disabled", "unread"].map(|it| (it.to_owned(), Some(false)));
        expected.extend(told.into_iter().filter(|_| outcome == "complete"));
        assert_eq!(found, expected, "account {index}");
    }
    assert_eq!(crawled.report.tally.accounts_entered, 2, "the management account, and the one in orbit");
    let sql = "SELECT COUNT(*) FROM accounts WHERE status = 'PENDING_ACTIVATION' AND NOT is_active";
    assert_eq!(crawled.number(sql).await, 1);
}

/// It is in no run's plan, so a run that reads all else is whole; and it is never complete.
#[tokio::test(flavor = "multi_thread")]
async fn what_this_program_cannot_read_is_told_of_each_account_and_region() {
    let crawled = crawled(quiet(3), Selection::default()).await;
    let of = |collector: &str, is_so: &str| {
        format!("SELECT account_id, region FROM coverage WHERE collector = '{collector}' AND {is_so} ORDER BY 1, 2")
    };
    let is_told = "outcome = 'unread' AND reason = 'cbor_not_spoken' AND NOT is_planned AND NOT is_complete";
    let told = crawled.rows(&of("eventbridgev2_event_buses", is_told)).await;
    assert!(told.len() > 3, "{told:?}");
    assert_eq!(told, crawled.rows(&of("eventbridge_event_buses", "is_complete")).await);
    assert!((crawled.report.tally.coverage() - 1.0).abs() < f64::EPSILON, "{:?}", crawled.report.tally);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_another_account_are_refused_and_give_no_rows() {
    let crawled = crawled(Settings { assumed_account: Some(3), ..quiet(5) }, regions(&["us-east-1"])).await;
    // The management account is entered with the identity as it is, and the third account's rows are really the
    // third's.
    let ids: BTreeSet<String> = [0, 3].map(|index| crawled.simulation.account_id(index)).into();
    let rows = crawled.rows("SELECT DISTINCT account_id FROM iam_roles").await;
    assert_eq!(rows.iter().map(|row| text(row, "account_id")).collect::<BTreeSet<_>>(), ids);
    let sql = "SELECT DISTINCT account_id, outcome, error_code, error_operation FROM coverage \
               WHERE NOT is_complete AND outcome NOT IN ('unread', 'region_disabled')";
    let refused = crawled.rows(sql).await;
    assert_eq!(refused.len(), 3, "{refused:?}");
    for row in refused {
        let found = (text(&row, "outcome"), text(&row, "error_code"), text(&row, "error_operation"));
        assert_eq!(found, ("failed".into(), "WrongAccount".into(), "sts:AssumeRole".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_role_for_many_accounts_is_refused() {
    let place = Place::new(quiet(5), Way::Inside);
    let arn = format!("arn:aws:iam::{}:role/orgcensus", place.simulation.account_id(3));
    let error = run(place.crawl_by(&arn, Selection::default()).await).await.expect_err("refused").to_string();
    assert!(error.contains("role.arn") && error.contains("{account_id}") && error.contains(&arn), "{error}");
    // One account's role is the way into that account, and into no other.
    for (selected, rows) in [(3, true), (4, false)] {
        let place = Place::new(quiet(5), Way::Inside);
        let accounts = set(&[&place.simulation.account_id(selected)]);
        let include = Matcher { accounts, ..Matcher::default() };
        let crawl = place.crawl_by(&arn, Selection { include, ..regions(&["us-east-1"]) }).await;
        let report = run(Crawl { min_coverage: 0.0, ..crawl }).await.expect("a run");
        let snapshot = place.snapshot().await;
        let roles = snapshot.query("SELECT * FROM iam_roles").await.expect("roles").collect().await.expect("rows");
        let roles: usize = roles.iter().map(|batch| batch.num_rows()).sum();
        assert_eq!((roles > 0, report.tally.accounts_entered), (rows, u64::from(rows)), "account {selected}");
    }
}
