//! The aliases of a region's keys: ListAliases, called by the collector of keys.

use std::collections::HashMap;

use orgcensus_collect::{Error, Read, Rows, Session, read as reads};
use orgcensus_row::Row;
use serde::Deserialize;
use serde_json::json;

use super::Key;
use crate::items::Unread;

pub(super) const LIST: Read<Page> = reads("kms", "ListAliases");

/// Names of aliases by the key's id.
pub(super) type Aliases = HashMap<String, Vec<String>>;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    aliases: Vec<Alias>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Alias {
    alias_name: Option<String>,
    target_key_id: Option<String>,
}

/// The aliases of all keys. `None`: they could not be read, and the table is short of them.
pub(super) async fn read(session: &Session, rows: &mut Rows<'_>) -> Result<Option<Aliases>, Error> {
    let (mut aliases, mut unread) = (Aliases::new(), Unread::default());
    let mut pages = LIST.pages(session, json!({"Limit": 100}));
    while let Some(page) = pages.next().await {
        let Some(page) = rows.item([Key::TABLE], page)? else { return Ok(None) };
        for alias in page.aliases {
            // An alias that AWS keeps for a key that is not made yet has no target.
            let Some(key_id) = alias.target_key_id else { continue };
            if let Some(name) = unread.value("AliasName", alias.alias_name) {
                aliases.entry(key_id).or_default().push(name);
            }
        }
    }
    unread.count(rows, Key::TABLE, &LIST.call().name());
    aliases.values_mut().for_each(|names| names.sort());
    Ok(Some(aliases))
}
