//! The version of the members' role, as a tag of the role says it.

use std::collections::BTreeMap;

/// The key of the role's tag that says its version.
pub const ROLE_VERSION_TAG: &str = "orgcensus:version";

/// The version that a role's tags say.
pub fn role_version(tags: &BTreeMap<String, String>) -> Option<u32> {
    tags.get(ROLE_VERSION_TAG)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_number_and_no_tag_says_none() {
        let tags = |value: &str| BTreeMap::from([(ROLE_VERSION_TAG.to_owned(), value.to_owned())]);
        let versions = ["7", "newest", ""].map(|value| role_version(&tags(value)));
        assert_eq!((versions, role_version(&BTreeMap::new())), ([Some(7), None, None], None));
    }
}
