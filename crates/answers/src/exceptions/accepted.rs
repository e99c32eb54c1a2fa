//! The exceptions on the day of a snapshot.

use super::made::Made;
use super::{Case, Day, Exceptions, Judgement};
use crate::{Result, Snapshot};

/// The exceptions on the day of a snapshot, with what the snapshot says of resources that were made since they were
/// accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    exceptions: Exceptions,
    on: Day,
    made: Made,
}

impl Accepted {
    /// Of a snapshot; of several, the day is the newest one's. Reads the inventory only where an exception has a
    /// `since`.
    pub async fn of(snapshot: &Snapshot, exceptions: &Exceptions) -> Result<Self> {
        let newest = snapshot.commits().iter().map(|commit| commit.snapshot_date.as_str()).max();
        // A date that cannot be read must accept nothing.
        let on = newest.and_then(Day::parse).unwrap_or_else(Day::last);
        let made = Made::read(snapshot, exceptions).await?;
        Ok(Self { exceptions: exceptions.clone(), on, made })
    }

    /// The exceptions.
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }

    /// The day as of which cases are judged.
    pub fn on(&self) -> &Day {
        &self.on
    }

    /// Judges a row of the table `changes` that says what was found: by its rule, its account and what it is about.
    pub fn judge_change<'a>(
        &'a self,
        rule_id: &str,
        account_id: Option<&'a str>,
        resource: Option<&'a str>,
    ) -> Judgement<'a> {
        self.judge(rule_id, &Case::of_change(account_id, resource, &self.made))
    }

    pub(crate) fn made(&self) -> &Made {
        &self.made
    }

    pub(crate) fn judge<'a>(&'a self, id: &str, case: &Case<'a>) -> Judgement<'a> {
        self.exceptions.judge(id, case, &self.on)
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_derive::InventoryResource;
    use orgcensus_row::Timestamp;

    use super::*;
    use crate::diff::tests::nights::lake;
    use crate::{CaseState, Which, testing};

    fn bucket(name: &str, created_at: Option<i64>) -> (u64, InventoryResource) {
        let resource = InventoryResource {
            arn: format!("arn:aws:s3:::{name}"),
            resource_type: "s3_bucket".into(),
            name: Some(name.into()),
            created_at: created_at.map(Timestamp),
            age_days: None,
            owner: None,
            is_public: None,
            is_external: None,
            is_in_org: None,
            is_listed_only: false,
        };
        (0, resource)
    }

    async fn accepted(snapshot: &Snapshot, since: &str) -> Accepted {
        let text = format!(
            "[[exception]]\nof = \"G1\"\naccount = \"1*\"\nreason = \"r\"\nby = \"b\"\n{since}until = 2027-03-31\n"
        );
        let exceptions = Exceptions::parse(&text, "x.toml", &["G1"]).unwrap();
        Accepted::of(snapshot, &exceptions).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_made_since_is_read_of_the_inventory() {
        let (_folder, lake) = lake();
        let to = testing::begin(&lake, "o-1", "2026-11-22").await;
        let rows =
            [bucket("new", Some(1_770_105_600_000)), bucket("old", Some(1_767_225_600_000)), bucket("unknown", None)];
        let tables = vec![testing::write(&to, rows).await];
        testing::commit(to, tables).await;
        let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        let with_since = accepted(&snapshot, "since = 2026-01-10\n").await;
        let days = ["new", "old", "unknown"].map(|name| with_since.made().on(&format!("arn:aws:s3:::{name}")));
        assert_eq!(days.map(|day| day.map(Day::as_str)), [Some("2026-02-03"), None, None]);
        assert_eq!(with_since.on().as_str(), "2026-11-22", "the day is the snapshot's");
        let state = |arn| with_since.judge_change("G1", Some("1"), Some(arn)).state;
        let states = ["arn:aws:s3:::new", "arn:aws:s3:::old"].map(state);
        assert_eq!(
            states,
            [CaseState::Active, CaseState::Accepted],
            "a change of what was made since is another one's"
        );
        assert_eq!(accepted(&snapshot, "").await.made().on("arn:aws:s3:::new"), None, "nobody asks for it");
    }
}
