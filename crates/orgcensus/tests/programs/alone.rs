//! `crawl --this-account`, the lists of accounts, and what is said where credentials or the home region are wrong.

use orgcensus_sim::{Settings, Troubles};
use serde_json::Value;

use crate::world::{Ended, World};

/// An organization in which nothing goes wrong.
fn quiet(accounts: u64) -> World {
    World::new(Settings { troubles: Troubles::none(), ..Settings::new(accounts, 7) })
}

fn rows(world: &World, sql: &str) -> Value {
    let asked = world.run(&["query", "--format", "json", sql]);
    assert_eq!(asked.code, 0, "{}", asked.words());
    serde_json::from_str(&asked.out).expect("JSON")
}

#[test]
fn one_account_needs_no_role_and_one_call_of_organizations() {
    let world = quiet(1);
    // Whatever the configuration says of accounts and roles.
    world.configure("[role]\nname = \"nobody-made-this\"\n[select.include]\naccounts = [\"111122223333\"]\n");
    let crawled = world.crawl(&["--this-account"]);
    assert_eq!(crawled.code, 0, "{}", crawled.words());
    let own = world.simulation.account_id(0);
    assert!(crawled.out.contains(&format!("organization account-{own}  ")), "{}", crawled.out);
    assert!(crawled.out.contains("accounts     1 of 1, 1 entered"), "{}", crawled.out);
    let calls = world.simulation.calls();
    let asked: Vec<_> = calls.iter().filter(|call| call.service == "organizations").collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].operation.as_str(), asked[0].count()), ("DescribeOrganization", 1));
    assert!(calls.iter().all(|call| call.operation != "AssumeRole"));
    let facts = world.run(&["ask", "--format", "json", "F15"]);
    let facts: Value = serde_json::from_str(&facts.out).expect("JSON");
    let has_figures = |it: &Value| it["population"] == "buckets" && it["denominator"].as_u64() > Some(0);
    assert!(facts.as_array().expect("facts").iter().any(has_figures), "{facts}");
    // A second one supersedes the first, and none is a resumed one.
    assert_eq!(world.crawl(&["--this-account", "--resume-or-start"]).code, 0);
}

#[test]
fn one_account_needs_no_configuration_file() {
    let world = quiet(1);
    let mut command =
        world.command(&["crawl", "--this-account", "--endpoint-url", &format!("http://{}", world.address)]);
    command.env("AWS_REGION", "us-east-1").env("ORGCENSUS_SELECT__COLLECTORS", "sqs_queues,s3_buckets");
    let crawled = Ended::from(command.output().expect("the program starts"));
    assert_eq!(crawled.code, 0, "{}", crawled.words());
    assert_eq!(rows(&world, "SELECT COUNT(*) AS n FROM accounts")[0]["n"], 1);
}

#[test]
fn accounts_alone_are_not_put_beside_an_organization() {
    let world = quiet(2);
    world.configure("collectors = [\"sqs_queues\"]\n");
    assert_eq!(world.crawl(&[]).code, 0);
    let beside = world.crawl(&["--this-account"]);
    assert_eq!(beside.code, 2, "{}", beside.words());
    for word in [world.simulation.organization_id(), "--force"] {
        assert!(beside.err.contains(word), "{word} is not in {}", beside.err);
    }
    assert!(!world.path("lake/_commits/00000002.json").exists());
    assert_eq!(world.crawl(&["--this-account", "--force"]).code, 0);
    let elsewhere = world.crawl(&["--this-account", "--lake", "elsewhere"]);
    assert_eq!(elsewhere.code, 0, "{}", elsewhere.words());
    // The other way round. Once it stands beside them, it goes on every night.
    let beside = world.crawl(&["--lake", "elsewhere"]);
    assert_eq!(beside.code, 2, "{}", beside.words());
    for word in ["account-", "--force"] {
        assert!(beside.err.contains(word), "{word} is not in {}", beside.err);
    }
    for forced in [&["--lake", "elsewhere", "--force"][..], &["--lake", "elsewhere"][..]] {
        assert_eq!(world.crawl(forced).code, 0, "{forced:?}");
    }
    let useless = world.crawl(&["--force"]);
    assert!(useless.code == 2 && useless.err.contains("--force"), "{}", useless.words());
}

