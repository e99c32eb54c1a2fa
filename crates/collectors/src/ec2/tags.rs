//! Tags as EC2 writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Tag {
    key: Option<String>,
    value: Option<String>,
}

/// Tags as a row has them: those with a key and a value.
pub(super) fn by_key(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect()
}
