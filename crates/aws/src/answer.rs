//! Whole answers: read to their end, not larger than a bound, and complete JSON or XML. The SDK's parsers accept less:
//! they take an empty body, or XML that ends early, for an answer with nothing in it.

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::error::{Class, Error, with_causes};
use crate::verbs::READS;

/// How the names of other operations begin that answer something, as each does that reads.
const ANSWERS_TOO: &[&str] = &["AssumeRole", "Generate"];

/// Lists and structures that an operation's answer must hold, by service and operation. Made by `scripts/service-data`.
static REQUIRED: LazyLock<HashMap<(&str, &str), Vec<&str>>> = LazyLock::new(|| {
    let mut required = HashMap::<_, Vec<&str>>::new();
    for line in include_str!("../data/required_members.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split('\t');
        if let (Some(service), Some(operation), Some(member)) = (words.next(), words.next(), words.next()) {
            required.entry((service, operation)).or_default().push(member);
        }
    }
    required
});

/// Reads a body to its end. It is an error if the body breaks off or has more than `bytes_max`.
pub(crate) async fn whole(body: SdkBody, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let is_too_long = |length: usize| length as u64 > bytes_max;
    let too_long =
        || Error::new(Class::Failed, "AnswerTooLong", format!("an answer of more than {} MiB", bytes_max >> 20));
    if let Some(bytes) = body.bytes() {
        return if is_too_long(bytes.len()) { Err(too_long()) } else { Ok(bytes.to_vec()) };
    }
    let (mut stream, mut bytes) = (ByteStream::new(body), Vec::new());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            let words = format!("the answer broke off after {} bytes: {}", bytes.len(), with_causes(&error));
            Error::new(Class::Failed, "AnswerBroken", words)
        })?;
        if is_too_long(bytes.len() + chunk.len()) {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Refuses the body of a successful answer to an operation that reads, if it cannot be complete: it is not XML or JSON
/// from its first byte to its last, or it lacks a member that the operation's model requires.
pub(crate) fn check(service: &str, operation: &str, body: &[u8]) -> Result<(), Error> {
    if !READS.iter().chain(ANSWERS_TOO).any(|prefix| operation.starts_with(prefix)) {
        return Ok(());
    }
    let short = |why: String| Err(Error::new(Class::Failed, "AnswerTooShort", why));
    let Ok(text) = std::str::from_utf8(body) else { return short("an answer that is no text".to_owned()) };
    let text = text.trim_start_matches('\u{feff}').trim();
    let (is_xml, is_json) = (text.starts_with('<'), text.starts_with('{') || text.starts_with('['));
    if text.is_empty() {
        return short("an empty answer".to_owned());
    }
    if !(is_xml && ends_as_xml(text) || is_json && text.ends_with(['}', ']']) && text.len() > 1) {
        return short(format!("an answer of {} bytes that is neither whole XML nor whole JSON", body.len()));
    }
    let required = REQUIRED.get(&(service, operation)).map(Vec::as_slice).unwrap_or_default();
    match required.iter().find(|member| !holds(text, member, is_xml)) {
        Some(member) => short(format!("an answer without {member}, which it must hold")),
        None => Ok(()),
    }
}

/// Whether the text ends by closing the element that it began with.
fn ends_as_xml(text: &str) -> bool {
    let Some(root) = root(text) else { return false };
    let closing = text.strip_suffix('>').map(str::trim_end);
    let closed = closing.and_then(|rest| rest.strip_suffix(root)).is_some_and(|rest| rest.ends_with("</"));
    // Nothing but `<root …/>`.
    closed || (text.ends_with("/>") && text.rfind('<') == text.find(&format!("<{root}")))
}

/// The name of the first element, past the declaration and comments.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start().strip_prefix('<')?;
        match rest.split_once("-->") {
            Some((_, after)) if rest.starts_with("!--") => rest = after,
            _ if rest.starts_with(['?', '!']) => rest = rest.split_once('>')?.1,
            _ => break,
        }
    }
    let name = rest.split(|it: char| it.is_whitespace() || it == '>' || it == '/').next()?;
    (!name.is_empty()).then_some(name)
}

