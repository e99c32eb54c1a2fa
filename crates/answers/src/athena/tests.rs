use orgcensus_lake::Lake;

use super::json_extract_scalar::steps;
use crate::{Error, Snapshot, Which, testing};

async fn open(lake: &Lake) -> Snapshot {
    Snapshot::open(lake, &Which::Newest).await.unwrap()
}

/// What one row of one column says, `null` for null.
async fn said(snapshot: &Snapshot, expression: &str) -> String {
    let sql = format!("SELECT COALESCE(CAST({expression} AS VARCHAR), 'null') AS x");
    testing::text(snapshot, &sql).await.trim_end().to_owned()
}

#[tokio::test]
async fn whole_units_lie_between_two_moments() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let cases = [
        ("day", "2026-03-01 23:00:00", "2026-03-02 01:00:00", "0"),
        ("day", "2026-03-01 00:00:00", "2026-03-31 00:00:00", "30"),
        ("DAY", "2026-03-31 00:00:00", "2026-03-01 00:00:00", "-30"),
        ("hour", "2026-03-01 23:00:00", "2026-03-02 01:30:00", "2"),
        ("week", "2026-03-01 00:00:00", "2026-03-14 00:00:00", "1"),
        ("month", "2026-01-31 00:00:00", "2026-02-28 00:00:00", "1"),
        ("month", "2026-01-15 12:00:00", "2026-03-15 11:00:00", "1"),
        ("month", "2026-03-15 11:00:00", "2026-01-15 12:00:00", "-1"),
        ("quarter", "2025-11-22 00:00:00", "2026-11-22 00:00:00", "4"),
        ("year", "2024-02-29 00:00:00", "2026-02-28 00:00:00", "2"),
        ("year", "1969-06-01 00:00:00", "1971-05-31 00:00:00", "1"),
    ];
    for (unit, from, to, expected) in cases {
        let sql = format!("date_diff('{unit}', TIMESTAMP '{from}', TIMESTAMP '{to}')");
        assert_eq!(said(&snapshot, &sql).await, expected, "{sql}");
    }
    assert_eq!(said(&snapshot, "date_diff('day', DATE '2026-03-01', DATE '2026-03-04')").await, "3");
    assert_eq!(said(&snapshot, "date_diff('day', NULL, DATE '2026-03-04')").await, "null");
}

#[tokio::test]
async fn a_list_contains_an_element_and_a_text_a_text() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    assert_eq!(said(&snapshot, "contains(['a', 'b'], 'b')").await, "true");
    assert_eq!(said(&snapshot, "contains(['a', 'b'], 'c')").await, "false");
    assert_eq!(said(&snapshot, "contains('abc', 'bc')").await, "true");
    assert_eq!(said(&snapshot, "contains(NULL, 'bc')").await, "null");
    assert_eq!(said(&snapshot, "any_match(['a', 'b'], it -> it = 'b')").await, "true");
    assert_eq!(said(&snapshot, "any_match(['a', 'b'], it -> it LIKE 'c%')").await, "false");
}

#[tokio::test]
async fn an_element_is_a_value() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let tags = "map(['a', 'b'], ['x', 'y'])";
    assert_eq!(said(&snapshot, &format!("element_at({tags}, 'b')")).await, "y");
    assert_eq!(said(&snapshot, &format!("element_at({tags}, 'c')")).await, "null");
    assert_eq!(said(&snapshot, "element_at(['x', 'y'], 2)").await, "y");
    assert_eq!(said(&snapshot, "element_at(['x', 'y'], 3)").await, "null");
    assert_eq!(said(&snapshot, "element_at(NULL, 'a')").await, "null");
    let sql = "SELECT COUNT(*) = COUNT(*) FILTER (WHERE element_at(tags, 'a') IS NULL) AS x FROM accounts";
    assert_eq!(testing::text(&snapshot, sql).await, "true\n");
    let Err(error) = snapshot.query("SELECT element_at(1, 2) AS x").await else { panic!("it was planned") };
    assert!(error.to_string().contains("element_at(tags, 'name')"), "{error}");
}

