use super::*;
use crate::testing;

async fn open(lake: &Lake) -> Snapshot {
    Snapshot::open(lake, &Which::Newest).await.unwrap()
}

async fn refusal(snapshot: &Snapshot, sql: &str) -> Error {
    match snapshot.query(sql).await {
        Ok(_) => panic!("{sql} was run"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn plain_names_show_the_newest_snapshot_and_history_all() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    assert_eq!(snapshot.commits().len(), 2);
    let sql = "SELECT org_id, snapshot_date, COUNT(*) AS accounts FROM accounts GROUP BY 1, 2 ORDER BY 1, 2";
    let rows = testing::text(&snapshot, sql).await;
    assert_eq!(rows, "o-big,2026-11-22,11\no-small,2026-11-22,1\n");
    let sql = sql.replace("FROM accounts", "FROM orgcensus_history.accounts");
    let rows = testing::text(&snapshot, &sql).await;
    assert_eq!(rows, "o-big,2026-11-21,1\no-big,2026-11-22,11\no-small,2026-11-22,1\n");
    let yesterday = Snapshot::open(&lake, &Which::Date("2026-11-21".into())).await.unwrap();
    assert_eq!(testing::text(&yesterday, "SELECT COUNT(*) AS n FROM accounts").await, "1\n");
}

#[tokio::test]
async fn a_column_that_older_files_lack_is_null_there() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let sql = "SELECT snapshot_date, status FROM orgcensus_history.accounts
        WHERE account_id = '000000000000' AND org_id = 'o-big' ORDER BY 1";
    assert_eq!(testing::text(&snapshot, sql).await, "2026-11-21,\n2026-11-22,ACTIVE\n");
}

#[tokio::test]
async fn nothing_but_queries_runs() {
    let (folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let target = folder.path().join("out.csv");
    let copy = format!("COPY (SELECT 1 AS x) TO '{}'", target.display());
    let statements = [
        copy.as_str(),
        "CREATE TABLE x AS SELECT 1 AS y",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE VIEW v AS SELECT 1 AS y",
        "DROP TABLE accounts",
        "INSERT INTO accounts SELECT * FROM accounts",
        "DELETE FROM accounts",
        "SET datafusion.execution.batch_size = 1",
        "SELECT 1 AS y INTO x",
    ];
    for sql in statements {
        let error = refusal(&snapshot, sql).await;
        assert!(matches!(error, Error::NotAQuery(_)), "{sql}: {error}");
    }
    assert!(!target.exists());
    for sql in ["SELECT * FROM '/etc/passwd'", "SELECT 1; SELECT 2", "SELEC 1"] {
        let error = refusal(&snapshot, sql).await;
        assert!(matches!(error, Error::UnknownTable { .. } | Error::Query(_)), "{sql}: {error}");
    }
}

#[tokio::test]
async fn an_unknown_table_is_answered_with_those_that_exist() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let error = refusal(&snapshot, "WITH x AS (SELECT 1 AS y) SELECT * FROM x CROSS JOIN iam_userz").await.to_string();
    assert!(error.starts_with("find table iam_userz; the snapshot has accounts, coverage, "), "{error}");
    let error = refusal(&snapshot, "SELECT * FROM orgcensus_history.sqs_qeues").await.to_string();
    assert_eq!(error, "find table orgcensus_history.sqs_qeues; the nearest is sqs_queues");
    let error = refusal(&snapshot, "SELECT acount_name FROM accounts").await.to_string();
    assert!(error.contains("Did you mean") && error.contains("account_name"), "{error}");
    let error = refusal(&snapshot, "SELECT no_such_column FROM accounts").await.to_string();
    assert!(error.contains("no_such_column") && error.starts_with("run the query: "), "{error}");
}

#[tokio::test]
async fn a_changed_byte_is_an_error_and_never_other_rows() {
    let (_folder, lake) = testing::lake().await;
    let sql = "SELECT * FROM policy_statements";
    let rows = testing::text(&open(&lake).await, sql).await;
    let commit = open(&lake).await.commits()[0].clone();
    let manifest = lake.manifest(&commit).await.unwrap();
    let entry = &manifest.table("policy_statements").unwrap().files[0];
    let file = lake.local().unwrap().join(&entry.path);
    let good = std::fs::read(&file).unwrap();
    for at in (0..good.len()).step_by(211).chain([good.len() - 5]) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        std::fs::write(&file, &bad).unwrap();
        let snapshot = open(&lake).await;
        let asked = async { snapshot.query(sql).await?.collect().await };
        let error = asked.await.expect_err("other rows").to_string();
        assert!(error.contains("are not those that were published"), "byte {at}: {error}");
        assert!(!testing::text(&snapshot, "SELECT * FROM accounts").await.is_empty(), "the other tables are there");
    }
    std::fs::write(&file, &good).unwrap();
    assert_eq!(testing::text(&open(&lake).await, sql).await, rows);
}

#[tokio::test]
async fn columns_have_the_files_types() {
    let (_folder, lake) = testing::lake().await;
    let snapshot = open(&lake).await;
    let answer = snapshot.query("SELECT * FROM policy_statements").await.unwrap();
    let types: Vec<_> = answer.schema().fields().iter().map(|it| it.data_type().to_string()).collect();
    assert!(types.iter().any(|it| it.starts_with("List(")) && types.contains(&"Timestamp(ms)".to_owned()), "{types:?}");
    assert!(!types.iter().any(|it| it.contains("View")), "{types:?}");
    assert!(!answer.collect().await.unwrap().is_empty());
}
