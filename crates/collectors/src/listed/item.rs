//! An item of a list as AWS answered it, and what is at a path in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

/// An item, and the item of the list above to which it belongs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    value: Value,
    above: Option<Arc<Item>>,
}

impl Item {
    /// An answer, or an item of its own.
    pub(crate) fn of(value: Value) -> Self {
        Self { value, above: None }
    }

    /// All items at a path of a page; none if AWS left the list out.
    pub(crate) fn all(mut page: Value, path: &str, above: &Item) -> Vec<Item> {
        let mut place = Some(&mut page);
        for step in path.split('.') {
            place = place.and_then(|value| value.get_mut(step));
        }
        let Some(Value::Array(items)) = place.map(Value::take) else { return Vec::new() };
        let above = Arc::new(above.clone());
        items.into_iter().map(|value| Item { value, above: Some(Arc::clone(&above)) }).collect()
    }

    /// What is at a path: `Status.State`; `@` is the item itself; `^Id` is at a path of the item above.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        if path.is_empty() {
            return None;
        }
        if let Some(path) = path.strip_prefix('^') {
            return self.above.as_ref().and_then(|above| above.at(path));
        }
        if path == "@" {
            return Some(&self.value);
        }
        path.split('.').try_fold(&self.value, |value, step| value.get(step))
    }

    /// A text or a number at a path. None: it is missing or empty.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        match self.at(path)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text with what is at the paths in braces: `bot/{^botId}/{botAliasId}`. None: nothing is at one of them.
    pub(crate) fn filled(&self, pattern: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (path, end) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(&self.text(path)?);
            rest = end;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// How many lists up a path begins, and the path there.
pub(crate) fn level_of(path: &str) -> (usize, &str) {
    let rest = path.trim_start_matches('^');
    (path.len() - rest.len(), rest)
}

/// The steps of a path within another one, as the names of declared calls have them: `A`, `A.B`, `A.B[]`.
pub(crate) fn paths_of(within: &str, path: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut so_far = within.to_owned();
    for step in path.split('.') {
        let name = step.trim_end_matches("[]");
        if !so_far.is_empty() {
            so_far.push('.');
        }
        so_far.push_str(name);
        paths.insert(so_far.clone());
        if name != step {
            so_far.push_str("[]");
            paths.insert(so_far.clone());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_into_the_item_or_into_the_one_above() {
        let above = Item::of(json!({"Id": "bot-1"}));
        let items =
            Item::all(json!({"Page": {"Items": [{"Name": "a", "Of": {"Size": 3}}, "b"]}}), "Page.Items", &above);
        assert_eq!(items[0].text("Of.Size").as_deref(), Some("3"));
        assert_eq!((items[0].text("^Id").as_deref(), items[0].text("Id")), (Some("bot-1"), None));
        assert_eq!(items[1].text("@").as_deref(), Some("b"));
        assert_eq!(items[0].filled("bot/{^Id}/{Name}/x").as_deref(), Some("bot/bot-1/a/x"));
        assert_eq!(items[0].filled("bot/{^Id}/{Nothing}"), None);
        assert!(Item::all(json!({}), "Page.Items", &above).is_empty());
        assert_eq!(level_of("^^Id"), (2, "Id"));
    }

    #[test]
    fn the_names_of_a_path_are_all_its_steps() {
        let paths: Vec<_> = paths_of("Items[]", "Of.Size").into_iter().collect();
        assert_eq!(paths, ["Items[].Of", "Items[].Of.Size"]);
        assert_eq!(paths_of("", "Items[]").into_iter().collect::<Vec<_>>(), ["Items", "Items[]"]);
    }
}
