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

/// An answer that a share rests on. If the call is refused, the share is unread and the task partial.
pub(super) fn counted<T>(rows: &mut Rows<'_>, answer: Answer<T>) -> Result<Answer<T>, Error> {
    if let Err(error) = &answer {
        rows.item(POLICY_TABLE_NAMES, Err::<(), _>(error.clone()))?;
    }
    Ok(answer)
}
