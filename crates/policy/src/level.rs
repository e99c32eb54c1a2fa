//! What actions do: AWS's access levels (V5), and the set of them that a statement's patterns can reach.

use std::fmt;

use serde::{Serialize, Serializer};

/// What an action does, in AWS's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Lists what there is.
    List,
    /// Reads content or settings.
    Read,
    /// Creates, changes, deletes or uses.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
    /// Changes tags only.
    Tagging,
    /// An action that AWS's reference, as it stood when this program was made, does not have.
    Unknown,
}

impl AccessLevel {
    /// All of them, in order.
    pub const ALL: [AccessLevel; 6] = [
        AccessLevel::List,
        AccessLevel::Read,
        AccessLevel::Write,
        AccessLevel::PermissionsManagement,
        AccessLevel::Tagging,
        AccessLevel::Unknown,
    ];

    /// The level's name in tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            AccessLevel::List => "List",
            AccessLevel::Read => "Read",
            AccessLevel::Write => "Write",
            AccessLevel::PermissionsManagement => "Permissions management",
            AccessLevel::Tagging => "Tagging",
            AccessLevel::Unknown => "Unknown",
        }
    }

    /// The level of this name.
    pub(crate) fn read(name: &str) -> AccessLevel {
        AccessLevel::ALL.into_iter().find(|level| level.as_str() == name).unwrap_or(AccessLevel::Unknown)
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A set of access levels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct AccessLevels(u8);

impl AccessLevels {
    /// No level.
    pub const NONE: AccessLevels = AccessLevels(0);
    /// Every level that AWS has; not `Unknown`.
    pub const EVERY: AccessLevels = AccessLevels(0b1_1111);

    /// The set of one level.
    pub fn of(level: AccessLevel) -> AccessLevels {
        AccessLevels(1 << level as u8)
    }

    /// Both sets in one.
    #[must_use]
    pub fn and(self, other: AccessLevels) -> AccessLevels {
        AccessLevels(self.0 | other.0)
    }

    /// Whether the level is in the set.
    pub fn contains(self, level: AccessLevel) -> bool {
        self.0 & (1 << level as u8) != 0
    }

    /// The levels, in order.
    pub fn iter(self) -> impl Iterator<Item = AccessLevel> {
        AccessLevel::ALL.into_iter().filter(move |level| self.contains(*level))
    }

    /// The levels' names, as tables hold them.
    pub fn names(self) -> Vec<String> {
        self.iter().map(|level| level.as_str().to_owned()).collect()
    }

    /// The levels of an S3 ACL's permission on a bucket.
    pub fn of_acl(permission: &str) -> AccessLevels {
        let of = AccessLevels::of;
        match permission {
            "READ" => of(AccessLevel::List),
            "WRITE" => of(AccessLevel::Write),
            "READ_ACP" => of(AccessLevel::Read),
            "WRITE_ACP" => of(AccessLevel::PermissionsManagement),
            "FULL_CONTROL" => ["READ", "WRITE", "READ_ACP", "WRITE_ACP"]
                .into_iter()
                .fold(AccessLevels::NONE, |levels, permission| levels.and(AccessLevels::of_acl(permission))),
            _ => of(AccessLevel::Unknown),
        }
    }
}

impl FromIterator<AccessLevel> for AccessLevels {
    fn from_iter<I: IntoIterator<Item = AccessLevel>>(levels: I) -> Self {
        levels.into_iter().fold(AccessLevels::NONE, |set, level| set.and(AccessLevels::of(level)))
    }
}

impl Serialize for AccessLevels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AccessLevel::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn check(service: Option<&str>, actions: &str, expected: &str) {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow",{actions}}}}}"#);
        let levels = Document::parse(&text).statements[0].access_levels(service);
        let levels: Vec<&str> = levels.iter().map(AccessLevel::as_str).collect();
        assert_eq!(levels.join(","), expected, "{}", &actions[..actions.len().min(200)]);
    }

    #[test]
    fn v5_actions_have_levels() {
        check(None, r#""Action":"s3:GetObject""#, "Read");
        check(None, r#""Action":["S3:getobject","s3:ListBucket"]"#, "List,Read");
        check(None, r#""Action":"s3:PutBucketPolicy""#, "Permissions management");
        check(None, r#""Action":"sqs:SendMessage""#, "Write");
        check(None, r#""Action":"ec2:CreateTags""#, "Tagging");
        check(None, r#""Action":[]"#, "");
    }

    #[test]
    fn v5_wildcards_reach_all_that_they_match() {
        check(None, r#""Action":"*""#, "List,Read,Write,Permissions management,Tagging");
        check(None, r#""Action":"*:*""#, "List,Read,Write,Permissions management,Tagging");
        check(None, r#""Action":"sqs:*""#, "Read,Write,Permissions management,Tagging");
        check(None, r#""Action":"sqs:Get*""#, "Read");
        check(None, r#""Action":"sqs:*Message""#, "Read,Write");
        check(None, r#""Action":"sqs:SendMessag?""#, "Write");
        check(None, r#""Action":"sq?:SendMessage""#, "Write");
        check(Some("sts"), r#""Action":"*""#, "Read,Write,Tagging");
    }

    #[test]
    fn v5_all_but_some_actions() {
        check(None, r#""NotAction":"iam:*""#, "List,Read,Write,Permissions management,Tagging");
        check(Some("sqs"), r#""NotAction":["sqs:*Permission","sqs:*tag*","sqs:Set*"]"#, "Read,Write");
        check(Some("sqs"), r#""NotAction":"sqs:*""#, "");
        check(None, r#""NotAction":"*""#, "");
    }

    #[test]
    fn v5_what_aws_does_not_have_is_unknown_and_never_dropped() {
        check(None, r#""Action":"s3:Nonsense""#, "Unknown");
        check(None, r#""Action":"nonsense:*""#, "Unknown");
        check(None, r#""Action":["s3:Nope*","s3:GetObject"]"#, "Read,Unknown");
        check(None, r#""Action":"""#, "Unknown");
        check(None, r#""Action":"Deploy""#, "Unknown");
        check(Some("sqs"), r#""Action":"SendMessage""#, "Write");
    }

    #[test]
    fn v5_too_many_patterns_may_reach_everything() {
        let many: Vec<String> = (0..20_000).map(|n| format!("\"*:*{n}\"")).collect();
        let all = "List,Read,Write,Permissions management,Tagging,Unknown";
        check(None, &format!(r#""Action":[{}]"#, many.join(",")), all);
        check(None, &format!(r#""NotAction":[{}]"#, many.join(",")), "List,Read,Write,Permissions management,Tagging");
    }

    #[test]
    fn v5_permissions_of_acls() {
        let names = |permission| AccessLevels::of_acl(permission).iter().map(AccessLevel::as_str).collect::<Vec<_>>();
        assert_eq!(names("FULL_CONTROL"), ["List", "Read", "Write", "Permissions management"]);
        assert_eq!(names("READ"), ["List"]);
        assert_eq!(names("x"), ["Unknown"]);
    }
}
