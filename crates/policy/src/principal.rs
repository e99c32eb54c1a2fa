//! What a principal's written value means (P3–P6).

use crate::arn::{Arn, has_wildcard, is_account};
use crate::statement::{PrincipalKind, PrincipalValue};

/// A principal, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Principal<'a> {
    /// Anyone, unsigned callers included.
    Anyone,
    /// An ARN with a wildcard: nobody to AWS, anyone to us (P4).
    InvalidWildcard,
    /// An account, or one identity of it.
    Account {
        /// The account.
        id: &'a str,
        /// The identity's ARN; `None` is the whole account.
        arn: Option<&'a str>,
    },
    /// A service, or `*` for all of them.
    Service(&'a str),
    /// Services by a wildcard in their name: none to AWS, any to us (P4).
    Services(&'a str),
    /// A CloudFront origin access identity (P6): one distribution's own, so no one can borrow it.
    OriginAccess(&'a str),
    /// An identity provider: an ARN, a host, or `*`.
    Federated(&'a str),
    /// A canonical user id.
    CanonicalUser(&'a str),
    /// A deleted identity.
    Dangling,
    /// Not to be read.
    Malformed,
}

impl<'a> Principal<'a> {
    /// Reads one principal. A kind in another case is read alike: better too much than too little.
    pub(crate) fn read(principal: &'a PrincipalValue) -> Principal<'a> {
        let value = principal.value.as_str();
        let kind = &principal.kind;
        let is = |name: &str| kind.as_str().eq_ignore_ascii_case(name);
        match kind {
            PrincipalKind::Aws => Principal::aws(value),
            PrincipalKind::Service => Principal::service(value),
            PrincipalKind::Federated => Principal::federated(value),
            PrincipalKind::CanonicalUser => Principal::canonical_user(value),
            PrincipalKind::Other(_) if is("AWS") => Principal::aws(value),
            PrincipalKind::Other(_) if is("Service") => Principal::service(value),
            PrincipalKind::Other(_) if is("Federated") => Principal::federated(value),
            PrincipalKind::Other(_) if is("CanonicalUser") => Principal::canonical_user(value),
            PrincipalKind::Other(_) if value == "*" => Principal::Anyone,
            PrincipalKind::Other(_) => Principal::Malformed,
        }
    }

    fn aws(value: &'a str) -> Principal<'a> {
        if value == "*" {
            return Principal::Anyone;
        }
        if is_account(value) {
            return Principal::Account { id: value, arn: None };
        }
        if is_unique_id(value) {
            return Principal::Dangling;
        }
        if has_wildcard(value) {
            return Principal::InvalidWildcard;
        }
        match Arn::parse(value) {
            Some(arn) if is_account(arn.account) => {
                let whole = arn.service == "iam" && arn.resource == "root";
                Principal::Account { id: arn.account, arn: (!whole).then_some(value) }
            }
            // P6: the old way to name a CloudFront origin access identity.
            Some(arn) if arn.service == "iam" && arn.account == "cloudfront" => Principal::OriginAccess(value),
            _ => Principal::Malformed,
        }
    }

    fn service(value: &'a str) -> Principal<'a> {
        const DOMAIN: &str = ".amazonaws.com";
        if value == "*" || !has_wildcard(value) {
            return Principal::Service(value);
        }
        // Behind a literal domain there are services only.
        let name = value.strip_suffix(".cn").unwrap_or(value);
        if name.ends_with(DOMAIN) { Principal::Services(value) } else { Principal::InvalidWildcard }
    }

    fn federated(value: &'a str) -> Principal<'a> {
        let is_wild = value != "*" && has_wildcard(value);
        if is_wild { Principal::InvalidWildcard } else { Principal::Federated(value) }
    }

    fn canonical_user(value: &'a str) -> Principal<'a> {
        if has_wildcard(value) { Principal::InvalidWildcard } else { Principal::CanonicalUser(value) }
    }
}

/// P5: what AWS shows in place of an identity that was deleted.
fn is_unique_id(value: &str) -> bool {
    let prefixed = ["AIDA", "AROA", "AGPA", "AIPA"].iter().any(|prefix| value.starts_with(prefix));
    prefixed && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(value: &str) -> Principal<'_> {
        Principal::aws(value)
    }

    #[test]
    fn p3_an_account_by_id_and_by_root_is_one_thing_in_any_partition() {
        let whole = Principal::Account { id: "111122223333", arn: None };
        assert_eq!(aws("111122223333"), whole);
        for partition in ["aws", "aws-cn", "aws-us-gov", "aws-iso-b", "aws-eusc"] {
            assert_eq!(aws(&format!("arn:{partition}:iam::111122223333:root")), whole);
        }
        assert!(matches!(aws("arn:aws:iam::111122223333:role/root"), Principal::Account { arn: Some(_), .. }));
    }

    #[test]
    fn p4_a_wildcard_inside_an_arn_is_told_apart() {
        assert_eq!(aws("arn:aws:iam::*:root"), Principal::InvalidWildcard);
        assert_eq!(aws("arn:aws:iam::111122223333:role/*"), Principal::InvalidWildcard);
        assert_eq!(aws("*"), Principal::Anyone);
    }

    #[test]
    fn p4_a_wildcard_in_any_other_name_is_told_apart() {
        assert_eq!(Principal::service("*"), Principal::Service("*"));
        assert_eq!(Principal::service("*.amazonaws.com"), Principal::Services("*.amazonaws.com"));
        assert_eq!(Principal::service("s3.*.amazonaws.com.cn"), Principal::Services("s3.*.amazonaws.com.cn"));
        assert_eq!(Principal::service("s3.amazonaws.*"), Principal::InvalidWildcard);
        let provider = "arn:aws:iam::111122223333:oidc-provider/*";
        assert_eq!(Principal::federated(provider), Principal::InvalidWildcard);
        assert_eq!(Principal::federated("*"), Principal::Federated("*"));
        assert_eq!(Principal::canonical_user("*"), Principal::InvalidWildcard);
    }

    #[test]
    fn p5_deleted_identities_dangle() {
        assert_eq!(aws("AROAEXAMPLEEXAMPLE123"), Principal::Dangling);
        assert_eq!(aws("aroaexample"), Principal::Malformed);
    }

    #[test]
    fn p6_an_origin_access_identity_is_a_service() {
        let oai = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
        assert_eq!(aws(oai), Principal::OriginAccess(oai));
    }
}
