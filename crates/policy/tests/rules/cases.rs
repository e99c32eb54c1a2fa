//! All cases of `tests/cases`, as `explain --jsonl` answers them.

use orgcensus_policy::{Context, Lines};

use crate::hand_written as cases;

#[test]
fn all_cases_hold() {
    let cases = cases::all();
    cases::check_all_rules(&cases);
    let mut lines = Lines::new(Context::default());
    let answer = |case: &cases::Case| serde_json::from_str(&lines.answer(case.line.to_string().as_bytes())).unwrap();
    let answers: Vec<_> = cases.iter().map(answer).collect();
    cases::check(&cases, &answers);
}
