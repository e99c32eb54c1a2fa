//! The exceptions on the day of a snapshot.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};

use super::{Case, Day, Exceptions, Judgement};
use crate::cells::{text_batch, text_schema};
use crate::{Error, Result, Snapshot};

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

    pub(crate) fn made(&self) -> &Made {
        &self.made
    }

    pub(crate) fn judge<'a>(&'a self, id: &str, case: &Case<'a>) -> Judgement<'a> {
        self.exceptions.judge(id, case, &self.on)
    }
}

/// The days on which resources were made, as far as an exception may be older.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made(BTreeMap<String, Day>);

impl Made {
    /// Of a snapshot's inventory. Where there is none, nobody knows.
    async fn read(snapshot: &Snapshot, exceptions: &Exceptions) -> Result<Self> {
        let since = exceptions.all().iter().filter_map(|exception| exception.since.as_ref()).min();
        let Some(since) = since else { return Ok(Self::default()) };
        let sql = format!("SELECT arn, created_at FROM resources WHERE created_at >= TIMESTAMP '{since} 00:00:00'");
        let mut answer = match snapshot.query(&sql).await {
            Err(Error::UnknownTable { .. }) => return Ok(Self::default()),
            answer => answer?,
        };
        let schema = text_schema(&answer.schema());
        let mut made = Self::default();
        while let Some(batch) = answer.next().await? {
            let batch = text_batch(&batch, &schema)?;
            let (arns, moments) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
            for row in (0..batch.num_rows()).filter(|&row| arns.is_valid(row) && moments.is_valid(row)) {
                if let Some(day) = Day::of_moment(moments.value(row)) {
                    made.0.insert(arns.value(row).to_owned(), day);
                }
            }
        }
        Ok(made.with_short_names())
    }

    #[cfg(test)]
    pub(super) fn of_days<'a>(days: impl IntoIterator<Item = (&'a str, Day)>) -> Self {
        Self(days.into_iter().map(|(arn, day)| (arn.to_owned(), day)).collect()).with_short_names()
    }

    /// Users and roles by account and name too, since some questions name no ARN of theirs: `111122223333:user/ana`.
    fn with_short_names(mut self) -> Self {
        let short = |(arn, day): (&String, &Day)| Some((short_name(arn)?, day.clone()));
        let names: Vec<_> = self.0.iter().filter_map(short).collect();
        self.0.extend(names);
        self
    }

    /// The day on which this ARN's resource was made.
    pub(crate) fn on(&self, arn: &str) -> Option<&Day> {
        self.0.get(arn)
    }

    /// The same for a name in a column of an account's row.
    pub(crate) fn of_case(&self, account_id: Option<&str>, column: &str, name: &str) -> Option<&Day> {
        if self.0.is_empty() {
            return None;
        }
        match (column.strip_suffix("_name"), account_id) {
            (Some(kind @ ("user" | "role")), Some(account)) => self.on(&format!("{account}:{kind}/{name}")),
            _ => self.on(name),
        }
    }
}

/// `arn:aws:iam::111122223333:user/path/ana` is `111122223333:user/ana`.
fn short_name(arn: &str) -> Option<String> {
    let (_, rest) = arn.split_once(":iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let (kind, path) = resource.split_once('/')?;
    let name = path.rsplit('/').next()?;
    matches!(kind, "user" | "role").then(|| format!("{account}:{kind}/{name}"))
}

#[cfg(test)]
mod tests {
    use orgcensus_derive::InventoryResource;
    use orgcensus_row::Timestamp;

    use super::*;
    use crate::diff::tests::nights::lake;
    use crate::{Which, testing};

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
        assert!(accepted(&snapshot, "").await.made().0.is_empty(), "nobody asks for it");
    }

    #[test]
    fn users_and_roles_have_a_name_in_their_account() {
        let day = Day::parse("2026-02-03").unwrap();
        let arns = ["arn:aws:iam::111122223333:user/people/ana", "arn:aws:s3:::site", "arn:aws:iam::1:policy/p"];
        let made = Made::of_days(arns.map(|arn| (arn, day.clone())));
        let found = |account, column, name| made.of_case(account, column, name) == Some(&day);
        assert!(found(Some("111122223333"), "user_name", "ana") && found(None, "arn", arns[1]));
        assert!(!found(Some("444455556666"), "user_name", "ana"), "another account's");
        assert!(!found(Some("111122223333"), "role_name", "ana"), "a role is no user");
        assert!(!found(Some("1"), "user_name", "p") && !found(None, "user_name", "ana"));
    }
}
