//! Permissions of EC2's images and snapshots, as shares.

use orgcensus_collect::{Error, POLICY_TABLE_NAMES, Rows, Sharee};
use serde::Deserialize;

use crate::items::Answer;

/// One permission of a snapshot or of an image for FPGAs: an account, or the group `all`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Permission {
    user_id: Option<String>,
    group: Option<String>,
}

/// Who is named by these permissions.
pub(super) fn sharees(permissions: Vec<Permission>) -> Vec<Sharee> {
    named(permissions.into_iter().flat_map(|it| [it.user_id, it.group]))
}

/// Those of these names that are there.
pub(super) fn named(names: impl Iterator<Item = Option<String>>) -> Vec<Sharee> {
    names.flatten().map(|name| Sharee::named(&name)).collect()
}

/// Who is named by an item's answer, for its share. If the call is refused, the share is unread and the task partial.
pub(super) fn sharees_of(
    rows: &mut Rows<'_>,
    tables: &[&'static str],
    answer: Answer<Vec<Sharee>>,
) -> Result<Answer<Vec<Sharee>>, Error> {
    if let Err(error) = &answer {
        let tables = POLICY_TABLE_NAMES.into_iter().chain(tables.iter().copied());
        rows.item(tables, Err::<(), _>(error.clone()))?;
    }
    Ok(answer)
}
