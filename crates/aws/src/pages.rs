//! The tokens of lists' pages: the page that a request asks for, and the next page that an answer names.
//!
//! If a list's next page is one that was read before, the list would never end. The SDK's paginators stop there without
//! an error, so a list that is cut short looks like a whole one.

use std::hash::{DefaultHasher, Hash, Hasher};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use percent_encoding::percent_decode_str;

/// How requests name the token, in a query, a form and JSON.
const ASKED: &[&str] = &["Marker", "NextToken", "nextToken", "continuation-token"];

/// How answers name it.
const NEXT: &[&str] = &["Marker", "NextMarker", "NextToken", "nextToken", "ContinuationToken", "NextContinuationToken"];

/// The token of the page that a request asks for; none for a first page, and for what is no list.
pub(crate) fn asked(request: &HttpRequest) -> Option<String> {
    let body = std::str::from_utf8(request.body().bytes().unwrap_or_default()).unwrap_or_default();
    if body.starts_with('{') {
        return in_json(body, ASKED).next();
    }
    let query = request.uri().split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').chain(body.split('&')).filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, value)| ASKED.contains(key) && !value.is_empty())?;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// Whether an answer says that the page of this token comes next.
pub(crate) fn is_next(answer: &[u8], token: &str) -> bool {
    let text = std::str::from_utf8(answer).unwrap_or_default();
    in_json(text, NEXT).any(|next| next == token) || in_xml(text, NEXT).any(|next| next == token)
}

/// What tells one page from all others.
pub(crate) fn fingerprint(request: &HttpRequest, operation: &str, region: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (operation, region, request.uri(), request.body().bytes()).hash(&mut hasher);
    hasher.finish()
}

/// The strings of such names in a JSON text, wherever.
fn in_json<'t>(text: &'t str, names: &'t [&str]) -> impl Iterator<Item = String> + 't {
    let found = names.iter().flat_map(|name| text.match_indices(name).map(|(at, name)| (at, at + name.len())));
    found.filter_map(|(start, end)| {
        let is_whole = text[..start].ends_with('"');
        let value = text[end..].strip_prefix('"')?.trim_start().strip_prefix(':')?;
        let value = serde_json::Deserializer::from_str(value).into_iter::<String>().next()?.ok()?;
        (is_whole && !value.is_empty()).then_some(value)
    })
}

/// The texts of such elements in an XML text.
fn in_xml<'t>(text: &'t str, names: &'t [&str]) -> impl Iterator<Item = String> + 't {
    let found = names.iter().flat_map(|name| text.match_indices(name).map(|(at, name)| (at, at + name.len())));
    found.filter_map(|(start, end)| {
        let is_whole = text[..start].ends_with('<');
        let (value, _) = text[end..].strip_prefix('>')?.split_once('<')?;
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
        let value = entities.iter().fold(value.trim().to_owned(), |value, (entity, it)| value.replace(entity, it));
        (is_whole && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, body: &str) -> HttpRequest {
        let request = http::Request::post(uri).body(aws_smithy_types::body::SdkBody::from(body)).unwrap();
        HttpRequest::try_from(request).unwrap()
    }

    #[test]
    fn each_protocol_asks_in_its_way() {
        for (uri, body, token) in [
            ("https://iam/", "Action=ListRoles&Marker=a%2Fb%3D&Version=1", Some("a/b=")),
            ("https://ec2/", "Action=DescribeVpcs&NextToken=t", Some("t")),
            ("https://sqs/", "{\"MaxResults\": 1, \"NextToken\" : \"a\\/b\"}", Some("a/b")),
            ("https://kms/", "{\"Marker\":\"m\"}", Some("m")),
            ("https://lambda/2015-03-31/functions?Marker=x%20y&MaxItems=1", "", Some("x y")),
            ("https://s3/?continuation-token=c&max-buckets=1", "", Some("c")),
            ("https://iam/", "Action=ListRoles&Marker=", None),
            ("https://iam/", "Action=GetRole&RoleName=Marker", None),
            ("https://sqs/", "{\"QueueUrl\": \"NextToken\"}", None),
            ("https://sqs/", "{\"NextToken\": null}", None),
        ] {
            assert_eq!(asked(&request(uri, body)).as_deref(), token, "{uri} {body}");
        }
    }

    #[test]
    fn each_protocol_answers_in_its_way() {
        for (answer, token, is_it) in [
            ("<R><Marker>a/b=</Marker></R>", "a/b=", true),
            ("<R><nextToken>a&amp;b</nextToken></R>", "a&b", true),
            ("<R><ContinuationToken>c</ContinuationToken></R>", "c", true),
            ("{\"Keys\": [], \"NextMarker\": \"a\\u003d\"}", "a=", true),
            ("{\"nextToken\":\"t\"}", "t", true),
            ("{\"nextToken\":\"u\"}", "t", false),
            ("{\"NextToken\":null}", "t", false),
            ("<R><Marker/></R>", "", false),
            ("<R><Item>t</Item></R>", "t", false),
        ] {
            assert_eq!(is_next(answer.as_bytes(), token), is_it, "{answer}");
        }
    }

    #[test]
    fn pages_differ_by_all_that_is_asked() {
        let of = |body: &str, region: &str| fingerprint(&request("https://iam/", body), "ListRoles", region);
        assert_eq!(of("Marker=a", "eu-west-1"), of("Marker=a", "eu-west-1"));
        assert_ne!(of("Marker=a", "eu-west-1"), of("Marker=b", "eu-west-1"));
        assert_ne!(of("Marker=a", "eu-west-1"), of("Marker=a", "eu-west-2"));
        assert_ne!(of("Marker=a&PathPrefix=x", "eu-west-1"), of("Marker=a", "eu-west-1"));
    }
}
