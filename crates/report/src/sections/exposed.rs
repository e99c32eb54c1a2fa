//! The accounts that are most exposed, by points.

use orgcensus_answers::Threshold;

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};

pub(crate) const SECTION: Declared =
    Declared { id: "exposed", title: "Accounts most exposed", is_brief: false, read: |asked| Box::pin(read(asked)) };

const ACCOUNTS: &[Column] = &[
    Column::number("place", "place in the organization"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("ou_path", "unit"),
    Column::number("exposure_points", "points"),
    Column::number("public_count", "public resources"),
    Column::number("external_count", "not public, reached from outside"),
    Column::number("administrator_count", "administrators"),
    Column::number("root_key_count", "root's keys"),
    Column::number("no_mfa_count", "users without MFA"),
    Column::number("old_key_count", "old keys"),
    Column::number("imds_count", "instances without IMDSv2"),
    Column::number("unauthenticated_count", "functions that anyone calls"),
    Column::number("unknown_count", "not known"),
    Column::flag("is_read", "read whole"),
];

/// The counts that have points, with the threshold that says how many.
const WEIGHTS: [(&str, &str); 8] = [
    ("public_points", "a public resource"),
    ("external_points", "another that is reached from outside"),
    ("administrator_points", "an administrator"),
    ("root_key_points", "a root user's key"),
    ("no_mfa_points", "a user without MFA"),
    ("old_key_points", "a user with an old key"),
    ("imds_points", "an instance without IMDSv2"),
    ("unauthenticated_points", "a function that anyone calls"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let questions = asked.questions(&["G10"])?;
    Ok(vec![
        Block::Words(format!("{} What was not read has no points.", weights(&questions[0].thresholds))),
        Block::Table(question(asked, "G10", ACCOUNTS).await?),
    ])
}

/// `Points: 10 for a public resource, 3 for …`, as many as are in force.
fn weights(thresholds: &[Threshold]) -> String {
    let in_force = |name: &str| thresholds.iter().find(|it| it.name == name).map(|it| it.value);
    let weight = |(name, of): &(&str, &str)| in_force(name).map(|points| format!("{points} for {of}"));
    format!("Points: {}.", WEIGHTS.iter().filter_map(weight).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::select;

    use super::*;

    #[test]
    fn each_weight_of_the_question_is_said() {
        let questions = select(&["G10"]).unwrap();
        let thresholds = &questions[0].thresholds;
        let words = weights(thresholds);
        assert!(words.starts_with("Points: 10 for a public resource, 3 for "), "{words}");
        for threshold in thresholds.iter().filter(|it| it.name.ends_with("_points")) {
            assert!(WEIGHTS.iter().any(|(name, _)| *name == threshold.name), "{} is not said", threshold.name);
        }
        assert_eq!(words.matches(" for ").count(), WEIGHTS.len(), "{words}");
    }
}
