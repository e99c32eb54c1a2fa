//! A census of one account alone, by its own identity: in no organization, and in one that it may not read.

use std::sync::Arc;

use orgcensus_crawl::{Crawl, Roster, run};
use orgcensus_tests::{Crawled, Manner, Place, Way, odd};

use crate::selection::{quiet, regions, text};

const IN_NONE: &str =
    r#"{"__type": "AWSOrganizationsNotInUseException", "Message": "Your account is in no organization."}"#;

/// An organization of three, to whose second account DescribeOrganization says this; without words what it says to
/// members.
fn place(way: Way, words: Option<&'static str>) -> Place {
    let odd: odd::Answers = Arc::new(move |call, _| {
        let words = words.filter(|_| call == "organizations:DescribeOrganization");
        words.map(|words| (400, words.to_owned()))
    });
    Place::with(quiet(3), Manner { way, odd: Some(odd), ..Manner::default() })
}

async fn alone(words: Option<&'static str>) -> (Crawled, String) {
    let place = place(Way::Member(1), words);
    let own = place.simulation.account_id(1);
    let crawl = Crawl { roster: Roster::this(&own), selection: regions(&["us-east-1"]), ..place.crawl().await };
    let crawled = place.run(crawl).await;
    assert_eq!(crawled.report.organization_id, format!("account-{own}"));
    assert!((crawled.report.tally.coverage() - 1.0).abs() < 1e-9, "{:?}", crawled.report.tally);
    let accounts = crawled.rows("SELECT account_id, is_management, is_selected FROM accounts").await;
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    assert_eq!((text(&accounts[0], "account_id"), accounts[0]["is_management"].as_bool()), (own.clone(), Some(false)));
    // Public buckets, topics and queues have figures, whatever is known of an organization.
    for id in ["F15", "F16", "F17"] {
        let answers = crawled.answers(id).await;
        let has_figures = |population: &str| {
            let of = answers.iter().filter(|it| text(it, "population").starts_with(population));
            of.filter(|it| it["denominator"].as_u64() > Some(0)).count()
        };
        assert!(has_figures("accounts") > 0 && has_figures("organizations") == 0, "{id}: {answers:?}");
    }
    let facts = crawled.answers("F1").await;
    assert_eq!(facts[0]["denominator"].as_u64(), Some(0), "no organization: {facts:?}");
    (crawled, own)
}

async fn flagged(crawled: &Crawled) -> u64 {
    crawled.number("SELECT COUNT(*) FROM resource_access WHERE array_has(flags, 'guardrails_unread')").await
}

/// Grants to accounts that are certainly outside.
async fn outside(crawled: &Crawled) -> u64 {
    let sql = "SELECT COUNT(*) FROM policy_principals WHERE is_external AND principal_class = 'external' \
               AND principal_account_id IS NOT NULL";
    crawled.number(sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_in_no_organization_is_known_whole() {
    let (crawled, own) = alone(Some(IN_NONE)).await;
    let organizations = crawled.rows("SELECT is_whole, management_account_id FROM organizations").await;
    assert_eq!((organizations.len(), organizations[0]["is_whole"].as_bool()), (1, Some(false)));
    assert_eq!(text(&organizations[0], "management_account_id"), own);
    assert_eq!(flagged(&crawled).await, 0, "there are no resource control policies");
    assert_eq!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE has_rcp IS NULL OR has_rcp").await, 0);
    assert_eq!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE is_in_org OR is_in_org IS NULL").await, 0);
    assert!(outside(&crawled).await > 0, "all other accounts are outside");
    let sql = "SELECT outcome FROM coverage WHERE collector IN ('organization', 'organization_policies')";
    let outcomes: Vec<_> = crawled.rows(sql).await.iter().map(|row| text(row, "outcome")).collect();
    assert_eq!(outcomes, ["complete", "complete"], "it is known that there are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_read_its_organization_is_told_of_without_it() {
    let (crawled, own) = alone(None).await;
    let calls = crawled.simulation.calls();
    let of = |service: &str| calls.iter().filter(|call| call.service == service).collect::<Vec<_>>();
    let asked: Vec<_> = of("organizations").iter().map(|call| (call.operation.as_str(), call.count())).collect();
    assert_eq!(asked, [("DescribeOrganization", 1)]);
    assert!(of("ssoadmin").is_empty(), "what is the organization's is not read");
    // The way to the member's own identity is the test's.
    assert_eq!(of("sts").iter().filter(|call| call.operation == "AssumeRole").map(|call| call.count()).sum::<u64>(), 1);
    let organizations = crawled.rows("SELECT account_id, is_whole, management_account_id FROM organizations").await;
    assert_eq!((text(&organizations[0], "account_id"), organizations[0]["is_whole"].as_bool()), (own, Some(false)));
    assert!(organizations[0]["management_account_id"].is_null());
    assert!(flagged(&crawled).await > 0, "its policies may take something away");
    assert!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE is_public").await > 0, "verdicts stand");
    assert_eq!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE is_in_org").await, 0);
    assert!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE is_public AND is_in_org IS NULL").await > 0);
    assert_eq!(crawled.number("SELECT COUNT(*) FROM resource_access WHERE has_rcp IS NOT NULL").await, 0);
    assert_eq!(outside(&crawled).await, 0, "any other account may be inside");
    let sql = "SELECT COUNT(*) FROM coverage WHERE reason = 'organization_not_read' AND outcome = 'unread' AND NOT is_planned";
    let unread = crawled.number(sql).await;
    let all = crawled.number("SELECT COUNT(*) FROM coverage WHERE reason = 'organization_not_read'").await;
    assert!(unread > 3 && unread == all, "{unread} of {all}");
    assert!(crawled.log.lines().any(|line| line.starts_with("Warning") && line.contains("guardrails_unread")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_of_an_organization_that_is_none_says_the_way_out() {
    let error = run(place(Way::Inside, Some(IN_NONE)).crawl().await).await.expect_err("none to read").to_string();
    assert!(error.contains("in no organization") && error.contains("--this-account"), "{error}");
}
