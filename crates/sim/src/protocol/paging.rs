//! Pages of a list, and the opaque tokens between them.

use super::{Problem, Refusal, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use orgcensus_calls::Protocol;
use serde_json::{Map, Value, json};

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

/// The page of `elements` that the request asks for, never larger than `page_size`. The table of calls names the
/// inputs. `sizes` gives the number of elements if the caller does not ask for one, and the largest number.
pub(crate) fn page<T>(
    request: &Request,
    sizes: (usize, usize),
    page_size: Option<usize>,
    elements: Vec<T>,
) -> Result<Page<T>, Refusal> {
    let Some(token) = request.wire().and_then(|wire| wire.tokens_in.first()) else {
        return Ok(Page { elements, next: None });
    };
    let start = match request.text(token) {
        None | Some("") => 0,
        Some(token) => offset(request, token)
            .filter(|offset| *offset < elements.len())
            .ok_or_else(|| Refusal::of(request.service, Problem::InvalidToken, ""))?,
    };
    let (usual, most) = sizes;
    let limit = request.wire().and_then(|wire| wire.limit);
    let wanted = limit.and_then(|name| request.number(name)).unwrap_or(usual).clamp(1, most);
    let size = page_size.map_or(wanted, |most| wanted.min(most.max(1)));
    let next = (start + size < elements.len()).then(|| make_token(request, start + size));
    Ok(Page { elements: elements.into_iter().skip(start).take(size).collect(), next })
}

/// The members of an answer that is a page: the list in the protocol's form, the token, and whether more follows.
pub(crate) fn paged(request: &Request, member: &str, page: Page<Value>) -> Value {
    let is_truncated = page.is_truncated();
    let elements = match request.service.protocol() {
        Protocol::Query => super::members(page.elements),
        Protocol::Ec2 => super::items(page.elements),
        _ => json!(page.elements),
    };
    let mut members = Map::from_iter([(member.to_owned(), elements)]);
    if let Some(wire) = request.wire() {
        members.extend(wire.tokens_out.first().map(|name| ((*name).to_owned(), json!(page.next))));
        members.extend(wire.more.map(|name| (name.to_owned(), json!(is_truncated))));
    }
    Value::Object(members)
}

/// A token names the list that made it, so that another list refuses the token, as AWS does.
fn make_token(request: &Request, offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{}:{offset}", request.service.name, request.operation))
}

fn offset(request: &Request, token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let rest = text.strip_prefix(request.service.name)?.strip_prefix(':')?;
    rest.strip_prefix(request.operation.as_str())?.strip_prefix(':')?.parse().ok()
}