#[tokio::test]
async fn one_value_of_a_json_text() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let json = r#"{"a": {"b.c": ["x", 7, true, null, {}]}, "n": 1.5}"#;
    for (path, expected) in [
        (r#"$.a["b.c"][0]"#, "x"),
        (r#"$.a["b.c"][1]"#, "7"),
        (r#"$.a["b.c"][2]"#, "true"),
        (r#"$.a["b.c"][3]"#, "null"),
        (r#"$.a["b.c"][4]"#, "null"),
        ("$.a", "null"),
        ("$.none.at.all", "null"),
        ("$.n", "1.5"),
    ] {
        assert_eq!(said(&snapshot, &format!("json_extract_scalar('{json}', '{path}')")).await, expected, "{path}");
    }
    assert_eq!(said(&snapshot, "json_extract_scalar('no JSON', '$.a')").await, "null");
    assert!(steps("$['a'][0].b").is_some() && steps("$").is_some_and(|it| it.is_empty()));
    for path in ["a", "$a", "$.", "$.a[", "$.a[x]", "$..a", "$.*", "$['a'"] {
        assert_eq!(steps(path), None, "{path}");
    }
}

#[tokio::test]
async fn a_list_is_unnested_row_by_row() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let listed = "(SELECT 'one' AS name, ['a', 'b'] AS list UNION ALL SELECT 'two' AS name, ['c'] AS list)";
    let sql = format!("SELECT t.name, u.it FROM {listed} AS t CROSS JOIN UNNEST(t.list) AS u (it) ORDER BY u.it");
    assert_eq!(testing::text(&snapshot, &sql).await, "one,a\none,b\ntwo,c\n");
    let sql = format!(
        "SELECT name, COUNT(it) AS n FROM {listed} AS t CROSS JOIN UNNEST(list) AS u (it) WHERE it <> 'a' \
         GROUP BY name ORDER BY name"
    );
    assert_eq!(testing::text(&snapshot, &sql).await, "one,1\ntwo,1\n");
    let other = "(SELECT 'two' AS name, 2 AS number)";
    let sql = format!(
        "SELECT o.number, u.it FROM {listed} AS t LEFT JOIN {other} AS o ON o.name = t.name \
         CROSS JOIN UNNEST(t.list) AS u (it) ORDER BY u.it"
    );
    assert_eq!(testing::text(&snapshot, &sql).await, ",a\n,b\n2,c\n");
}

#[tokio::test]
async fn a_name_of_elements_is_that_of_its_own_select() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let listed = |name: &str| format!("(SELECT '{name}' AS name, ['{name}1'] AS list)");
    let part = |table: &str| {
        format!("SELECT u.it FROM {} AS {table} CROSS JOIN UNNEST({table}.list) AS u (it)", listed(table))
    };
    let sql = format!("{} UNION ALL {} ORDER BY it", part("a"), part("b"));
    assert_eq!(testing::text(&snapshot, &sql).await, "a1\nb1\n");
    // The inner query has a table u of its own.
    let other = "(SELECT 'none' AS name)";
    let sql = format!("{} WHERE a.name IN (SELECT u.name FROM {other} AS u)", part("a"));
    let sql = sql.replace("SELECT u.it", "SELECT COUNT(u.it) AS n");
    assert_eq!(testing::text(&snapshot, &sql).await, "0\n");
}

#[tokio::test]
async fn what_is_not_accepted_is_said_with_the_portable_form() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let refused = [
        ("SELECT date_add('day', 1, captured_at) AS x FROM accounts", "DATE_ADD: a column of days"),
        ("SELECT year(captured_at) AS x FROM accounts", "YEAR: EXTRACT"),
        ("SELECT u.n FROM accounts AS a CROSS JOIN UNNEST(a.tags) AS u (k, n)", "UNNEST: a child table"),
        (
            "SELECT u.n FROM accounts AS a CROSS JOIN coverage AS c CROSS JOIN UNNEST(c.tables_short) AS u (n)",
            "UNNEST: a child table",
        ),
    ];
    for (sql, expected) in refused {
        let Err(error) = snapshot.query(sql).await else { panic!("{sql} was planned") };
        assert!(matches!(error, Error::NotPortable { .. }), "{sql}: {error}");
        let said = error.to_string();
        assert!(said.starts_with("run the query: ") && said.contains(expected), "{sql}: {said}");
    }
    let listed = "SELECT u.n FROM accounts AS a CROSS JOIN UNNEST(['x']) AS u (n) LIMIT 1";
    assert_eq!(testing::text(&snapshot, listed).await, "x\n", "a list that is no column needs no help");
    let Err(error) = snapshot.query("SELECT no_such(1) AS x").await else { panic!("it was planned") };
    assert!(matches!(error, Error::Query(_)), "{error}");
}
