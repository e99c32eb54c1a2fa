//! The report of a crawled lake: its numbers are those of `ask` and `query`, a part is a part, and the same lake makes
//! the same bytes.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::world::{World, days_ago};

/// The page of a lake, with these arguments.
fn page(world: &World, more: &[&str]) -> String {
    let ended = world.run(&[&["report", "--out", "page.html"], more].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.starts_with("page         page.html  "), "{}", ended.out);
    std::fs::read_to_string(world.path("page.html")).expect("a page")
}

/// A section, from its heading to its end.
fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    rest.split_once("</section>").expect("its end").0
}

fn every_link_leads_somewhere(html: &str) {
    let (page, _) = html.split_once("<script>").expect("the script");
    let links: Vec<&str> = page.split("href=\"#").skip(1).filter_map(|it| it.split('"').next()).collect();
    assert!(links.len() > 40, "{links:?}");
    for link in links {
        assert!(page.contains(&format!(" id=\"{link}\"")), "{link} leads nowhere");
    }
}

/// What stands in the element with this id, which holds no other of its kind.
fn details<'a>(html: &'a str, id: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!("<details id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    rest.split_once("</details>").expect("its end").0
}

/// The row of a table, if it has one by this key: the text of each cell.
fn row(html: &str, table: &str, key: &str) -> Option<Vec<String>> {
    let (_, rest) = details(html, table).split_once(&format!("<tr data-key=\"{key}\">"))?;
    let row = rest.split_once("</tr>")?.0;
    let mut cells: Vec<String> = row.split("</t").map(text).collect();
    // What is behind the last cell.
    cells.pop();
    Some(cells)
}

/// What a browser shows of a piece of HTML that begins anywhere: `d>` is what the cell before has left.
fn text(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = html.starts_with(['h', 'd']) && html.get(1..2) == Some(">");
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if is_tag => {}
            _ => text.push(character),
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character)).trim().to_owned()
}

fn json(world: &World, arguments: &[&str]) -> Vec<Value> {
    let ended = world.run(arguments);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let value: Value = serde_json::from_str(&ended.out).expect("JSON");
    value.as_array().cloned().expect("an array")
}

fn word<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

/// A number with its unit; empty where there is none.
fn percent(value: &Value) -> String {
    if value.is_null() { String::new() } else { format!("{value} %") }
}

#[test]
fn facts_points_and_lists_are_those_of_ask() {
    let world = World::crawled();
    let html = page(&world, &[]);
    let facts = json(&world, &["ask", "F", "--format", "json"]);
    assert!(facts.len() >= 17, "{facts:?}");
    for fact in &facts {
        let key = ["id", "population", "definition"].map(|name| word(fact, name)).join(" ");
        let cells = row(&html, "facts-table", &key).unwrap_or_else(|| panic!("no {key}"));
        let counts = ["numerator", "denominator", "unknown_count"].map(|name| fact[name].to_string());
        assert_eq!(cells[4..7], counts, "{key}");
        assert_eq!([&cells[7], &cells[9]], [&percent(&fact["percent"]), &percent(&fact["coverage_percent"])], "{key}");
    }
    for point in json(&world, &["ask", "E", "--format", "json"]) {
        let cells = row(&html, "checklist-table", word(&point, "id")).expect("a line");
        assert!(cells[1].ends_with(word(&point, "state")), "{cells:?} {point}");
        let asked = |name: &str| point[name].as_u64().filter(|_| point["error"].is_null());
        let count = |name: &str| asked(name).map_or("not known".to_owned(), |it| it.to_string());
        assert_eq!(cells[3..5], [count("case_count"), count("unknown_count")], "{point}");
        assert_eq!(cells[5], percent(&point["coverage_percent"]), "{point}");
        assert!(word(&point, "state") != "unknown" || !cells[6].is_empty(), "no reason: {point}");
        cases_are_those_of_ask(&html, &point);
    }
    every_link_leads_somewhere(&html);
    assert!(
        section(&html, "changes").contains("Not compared: this is the first census"),
        "{}",
        section(&html, "changes")
    );
    assert!(!html.contains("<details id=\"changes-table\""), "an empty list would say that nothing changed");
    let mut named = 0;
    for id in ["G1", "G2", "G3", "G5", "G10", "G13", "G16", "G17", "V1", "V2", "V3"] {
        let list = json(&world, &["ask", id, "--format", "json"]).remove(0);
        let count = list["rows"].as_array().expect("rows").len();
        let rows = if count == 1 { " · 1 row".to_owned() } else { format!(" · {count} rows") };
        let table = details(&html, id);
        assert!(table.contains(&rows), "{id} has {count}: {}", &table[..table.len().min(500)]);
        assert_eq!(table.matches("scope=\"row\"").count(), count.min(200), "{id}");
        if let Some(arn) = list["rows"][0]["resource_arn"].as_str() {
            assert!(table.contains(&format!("<bdi>{arn}</bdi>")), "{id}: {arn}");
            named += 1;
        }
    }
    assert!(named > 0, "no list has a row");
    assert!(details(&html, "G13").contains("<bdi>not configured</bdi>"), "{}", details(&html, "G13"));
    assert!(html.contains("Which resources are critical is not configured"));
    assert!(html.contains("No file of exceptions was given"));
    an_exception_is_counted_as_ask_counts_it(&world);
}

