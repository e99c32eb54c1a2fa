//! Whether a key is rotated on its own: GetKeyRotationStatus, called by the collector of keys.

use orgcensus_collect::{Moment, Optional, Read, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use super::Metadata;
use crate::items::Answer;

pub(super) const STATUS: Read<Rotation> = reads("kms", "GetKeyRotationStatus");

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Rotation {
    pub(super) key_rotation_enabled: Option<bool>,
    pub(super) rotation_period_in_days: Option<i32>,
    pub(super) next_rotation_date: Option<Moment>,
}

/// The rotation of a key. None: KMS cannot rotate it, or has nothing to tell.
pub(super) async fn read(session: &Session, key_id: &str, metadata: &Answer<Metadata>) -> Answer<Option<Rotation>> {
    if !can_rotate(metadata) {
        return Ok(None);
    }
    STATUS.send(session, json!({"KeyId": key_id})).await.optional(none_to_tell(metadata))
}

/// KMS rotates only symmetric keys in its own store. If the key could not be read, KMS is asked anyway.
fn can_rotate(metadata: &Answer<Metadata>) -> bool {
    let Ok(key) = metadata else { return true };
    key.custom_key_store_id.is_none() && key.key_spec.as_deref().is_none_or(|spec| spec == "SYMMETRIC_DEFAULT")
}

/// The codes by which KMS says that a key has no rotation to tell of. Of a key in use, of KMS's own making, they are
/// errors like others: it has one.
fn none_to_tell(metadata: &Answer<Metadata>) -> &'static [&'static str] {
    let is_in_use = metadata.as_ref().is_ok_and(|key| key.key_state.as_deref() == Some("Enabled"));
    let is_made_here = metadata.as_ref().is_ok_and(|key| key.origin.as_deref() == Some("AWS_KMS"));
    match (is_made_here, is_in_use) {
        (true, true) => &[],
        (true, false) => &["KMSInvalidStateException"],
        (false, true) => &["UnsupportedOperationException"],
        (false, false) => &["UnsupportedOperationException", "KMSInvalidStateException"],
    }
}
