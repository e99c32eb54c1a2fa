//! Whether a statement's conditions hold. Only the service to which a role is passed is known beforehand.

use crate::glob::may_match;
use crate::operator::{Comparison, Operator};
use crate::statement::{Condition, Effect, Statement};

/// Whether conditions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// There are no conditions, or they surely hold.
    Always,
    /// It depends on the request.
    Sometimes,
    /// They surely do not hold.
    Never,
}

/// The service to which a role is passed, if one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PassedTo {
    /// No role is passed.
    Nothing,
    /// To some service.
    Anything,
    /// To this one.
    Service(&'static str),
}

/// Whether the statement holds for a request of this kind.
pub(super) fn held(statement: &Statement, passed_to: PassedTo) -> Holds {
    // If a Deny was not understood completely, the missing part may be a condition.
    let is_odd = statement.effect == Effect::Deny && !statement.is_whole();
    let mut all = if is_odd { Holds::Sometimes } else { Holds::Always };
    for condition in &statement.conditions {
        match one(condition, passed_to, &statement.effect) {
            Holds::Always => {}
            Holds::Sometimes => all = Holds::Sometimes,
            Holds::Never => return Holds::Never,
        }
    }
    all
}

fn one(condition: &Condition, passed_to: PassedTo, effect: &Effect) -> Holds {
    let Some(operator) = Operator::parse(&condition.operator) else { return Holds::Sometimes };
    let compares = matches!(operator.comparison, Comparison::Exact | Comparison::ExactIgnoringCase | Comparison::Like);
    if !condition.key.eq_ignore_ascii_case("iam:PassedToService") || !compares || condition.values.is_empty() {
        return Holds::Sometimes;
    }
    match passed_to {
        PassedTo::Nothing => Holds::Sometimes,
        // An Allow lets the role go to some service; a Deny keeps it from some.
        PassedTo::Anything if *effect == Effect::Allow => Holds::Always,
        PassedTo::Anything => Holds::Sometimes,
        PassedTo::Service(service) => {
            let is_named = condition.values.iter().any(|value| is_service(value, service, operator.comparison));
            if is_named == operator.negated { Holds::Never } else { Holds::Always }
        }
    }
}

/// Whether the value is the service's name, in any partition.
fn is_service(value: &str, service: &str, comparison: Comparison) -> bool {
    let value = value.strip_suffix(".cn").unwrap_or(value);
    match comparison {
        Comparison::Exact => value == service,
        Comparison::ExactIgnoringCase => value.eq_ignore_ascii_case(service),
        _ => may_match(value, service),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn holds(effect: &str, condition: &str, passed_to: PassedTo) -> Holds {
        let text = format!(
            r#"{{"Statement":{{"Effect":"{effect}","Action":"iam:PassRole","Resource":"*",
            "Condition":{condition}}}}}"#
        );
        held(&Document::parse(&text).statements[0], passed_to)
    }

    #[test]
    fn the_service_that_gets_a_role_is_known() {
        let lambda = PassedTo::Service("lambda.amazonaws.com");
        let only = |value: &str| format!(r#"{{"StringEquals":{{"iam:passedtoservice":"{value}"}}}}"#);
        assert_eq!(holds("Allow", &only("lambda.amazonaws.com"), lambda), Holds::Always);
        assert_eq!(holds("Allow", &only("ec2.amazonaws.com"), lambda), Holds::Never);
        assert_eq!(holds("Allow", &only("ec2.amazonaws.com"), PassedTo::Anything), Holds::Always);
        assert_eq!(holds("Deny", &only("ec2.amazonaws.com"), PassedTo::Anything), Holds::Sometimes);
        assert_eq!(holds("Allow", &only("lambda.amazonaws.com"), PassedTo::Nothing), Holds::Sometimes);
        let not = r#"{"StringNotLike":{"iam:PassedToService":["lambda*","ec2.amazonaws.com.cn"]}}"#;
        assert_eq!(holds("Deny", not, lambda), Holds::Never);
        assert_eq!(holds("Deny", not, PassedTo::Service("glue.amazonaws.com")), Holds::Always);
        assert_eq!(holds("Deny", not, PassedTo::Service("ec2.amazonaws.com")), Holds::Never);
    }

    #[test]
    fn any_other_condition_depends_on_the_request() {
        let mfa = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
        assert_eq!(holds("Allow", mfa, PassedTo::Anything), Holds::Sometimes);
        assert_eq!(holds("Allow", r#"{"Odd":{"iam:PassedToService":"x"}}"#, PassedTo::Anything), Holds::Sometimes);
        assert_eq!(holds("Allow", "{}", PassedTo::Anything), Holds::Always);
    }
}
