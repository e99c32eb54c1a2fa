//! Permissions of EC2's images and snapshots, as shares.

use orgcensus_collect::Sharee;
use serde::Deserialize;

use crate::items::Answer;
use crate::shares::named;

/// One permission of a snapshot or of an image for FPGAs: an account, or the group `all`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Permission {
    user_id: Option<String>,
    group: Option<String>,
}

/// Who is named by these permissions.
pub(super) fn sharees(permissions: Vec<Permission>, call: &str) -> Answer<Vec<Sharee>> {
    named(permissions.into_iter().map(|it| it.user_id.or(it.group)), call, "userId")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_without_a_name_is_not_nobody() {
        let of = |group: Option<&str>| Permission { user_id: None, group: group.map(str::to_owned) };
        let call = "ec2:DescribeSnapshotAttribute";
        assert_eq!(sharees(vec![of(Some("all"))], call).unwrap(), [Sharee::Everyone]);
        assert!(sharees(Vec::new(), call).unwrap().is_empty());
        let error = sharees(vec![of(Some("all")), of(None)], call).unwrap_err();
        assert_eq!((error.code.as_str(), error.operation.as_deref()), ("ValueUnread", Some(call)));
    }
}
