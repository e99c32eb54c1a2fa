//! The attribute `restore` of a snapshot: who may restore it besides its own account.

use orgcensus_collect::{Error, POLICY_TABLE_NAMES, Rows, Sharee};
use serde::Deserialize;

use crate::items::Answer;

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

/// Those whom the attribute names. Without the attribute there is nobody.
pub(super) fn restorers(attributes: Vec<Attribute>) -> Vec<Sharee> {
    let restore = attributes.into_iter().filter(|it| it.attribute_name.as_deref() == Some("restore"));
    restore.flat_map(|it| it.attribute_values).map(|value| Sharee::named(&value)).collect()
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
