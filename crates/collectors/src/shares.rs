//! What all collectors do alike with those with whom something is shared.

use orgcensus_collect::{Error, POLICY_TABLE_NAMES, Rows, Sharee};

use crate::items::{Answer, given};

/// Those with whom something is shared, by the name of each. Where one has none, it is not known with whom.
pub(crate) fn named(names: impl Iterator<Item = Option<String>>, call: &str, member: &str) -> Answer<Vec<Sharee>> {
    let sharees: Option<Vec<Sharee>> = names.map(|name| name.as_deref().map(Sharee::named)).collect();
    given(sharees, call, member)
}

/// An answer that a share rests on. If the call is refused, the share is unread and the task partial.
pub(crate) fn counted<T>(rows: &mut Rows<'_>, answer: Answer<T>) -> Result<Answer<T>, Error> {
    if let Err(error) = &answer {
        rows.item(POLICY_TABLE_NAMES, Err::<(), _>(error.clone()))?;
    }
    Ok(answer)
}