/// What is red leads to its cases, and says how many there are.
fn cases_are_those_of_ask(html: &str, point: &Value) {
    let id = word(point, "id");
    if word(point, "state") != "red" {
        return;
    }
    let line = details(html, "checklist-table");
    assert!(line.contains(&format!("<a href=\"#{id}\">{id}</a>")), "{id} leads to no cases");
    let count = |name: &str| point[name].as_u64().unwrap_or_default();
    let count = count("case_count") + count("unknown_count");
    let rows = if count == 1 { " · 1 row".to_owned() } else { format!(" · {count} rows") };
    let table = details(html, id);
    assert!(table.contains(&rows), "{id} has {count}: {}", &table[..table.len().min(500)]);
    let shown = table.matches("scope=\"row\"").count() as u64;
    assert!(shown == count.min(50) || id == "E5", "{id}: {shown} of {count}");
    if shown < count {
        assert!(table.contains(&format!("all: orgcensus ask {id} ")), "{id} is cut and does not say so");
    }
}

/// All cases of one question in one account are accepted.
fn an_exception_is_counted_as_ask_counts_it(world: &World) {
    let accounts = json(world, &["query", "--format", "json", "SELECT account_id FROM accounts"]);
    let account = word(&accounts[0], "account_id");
    let file = format!(
        "[[exception]]\nof = \"F9\"\naccount = \"{account}\"\nreason = \"<i>\"\nby = \"ana\"\nuntil = 2999-12-31\n"
    );
    std::fs::write(world.path("exceptions.toml"), file).expect("written");
    let ask = |more: &[&str]| {
        let arguments = ["ask", "F9", "--exceptions", "exceptions.toml", "--format", "json"];
        json(world, &[&arguments[..], more].concat()).remove(0)
    };
    let cases = ask(&["--cases"]);
    let rows: Vec<&Value> = cases["rows"].as_array().expect("rows").iter().collect();
    let own: Vec<&&Value> = rows.iter().filter(|row| word(row, "account_id") == account).collect();
    for row in &rows {
        let state = if word(row, "account_id") == account { "accepted" } else { "active" };
        assert_eq!(word(row, "case_state"), state, "{row}");
    }
    let accepted = own.iter().filter(|row| row["is_so"] == true).count();
    assert_eq!(ask(&[])["accepted_count"], accepted);
    let html = page(world, &["--exceptions", "exceptions.toml"]);
    let table = details(&html, "exceptions-table");
    for cell in [format!("<bdi>{account}</bdi>"), format!("<td class=\"n\">{}</td>", own.len())] {
        assert!(table.contains(&cell), "{cell} is not in {table}");
    }
    assert!(table.contains("<bdi>&lt;i&gt;</bdi>") && details(&html, "expired-table").contains("0 rows"));
}

