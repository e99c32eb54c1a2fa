//! Some accounts of what a snapshot shows: answers are about these alone.

use std::collections::BTreeSet;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;

use crate::Result;
use crate::sql_text::literal;

/// Some accounts. A question still looks at the whole snapshot, since what decides may lie elsewhere: the bucket behind
/// a distribution, the trail of the organization. Its subjects and rows are those of these accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent(BTreeSet<String>);

impl Extent {
    /// Whether the account is one of them.
    pub fn has(&self, account_id: &str) -> bool {
        self.0.contains(account_id)
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// As SQL: `account_id IN ('111122223333')`. Of no account it is never true.
    pub fn condition(&self, column: &str) -> String {
        let ids: Vec<String> = self.0.iter().map(literal).collect();
        let ids = if ids.is_empty() { literal("") } else { ids.join(", ") };
        format!("{column} IN ({ids})")
    }

    /// The rows of these accounts. Of rows that name no account, none.
    pub(crate) fn of(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let ids = batch.column_by_name(ACCOUNT).and_then(|column| column.as_string_opt::<i32>());
        let Some(ids) = ids else { return Ok(batch.slice(0, 0)) };
        let mask: BooleanArray = ids.iter().map(|id| Some(id.is_some_and(|id| self.has(id)))).collect();
        Ok(filter_record_batch(batch, &mask)?)
    }
}

impl<T: Into<String>> FromIterator<T> for Extent {
    fn from_iter<I: IntoIterator<Item = T>>(accounts: I) -> Self {
        Self(accounts.into_iter().map(Into::into).collect())
    }
}

/// The column that names a row's account.
pub(crate) const ACCOUNT: &str = "account_id";

/// Whether it is an account's id: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::question_file::QuestionFile;
    use crate::{Question, Snapshot, Which, ask_json, cases_json, coverage_percent, select, ten_minutes, testing};

    /// The organization whose accounts are `000000000000` to `000000000010`, and of these some.
    async fn some(accounts: &[&str]) -> (tempfile::TempDir, Snapshot, Snapshot) {
        let (folder, lake) = testing::lake().await;
        let whole = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        let some = whole.within(accounts.iter().copied().collect());
        (folder, whole, some)
    }

    fn question(text: &'static str) -> Question {
        QuestionFile::parse("x", text).unwrap().questions.remove(0)
    }

    const FACT: &str = "-- id: X1\n-- title: Accounts\n-- subject: account_id\n\
        -- of: accounts\n-- per organization: organizations\n-- fact: Organizations with an account\n\
        SELECT organization_id, account_id, account_id = '000000000003' AS is_so FROM accounts\n";

    #[test]
    fn a_condition_is_sql_of_any_name() {
        let extent: Extent = ["2", "1", "it's"].into_iter().collect();
        assert_eq!(extent.condition("a.account_id"), "a.account_id IN ('1', '2', 'it''s')");
        assert_eq!(Extent::default().condition("account_id"), "account_id IN ('')");
    }

    #[tokio::test]
    async fn a_fact_counts_the_accounts_that_are_meant_and_no_organization() {
        let (_folder, whole, some) = some(&["000000000003", "000000000004"]).await;
        let fact = question(FACT);
        let counts = |rows: Value| {
            let rows = rows.as_array().cloned().unwrap();
            let text = |row: &Value| format!("{} {}/{}", row["population"], row["numerator"], row["denominator"]);
            rows.iter().map(text).collect::<Vec<_>>().join(", ").replace('"', "")
        };
        let all = counts(ask_json(&whole, &[&fact]).await.unwrap());
        assert!(all.contains("organizations 1/") && !all.contains("accounts 1/2"), "{all}");
        let those = counts(ask_json(&some, &[&fact]).await.unwrap());
        assert_eq!(those, "accounts 1/2, accounts 1/2", "the subjects, and the twin of the organizations");
        let cases = cases_json(&some, &[&fact]).await.unwrap();
        assert_eq!(cases[0]["rows"], json!([{"account_id": "000000000003", "is_so": true}]));
        let none = counts(ask_json(&whole.within(Extent::default()), &[&fact]).await.unwrap());
        assert_eq!(none, "accounts 0/0, accounts 0/0");
    }

    #[tokio::test]
    async fn a_list_has_the_rows_of_the_accounts_that_are_meant() {
        let (_folder, whole, some) = some(&["000000000003"]).await;
        let list =
            question("-- id: X2\n-- title: Accounts\n-- key: account_id\nSELECT account_id FROM accounts ORDER BY 1\n");
        let rows = |answer: Value| answer[0]["rows"].as_array().map_or(0, Vec::len);
        assert!(rows(ask_json(&whole, &[&list]).await.unwrap()) > 1);
        assert_eq!(rows(ask_json(&some, &[&list]).await.unwrap()), 1);
    }

    #[tokio::test]
    async fn what_names_no_account_is_not_answered() {
        let (_folder, _, some) = some(&["000000000003"]).await;
        let answer = ask_json(&some, &select(&["F1"]).unwrap()).await.unwrap();
        assert_eq!(answer, json!([{"id": "F1", "error": "ask F1 of some accounts: its answer names none"}]));
        let point = question("-- id: E1\n-- title: X\n-- key: arn\nSELECT 'a' AS arn, false AS is_so FROM accounts\n");
        let lines = ten_minutes(&some, &[&point]).await.unwrap();
        assert_eq!(lines[0].state, "unknown", "never green");
    }

    #[tokio::test]
    async fn coverage_is_that_of_the_accounts() {
        let (_folder, whole, _) = some(&[]).await;
        let list = question("-- id: X1\n-- title: X\n-- key: account_id\nSELECT account_id FROM accounts\n");
        let sql = "SELECT account_id, COUNT(*) FILTER (WHERE is_complete) * 100 / COUNT(*) AS percent FROM coverage \
                   WHERE is_planned GROUP BY 1 ORDER BY 1";
        let text = testing::text(&whole, sql).await;
        let mut seen = Vec::new();
        for line in text.lines() {
            let (id, percent) = line.split_once(',').unwrap();
            let own = coverage_percent(&whole.within([id].into_iter().collect()), &list).await.unwrap();
            assert_eq!(own.map(|it| it.floor()), percent.parse().ok(), "{id}");
            seen.push(percent.to_owned());
        }
        assert!(seen.iter().any(|it| it == "100") && seen.iter().any(|it| it != "100"), "{seen:?}");
    }

    #[tokio::test]
    async fn what_is_short_is_that_of_the_accounts() {
        let (_folder, whole, _) = some(&[]).await;
        let list = question("-- id: X1\n-- title: X\n-- key: account_id\nSELECT account_id FROM accounts\n");
        let short = |extent: Option<&Extent>| list.short_tasks(whole.rests_on(), extent);
        let all = testing::text(&whole, &short(None)).await;
        let ids: BTreeSet<&str> = all.lines().filter_map(|line| line.split(',').next()).collect();
        assert!(!ids.is_empty());
        let mut count = 0;
        for id in ids {
            let extent: Extent = [id].into_iter().collect();
            let own = testing::text(&whole, &short(Some(&extent))).await;
            assert!(own.lines().all(|line| line.starts_with(&format!("{id},"))), "{own}");
            count += own.lines().count();
        }
        assert_eq!(count, all.lines().count(), "{all}");
    }
}
