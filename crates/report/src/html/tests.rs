//! What a page says, what it hides from no one, and what it never becomes.

use super::*;
use crate::model::Lead;

fn list(id: &'static str, names: &[&str], count: u64) -> Table {
    let row = |name: &&str| Row {
        key: None,
        cells: vec![Cell::Name((*name).to_owned()), Cell::Account("111122223333".into()), Cell::Unknown],
    };
    Table {
        id,
        title: "Things".into(),
        columns: vec![Column::text("arn", "what"), Column::account(), Column::flag("is_public", "public")],
        rows: names.iter().map(row).collect(),
        count,
        command: Some("orgcensus ask X1 --format json".into()),
        sql: Some("SELECT arn FROM things WHERE a < 1".into()),
        ..Table::default()
    }
}

fn report(blocks: Vec<Block>) -> Report {
    let sections = vec![Section { id: "reachable", title: "Reachable", is_brief: false, blocks }];
    Report { title: "Census of o-1, 2026-11-22".into(), part: None, sections }
}

fn written(table: Table) -> String {
    page(&report(vec![Block::Table(table)]), usize::MAX).html
}

/// The page without its own script and style: there every `<` is one of ours.
fn body(html: &str) -> &str {
    html.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0
}

#[test]
fn hostile_names_are_text() {
    let long = "L".repeat(10_000);
    let names = [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "\"'` onmouseover=alert(1) x=\"",
        "a\u{202e}gpj.exe\u{2066}",
        "&lt;b&gt; &amp; \u{0}\u{1b}[2J",
        "אבג",
        &long,
    ];
    let html = written(list("G1", &names, 7));
    let body = body(&html);
    for tag in ["<img", "<script", "onerror=alert(1)>", "\u{202e}", "\u{2066}", "\u{0}", "\u{1b}", " style="] {
        assert!(!body.contains(tag), "{tag:?}");
    }
    for text in [
        "<bdi>&lt;img src=x onerror=alert(1)&gt;</bdi>",
        "<bdi>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;</bdi>",
        "<bdi>&quot;'` onmouseover=alert(1) x=&quot;</bdi>",
        "<bdi>a\\u{202e}gpj.exe\\u{2066}</bdi>",
        "<bdi>&amp;lt;b&amp;gt; &amp;amp; \\u{0}\\u{1b}[2J</bdi>",
        "<bdi>אבג</bdi>",
        " … 9500 more characters",
    ] {
        assert!(body.contains(text), "{text:?}");
    }
    assert!(html.len() < 40_000, "one name fills no page: {}", html.len());
}

