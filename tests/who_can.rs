//! Who can do what is what the simulated organization knows, since it made everyone's policies on purpose.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::Which;
use orgcensus_lake::{Lake, LakeOptions};
use orgcensus_reach::{Access, Reach};
use orgcensus_sim::{MayTruth, Settings};
use orgcensus_tests::{Crawled, Way, crawl_by};

/// The accounts of the organizations that `scripts/soak` asks about, and how many of these there are.
const ACCOUNTS: u64 = 200;
const SEEDS: u64 = 5;

/// The lake's newest snapshot, to be asked who can.
pub(crate) async fn reach(crawled: &Crawled) -> Reach {
    let url = crawled.folder().join("lake").display().to_string();
    let lake = Lake::open(&url, &LakeOptions::default()).expect("the lake");
    Reach::open(&lake, &Which::Newest).await.expect("a snapshot")
}

/// Asks about resources of the accounts at the first so many places. Returns how many were asked about.
pub(crate) async fn assert_may(crawled: &Crawled, accounts: u64) -> usize {
    let reach = reach(crawled).await;
    let truth = crawled.simulation.truth();
    let unread = truth.accounts.iter().filter(|it| it.outcome != "complete").map(|it| it.account_id.as_str()).collect();
    let asked = crawled.simulation.may(accounts);
    let mut wrong = Vec::new();
    for it in &asked {
        let found = reach.who_can(it.action, &it.resource_arn).await.expect("an answer");
        wrong.extend(differences(it, &found, &unread));
    }
    assert!(wrong.is_empty(), "seed {}, {} asked: {wrong:#?}", truth.seed, asked.len());
    asked.len()
}

/// Where the answer is not the truth. Only those are compared who may do it themselves.
fn differences(truth: &MayTruth, found: &[Access], unread: &BTreeSet<&str>) -> Vec<String> {
    let is_compared = |it: &&Access| {
        let is_unread = it.principal_type == "account" && unread.contains(it.principal.as_str());
        let is_told = matches!(it.principal_type, "user" | "role" | "account") || it.principal == "anonymous";
        it.via.is_empty() && is_told && !is_unread
    };
    let word = |it: &Access| format!("{:?}", it.answer.result).to_lowercase();
    let results: BTreeMap<&str, String> =
        found.iter().filter(is_compared).map(|it| (it.principal.as_str(), word(it))).collect();
    let principals: BTreeSet<&str> = truth.may.keys().map(String::as_str).chain(results.keys().copied()).collect();
    let mut wrong = Vec::new();
    for principal in principals {
        // Of some the simulator does not say it.
        let Some(said) = truth.may.get(principal).copied().unwrap_or(Some("denied")) else { continue };
        let is = results.get(principal).map_or("denied", String::as_str);
        if is != said {
            wrong.push(format!("{principal} {} {}: {is}, truth {said}", truth.action, truth.resource_arn));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "measured numbers are what this is for")]
#[ignore = "five organizations of 200 accounts take minutes: scripts/soak runs it"]
async fn who_can_equals_the_truth_of_large_organizations() {
    for seed in 1..=SEEDS {
        let crawled = crawl_by(Settings::new(ACCOUNTS, seed), Way::Inside).await;
        let begun = std::time::Instant::now();
        let asked = assert_may(&crawled, ACCOUNTS).await;
        let seconds = begun.elapsed().as_secs_f64();
        println!("seed {seed}: {asked} actions on resources of {ACCOUNTS} accounts, all true, {seconds:.0} s");
    }
}