#[test]
fn listed_accounts_are_entered_without_reading_the_organization() {
    let world = quiet(4);
    let [own, other] = [0, 2].map(|place| world.simulation.account_id(place));
    world.configure(&format!("collectors = [\"sqs_queues\"]\n[organization]\naccounts = [\"{own}\", \"{other}\"]\n"));
    let crawled = world.crawl(&[]);
    assert_eq!(crawled.code, 0, "{}", crawled.words());
    assert!(crawled.out.contains("accounts     2 of 2, 2 entered"), "{}", crawled.out);
    let found = rows(&world, "SELECT account_id, organization_id FROM accounts ORDER BY 1 NULLS LAST");
    let mut ids = [own.as_str(), other.as_str()];
    ids.sort_unstable();
    let found: Vec<_> =
        found.as_array().expect("rows").iter().map(|it| it["account_id"].as_str().unwrap_or("")).collect();
    assert_eq!(found, ids);
    let organizations = rows(&world, "SELECT organization_id, is_whole FROM organizations");
    assert_eq!(organizations[0]["organization_id"], format!("account-{own}"));
    assert_eq!(organizations[0]["is_whole"], false);
    let asked: Vec<String> = world.simulation.calls().into_iter().map(|call| call.operation).collect();
    assert!(!asked.iter().any(|it| it == "ListAccounts" || it == "ListRoots"), "{asked:?}");
    world.configure("[organization]\naccounts = [\"12\"]\n");
    let wrong = world.crawl(&[]);
    assert!(wrong.code == 2 && wrong.err.contains("organization.accounts[0]"), "{}", wrong.words());
}

/// A command with no credentials in any place where the SDK looks.
fn as_nobody(world: &World, arguments: &[&str]) -> Ended {
    let mut command = world.command(&[arguments, &["--config", "crawl.toml"]].concat());
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", world.path("nowhere"));
    command.output().expect("the program starts").into()
}

#[test]
fn no_credentials_at_all_is_one_clear_message() {
    let world = quiet(1);
    let preflight = as_nobody(&world, &["preflight"]);
    assert_eq!(preflight.code, 4, "{}", preflight.words());
    assert!(preflight.out.starts_with("FAIL  credentials: "), "{}", preflight.out);
    assert_eq!(preflight.out.matches("FAIL").count(), 1, "{}", preflight.out);
    for ended in [&preflight, &as_nobody(&world, &["crawl"]), &as_nobody(&world, &["plan"])] {
        let words = ended.words();
        assert_eq!(ended.code, 4, "{words}");
        assert!(words.contains("no AWS credentials were found: set AWS_PROFILE"), "{words}");
        assert!(!words.contains("management account") && !words.contains("IMDS"), "{words}");
    }
    assert!(world.simulation.calls().is_empty());
}

#[test]
fn preflight_names_the_lake_and_ends_in_time() {
    let world = quiet(2);
    std::fs::write(world.path("a-file"), "in the way").expect("written");
    let wrong = world.run_configured(&["preflight", "--lake", "a-file/lake"]);
    assert_eq!(wrong.code, 4, "{}", wrong.words());
    assert!(wrong.out.contains("FAIL  lake: a-file/lake: failed to "), "{}", wrong.out);
    // Nobody ever answers there, though one may connect.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let begun = std::time::Instant::now();
    let late = world.run_configured(&["preflight", "--within", "2", "--endpoint-url", &url]);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    assert_eq!(late.code, 4, "{}", late.words());
    assert!(late.out.contains("FAIL  identity: no answer within the 2 s of all checks"), "{}", late.out);
}
