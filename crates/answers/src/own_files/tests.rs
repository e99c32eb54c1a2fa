//! What files of a site add, and what is said of bad ones.

use orgcensus_collectors::COLLECTORS;
use orgcensus_derive::DERIVATIONS;

use super::*;
use crate::{questions, rules};

const QUESTION: &str = "\
-- id: X1
-- title: Users whose password is idle for over {idle_days} days
-- subject: account_id, user_name
-- threshold: idle_days 90
-- of: users
-- where: password_enabled
-- per organization: X2, organizations
-- fact: Organizations with such a user
SELECT organization_id, account_id, user_name, password_enabled,
  password_last_used_days > {idle_days} AS is_so
FROM iam_credential_report
WHERE NOT is_root

-- case: one
-- iam_credential_report: no_such_column
--   x
";

const RULE: &str = "\
-- id: X1
-- title: A key was not used and is now
-- priority: notice
-- watches: iam_access_keys
-- finds: became, changed
-- when: now.user_name <> was.user_name
-- resource: access_key_id
-- shows: user_name, region
status = 'Active'
  AND user_name <> 'root'
";

fn tables() -> TableSchemas {
    let tables = orgcensus_crawl::tables(COLLECTORS, DERIVATIONS);
    tables.iter().map(|table| (table.name.to_owned(), table.schema())).collect()
}

fn files(texts: &[&'static str]) -> Vec<Text> {
    let file = |(index, &text): (usize, &&'static str)| Text { file: format!("own/{index}.sql"), text };
    texts.iter().enumerate().map(file).collect()
}

fn questions_of(texts: &[&'static str]) -> Result<Vec<Question>> {
    with_questions(questions().unwrap(), &files(texts), &tables())
}

fn rules_of(texts: &[&'static str]) -> Result<Vec<Rule>> {
    with_rules(rules().unwrap(), &files(texts), &tables())
}

#[test]
fn what_is_added_stands_among_the_shipped() {
    let list = "-- id: G99\n-- title: Accounts\n-- key: account_id\n\
        SELECT account_id FROM orgcensus_history.accounts WHERE snapshot_date = 'x'\n";
    let all = questions_of(&[QUESTION, list]).unwrap();
    let shipped = questions().unwrap();
    assert_eq!(all.len(), shipped.len() + 3);
    let at = |id: &str| all.iter().position(|it| it.id == id).unwrap();
    assert_eq!((at("X2"), at("X1")), (all.len() - 1, all.len() - 2));
    assert!(at("G17") < at("G99") && at("G99") < at("S1"));
    let all = rules_of(&[RULE]).unwrap();
    assert_eq!((all.len(), all[all.len() - 1].id), (rules().unwrap().len() + 1, "X1"));
}

#[test]
fn a_bad_question_is_named_with_its_line() {
    for (was, is, line, why) in [
        ("id: X1", "id: F9", 1, "the id F9 is taken"),
        ("X2, org", "B3, org", 7, "the id B3 is taken"),
        ("idle_days 90", "idle_days 91", 4, "idle_days 90 is another question's threshold"),
        ("> {idle_days}", "> {idle_dyas}", 10, "no -- threshold: has the name idle_dyas"),
        (
            "SELECT organization_id, account_id, user_name",
            "SELECT organization_id, account_id, usr_name",
            9,
            "usr_name",
        ),
        ("password_last_used_days >", "password_lst_used_days >", 10, "password_lst_used_days"),
        ("report\nWHERE", "repotr\nWHERE", 11, "there is no table iam_credential_repotr; the nearest "),
        ("subject: account_id, user_name", "subject: account_id, usr_name", 3, "the query has no column usr_name"),
        ("where: password_enabled", "where: password_enabld", 6, "password_enabld"),
        ("AS is_so", "AS so", 9, "is_so"),
        ("NOT is_root", "NOT is_rot", 12, "is_rot"),
        ("NOT is_root", "no_such_function(is_root)", 9, "no_such_function"),
    ] {
        let text = QUESTION.replace(was, is);
        assert_ne!(text, QUESTION, "{was}");
        let error = questions_of(&[text.leak()]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("read own/0.sql, line {line}: ")) && error.contains(why), "{is}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
    let error = questions_of(&[QUESTION, QUESTION]).unwrap_err().to_string();
    assert_eq!(error, "read own/1.sql, line 1: the id X1 is taken");
}

#[test]
fn a_bad_rule_is_named_with_its_line() {
    for (was, is, line, why) in [
        ("id: X1", "id: D9", 1, "the id D9 is taken"),
        ("watches: iam_access_keys", "watches: iam_access_kyes", 4, "there is no table iam_access_kyes; the nearest "),
        ("was.user_name", "was.usr_name", 6, "usr_name"),
        ("resource: access_key_id", "resource: access_kye_id", 7, "iam_access_keys has no column access_kye_id"),
        ("shows: user_name", "shows: usr_name", 8, "iam_access_keys has no column usr_name"),
        ("status =", "statsu =", 9, "statsu"),
        ("AND user_name", "AND usr_name", 10, "usr_name"),
        ("status = 'Active'\n  AND user_name <> 'root'", "user_name", 9, "neither true nor false"),
        ("priority: notice", "priority: huge", 3, "\"huge\" is no priority"),
    ] {
        let text = RULE.replace(was, is);
        assert_ne!(text, RULE, "{was}");
        let error = rules_of(&[text.leak()]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("read own/0.sql, line {line}: ")) && error.contains(why), "{is}: {error}");
    }
}

#[test]
fn a_folder_has_its_sql_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("b.sql", "2"), ("a.sql", "1"), ("README.md", "3")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let texts: Vec<&str> = read(folder.path()).unwrap().iter().map(|it| it.text).collect();
    assert_eq!(texts, ["1", "2"]);
    let missing = folder.path().join("none");
    let error = read(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("read folder {}: ", missing.display())), "{error}");
}

#[test]
fn a_sites_priority_stands_beside_the_shipped_one() {
    let rule = rules().unwrap().iter().find(|it| it.id == "D9").unwrap();
    let priorities = BTreeMap::from([("d9".to_owned(), crate::Priority::Notice)]);
    let other = rule.with_priority(&priorities);
    let both = |it: &Rule| (it.priority.as_str(), it.shipped_priority.as_str());
    assert_eq!([both(rule), both(&other)], [("critical", "critical"), ("notice", "critical")]);
}
