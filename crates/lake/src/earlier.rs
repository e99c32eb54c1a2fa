//! Which snapshots of an organization came before one. Pure: commits in, commits out.

use orgcensus_row::Timestamp;

use crate::Commit;

/// The complete snapshots of an organization of dates before this one, the newest first. The living ones must come
/// oldest first. A run that replaces another one of its day finds what that one found.
pub fn of_earlier_dates<'a>(
    living: &'a [Commit],
    organization_id: &'a str,
    snapshot_date: &'a str,
) -> impl Iterator<Item = &'a Commit> {
    living.iter().rev().filter(move |it| {
        it.is_complete && it.organization_id == organization_id && it.snapshot_date.as_str() < snapshot_date
    })
}

/// The newest complete snapshot of an organization that was taken before a run, perhaps on the run's own day.
pub fn before_run<'a>(
    commits: &'a [Commit],
    organization_id: &str,
    run_id: &str,
    captured_at: Timestamp,
) -> Option<&'a Commit> {
    let is_before = |it: &&Commit| {
        it.is_complete && it.organization_id == organization_id && it.run_id != run_id && it.captured_at < captured_at
    };
    commits.iter().filter(is_before).max_by_key(|it| (it.captured_at, it.n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::living;
    use crate::testing::commit;

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
        let found = |date: &str| of_earlier_dates(&living, "o-1", date).map(|it| it.n).collect::<Vec<_>>();
        assert_eq!(found("2026-11-23"), [2, 1]);
        assert_eq!(found("2026-11-20"), Vec::<u32>::new());
    }

    #[test]
    fn they_come_from_the_newest_on_and_of_each_day_the_living_one() {
        let commits = [
            commit(1, "o-1", "2026-01-01", true),
            commit(2, "o-1", "2026-01-02", true),
            commit(3, "o-1", "2026-01-02", true),
            commit(4, "o-2", "2026-01-03", true),
            commit(5, "o-1", "2026-01-03", false),
            commit(6, "o-1", "2026-01-04", true),
        ];
        let living = living(&commits);
        let found = |date: &str| of_earlier_dates(&living, "o-1", date).map(|it| it.n).collect::<Vec<_>>();
        assert_eq!(found("2026-01-04"), [3, 1], "not that of its own day, nor an incomplete one, nor another's");
        assert_eq!(found("2026-01-05"), [6, 3, 1]);
        assert_eq!(found("2026-01-01"), Vec::<u32>::new());
    }

    #[test]
    fn the_previous_snapshot_is_the_newest_complete_one_before_the_run() {
        let taken = |n: u32, organization_id: &str, at: i64, is_complete: bool| Commit {
            captured_at: Timestamp(at),
            ..commit(n, organization_id, "2026-11-22", is_complete)
        };
        let commits = [
            taken(1, "o-1", 10, true),
            taken(2, "o-1", 20, true),
            taken(3, "o-1", 30, false),
            taken(4, "o-2", 30, true),
            taken(5, "o-1", 50, true),
        ];
        let found = |run: &str, at: i64| before_run(&commits, "o-1", run, Timestamp(at)).map(|it| it.n);
        assert_eq!(found("run-6", 40), Some(2), "not the incomplete one, nor another organization's, nor a later one");
        assert_eq!(found("run-6", 60), Some(5));
        assert_eq!(found("run-5", 60), Some(2), "not the run itself");
        assert_eq!(found("run-6", 10), None);
    }
}
