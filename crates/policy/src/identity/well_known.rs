//! AWS's own policies that decide who is administrator, by ARN: their content is known even if it was not read.

use std::sync::LazyLock;

use super::policy::IdentityPolicy;
use crate::arn::Arn;

/// Name and document. Actions that decide nothing here are left out.
const DOCUMENTS: &[(&str, &str)] = &[
    ("AdministratorAccess", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
    ("AWSDenyAll", r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#),
    ("IAMFullAccess", r#"{"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}"#),
    (
        "PowerUserAccess",
        r#"{"Statement":{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}}"#,
    ),
];

static POLICIES: LazyLock<Vec<(&str, IdentityPolicy)>> = LazyLock::new(|| {
    let read = |(name, text): &(&'static str, &str)| Some((*name, IdentityPolicy::parse(text)?));
    DOCUMENTS.iter().filter_map(read).collect()
});

impl IdentityPolicy {
    /// One of AWS's policies whose meaning is known without its document.
    pub fn well_known(arn: &str) -> Option<&'static IdentityPolicy> {
        let name = aws_name(arn)?;
        POLICIES.iter().find(|(known, _)| *known == name).map(|(_, policy)| policy)
    }
}

/// Whether a policy of this ARN may deny anything, were it read. AWS writes its policies to allow; those that do not say
/// so by their names.
pub(super) fn may_deny(arn: &str) -> bool {
    aws_name(arn).is_none_or(|name| name.contains("Deny") || name.contains("Quarantine"))
}

/// The name, with its path, of one of AWS's policies.
fn aws_name(arn: &str) -> Option<&str> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.account == "aws")?;
    arn.resource.strip_prefix("policy/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_awss_own_policies_are_known_by_name() {
        assert!(
            IdentityPolicy::well_known("arn:aws-cn:iam::aws:policy/AdministratorAccess").unwrap().allows_everything()
        );
        assert!(IdentityPolicy::well_known("arn:aws:iam::111122223333:policy/AdministratorAccess").is_none());
        assert!(IdentityPolicy::well_known("arn:aws:iam::aws:policy/job-function/AdministratorAccess").is_none());
        assert_eq!(POLICIES.len(), DOCUMENTS.len());
    }

    #[test]
    fn awss_policies_allow_but_for_those_that_say_no() {
        assert!(!may_deny("arn:aws:iam::aws:policy/ReadOnlyAccess"));
        assert!(may_deny("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"));
        assert!(may_deny("arn:aws:iam::111122223333:policy/x") && may_deny("arn:aws:iam::111122223333:role/x"));
    }
}
