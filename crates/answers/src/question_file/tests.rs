//! What a file says, and what is said of a bad one.

use super::*;

const TWO: &str = "\
-- id: X9
-- title: Users without MFA
-- why: so
-- subject: account_id, user_name
-- of: users
-- study 2022: 11, text 10
-- per organization: X8, organizations
-- fact: Organizations with a user without MFA
-- study 2022: 40
WITH x AS (SELECT account_id FROM accounts)
SELECT x.account_id, user_name, is_so FROM x JOIN users ON x.account_id = users.account_id

-- case: one
-- users: user_name
--   ana
";

#[test]
fn a_file_is_a_header_a_query_and_cases() {
    let file = QuestionFile::parse("x", TWO).unwrap();
    let [nine, eight] = file.questions.as_slice() else { panic!("two questions") };
    assert_eq!((nine.id, nine.part, nine.title), ("X9", "X", "Users without MFA"));
    assert_eq!((eight.id, eight.title), ("X8", "Organizations with a user without MFA"));
    assert_eq!(nine.tables, ["accounts", "users"]);
    assert!(nine.sql.starts_with("WITH x") && nine.sql.ends_with("users.account_id"), "{}", nine.sql);
    let Kind::Fact { shares, .. } = &nine.kind else { panic!("a fact") };
    assert_eq!((shares[0].study, shares[0].study_text, shares[0].definition), (Some(11.0), Some(10.0), "study"));
    assert_eq!(file.cases, [(13, "case: one"), (14, "users: user_name"), (15, "  ana")]);
}

#[test]
fn a_list_has_a_key() {
    let text = "-- id: X1\n-- title: A: b\n-- key: arn\n-- rests on: a, b\nSELECT arn FROM s3_buckets\n";
    let file = QuestionFile::parse("x", text).unwrap();
    let list = &file.questions[0];
    assert_eq!((list.title, list.rests_on.as_slice()), ("A: b", ["a", "b"].as_slice()));
    assert_eq!((list.sql, list.is_list(), file.cases.len()), ("SELECT arn FROM s3_buckets", true, 0));
}

#[test]
fn an_error_names_the_file_and_the_line() {
    for (was, is, line, why) in [
        ("-- why: so", "-- wyh: so", 3, "above the first -- of: there is no -- wyh:"),
        ("-- fact:", "-- title:", 8, "below -- of: there is no -- title:"),
        ("-- why: so", "-- why", 3, "a line of the header is -- name: value"),
        ("11, text 10", "11, text ten", 6, "\"text ten\" is neither a number nor text and a number"),
        ("X8, org", "eight, org", 7, "\"eight\" is no id of a question"),
        (
            "-- fact: O",
            "-- fact: Some o",
            7,
            "the fact of organizations begins with this word: -- fact: Organizations …",
        ),
        ("-- subject: ", "-- why: ", 1, "the header needs -- subject: of a fact, or -- key: of a list"),
        ("-- case: one\n", "-- case: one\nSELECT 1\n", 14, "below the query are cases alone"),
    ] {
        let text: &'static str = TWO.replacen(was, is, 1).leak();
        let error = QuestionFile::parse("x.sql", text).unwrap_err().to_string();
        assert_eq!(error, format!("read config/questions/x.sql, line {line}: {why}"));
    }
    let error = QuestionFile::parse("x.sql", TWO.replacen("SELECT x", "SELEC x", 1).leak()).unwrap_err();
    assert_eq!(error.line, 10);
}
