//! `[critical]`: which resources are critical.

use orgcensus_materialize::CriticalTag;
use serde::{Deserialize, Serialize};

/// `[critical]`: the tag that critical resources carry, and its values; any value, if none is named.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Critical {
    pub(crate) tag_key: Option<String>,
    pub(crate) tag_values: Vec<String>,
}

impl Critical {
    /// The tag; none if no key is named: then nobody has said what is critical.
    pub(crate) fn tag(&self) -> Option<CriticalTag> {
        let values = self.tag_values.iter().cloned().collect();
        self.tag_key.clone().map(|key| CriticalTag { key, values })
    }

    /// The key that cannot be meant, and why. The lengths are AWS's: no resource carries a longer tag.
    pub(super) fn refused(&self) -> Option<(String, String)> {
        const KEY_MAX: usize = 128;
        const VALUE_MAX: usize = 256;
        let key = match &self.tag_key {
            None if self.tag_values.is_empty() => return None,
            None => {
                return Some(("critical.tag_values".to_owned(), "it needs tag_key, whose values these are".to_owned()));
            }
            Some(key) => key,
        };
        if key.is_empty() || key.chars().count() > KEY_MAX {
            return Some(("critical.tag_key".to_owned(), format!("expected a tag's key of 1 to {KEY_MAX} letters")));
        }
        let long = self.tag_values.iter().position(|value| value.chars().count() > VALUE_MAX)?;
        Some((format!("critical.tag_values[{long}]"), format!("expected a tag's value of at most {VALUE_MAX} letters")))
    }
}
