//! A statement that can be copied to Athena and still means the same next week: the tables that it reads are those of
//! the snapshots that are shown, by their literal dates.

use std::fmt::Write;

use orgcensus_lake::Commit;

/// The statement over `orgcensus_history`. A table of the snapshot that it reads becomes a common table expression of
/// the same name.
pub(crate) fn of(sql: &str, tables: &[String], commits: &[Commit]) -> String {
    let snapshot = |it: &Commit| {
        let [organization, date] = [&it.organization_id, &it.snapshot_date].map(|it| it.replace('\'', "''"));
        format!("(org_id = '{organization}' AND snapshot_date = '{date}')")
    };
    let shown: Vec<_> = commits.iter().map(snapshot).collect();
    let shown = shown.join(" OR ");
    let mut dated = String::new();
    for table in tables.iter().filter(|table| reads(sql, table)) {
        let begins = if dated.is_empty() { "WITH " } else { ",\n" };
        let _ = write!(dated, "{begins}{table} AS (\n  SELECT *\n  FROM orgcensus_history.{table}\n  WHERE {shown}\n)");
    }
    match (dated.is_empty(), sql.strip_prefix("WITH ")) {
        (true, _) => sql.to_owned(),
        (false, Some(rest)) => format!("{dated},\n{rest}"),
        (false, None) => format!("{dated}\n{sql}"),
    }
}

/// Whether the statement reads the table: its name is a whole word behind FROM or JOIN.
fn reads(sql: &str, table: &str) -> bool {
    let mut words = sql.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let mut before = "";
    words.any(|word| {
        if word.is_empty() {
            return false;
        }
        let is_read = word == table && matches!(before, "FROM" | "JOIN");
        before = word;
        is_read
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing;

    use super::*;

    fn commit(organization_id: &str) -> Commit {
        testing::commit(1, organization_id, "2026-11-22", true)
    }

    fn dated(sql: &str, commits: &[Commit]) -> String {
        of(sql, &["iam_users".to_owned(), "users".to_owned(), "iam_user".to_owned()], commits)
    }

    #[test]
    fn tables_are_those_of_the_day() {
        let sql = "SELECT arn FROM iam_users";
        let expected = "WITH iam_users AS (\n  SELECT *\n  FROM orgcensus_history.iam_users\n  \
            WHERE (org_id = 'o-1' AND snapshot_date = '2026-11-22')\n)\nSELECT arn FROM iam_users";
        assert_eq!(dated(sql, &[commit("o-1")]), expected);
        assert_eq!(dated("SELECT 1 AS n", &[commit("o-1")]), "SELECT 1 AS n");
    }

    #[test]
    fn the_statements_own_tables_follow() {
        let sql = "WITH subjects AS (\n  SELECT users FROM x\n  JOIN iam_users ON true\n)\nSELECT 1 FROM subjects";
        let text = dated(sql, &[commit("o-1"), commit("o-2")]);
        assert!(text.starts_with("WITH iam_users AS (\n"), "{text}");
        assert!(text.contains("(org_id = 'o-1' AND snapshot_date = '2026-11-22') OR (org_id = 'o-2' AND"), "{text}");
        assert!(text.contains("\n),\nsubjects AS (\n") && text.matches("WITH ").count() == 1, "{text}");
        assert_eq!(text.matches("orgcensus_history.").count(), 1, "users is a column there: {text}");
    }
}
