//! Logic in which none says that it is not known.

/// Whether all are so. None: none is known not to be, and of one it is not known.
pub(crate) fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        all = match (all, part) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    all
}

/// Whether one is so. None: none is known to be, and of one it is not known.
pub(crate) fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.into_iter().map(|part| part.map(|it| !it))).map(|it| !it)
}
