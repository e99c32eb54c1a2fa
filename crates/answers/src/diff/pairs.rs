//! Which two snapshots of each organization are compared. Pure: commits in, pairs out.

use orgcensus_lake::{Commit, living, newest};

use crate::which::known;
use crate::{Error, Result, Which};

/// Two snapshots of one organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The older one.
    pub from: Commit,
    /// The newer one.
    pub to: Commit,
}

/// The pairs, and the newer snapshots that have no older one to be compared with.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pairs {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) alone: Vec<Commit>,
}

/// Pairs of snapshots. Without `from` a snapshot is compared with the newest complete one of an earlier date; where
/// there is none, with the newest of an earlier date. All commits of the lake must be there, oldest first.
pub(crate) fn pairs(from: Option<&Which>, to: &Which, commits: &[Commit]) -> Result<Pairs> {
    let living = living(commits);
    let choose = |which: &Which| match which {
        Which::Run(_) => which.choose(commits),
        Which::Newest | Which::Date(_) => which.choose(&living),
    };
    let older = from.map(choose).transpose()?;
    let mut found = Pairs::default();
    for to in choose(to)? {
        let is_of = |it: &&Commit| it.organization_id == to.organization_id;
        let from = match &older {
            Some(older) => older.iter().find(is_of).cloned(),
            None => newest(living.iter().filter(is_of).filter(|it| it.snapshot_date < to.snapshot_date)).pop(),
        };
        match from {
            Some(from) => found.pairs.push(Pair { from, to }),
            None => found.alone.push(to),
        }
    }
    if found.pairs.is_empty() {
        let wanted = match from {
            Some(from) => format!("{from} and {to} that are of one organization"),
            None => format!("a snapshot of an earlier date than {to}, to compare it with"),
        };
        return Err(Error::NoSnapshot { wanted, known: known(&living) });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing::commit;

    use super::*;

    /// `o-a 2026-01-01`, with `?` at the end if it is not complete. The number is the place in the list.
    fn commits(words: &[&str]) -> Vec<Commit> {
        let one = |(index, words): (usize, &&str)| {
            let (organization_id, date) = words.trim_end_matches('?').split_once(' ').unwrap();
            let n = u32::try_from(index + 1).unwrap();
            commit(n, organization_id, date, !words.ends_with('?'))
        };
        words.iter().enumerate().map(one).collect()
    }

    /// `1-3 2-4 5`: 1 is compared with 3, 2 with 4, and 5 with nothing.
    fn told(from: &str, to: &str, commits: &[Commit]) -> String {
        let from: Option<Which> = (!from.is_empty()).then(|| from.parse().unwrap());
        match pairs(from.as_ref(), &to.parse().unwrap(), commits) {
            Ok(Pairs { pairs, alone }) => {
                let pairs = pairs.iter().map(|it| format!("{}-{}", it.from.n, it.to.n));
                pairs.chain(alone.iter().map(|it| it.n.to_string())).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string().split(';').next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn a_snapshot_is_compared_with_the_newest_complete_one_before_it() {
        let lake = commits(&[
            "o-a 2026-01-01",
            "o-b 2026-01-01?",
            "o-a 2026-01-02?",
            "o-b 2026-01-02",
            "o-a 2026-01-03",
            "o-c 2026-01-03",
            "o-a 2026-01-03",
        ]);
        for (from, to, expected) in [
            ("", "newest", "1-7 2-4 6"),
            ("", "2026-01-02", "1-3 2-4"),
            ("", "run-5", "1-5"),
            ("2026-01-02", "newest", "3-7 4-4 6"),
            ("run-5", "run-7", "5-7"),
            ("newest", "newest", "7-7 4-4 6-6"),
            ("run-7", "run-1", "7-1"),
            ("", "run-1", "find a snapshot of an earlier date than a snapshot of run run-1, to compare it with"),
            ("run-1", "run-4", "find a snapshot of run run-1 and a snapshot of run run-4 that are of one organization"),
            ("2025-01-01", "newest", "find a snapshot of 2025-01-01"),
        ] {
            assert_eq!(told(from, to, &lake), expected, "{from} {to}");
        }
    }
}
