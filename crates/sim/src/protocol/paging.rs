//! Pages of a list, and the opaque tokens between them.

use super::{Refusal, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The names and sizes of one list call's paging.
pub(crate) struct Limits {
    /// The parameter that carries the token of the page wanted.
    pub(crate) token: &'static str,
    /// The parameter that carries the size wanted.
    pub(crate) size: &'static str,
    /// The size when the caller names none.
    pub(crate) default: usize,
    /// The largest size.
    pub(crate) max: usize,
}

/// One page, and the token of the next if there is one.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) elements: Vec<T>,
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// Whether more follows.
    pub(crate) fn is_truncated(&self) -> bool {
        self.next.is_some()
    }
}

/// The page of `elements` that the request asks for, never larger than `page_size`.
pub(crate) fn page<T>(
    request: &Request,
    limits: &Limits,
    page_size: Option<usize>,
    elements: Vec<T>,
) -> Result<Page<T>, Refusal> {
    let start = match request.text(limits.token) {
        None | Some("") => 0,
        Some(token) => offset(request, token)
            .filter(|offset| *offset < elements.len())
            .ok_or_else(|| Refusal::invalid_token(request.service))?,
    };
    let wanted = request.number(limits.size).unwrap_or(limits.default).clamp(1, limits.max);
    let size = page_size.map_or(wanted, |most| wanted.min(most.max(1)));
    let next = (start + size < elements.len()).then(|| token(request, start + size));
    Ok(Page { elements: elements.into_iter().skip(start).take(size).collect(), next })
}

/// A token names the list that gave it, so that the token of another list is refused, as AWS does.
fn token(request: &Request, offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{}:{offset}", request.service.name(), request.operation))
}

fn offset(request: &Request, token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let rest = text.strip_prefix(request.service.name())?.strip_prefix(':')?;
    rest.strip_prefix(request.operation.as_str())?.strip_prefix(':')?.parse().ok()
}
