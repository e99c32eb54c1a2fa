//! What flags may say, and the same words in the configuration. What cannot be meant is refused where it is said, before
//! anything is made of it.

use orgcensus_answers::nearest_behind;
use orgcensus_policy::{ResourceKind, is_arn, services};

/// The partitions of AWS.
pub(crate) const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// What stands for a bucket's name in what is printed, unless one is said.
pub(crate) const BUCKET: &str = "BUCKET";

/// An account's id.
pub(crate) fn account(text: &str) -> Result<String, &'static str> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("expected the 12 digits of an account's id") }
}

/// An organization's id.
pub(crate) fn organization(text: &str) -> Result<String, &'static str> {
    if is_organization(text) {
        Ok(text.to_owned())
    } else {
        Err("expected an organization's id: o- and 10 to 32 lower-case letters or digits")
    }
}

/// `o-a1b2c3d4e5`
pub(crate) fn is_organization(id: &str) -> bool {
    let is_plain = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    id.strip_prefix("o-").is_some_and(|rest| (10..=32).contains(&rest.len()) && is_plain(rest))
}

/// A VPC, or a VPC endpoint.
pub(crate) fn network(text: &str) -> Result<String, &'static str> {
    let id = text.strip_prefix("vpc-").or_else(|| text.strip_prefix("vpce-")).unwrap_or_default();
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { Ok(text.to_owned()) } else { Err("expected the id of a VPC or of a VPC endpoint: vpc-… or vpce-…") }
}

/// A service: the prefix of its actions, its principal's name, or what people call one of its resources.
pub(crate) fn service(text: &str) -> Result<String, String> {
    let name = text.trim().to_lowercase();
    let name = name.strip_suffix(".amazonaws.com").unwrap_or(&name);
    if ResourceKind::named(name).is_some() || services().any(|known| known == name) {
        return Ok(text.to_owned());
    }
    Err(format!("this version knows no such service{}", nearest_behind(name, services())))
}

/// An ARN.
pub(crate) fn arn(text: &str) -> Result<String, &'static str> {
    if is_arn(text) { Ok(text.to_owned()) } else { Err("not an ARN") }
}

/// An ARN, or what has none.
pub(crate) fn resource(text: &str) -> Result<String, &'static str> {
    if text == "*" || is_arn(text) { Ok(text.to_owned()) } else { Err("expected an ARN, or * for no resource") }
}

/// One action.
pub(crate) fn action(text: &str) -> Result<String, &'static str> {
    let is_name = |name: &str| is_name_of_one(name, b"-_");
    match text.split_once(':').is_some_and(|(service, name)| is_name(service) && is_name(name)) {
        true => Ok(text.to_owned()),
        false => Err("expected one action, and no pattern: s3:GetObject"),
    }
}

/// The ARN of a user or role.
pub(crate) fn identity(text: &str) -> Result<String, &'static str> {
    let mut fields = text.splitn(6, ':').skip(2);
    let (service, resource) = (fields.next(), fields.nth(2).unwrap_or_default());
    let is_identity = resource.starts_with("role/") || resource.starts_with("user/") || resource == "root";
    if is_arn(text) && service == Some("iam") && is_identity && !text.contains('*') {
        Ok(text.to_owned())
    } else {
        Err("expected the ARN of a role or user: arn:aws:iam::111122223333:role/orgcensus")
    }
}

/// The ARN of a key.
pub(crate) fn key(text: &str) -> Result<String, &'static str> {
    let mut fields = text.splitn(6, ':').skip(2);
    let (service, resource) = (fields.next(), fields.nth(2).unwrap_or_default());
    if is_arn(text) && service == Some("kms") && resource.starts_with("key/") {
        Ok(text.to_owned())
    } else {
        Err("expected a key's ARN, not its alias: arn:aws:kms:eu-west-1:111122223333:key/…")
    }
}

/// The ARN of an event bus.
pub(crate) fn event_bus(text: &str) -> Result<String, &'static str> {
    let name = regional(text, "events").and_then(|resource| resource.strip_prefix("event-bus/"));
    match name.is_some_and(|name| is_name_of_one(name, b"._-/")) {
        true => Ok(text.to_owned()),
        false => Err("expected the ARN of an event bus: arn:aws:events:eu-west-1:111122223333:event-bus/census"),
    }
}

/// The ARN of a topic.
pub(crate) fn topic(text: &str) -> Result<String, &'static str> {
    match regional(text, "sns").is_some_and(|name| is_name_of_one(name, b"._-")) {
        true => Ok(text.to_owned()),
        false => Err("expected the ARN of a topic: arn:aws:sns:eu-west-1:111122223333:census"),
    }
}

/// The ARN of an event bus or of a topic.
pub(crate) fn notified(text: &str) -> Result<String, &'static str> {
    let why = "expected the ARN of an event bus or of a topic: arn:aws:sns:eu-west-1:111122223333:census";
    event_bus(text).or_else(|_| topic(text)).map_err(|_| why)
}

/// The resource of a service's ARN that has a region and an account.
fn regional<'a>(text: &'a str, service: &str) -> Option<&'a str> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let &[_, _, of, region, account_id, resource] = fields.as_slice() else { return None };
    (is_arn(text) && of == service && !region.is_empty() && account(account_id).is_ok()).then_some(resource)
}

/// Whether it is the name of one thing, and no pattern: letters, digits, and these.
fn is_name_of_one(name: &str, more: &[u8]) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
}

/// A role's name, with its path if it has one: `audit/orgcensus`.
pub(crate) fn role_name(text: &str) -> Result<String, &'static str> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@-_".contains(&byte);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_letter);
    if text.split('/').all(is_part) { Ok(text.to_owned()) } else { Err("expected a role's name, not its ARN") }
}

