//! The kinds of condition keys: what the caller chooses, and what is a circumstance of the request.

/// Keys that the caller chooses, in lower case.
const CHOSEN: [&str; 8] = [
    "aws:securetransport",
    "aws:useragent",
    "aws:referer",
    "aws:tagkeys",
    "sts:externalid",
    "sts:rolesessionname",
    "s3:prefix",
    "lambda:functionurlauthtype",
];

/// The beginnings of further ones.
const CHOSEN_STARTS: [&str; 3] = ["aws:requesttag/", "s3:x-amz-", "kms:encryptioncontext"];

/// Keys that every request has.
const ALWAYS_THERE: [&str; 4] = ["aws:securetransport", "aws:currenttime", "aws:epochtime", "aws:requestedregion"];

/// Keys that are true or false and nothing else, where they are there.
const BOOLEAN: [&str; 7] = [
    "aws:multifactorauthpresent",
    "aws:principalisawsservice",
    "aws:securetransport",
    "aws:viaawsservice",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:grantisforawsresource",
    "kms:multiregion",
];

/// The keys that only requests from a VPC have. They do not have `aws:SourceIp`.
const OF_VPC: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// The address of a caller from the internet.
pub(super) const SOURCE_IP: &str = "aws:sourceip";
/// The endpoint that a request comes through.
pub(super) const SOURCE_VPCE: &str = "aws:sourcevpce";

/// Whether the caller chooses the value of a key, which is in lower case. Of all others it does not.
pub(super) fn is_chosen(key: &str) -> bool {
    CHOSEN.contains(&key) || CHOSEN_STARTS.iter().any(|start| key.starts_with(start))
}

/// Whether every request has the key.
pub(super) fn is_always_there(key: &str) -> bool {
    ALWAYS_THERE.contains(&key)
}

/// Whether a key is true or false and nothing else, where it is there.
pub(super) fn is_boolean(key: &str) -> bool {
    BOOLEAN.contains(&key)
}

/// Keys that have the names of what is in the request, and how the keys begin that have the value behind a name.
const NAMES: [(&str, &str); 2] =
    [("aws:tagkeys", "aws:requesttag/"), ("kms:encryptioncontextkeys", "kms:encryptioncontext:")];

/// The key that has the name of what this key has the value of, and that name: `aws:tagkeys` and `team` of
/// `aws:requesttag/team`.
pub(super) fn named_in(key: &str) -> Option<(&'static str, &str)> {
    NAMES.iter().find_map(|(names, start)| Some((*names, key.strip_prefix(start)?)))
}

/// Whether only requests from a VPC have the key.
pub(super) fn is_of_vpc(key: &str) -> bool {
    OF_VPC.contains(&key)
}

/// What follows a name in a key: `team` in `aws:principaltag/team`.
pub(super) fn after<'k>(key: &'k str, name: &str) -> Option<&'k str> {
    key.strip_prefix(name)?.strip_prefix('/')
}