#[test]
fn trust_and_accounts_are_those_of_query() {
    let world = World::crawled();
    let html = page(&world, &[]);
    let sql =
        "SELECT COUNT(*) AS planned, COUNT(*) FILTER (WHERE is_complete) AS complete FROM coverage WHERE is_planned";
    let counts = json(&world, &["query", "--format", "json", sql]).remove(0);
    let words = format!("{} of {} planned tasks are complete", counts["complete"], counts["planned"]);
    assert!(html.contains(&words), "{words}");
    let sql = "SELECT outcome, COUNT(*) AS tasks FROM coverage GROUP BY 1";
    for outcome in json(&world, &["query", "--format", "json", sql]) {
        let cells = row(&html, "outcomes", word(&outcome, "outcome")).expect("an outcome");
        assert_eq!(cells[4], outcome["tasks"].to_string(), "{outcome}");
    }
    let sql =
        "SELECT account_id FROM coverage WHERE is_planned GROUP BY 1 HAVING COUNT(*) FILTER (WHERE is_complete) = 0";
    let unentered = json(&world, &["query", "--format", "json", sql]);
    let words = format!("Nothing was seen of {} account", unentered.len());
    assert_eq!(section(&html, "trust").contains(&words), !unentered.is_empty(), "{words}");
    for account in &unentered {
        let cells = row(&html, "accounts-table", word(account, "account_id")).expect("an account");
        assert_eq!(cells[6..10], ["not known"; 4], "{account}");
    }
    let sql = "SELECT account_id, COUNT(*) FILTER (WHERE is_public) AS public FROM resource_access GROUP BY 1";
    for account in json(&world, &["query", "--format", "json", sql]) {
        let cells = row(&html, "accounts-table", word(&account, "account_id")).expect("an account");
        assert_eq!(cells[7], account["public"].to_string(), "{account}: {cells:?}");
    }
    let sql = "SELECT resource_type, COUNT(*) AS resources, COUNT(*) FILTER (WHERE is_public) AS public \
               FROM resource_access GROUP BY 1";
    for kind in json(&world, &["query", "--format", "json", sql]) {
        let cells = row(&html, "G11", word(&kind, "resource_type")).expect("a type");
        assert_eq!(cells[1..3], [kind["resources"].to_string(), kind["public"].to_string()], "{kind}");
    }
    credentials_and_services_are_those_of_query(&world, &html);
}

fn credentials_and_services_are_those_of_query(world: &World, html: &str) {
    let sql = "SELECT COUNT(*) FILTER (WHERE next_step IS NOT NULL) AS listed, \
               COUNT(*) FILTER (WHERE next_step IS NULL AND (reason_count > 0 OR class IS NULL)) AS unknown \
               FROM credential_review";
    let counts = json(world, &["query", "--format", "json", sql]).remove(0);
    for (table, name) in [("credential-list", "listed"), ("credential-unknown", "unknown")] {
        let rows = if counts[name] == 1 { " · 1 row<".to_owned() } else { format!(" · {} rows", counts[name]) };
        assert!(details(html, table).contains(&rows), "{table}: {rows}");
    }
    assert!(details(html, "credential-list").contains("no owner is named"), "no owner tag is configured");
    let sql = "SELECT service, COUNT(*) FILTER (WHERE is_on) AS is_on, COUNT(*) FILTER (WHERE NOT is_on) AS is_off, \
               COUNT(*) FILTER (WHERE is_on IS NULL) AS unseen FROM security_services GROUP BY 1";
    let services = json(world, &["query", "--format", "json", sql]);
    assert!(!services.is_empty());
    for service in services {
        let cells = row(html, "services-table", word(&service, "service")).expect("a service");
        let counts = ["is_on", "is_off", "unseen"].map(|name| service[name].to_string());
        assert_eq!(cells[1..4], counts, "{service}");
    }
}

#[test]
fn the_same_lake_makes_the_same_bytes_for_its_user_alone() {
    let world = World::crawled();
    let first = page(&world, &[]);
    assert_eq!(first, page(&world, &[]));
    let mode = std::fs::metadata(world.path("page.html")).expect("a page").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!first.contains(&world.path("").display().to_string()), "no path of this machine");
    let shown = world.run(&["report", "--out", "-"]);
    assert_eq!((shown.code, shown.out), (0, first));
}

