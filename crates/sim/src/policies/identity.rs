//! Policies of identities, of every kind. The rights of each kind are written here by hand, so that the truth needs no
//! policy engine.

use super::document;
use crate::dice::Dice;
use serde_json::{Value, json};

/// The kind of an identity's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdentityKind {
    /// Everything on everything.
    Everything,
    /// Reading one bucket.
    Bucket,
    /// One's own access keys.
    SelfService,
    /// Everything but IAM and the organization.
    AllButIam,
    /// All of S3, with MFA.
    StorageWithMfa,
    /// Reading one bucket; queues are denied.
    BucketNoQueues,
    /// IAM is denied: this stops an identity that may do everything else.
    DenyIam,
    /// Deleting buckets is denied: this stops nobody.
    DenyBuckets,
    /// Passing any role to Lambda.
    PassRoles,
    /// Making functions and calling them.
    MakeFunctions,
    /// Writing new versions of managed policies.
    WriteVersions,
    /// Writing one's own inline policy.
    WriteOwnPolicy,
}

/// The rights of several policies together, before boundary and Denies take some of them back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Gives {
    pub(crate) everything: bool,
    pub(crate) all_but_iam: bool,
    pub(crate) reads_all_objects: bool,
    pub(crate) passes_roles: bool,
    pub(crate) makes_functions: bool,
    pub(crate) writes_versions: bool,
    pub(crate) writes_own_policy: bool,
    pub(crate) denies_iam: bool,
}

impl Gives {
    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            everything: self.everything || other.everything,
            all_but_iam: self.all_but_iam || other.all_but_iam,
            reads_all_objects: self.reads_all_objects || other.reads_all_objects,
            passes_roles: self.passes_roles || other.passes_roles,
            makes_functions: self.makes_functions || other.makes_functions,
            writes_versions: self.writes_versions || other.writes_versions,
            writes_own_policy: self.writes_own_policy || other.writes_own_policy,
            denies_iam: self.denies_iam || other.denies_iam,
        }
    }
}

impl IdentityKind {
    /// All kinds.
    const ALL: [Self; 12] = [
        Self::Everything,
        Self::Bucket,
        Self::SelfService,
        Self::AllButIam,
        Self::StorageWithMfa,
        Self::BucketNoQueues,
        Self::DenyIam,
        Self::DenyBuckets,
        Self::PassRoles,
        Self::MakeFunctions,
        Self::WriteVersions,
        Self::WriteOwnPolicy,
    ];

    /// A kind by chance, among the kinds that people write.
    pub(crate) fn any(dice: &mut Dice) -> Self {
        dice.weighted(&[
            (Self::Everything, 2),
            (Self::Bucket, 6),
            (Self::SelfService, 3),
            (Self::AllButIam, 1),
            (Self::StorageWithMfa, 2),
            (Self::BucketNoQueues, 1),
        ])
    }

    /// The kind that this document was made from.
    pub(crate) fn of(document: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.document() == document)
    }

    /// The rights that a policy of this kind gives.
    pub(crate) fn gives(self) -> Gives {
        let none = Gives::default();
        match self {
            Self::Everything => Gives { everything: true, ..none },
            Self::AllButIam => Gives { all_but_iam: true, ..none },
            Self::DenyIam => Gives { denies_iam: true, ..none },
            Self::PassRoles => Gives { passes_roles: true, ..none },
            Self::MakeFunctions => Gives { makes_functions: true, ..none },
            Self::WriteVersions => Gives { writes_versions: true, ..none },
            Self::WriteOwnPolicy => Gives { writes_own_policy: true, ..none },
            // One bucket is not all buckets, one's own keys are not the keys of others, and a right under a condition
            // does not count.
            Self::Bucket | Self::SelfService | Self::StorageWithMfa | Self::BucketNoQueues | Self::DenyBuckets => none,
        }
    }

    /// The document, in the forms that people write.
    pub(crate) fn document(self) -> String {
        let allow =
            |action: Value, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        let deny = |action: &str| json!({ "Effect": "Deny", "Action": [action], "Resource": "*" });
        let bucket = json!({ "Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"] });
        match self {
            Self::Everything => document(vec![allow(json!("*"), "*")]),
            Self::Bucket => document(vec![bucket]),
            Self::SelfService => document(vec![allow(json!("iam:*AccessKey*"), "arn:aws:iam::*:user/${aws:username}")]),
            Self::AllButIam => {
                document(vec![json!({ "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*" })])
            }
            // One statement that is not in a list, with white space as a person would type it.
            Self::StorageWithMfa => {
                let with_mfa = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*",
                    "Condition": { "Bool": { "aws:MultiFactorAuthPresent": true } } });
                format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {with_mfa:#}\n}}")
            }
            Self::BucketNoQueues => document(vec![bucket, deny("sqs:*")]),
            Self::DenyIam => document(vec![deny("iam:*")]),
            Self::DenyBuckets => document(vec![deny("s3:DeleteBucket")]),
            Self::PassRoles => {
                let to_lambda = json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
                let mut statement = allow(json!("iam:PassRole"), "*");
                statement["Condition"] = to_lambda;
                document(vec![statement])
            }
            Self::MakeFunctions => {
                document(vec![allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), "*")])
            }
            Self::WriteVersions => document(vec![allow(json!(["iam:List*", "iam:Createpolicyversion"]), "*")]),
            Self::WriteOwnPolicy => {
                document(vec![allow(json!("iam:PutUserPolicy"), "arn:aws:iam::*:user/${aws:username}")])
            }
        }
    }
}

/// The rights that an AWS policy of this name gives.
pub(crate) fn gives_of_aws(name: &str) -> Gives {
    let none = Gives::default();
    match name {
        "AdministratorAccess" => Gives { everything: true, ..none },
        "AmazonS3ReadOnlyAccess" | "ReadOnlyAccess" => Gives { reads_all_objects: true, ..none },
        _ => none,
    }
}

#[cfg(test)]
mod tests {
    use super::IdentityKind;

    #[test]
    fn a_document_says_its_kind() {
        for kind in IdentityKind::ALL {
            assert_eq!(IdentityKind::of(&kind.document()), Some(kind));
        }
        assert_eq!(IdentityKind::of("{}"), None);
    }
}
