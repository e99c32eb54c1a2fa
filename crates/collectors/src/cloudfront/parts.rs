//! How CloudFront writes lists and texts, in whatever it answers.

use serde::Deserialize;

/// A list as CloudFront writes it: how many, and which.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Several<T> {
    pub(super) items: Vec<T>,
}

/// What is said: CloudFront writes an empty element where nothing is set.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
