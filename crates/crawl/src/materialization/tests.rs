use orgcensus_lake::testing::commit;

use super::*;

#[test]
fn how_it_ended_is_told_and_a_table_that_is_lacking_has_no_rows() {
    let asked = |previous: Option<Commit>| Asked { has_asked: true, previous, is_unconfigured: false };
    let told = |asked: &Asked, ended| {
        let row = MaterializedTable::new(MATERIALIZATIONS, asked, ended);
        let previous = row.previous_snapshot_date.zip(row.previous_run_id).zip(row.previous_commit_number);
        (row.outcome, row.rows_written, previous.is_some(), row.error_message)
    };
    let previous = asked(Some(commit(1, "o-1", "2026-11-20", true)));
    assert_eq!(told(&previous, Ended::Written(3)), ("complete".into(), Some(3), true, None));
    assert_eq!(told(&asked(None), Ended::Written(0)), ("no_previous".into(), Some(0), false, None));
    assert_eq!(told(&Asked::default(), Ended::Written(0)), ("complete".into(), Some(0), false, None));
    let unconfigured = Asked { is_unconfigured: true, ..Asked::default() };
    assert_eq!(told(&unconfigured, Ended::Written(0)), ("not_configured".into(), Some(0), false, None));
    let why = || "x".to_owned();
    assert_eq!(told(&previous, Ended::Failed(why())), ("failed".into(), None, true, Some(why())));
    assert_eq!(told(&asked(None), Ended::TimedOut(why())), ("timed_out".into(), None, false, Some(why())));
}