#[test]
fn accounts_are_parts_of_the_whole() {
    let world = World::crawled();
    let whole = page(&world, &[]);
    let accounts = json(&world, &["query", "--format", "json", "SELECT account_id FROM accounts"]);
    let keys = ["F9 users study", "F13 instances study", "F15 buckets lake"];
    let numbers = |html: &str, key: &str| {
        let cells = row(html, "facts-table", key).expect("a fact");
        [4, 5, 6].map(|index| cells[index].parse::<u64>().expect("a number"))
    };
    let mut sums = keys.map(|_| [0; 3]);
    for account in &accounts {
        let id = word(account, "account_id");
        let html = page(&world, &["--account", id]);
        for (sum, key) in sums.iter_mut().zip(keys) {
            numbers(&html, key).iter().zip(sum).for_each(|(number, sum)| *sum += number);
        }
        for other in &accounts {
            let is_there = row(&html, "accounts-table", word(other, "account_id")).is_some();
            assert_eq!(is_there, other == account, "{other} in the report of {id}");
        }
        assert!(
            html.contains(&format!("account {id}")) && details(&html, "facts-table").contains("not answered"),
            "F1"
        );
    }
    assert_eq!(sums, keys.map(|key| numbers(&whole, key)));
    assert!(sums.as_flattened().iter().any(|&number| number > 0), "{sums:?}");
    for wrong in [["--account", "999999999999"], ["--unit", "Root/Nowhere"]] {
        let ended = world.run(&[&["report"], &wrong[..]].concat());
        assert_eq!(ended.code, 2, "{}", ended.err);
        assert!(ended.err.contains(wrong[1]) && !world.path("report.html").exists(), "{}", ended.err);
        assert!(ended.err.contains("; the nearest ") || ended.err.contains("; accounts."), "{}", ended.err);
    }
    assert_eq!(
        numbers(&page(&world, &["--unit", "Root"]), keys[0]),
        numbers(&whole, keys[0]),
        "all are below the root"
    );
}