/// A bucket and a prefix in it, `bucket/prefix` or `s3://bucket/prefix`.
pub(crate) fn place(text: &str) -> Result<String, String> {
    let place = text.strip_prefix("s3://").unwrap_or(text).trim_end_matches('/');
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let is_name = (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_letter);
    if !is_name && bucket != BUCKET {
        return Err(
            "expected a bucket's name, 3 to 63 lower-case letters, digits, dots and hyphens, and its prefix if \
                    it has one: bucket/prefix"
                .to_owned(),
        );
    }
    // In a policy these would stand for anything.
    let is_plain = |letter: char| !letter.is_control() && !"*?$\"\\".contains(letter);
    if !prefix.is_empty() && !prefix.split('/').all(|part| !part.is_empty() && part.chars().all(is_plain)) {
        return Err(format!("the prefix {prefix:?} has an empty part, or a letter that a policy reads as a pattern"));
    }
    Ok(place.to_owned())
}

/// A lake's address: a folder, or a URL.
pub(crate) fn lake(text: &str) -> Result<String, String> {
    let refuse = |why: &str| Err(format!("{why}: expected a folder, or s3://bucket/prefix"));
    if text.trim().is_empty() {
        return refuse("it is empty");
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        if scheme != scheme.to_ascii_lowercase() {
            return refuse("its scheme has upper-case letters");
        }
        if !["s3", "file"].contains(&scheme) {
            return refuse(&format!("no lake is at {scheme}://"));
        }
        let bucket = rest.split('/').next().unwrap_or_default();
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_right = scheme != "s3" || (!bucket.is_empty() && bucket.bytes().all(is_letter));
        return if is_right { Ok(text.to_owned()) } else { refuse("it names no bucket") };
    }
    // A folder of this name would be made, and nobody would find the snapshots again.
    let looks_like_url = ["s3:", "s3a:", "file:", "http:", "https:", "arn:"].iter().any(|it| text.starts_with(it));
    if looks_like_url { refuse("it is no address") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bucket_and_a_prefix() {
        assert_eq!(place("s3://bucket/a/lake/").unwrap(), "bucket/a/lake");
        assert_eq!(place("bucket").unwrap(), "bucket");
        assert_eq!(place("BUCKET/lake").unwrap(), "BUCKET/lake");
        for wrong in [
            "",
            "s3://",
            "s3:/bucket/p",
            "Bucket/p",
            "arn:aws:s3:::bucket",
            "bucket/*",
            "bucket//p",
            "b/p",
            "bucket/${x}",
        ] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lake_is_a_folder_or_a_url() {
        for right in ["./lake", "/tmp/a:b", "lake", "s3://bucket", "s3://bucket/lake", "file:///tmp/lake"] {
            assert_eq!(lake(right).unwrap(), right);
        }
        for wrong in [
            "",
            " ",
            "s3:/bucket",
            "s3:bucket",
            "s3://",
            "s3:///lake",
            "S3://bucket/lake",
            "arn:aws:s3:::bucket",
            "gs://bucket/lake",
            "https://bucket.s3.amazonaws.com/lake",
        ] {
            assert!(lake(wrong).unwrap_err().contains("s3://bucket/prefix"), "{wrong}");
        }
    }

    #[test]
    fn services_are_known_by_several_names() {
        for right in ["s3", "S3", "sqs.amazonaws.com", "vpce", "iam", "s3express access point"] {
            assert_eq!(service(right).unwrap(), right);
        }
        let error = service("dynamdb").unwrap_err();
        assert!(error.contains("the nearest is dynamodb") || error.contains("the nearest are dynamodb"), "{error}");
    }

    #[test]
    fn ids_and_arns_are_those_of_what_they_name() {
        assert!(account("111122223333").is_ok() && account("11112222333").is_err() && account("1111-2222-33").is_err());
        assert!(organization("o-a1b2c3d4e5").is_ok() && organization("r-abcd").is_err());
        assert!(network("vpc-0a1b").is_ok() && network("vpce-0a1b").is_ok() && network("subnet-1").is_err());
        assert!(identity("arn:aws:iam::111122223333:role/x/y").is_ok() && identity("orgcensus").is_err());
        assert!(identity("arn:aws:iam::111122223333:role/*").is_err() && identity("arn:aws:s3:::bucket").is_err());
        assert!(key("arn:aws:kms:eu-west-1:111122223333:key/1").is_ok());
        assert!(key("arn:aws:kms:eu-west-1:111122223333:alias/x").is_err() && key("1234").is_err());
        let (bus, named) =
            ("arn:aws:events:eu-west-1:111122223333:event-bus/a", "arn:aws:sns:eu-west-1:111122223333:a.fifo");
        assert!(event_bus(bus).is_ok() && topic(bus).is_err() && notified(bus).is_ok());
        assert!(topic(named).is_ok() && event_bus(named).is_err() && notified(named).is_ok());
        for wrong in
            ["arn:aws:sns:eu-west-1:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:a:b", "arn:aws:sns:::a"]
        {
            assert!(notified(wrong).is_err(), "{wrong}");
        }
        assert!(resource("*").is_ok() && resource("arn:aws:s3:::b/k").is_ok() && resource("b/k").is_err());
        assert!(action("s3:GetObject").is_ok() && action("GetObject").is_err() && action("s3:Get*").is_err());
        assert!(role_name("audit/orgcensus").is_ok() && role_name("arn:aws:iam::1:role/x").is_err());
    }
}
