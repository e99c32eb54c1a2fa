use orgcensus_lake::ManifestReference;
use orgcensus_row::Timestamp;

use super::*;

fn commit(n: u32, organization_id: &str, date: &str, is_complete: bool) -> Commit {
    Commit {
        format: 1,
        n,
        organization_id: organization_id.to_owned(),
        snapshot_date: date.to_owned(),
        run_id: format!("run-{n}"),
        captured_at: Timestamp(0),
        committed_at: Timestamp(0),
        manifest: ManifestReference { path: String::new(), sha256: String::new() },
        supersedes: None,
        is_complete,
        coverage: serde_json::Value::Null,
    }
}

#[test]
fn earlier_snapshots_are_complete_and_of_an_earlier_date() {
    let living = [
        commit(1, "o-1", "2026-11-20", true),
        commit(2, "o-1", "2026-11-21", true),
        commit(3, "o-1", "2026-11-22", false),
        commit(4, "o-2", "2026-11-22", true),
        commit(5, "o-1", "2026-11-23", true),
        commit(6, "o-1", "2026-11-24", true),
    ];
    let own = commit(u32::MAX, "o-1", "2026-11-23", true);
    assert_eq!(earlier(&living, &own).map(|it| it.n).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(earlier(&living, &commit(9, "o-1", "2026-11-20", true)).count(), 0);
}

#[test]
fn how_it_ended_is_told_and_a_table_that_is_lacking_has_no_rows() {
    let asked = |previous: Option<Commit>| Asked { has_asked: true, previous };
    let told = |asked: &Asked, ended| {
        let row = MaterializedTable::new(MATERIALIZATIONS, asked, ended);
        let previous = row.previous_snapshot_date.zip(row.previous_run_id).zip(row.previous_commit_number);
        (row.outcome, row.rows_written, previous.is_some(), row.error_message)
    };
    let previous = asked(Some(commit(1, "o-1", "2026-11-20", true)));
    assert_eq!(told(&previous, Ended::Written(3)), ("complete".into(), Some(3), true, None));
    assert_eq!(told(&asked(None), Ended::Written(0)), ("no_previous".into(), Some(0), false, None));
    assert_eq!(told(&Asked::default(), Ended::Written(0)), ("complete".into(), Some(0), false, None));
    let why = || "x".to_owned();
    assert_eq!(told(&previous, Ended::Failed(why())), ("failed".into(), None, true, Some(why())));
    assert_eq!(told(&asked(None), Ended::TimedOut(why())), ("timed_out".into(), None, false, Some(why())));
}