#[test]
fn each_unit_has_a_report_of_its_own() {
    let world = World::crawled();
    let ended = world.run(&["report", "--split-by", "unit", "--out", "units"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let accounts = json(&world, &["query", "--format", "json", "SELECT account_id, ou_id FROM accounts"]);
    let files: Vec<_> =
        std::fs::read_dir(world.path("units")).expect("a folder").map(|it| it.expect("a file")).collect();
    for file in &files {
        let html = std::fs::read_to_string(file.path()).expect("a page");
        let unit = file.file_name().to_string_lossy().replace(".html", "");
        for account in &accounts {
            let is_there = row(&html, "accounts-table", word(account, "account_id")).is_some();
            assert_eq!(is_there, word(account, "ou_id") == unit, "{account} in {unit}");
        }
    }
    let units: std::collections::BTreeSet<_> = accounts.iter().map(|it| word(it, "ou_id")).collect();
    assert_eq!(files.len(), units.len());
}

#[test]
fn a_statement_that_is_copied_gives_the_rows_of_the_day() {
    let world = World::crawled();
    let html = page(&world, &[]);
    assert_eq!(world.run(&["crawl", "--config", "crawl.toml"]).code, 0, "a later one of the day");
    let statement = |id: &str| {
        let (_, code) = details(&html, id).split_once("<code>").expect("a statement");
        text(code.split_once("</code>").expect("its end").0)
    };
    let sql = statement("sql-G1");
    assert!(sql.starts_with("WITH resource_access AS (") && sql.contains("snapshot_date = '"), "{sql}");
    let rows = json(&world, &["query", "--format", "json", &sql]);
    assert_eq!(rows.len(), json(&world, &["ask", "G1", "--format", "json"])[0]["rows"].as_array().map_or(0, Vec::len));
    let all = statement("sql-facts-table");
    let one = all.split(';').find(|one| one.contains("-- F9: ")).expect("F9");
    let one = &one[one.find("WITH ").expect("a statement")..];
    let counts = |rows: &[Value]| rows.iter().map(|row| row["numerator"].to_string()).collect::<Vec<_>>();
    let rows = json(&world, &["query", "--format", "json", one]);
    assert_eq!(counts(&rows), counts(&json(&world, &["ask", "F9", "--format", "json"])));
}

#[test]
fn facts_go_over_the_snapshots_of_the_lake() {
    let world = World::of(3);
    for days in [2, 1] {
        let crawled = world.crawl(&["--captured-at", &days_ago(days)]);
        assert_eq!(crawled.code, 0, "{}", crawled.err);
    }
    let html = page(&world, &[]);
    let curves = details(&html, "facts-table").matches("<svg class=\"trend\"").count();
    assert!(curves > 5, "{curves}");
    let dates =
        json(&world, &["query", "--format", "json", "SELECT DISTINCT snapshot_date FROM orgcensus_history.accounts"]);
    let mut dates: Vec<_> = dates.iter().map(|row| word(row, "snapshot_date")).collect();
    dates.sort_unstable();
    let facts = json(&world, &["ask", "F", "--format", "json"]);
    let fact = facts.iter().rfind(|fact| !fact["percent"].is_null()).expect("a fact");
    let words = format!("% on {} to {} % on {};", dates[0], fact["percent"], dates[1]);
    assert!(html.contains(&words), "{words}");
    assert!(!html.contains("The trend has"), "each snapshot has its facts");
    assert!(!page(&world, &["--past", "0"]).contains("<svg class=\"trend\""));
    changes_are_those_of_the_table(&world, &html);
    let account = json(&world, &["query", "--format", "json", "SELECT MIN(account_id) AS id FROM accounts"]).remove(0);
    let part = page(&world, &["--account", word(&account, "id")]);
    let unseen = row(&part, "change-counts", "critical").expect("a priority")[3].parse::<u64>().expect("a number");
    assert!(unseen > 0, "what is not seen anywhere is not seen in a part");
}

/// The second snapshot of a lake, which was compared with the first.
fn changes_are_those_of_the_table(world: &World, html: &str) {
    let sql = "SELECT priority, COUNT(*) FILTER (WHERE change NOT IN ('unknown', 'not_seen')) AS seen, \
               COUNT(*) FILTER (WHERE change IN ('unknown', 'not_seen')) AS unseen FROM changes GROUP BY priority";
    let counts = json(world, &["query", "--format", "json", sql]);
    assert!(counts.iter().any(|it| it["unseen"].as_u64() > Some(0)), "nobody reads events: {counts:?}");
    for priority in ["critical", "error", "warning", "notice", "info"] {
        let counted = counts.iter().find(|it| word(it, "priority") == priority);
        let count = |name: &str| counted.map_or("0".to_owned(), |it| it[name].to_string());
        let cells = row(html, "change-counts", priority).expect("a priority");
        assert_eq!(cells[1..], [count("seen"), "0".to_owned(), count("unseen")], "{priority}");
    }
    let sql = "SELECT previous_snapshot_date AS date FROM materializations WHERE table_name = 'changes'";
    let previous = json(world, &["query", "--format", "json", sql]).remove(0);
    let words = format!("Compared with the snapshot of {}, run ", word(&previous, "date"));
    assert!(section(html, "changes").contains(&words), "{words}");
    assert!(details(html, "unseen-changes").contains("activity is not collected"));
}

#[test]
fn the_short_form_has_trust_facts_and_points() {
    let world = World::crawled();
    let ended = world.run(&["report", "--format", "md"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    for words in [
        "# Census of o-",
        "\n## In short\n\n- Trust: ",
        "\n## Can it be trusted\n",
        "\n## What changed\n\nNot compared: ",
        "\n| F9 | IAM users ",
        "\n| E21 | ",
        "planned tasks are complete",
    ] {
        assert!(ended.out.contains(words), "{words:?} is not in {}", ended.out);
    }
    assert!(!ended.out.contains("## Reachable"), "{}", ended.out);
}

#[test]
fn a_crawl_leaves_a_page_beside_its_snapshot_where_one_is_asked_for() {
    let world = World::of(3);
    world.configure("[report]\npast = 3\n");
    let crawled = world.crawl(&[]);
    assert_eq!(crawled.code, 0, "{}", crawled.err);
    let address = crawled.out.lines().find_map(|line| line.strip_prefix("page         ")).expect("an address");
    assert!(address.contains("/lake/_runs/") && address.ends_with("/report.html"), "{address}");
    assert_eq!(std::fs::read_to_string(address).expect("a page"), page(&world, &[]));
    let mode = std::fs::metadata(address).expect("a page").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_short_page_is_cut_and_says_so_twice() {
    let world = World::crawled();
    let whole = page(&world, &[]);
    assert!(whole.len() < 5 << 20, "{}", whole.len());
    let ended = world.run(&["report", "--max-mib", "1", "--out", "short.html"]);
    let short = std::fs::read_to_string(world.path("short.html")).expect("a page");
    let is_cut = short.contains("This page is cut to 1048576 bytes");
    assert_eq!(is_cut, whole.len() > 1 << 20);
    assert_eq!(is_cut, ended.err.contains("This page is cut to 1048576 bytes"), "{}", ended.err);
}
