//! The yearly study's own definition of public, literally: an Allow to `*` of the major actions with no condition
//! at all. It stands beside the verdict, which is sharper.

use crate::document::Document;
use crate::glob::may_match;
use crate::principal::Principal;
use crate::s3::{AclGrant, AclGrantee};
use crate::statement::{Effect, Statement};

/// The major actions of the services for which the study names them; of any other service, all are.
const MAJOR: [(&str, &[&str]); 2] = [
    ("sqs:", &["sqs:sendmessage", "sqs:receivemessage", "sqs:deletemessage", "sqs:purgequeue"]),
    ("sns:", &["sns:publish", "sns:subscribe"]),
];

/// Whether the study counts the policy as public.
pub fn study_public(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        let anyone = |principal| Principal::read(principal) == Principal::Anyone;
        statement.effect == Effect::Allow
            && !statement.is_not_principal
            && statement.principals.iter().any(anyone)
            && !statement.has_condition()
            && allows_major(statement)
    })
}

/// Whether the study counts the ACL as public: full control for all users or for authenticated users.
pub fn study_acl_public(grants: &[AclGrant]) -> bool {
    let open = |grant: &AclGrant| matches!(grant.grantee, AclGrantee::AllUsers | AclGrantee::AuthenticatedUsers);
    grants.iter().any(|grant| open(grant) && grant.permission == "FULL_CONTROL")
}

fn allows_major(statement: &Statement) -> bool {
    if statement.is_not_action {
        return !statement.actions.is_empty();
    }
    statement.actions.iter().any(|action| {
        let action = action.to_ascii_lowercase();
        match MAJOR.iter().find(|(service, _)| action.starts_with(service)) {
            Some((_, major)) => major.iter().any(|major| may_match(&action, major)),
            None => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statement: &str, expected: bool) {
        let document = Document::parse(&format!(r#"{{"Statement":[{statement}]}}"#));
        assert_eq!(study_public(&document), expected, "{statement}");
    }

    #[test]
    fn the_study_looks_at_principal_action_and_any_condition() {
        check(r#"{"Effect":"Allow","Principal":"*","Action":"sqs:*"}"#, true);
        check(r#"{"Effect":"Allow","Principal":{"AWS":["x","*"]},"Action":"SNS:Publish"}"#, true);
        check(r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}"#, true);
        check(r#"{"Effect":"Allow","Principal":"*","Action":"sqs:GetQueueUrl"}"#, false);
        check(r#"{"Effect":"Deny","Principal":"*","Action":"sqs:*"}"#, false);
        let any =
            r#"{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}"#;
        check(any, false);
    }
}
