//! With which snapshot each organization's was compared, or why with none.

use orgcensus_lake::Commit;

use crate::Result;
use crate::asked::{Asked, Object, text};
use crate::model::{Block, Tone};

const HOW: &str = "SELECT organization_id, outcome, previous_snapshot_date, previous_run_id, error_message
FROM materializations
WHERE table_name = 'changes'";

/// How the table `changes` of each organization was made.
pub(super) struct Compared(Vec<Object>);

impl Compared {
    /// Of the whole: the rows are the organization's, whatever part is shown.
    pub(super) async fn read(asked: &Asked) -> Result<Self> {
        let has_table = asked.snapshot.has_table("materializations");
        Ok(Self(if has_table { asked.rows(HOW).await? } else { Vec::new() }))
    }

    /// Whether any was compared.
    pub(super) fn is_any(&self) -> bool {
        self.0.iter().any(|row| text(row, "outcome") == "complete")
    }

    /// A sentence for each organization.
    pub(super) fn blocks(&self, commits: &[Commit]) -> Vec<Block> {
        let is_one = commits.len() == 1;
        commits.iter().map(|commit| self.block(commit, is_one)).collect()
    }

    fn block(&self, commit: &Commit, is_one: bool) -> Block {
        let row = self.0.iter().find(|row| text(row, "organization_id") == commit.organization_id);
        let of = if is_one { String::new() } else { format!("{}: ", commit.organization_id) };
        let words = |words: &str| Block::Words(format!("{of}{words}"));
        let Some(row) = row else {
            return words(
                "Not compared: the snapshot is from before the table changes. orgcensus changes compares it.",
            );
        };
        match text(row, "outcome") {
            "complete" => {
                let [date, run] = ["previous_snapshot_date", "previous_run_id"].map(|name| text(row, name));
                words(&format!("Compared with the snapshot of {date}, run {run}."))
            }
            "no_previous" => words("Not compared: this is the first census, or no earlier one is complete."),
            outcome => {
                let why = match text(row, "error_message") {
                    "" => outcome.to_owned(),
                    message => format!("{outcome}: {message}"),
                };
                Block::Verdict { tone: Tone::Bad, words: format!("{of}Not compared: {why}.") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing;
    use serde_json::{Value, json};

    use super::super::tests::object;
    use super::*;

    fn words(rows: Vec<Value>) -> (bool, Vec<String>) {
        let compared = Compared(rows.into_iter().map(object).collect());
        let commits = ["o-1", "o-2"].map(|id| testing::commit(1, id, "2026-11-22", true));
        let words = |block: Block| match block {
            Block::Words(words) => words,
            Block::Verdict { tone: Tone::Bad, words } => format!("! {words}"),
            other => panic!("{other:?}"),
        };
        (compared.is_any(), compared.blocks(&commits).into_iter().map(words).collect())
    }

    #[test]
    fn what_was_not_compared_says_why() {
        let (is_any, told) = words(vec![json!({"organization_id": "o-1", "outcome": "no_previous"})]);
        assert!(!is_any);
        assert!(told[0].starts_with("o-1: Not compared: this is the first census"), "{told:?}");
        assert!(told[1].starts_with("o-2: Not compared: the snapshot is from before"), "{told:?}");
        let (is_any, told) = words(vec![
            json!({
                "organization_id": "o-1", "outcome": "complete", "previous_snapshot_date": "2026-11-21",
                "previous_run_id": "r",
            }),
            json!({"organization_id": "o-2", "outcome": "failed", "error_message": "read x"}),
        ]);
        assert!(is_any);
        assert_eq!(told[0], "o-1: Compared with the snapshot of 2026-11-21, run r.");
        assert_eq!(told[1], "! o-2: Not compared: failed: read x.");
    }
}
