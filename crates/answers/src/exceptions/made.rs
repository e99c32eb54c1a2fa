//! When resources were made, as far as an exception may be older.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, AsArray};

use super::{Day, Exceptions};
use crate::cells::{text_batch, text_schema};
use crate::{Result, Snapshot};

/// Names that are kept: about 40 MB, however long they are. Where more resources were made since the oldest exception,
/// nobody knows of the others when they were made, and an exception with a `since` does not hold for them.
const KEPT_MAX: usize = 1_800_000;

/// The days on which resources were made since the oldest exception.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// By the hash of a name the number of its day. Of two names of one hash, if there ever are, the later day counts.
    numbers: HashMap<u64, u16>,
    /// Each day once, and its number.
    days: Vec<Day>,
    places: BTreeMap<Day, u16>,
    kept_max: usize,
    /// What is said of names that are not kept: nothing, if all are.
    of_others: Option<Day>,
}

impl Default for Made {
    fn default() -> Self {
        let (numbers, days, places) = (HashMap::new(), Vec::new(), BTreeMap::new());
        Self { numbers, days, places, kept_max: KEPT_MAX, of_others: None }
    }
}

impl Made {
    /// Of a snapshot's inventory. Where there is none, nobody knows.
    pub(super) async fn read(snapshot: &Snapshot, exceptions: &Exceptions) -> Result<Self> {
        let mut made = Self::default();
        let since = exceptions.all().iter().filter_map(|exception| exception.since.as_ref()).min();
        let Some(since) = since else { return Ok(made) };
        let sql = format!("SELECT arn, created_at FROM resources WHERE created_at >= TIMESTAMP '{since} 00:00:00'");
        let mut answer = match snapshot.query(&sql).await {
            Ok(answer) => answer,
            Err(error) => return error.unanswered().map(|_| made),
        };
        let schema = text_schema(&answer.schema());
        while let Some(batch) = answer.next().await? {
            let batch = text_batch(&batch, &schema)?;
            let (arns, moments) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
            for row in (0..batch.num_rows()).filter(|&row| arns.is_valid(row) && moments.is_valid(row)) {
                if let Some(day) = Day::of_moment(moments.value(row)) {
                    made.add(arns.value(row), &day);
                }
            }
            if made.of_others.is_some() {
                break;
            }
        }
        Ok(made)
    }

    #[cfg(test)]
    pub(super) fn of_days<'a>(days: impl IntoIterator<Item = (&'a str, Day)>) -> Self {
        let mut made = Self::default();
        days.into_iter().for_each(|(arn, day)| made.add(arn, &day));
        made
    }

    /// Users and roles are known by account and name too, since some questions name no ARN of theirs:
    /// `111122223333:user/ana`.
    fn add(&mut self, arn: &str, day: &Day) {
        let known = self.places.get(day).copied().or_else(|| u16::try_from(self.days.len()).ok());
        let Some(number) = known.filter(|_| self.numbers.len() < self.kept_max) else {
            self.of_others = Some(Day::last());
            return;
        };
        if usize::from(number) == self.days.len() {
            self.days.push(day.clone());
            self.places.insert(day.clone(), number);
        }
        for name in [Some(arn.to_owned()), short_name(arn)].into_iter().flatten() {
            let kept = self.numbers.entry(hash(&name)).or_insert(number);
            if self.days[usize::from(*kept)] < *day {
                *kept = number;
            }
        }
    }

    /// The day on which this ARN's resource was made; the last of all days, if it is not known because too many were
    /// made: it may have been any.
    pub(crate) fn on(&self, arn: &str) -> Option<&Day> {
        if self.numbers.is_empty() {
            return None;
        }
        let number = self.numbers.get(&hash(arn));
        number.and_then(|it| self.days.get(usize::from(*it))).or(self.of_others.as_ref())
    }

    /// The same for a name in a column of an account's row.
    pub(crate) fn of_case(&self, account_id: Option<&str>, column: &str, name: &str) -> Option<&Day> {
        match (column.strip_suffix("_name"), account_id) {
            (Some(kind @ ("user" | "role")), Some(account)) => self.on(&format!("{account}:{kind}/{name}")),
            _ => self.on(name),
        }
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
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
    use super::*;

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

    #[test]
    fn of_more_than_are_kept_nobody_knows_and_an_exception_does_not_hold() {
        let days = ["2026-02-03", "2026-02-04", "2026-02-05"].map(|day| Day::parse(day).unwrap());
        let mut made = Made { kept_max: 2, ..Made::default() };
        made.add("a", &days[1]);
        made.add("a", &days[0]);
        assert_eq!([made.on("a"), made.on("b")], [Some(&days[1]), None], "the later one, and all are kept");
        made.add("b", &days[0]);
        made.add("c", &days[2]);
        assert_eq!([made.on("a"), made.on("b")], [Some(&days[1]), Some(&days[0])]);
        assert_eq!([made.on("c"), made.on("d")], [Some(&Day::last()); 2]);
        let text = "[[exception]]\nof = \"F9\"\naccount = \"1*\"\nreason = \"r\"\nby = \"b\"\nsince = 2026-02-04\n\
            until = 2027-03-31\n";
        let exceptions = Exceptions::parse(text, "x.toml", &["F9"]).unwrap();
        let judged = |arn| {
            let case = crate::Case { account_id: Some("1"), made_on: made.on(arn), ..Default::default() };
            exceptions.judge("F9", &case, &days[2]).words().unwrap()
        };
        assert!(judged("b").starts_with("accepted by b"), "{}", judged("b"));
        assert!(judged("d").starts_with("perhaps replaced: too much was made since "), "{}", judged("d"));
    }
}
