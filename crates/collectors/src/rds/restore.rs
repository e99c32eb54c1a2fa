//! The attribute `restore` of a snapshot: who may restore it besides its own account.

use orgcensus_collect::{Error, POLICY_TABLE_NAMES, Rows, Sharee};
use serde::Deserialize;

use crate::items::{Answer, given};

/// An attribute of a snapshot.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Attribute {
    attribute_name: Option<String>,
    attribute_values: Vec<String>,
}

/// What a snapshot's row says of those who may restore it.
pub(super) struct RestoredBy {
    pub(super) is_public: Option<bool>,
    pub(super) shared_account_ids: Option<Vec<String>>,
}

/// Those whom the attribute names. Without the attribute there is nobody, but one without a name may be it.
pub(super) fn restorers(attributes: Vec<Attribute>, call: &str) -> Answer<Vec<Sharee>> {
    let named = attributes.into_iter().map(|it| Some((it.attribute_name?, it.attribute_values)));
    let named: Option<Vec<(String, Vec<String>)>> = named.collect();
    let restore = given(named, call, "AttributeName")?.into_iter().filter(|(name, _)| name == "restore");
    Ok(restore.flat_map(|(_, values)| values).map(|value| Sharee::named(&value)).collect())
}

impl RestoredBy {
    /// The columns of one snapshot. If the attribute could not be read they are null, and it is counted.
    pub(super) fn counted(
        rows: &mut Rows<'_>,
        table: &'static str,
        sharees: &Answer<Vec<Sharee>>,
    ) -> Result<Self, Error> {
        let known = rows.item(POLICY_TABLE_NAMES.into_iter().chain([table]), sharees.clone())?;
        let account = |sharee: &Sharee| match sharee {
            Sharee::Principal(name) => Some(name.clone()),
            _ => None,
        };
        Ok(Self {
            is_public: known.as_ref().map(|all| all.contains(&Sharee::Everyone)),
            shared_account_ids: known.map(|all| all.iter().filter_map(account).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_without_a_name_may_be_the_one() {
        let of = |name: Option<&str>| Attribute {
            attribute_name: name.map(str::to_owned),
            attribute_values: vec!["all".to_owned()],
        };
        assert_eq!(restorers(vec![of(Some("restore")), of(Some("other"))], "rds:x").unwrap(), [Sharee::Everyone]);
        assert!(restorers(vec![of(Some("other"))], "rds:x").unwrap().is_empty());
        assert_eq!(restorers(vec![of(Some("other")), of(None)], "rds:x").unwrap_err().code, "ValueUnread");
    }
}
