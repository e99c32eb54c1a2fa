//! What was odd, or worth knowing, about a document, a statement or a grant.

use std::fmt;

use serde::Serialize;

/// A remark with a fixed name. The names are an interface: columns and answers show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The document is not JSON (or nests deeper than any policy).
    NotJson,
    /// The document is longer than any policy can be, so it was not parsed.
    TooLarge,
    /// The document is JSON but not an object.
    NotAnObject,
    /// The document has no statement.
    NoStatement,
    /// A statement is not an object.
    MalformedStatement,
    /// An element that the policy grammar does not have.
    UnknownElement,
    /// A key came twice in one object; the last one counts.
    DuplicateKey,
    /// An element and its `Not` form came together; the plain one counts.
    ConflictingElements,
    /// A value that should be text or a list of texts is something else, and was left out.
    MalformedValue,
    /// `Effect` is neither `Allow` nor `Deny`, so the statement does nothing.
    UnknownEffect,
    /// Neither `Action` nor `NotAction`: the statement does nothing (P7).
    NoAction,
    /// `Resource` or `NotResource` is an empty list: the statement does nothing (P7).
    NoResource,
    /// Neither `Principal` nor `NotPrincipal` in a policy that needs one: grants nobody (P7).
    NoPrincipal,
    /// `NotPrincipal` with Allow: everyone but those named (R4).
    NotPrincipal,
    /// A condition operator that IAM does not have: it restricts nothing (P7).
    UnknownOperator,
    /// A condition without values: it restricts nothing here.
    EmptyCondition,
    /// A condition that no request can satisfy (C9, C10): the statement grants nobody.
    ConditionNeverMatches,
    /// An address or block of addresses that cannot be read: its condition restricts nothing here (C14).
    MalformedAddress,
    /// What the statement names is certainly not the resource that it is on: it grants nobody.
    OtherResource,
    /// A wildcard inside a principal's ARN: IAM forbids it, so it is reported as public (P4).
    InvalidWildcardPrincipal,
    /// A principal that cannot be read.
    MalformedPrincipal,
    /// The unique id of a deleted identity: grants nobody (P5).
    DanglingPrincipal,
    /// Reached only from named networks that are not ours (C3).
    NetworkRestricted,
    /// Reached only from named networks, and it is not known whether they are ours, because not all of ours were read.
    NetworkUnknown,
    /// Reached only by named endpoints (C5).
    EndpointRestricted,
    /// A service principal with no bound on whose behalf it acts (R5, confused deputy).
    ServiceUnscoped,
    /// A shared OIDC issuer with no claim that fixes the tenant (R6).
    OidcUnscoped,
    /// Only one of the two permissions that a function's URL needs is given to anyone (R7).
    FunctionUrlHalfOpen,
    /// Anyone, but only with signed requests: any AWS account (R7).
    SignedOnly,
    /// A Deny takes the whole grant away (D1–D4).
    Denied,
    /// A Deny takes a part of the grant away.
    DeniedInPart,
    /// A resource control policy of the organization takes the grant, or a part of it, away.
    DeniedByRcp,
    /// There were too many combinations to weigh the Denies, so they were not counted.
    DenyNotWeighed,
    /// The policy of an access point lets in more than its bucket permits: there it has no effect.
    WiderThanBucket,
    /// A gate outside the policy (Block Public Access, a VPC) closes it.
    Gated,
    /// A policy, an ACL or a block could not be read: the verdict rests on less.
    Unread,
    /// The resource may have policies that are not read: whom those let in is not known.
    PoliciesUnread,
    /// The organization's resource control policies were not all read: they may take more away.
    GuardrailsUnread,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 38] = [
        Self::NotJson,
        Self::TooLarge,
        Self::NotAnObject,
        Self::NoStatement,
        Self::MalformedStatement,
        Self::UnknownElement,
        Self::DuplicateKey,
        Self::ConflictingElements,
        Self::MalformedValue,
        Self::UnknownEffect,
        Self::NoAction,
        Self::NoResource,
        Self::NoPrincipal,
        Self::NotPrincipal,
        Self::UnknownOperator,
        Self::EmptyCondition,
        Self::ConditionNeverMatches,
        Self::MalformedAddress,
        Self::OtherResource,
        Self::InvalidWildcardPrincipal,
        Self::MalformedPrincipal,
        Self::DanglingPrincipal,
        Self::NetworkRestricted,
        Self::NetworkUnknown,
        Self::EndpointRestricted,
        Self::ServiceUnscoped,
        Self::OidcUnscoped,
        Self::FunctionUrlHalfOpen,
        Self::SignedOnly,
        Self::Denied,
        Self::DeniedInPart,
        Self::DeniedByRcp,
        Self::DenyNotWeighed,
        Self::WiderThanBucket,
        Self::Gated,
        Self::Unread,
        Self::PoliciesUnread,
        Self::GuardrailsUnread,
    ];

    /// The flag's name in tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::NotJson => "not_json",
            Flag::TooLarge => "too_large",
            Flag::NotAnObject => "not_an_object",
            Flag::NoStatement => "no_statement",
            Flag::MalformedStatement => "malformed_statement",
            Flag::UnknownElement => "unknown_element",
            Flag::DuplicateKey => "duplicate_key",
            Flag::ConflictingElements => "conflicting_elements",
            Flag::MalformedValue => "malformed_value",
            Flag::UnknownEffect => "unknown_effect",
            Flag::NoAction => "no_action",
            Flag::NoResource => "no_resource",
            Flag::NoPrincipal => "no_principal",
            Flag::NotPrincipal => "not_principal",
            Flag::UnknownOperator => "unknown_operator",
            Flag::EmptyCondition => "empty_condition",
            Flag::ConditionNeverMatches => "condition_never_matches",
            Flag::MalformedAddress => "malformed_address",
            Flag::OtherResource => "other_resource",
            Flag::InvalidWildcardPrincipal => "invalid_wildcard_principal",
            Flag::MalformedPrincipal => "malformed_principal",
            Flag::DanglingPrincipal => "dangling_principal",
            Flag::NetworkRestricted => "network_restricted",
            Flag::NetworkUnknown => "network_unknown",
            Flag::EndpointRestricted => "endpoint_restricted",
            Flag::ServiceUnscoped => "service_unscoped",
            Flag::OidcUnscoped => "oidc_unscoped",
            Flag::FunctionUrlHalfOpen => "function_url_half_open",
            Flag::SignedOnly => "signed_only",
            Flag::Denied => "denied",
            Flag::DeniedInPart => "denied_in_part",
            Flag::DeniedByRcp => "denied_by_rcp",
            Flag::DenyNotWeighed => "deny_not_weighed",
            Flag::WiderThanBucket => "wider_than_bucket",
            Flag::Gated => "gated",
            Flag::Unread => "unread",
            Flag::PoliciesUnread => "policies_unread",
            Flag::GuardrailsUnread => "guardrails_unread",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Adds a flag once.
pub(crate) fn raise(flags: &mut Vec<Flag>, flag: Flag) {
    if !flags.contains(&flag) {
        flags.push(flag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_serde() {
        for (index, flag) in Flag::ALL.into_iter().enumerate() {
            assert_eq!(flag as usize, index, "each once, in order");
            assert_eq!(serde_json::to_string(&flag).unwrap(), format!("\"{flag}\""));
        }
    }
}
