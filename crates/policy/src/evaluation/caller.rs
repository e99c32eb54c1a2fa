//! Who asks.

use super::organization::Place;
use super::request::{Identity, Request, RequestError};
use crate::arn::{Arn, is_account};
use crate::guardrail::is_service_linked;

/// What kind of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    User,
    /// A role, whatever its session is called.
    Role,
    /// A session of a role.
    Session,
    /// A session that a user made with `GetFederationToken`.
    FederatedUser,
    /// A service.
    Service,
    /// Whoever sends a request without a signature.
    Anonymous,
    /// Whoever shows a token of this identity provider.
    Provider,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller<'a> {
    pub(super) kind: Kind,
    /// As it is asked.
    pub(super) text: &'a str,
    /// Its account; none for services and unsigned callers.
    pub(super) account: Option<&'a str>,
    /// What is known of its own policies.
    pub(super) identity: Option<&'a Identity>,
    /// Where its account stands.
    pub(super) place: Place,
}

/// The actions that are called with a token of an identity provider, and without a signature (E17).
pub(super) const BY_TOKEN: [&str; 2] = ["sts:assumerolewithsaml", "sts:assumerolewithwebidentity"];

impl<'a> Caller<'a> {
    /// Reads the principal of a question.
    pub(super) fn read(request: &'a Request) -> Result<Caller<'a>, RequestError> {
        let text = request.question.principal.as_str();
        let kind = kind(text, &request.question.action).ok_or_else(|| RequestError {
            field: "question.principal".to_owned(),
            expected: "the ARN of a user, a role, a session or a root user, a service's name, or \"anonymous\"",
        })?;
        let is_of_account = !matches!(kind, Kind::Service | Kind::Anonymous | Kind::Provider);
        let account = Arn::parse(text).map(|arn| arn.account).filter(|_| is_of_account);
        let place = account.map_or(Place::Outside, |account| request.organization.place(account));
        let mut caller = Caller { kind, text, account, identity: None, place };
        caller.identity = request.identities.items.iter().find(|it| it.arn == text).or_else(|| {
            let mut identities = request.identities.items.iter();
            identities.find(|it| kind == Kind::Session && caller.is_session_of(&it.arn))
        });
        Ok(caller)
    }

    /// The name of its role, and that of its session.
    pub(super) fn session(&self) -> Option<(&'a str, &'a str)> {
        let arn = Arn::parse(self.text).filter(|_| self.kind == Kind::Session)?;
        arn.resource.strip_prefix("assumed-role/")?.split_once('/')
    }

    /// Whether it is a session of the role with this ARN; the path of a role is not in the ARN of its session.
    pub(super) fn is_session_of(&self, role: &str) -> bool {
        self.kind == Kind::Session && crate::deny::is_session(role, self.text)
    }

    /// The ARN of its role, if it is known with its path.
    pub(super) fn role_arn(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Role => Some(self.text),
            Kind::Session => self.identity.map(|it| it.arn.as_str()).filter(|arn| self.is_session_of(arn)),
            _ => None,
        }
    }

    /// Whether it is a service-linked role, which neither service nor resource control policies bind (E2, E4).
    pub(super) fn is_service_linked(&self) -> bool {
        matches!(self.kind, Kind::Role | Kind::Session) && is_service_linked(self.role_arn().unwrap_or(self.text))
    }

    /// Whether it is a role or one of its sessions.
    pub(super) fn is_role(&self) -> bool {
        matches!(self.kind, Kind::Role | Kind::Session)
    }
}

fn kind(text: &str, action: &str) -> Option<Kind> {
    if text == "anonymous" {
        return Some(Kind::Anonymous);
    }
    let Some(arn) = Arn::parse(text) else {
        let is_host = text.contains('.') && text.bytes().all(|it| it.is_ascii_alphanumeric() || b".-_/".contains(&it));
        let is_token = BY_TOKEN.iter().any(|it| it.eq_ignore_ascii_case(action));
        return is_host.then_some(if is_token { Kind::Provider } else { Kind::Service });
    };
    if !is_account(arn.account) {
        return None;
    }
    let (start, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    let is_session = rest.split_once('/').is_some_and(|(role, name)| !role.is_empty() && !name.is_empty());
    match (arn.service, start) {
        ("iam", "root") if arn.resource == "root" => Some(Kind::Root),
        ("iam", "user") if !rest.is_empty() => Some(Kind::User),
        ("iam", "role") if !rest.is_empty() => Some(Kind::Role),
        ("iam", "saml-provider" | "oidc-provider") if !rest.is_empty() => Some(Kind::Provider),
        ("sts", "assumed-role") if is_session => Some(Kind::Session),
        ("sts", "federated-user") if !rest.is_empty() => Some(Kind::FederatedUser),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_told_apart() {
        let is = |text: &str| kind(text, "s3:GetObject");
        assert_eq!(is("arn:aws:iam::111122223333:root"), Some(Kind::Root));
        assert_eq!(is("arn:aws-cn:iam::111122223333:user/a/b"), Some(Kind::User));
        assert_eq!(is("arn:aws:iam::111122223333:role/r"), Some(Kind::Role));
        assert_eq!(is("arn:aws:sts::111122223333:assumed-role/r/s"), Some(Kind::Session));
        assert_eq!(is("arn:aws:sts::111122223333:federated-user/f"), Some(Kind::FederatedUser));
        assert_eq!((is("anonymous"), is("sns.amazonaws.com")), (Some(Kind::Anonymous), Some(Kind::Service)));
        assert_eq!(kind("accounts.google.com", "sts:AssumeRoleWithWebIdentity"), Some(Kind::Provider));
        for odd in ["", "*", "111122223333", "arn:aws:iam::111122223333:group/g", "arn:aws:iam::1:user/u", "bob"] {
            assert_eq!(is(odd), None, "{odd}");
        }
        assert_eq!(is("arn:aws:sts::111122223333:assumed-role/r"), None);
    }
}