#[test]
fn names_in_attributes_and_titles_stay_there() {
    let mut table = list("G1", &[], 0);
    table.rows.push(Row {
        key: Some("\"><b>".into()),
        cells: vec![Cell::Nothing, Cell::Account("\"><i>".into()), Cell::Flag(true)],
    });
    let report =
        Report { title: "</title><b>".into(), part: Some("unit <u>".into()), ..report(vec![Block::Table(table)]) };
    let html = page(&report, usize::MAX).html;
    for tag in ["<b>", "<i>", "<u>"] {
        assert!(!html.contains(tag), "{tag}: {}", body(&html));
    }
    assert!(
        html.contains(r#"data-key="&quot;&gt;&lt;b&gt;""#) && html.contains("<title>&lt;/title&gt;&lt;b&gt;</title>")
    );
}

#[test]
fn the_policy_comes_first_and_names_what_is_there() {
    let html = written(list("G1", &["x"], 1));
    let policy = html.find("Content-Security-Policy").unwrap();
    assert!(policy < html.find("<style>").unwrap() && policy < html.find("<script>").unwrap());
    assert!(html.contains(&format!("<style>{STYLE}</style>")) && html.contains(&format!("<script>{SCRIPT}</script>")));
    assert_eq!(html.matches("<script").count(), 1);
    let script = &html[html.find("<script>").unwrap()..];
    assert!(!html.replace(script, "").contains("http://") && !html.contains("https://"), "nothing leads elsewhere");
}

#[test]
fn nothing_found_says_how_much_was_seen() {
    let none = |coverage_percent| written(Table { coverage_percent, ..list("G1", &[], 0) });
    assert!(none(Some(100.0)).contains("None.</td>"));
    let partly = none(Some(94.7));
    assert!(partly.contains("None in what was seen.</td>") && partly.contains("94.7 % of the tasks"), "{partly}");
    let refused = written(Table { error: Some("find table x".into()), ..list("G1", &[], 0) });
    assert!(refused.contains("Not answered: could not find table x") && refused.contains(" · not known"), "{refused}");
    assert!(!body(&refused).contains("None"), "{refused}");
}

#[test]
fn a_long_list_says_how_to_get_the_rest() {
    let html = written(list("G1", &["a", "b"], 5_000));
    assert!(html.contains("5000 rows, the first 2 here; all: orgcensus ask X1 --format json"));
    assert!(written(list("G1", &["a"], 1)).contains(" · 1 row<"));
    assert!(html.contains(r##"<a href="#sql-G1">"##));
}

#[test]
fn a_page_is_cut_and_says_so_but_not_what_must_be_seen() {
    let names: Vec<String> = (0..200).map(|number| format!("name-{number:03}-{}", "x".repeat(400))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let whole = Table { is_whole: true, ..list("facts", &names[..30], 30) };
    let report = report(vec![Block::Table(whole), Block::Table(list("G1", &names, 200))]);
    let all = page(&report, usize::MAX);
    assert_eq!(all.cut, None);
    let size = all.html.len();
    let cut = page(&report, size * 2 / 3);
    assert!(cut.html.len() <= size * 2 / 3, "{} of {size}", cut.html.len());
    let words = cut.cut.unwrap();
    assert!(words.contains("at most 100 rows") && cut.html.contains(&words), "{words}");
    assert!(cut.html.contains("200 rows, the first 100 here"));
    let least = page(&report, 10);
    assert_eq!(least.html.matches("name-029-").count(), 1, "the facts are whole, however long");
    assert!(least.html.contains("Not shown, since the page would be too long."));
    assert!(!least.html.contains("name-030-"));
}

#[test]
fn a_lead_is_a_link_whose_words_may_be_hostile() {
    let lead = Lead { label: "Trust", words: "<b> a\u{202e}b".into(), to: "trust" };
    let link = Cell::Link { to: "sql-E6".into(), words: "E6".into() };
    let rows = vec![Row { key: None, cells: vec![link] }];
    let table = Table { id: "list", columns: vec![Column::text("id", "point")], count: 1, rows, ..Table::default() };
    let verdict = Block::Verdict { tone: Tone::Unsure, words: "Enough.".into() };
    let html = page(&report(vec![Block::Leads(vec![lead]), Block::Table(table), verdict]), usize::MAX).html;
    let expected = r##"<li><a href="#trust">Trust</a>: <bdi>&lt;b&gt; a\u{202e}b</bdi></li>"##;
    assert!(html.contains(expected), "{}", body(&html));
    assert!(html.contains(r##"<a href="#sql-E6">E6</a>"##), "{}", body(&html));
    assert!(html.contains(r#"<p class="verdict unsure">Enough.</p>"#), "{}", body(&html));
}

#[test]
fn equal_reports_are_equal_bytes_and_states_are_words() {
    let state = |word, tone| Row { key: None, cells: vec![Cell::State(State { word, tone })] };
    let rows = vec![state("red", Tone::Bad), state("green", Tone::Good), state("unknown", Tone::Unsure)];
    let table = Table { id: "list", columns: vec![Column::text("state", "state")], count: 3, rows, ..Table::default() };
    let report = report(vec![Block::Verdict { tone: Tone::Bad, words: "No.".into() }, Block::Table(table)]);
    let html = page(&report, usize::MAX).html;
    assert_eq!(html, page(&report.clone(), usize::MAX).html);
    assert!(html.contains(r#"<span class="state bad"><span aria-hidden="true">✗ </span>red</span>"#), "{html}");
    assert!(html.contains(r#"<p class="verdict bad">No.</p>"#));
}