/// Whether a member's name is anywhere in the text: enough to tell an empty answer, and never wrong about a full one.
fn holds(text: &str, member: &str, is_xml: bool) -> bool {
    let mut found = text.match_indices(member);
    found.any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + member.len()..]);
        match is_xml {
            true => before.ends_with('<') && after.starts_with(['>', '/', ' ', '\n']),
            false => before.ends_with('"') && after.starts_with('"'),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(service: &str, operation: &str, body: &str) -> String {
        check(service, operation, body.as_bytes()).map_or_else(|error| error.message, |()| "whole".to_owned())
    }

    #[test]
    fn a_body_shorter_than_its_language_needs_is_no_answer() {
        for body in ["", " \n", "\u{feff}"] {
            assert_eq!(why("sqs", "ListQueues", body), "an empty answer", "{body:?}");
        }
        for operation in ["SearchTables", "GenerateCredentialReport"] {
            assert_eq!(why("iam", operation, ""), "an empty answer", "{operation}");
        }
        for body in [
            "<",
            "{",
            "[",
            "null",
            "0",
            "OK",
            "<?xml version=\"1.0\"?>",
            "<ListTopicsResponse><ListTopicsResult><Topics>",
            "<ListTopicsResponse><ListTopicsResult><Topics/>",
            "<ListTopicsResponse><ListTopicsResult></ListTopicsResult></ListTopicsRespo",
            "{\"QueueUrls\": [\"https://",
            "<!-- <a/> --",
        ] {
            assert!(why("sns", "ListTopics", body).contains("neither whole XML nor whole JSON"), "{body:?}");
        }
        assert_eq!(check("sns", "ListTopics", &[0xff, 0xfe]).unwrap_err().code, "AnswerTooShort");
    }

    #[test]
    fn a_whole_body_is_taken_however_it_is_written() {
        for body in [
            "{}",
            "{ }\n",
            "<a/>",
            "<a x='1' />",
            "<?xml version=\"1.0\"?>\n<!-- > --><a><b/></a>\n",
            "<ns:a xmlns:ns=\"u\"><b/></ns:a >",
            "\u{feff}<a></a>",
        ] {
            assert_eq!(why("sns", "ListTopics", body), "whole", "{body:?}");
        }
        assert_eq!(why("glue", "CreateDatabase", ""), "whole", "what writes may have nothing to say");
    }

    #[test]
    fn what_the_model_requires_must_be_there() {
        let users =
            |inner: &str| format!("<ListUsersResponse><ListUsersResult>{inner}</ListUsersResult></ListUsersResponse>");
        for inner in ["<Users/>", "<Users></Users>", "<Users>\n</Users>", "<Users />"] {
            assert_eq!(why("iam", "ListUsers", &users(inner)), "whole", "{inner}");
        }
        for inner in ["", "<IsTruncated>false</IsTruncated>", "<UsersOfNextYear/>"] {
            assert_eq!(
                why("iam", "ListUsers", &users(inner)),
                "an answer without Users, which it must hold",
                "{inner}"
            );
        }
        assert!(why("identitystore", "ListUsers", "{}").contains("without Users"));
        assert_eq!(why("identitystore", "ListUsers", "{\"Users\": []}"), "whole");
        assert_eq!(why("sqs", "ListQueues", "{}"), "whole", "SQS says so where there is none");
    }

    #[tokio::test]
    async fn an_answer_has_a_size() {
        let body = || SdkBody::from(vec![b' '; 2 << 20]);
        assert_eq!(whole(body(), 2 << 20).await.unwrap().len(), 2 << 20);
        let error = whole(body(), 1 << 20).await.unwrap_err();
        assert_eq!(error.to_string(), "AnswerTooLong: an answer of more than 1 MiB");
    }
}
