//! Who made a change, or why that is not known.

use std::collections::BTreeSet;

use orgcensus_answers::Extent;

use crate::Result;
use crate::asked::{Asked, Object, text};
use crate::model::Cell;

/// The region of what has none. Its events are in whatever region AWS keeps them.
const GLOBAL: &str = "global";

/// Where events were read, by account and region.
#[derive(Debug, Default)]
pub(super) struct ReadPlaces(BTreeSet<(String, String)>);

impl ReadPlaces {
    /// Among the places of some changes. None, if nobody collects events.
    pub(super) async fn of<'a>(asked: &Asked, changes: impl Iterator<Item = &'a Object>) -> Result<Self> {
        if !asked.snapshot.has_table("activity_windows") {
            return Ok(Self::default());
        }
        let accounts: Extent = changes.map(|row| text(row, "account_id")).collect();
        let among = accounts.condition("account_id");
        let sql = format!("SELECT DISTINCT account_id, region FROM activity_windows WHERE {among}");
        let place = |row: &Object| (text(row, "account_id").to_owned(), text(row, "region").to_owned());
        Ok(Self(asked.rows(&sql).await?.iter().map(place).collect()))
    }

    fn has(&self, account_id: &str, region: &str) -> bool {
        self.0.iter().any(|(account, read)| account == account_id && (region == GLOBAL || read == region))
    }
}

pub(super) fn who(change: &Object, read_places: &ReadPlaces) -> Cell {
    let actor = text(change, "actor_arn");
    if !actor.is_empty() {
        return Cell::Name(actor.to_owned());
    }
    let is_read = read_places.has(text(change, "account_id"), text(change, "region"));
    let why = match (text(change, "event_time").is_empty(), is_read) {
        (false, _) => "its event does not say",
        (true, true) => "not exactly one of the events that were read fits",
        (true, false) => "no events were read",
    };
    Cell::Words(format!("not known: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::object;
    use super::*;

    #[test]
    fn who_did_it_or_why_nobody_knows() {
        let places = ReadPlaces([("1".to_owned(), "eu-west-1".to_owned())].into());
        let told = |account: &str, region: &str, actor: Option<&str>, time: Option<&str>| {
            let change = json!({"account_id": account, "region": region, "actor_arn": actor, "event_time": time});
            who(&object(change), &places)
        };
        let unknown = |why: &str| Cell::Words(format!("not known: {why}"));
        assert_eq!(told("1", "eu-west-1", Some("arn:a"), Some("t")), Cell::Name("arn:a".into()));
        assert_eq!(told("1", "eu-west-1", None, Some("t")), unknown("its event does not say"));
        for region in ["eu-west-1", "global"] {
            let expected = unknown("not exactly one of the events that were read fits");
            assert_eq!(told("1", region, None, None), expected, "{region}");
        }
        for (account, region) in [("1", "us-east-1"), ("2", "eu-west-1"), ("2", "global")] {
            assert_eq!(told(account, region, None, None), unknown("no events were read"), "{account} {region}");
        }
    }
}
