//! The actions that decide anything here: a few hundred of AWS's many thousand, by number.

use std::sync::LazyLock;

use super::administrator::WRITES_POLICIES;
use super::methods::METHODS;
use crate::glob::may_match;

/// Actions of IAM that change who may do what. Those on one's own credentials are among them; the resource tells.
pub(super) const IAM_WRITES: &[&str] = &[
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:AddRoleToInstanceProfile",
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateGroup",
    "iam:CreateInstanceProfile",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:DeactivateMFADevice",
    "iam:DeleteGroupPolicy",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DeleteUser",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:ResetServiceSpecificCredential",
    "iam:ResyncMFADevice",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAccessKey",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
];

/// Actions that read what people store, and the resources that are all of it.
pub(super) const DATA_READS: &[(&str, &str)] = &[
    ("dynamodb:GetItem", "dynamodb:*:{a}:table/*"),
    ("dynamodb:Scan", "dynamodb:*:{a}:table/*"),
    ("ebs:GetSnapshotBlock", "ec2:*::snapshot/*"),
    ("kinesis:GetRecords", "kinesis:*:{a}:stream/*"),
    ("rds-data:ExecuteStatement", "rds:*:{a}:cluster:*"),
    ("s3:GetObject", "s3:::*/*"),
    ("secretsmanager:GetSecretValue", "secretsmanager:*:{a}:secret:*"),
    ("sqs:ReceiveMessage", "sqs:*:{a}:*"),
    ("ssm:GetParameter", "ssm:*:{a}:parameter/*"),
    ("ssm:GetParameters", "ssm:*:{a}:parameter/*"),
];

/// All of them in lower case, as they are compared (P2), in order.
pub(super) static ACTIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_methods = METHODS.iter().flat_map(|it| it.also.iter().copied().flatten().copied().chain([it.action]));
    let pairs = WRITES_POLICIES.iter().chain(DATA_READS).map(|(action, _)| *action);
    let all = of_methods.chain(IAM_WRITES.iter().copied()).chain(pairs);
    let mut actions: Vec<String> = all.map(str::to_ascii_lowercase).collect();
    actions.sort();
    actions.dedup();
    actions
});

/// The number of an action.
pub(super) fn number(name: &str) -> Option<u16> {
    let lower = name.to_ascii_lowercase();
    let place = ACTIONS.binary_search(&lower).ok()?;
    u16::try_from(place).ok()
}

/// The actions that a statement's patterns speak of, in order. The patterns of `NotAction` leave out instead.
pub(super) fn numbers(patterns: &[String], negated: bool) -> Vec<u16> {
    let mut is_hit = vec![false; ACTIONS.len()];
    for pattern in patterns {
        let pattern = pattern.to_ascii_lowercase();
        let literal = pattern.split(['*', '?']).next().unwrap_or_default();
        let from = ACTIONS.partition_point(|action| action.as_str() < literal);
        for (place, action) in ACTIONS.iter().enumerate().skip(from) {
            if !action.starts_with(literal) {
                break;
            }
            is_hit[place] |= may_match(&pattern, action);
        }
    }
    let wanted = is_hit.iter().enumerate().filter(|(_, hit)| **hit != negated);
    wanted.filter_map(|(place, _)| u16::try_from(place).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(patterns: &[&str], negated: bool) -> Vec<&'static str> {
        let patterns: Vec<String> = patterns.iter().map(|it| (*it).to_owned()).collect();
        numbers(&patterns, negated).into_iter().map(|it| ACTIONS[usize::from(it)].as_str()).collect()
    }

    #[test]
    fn patterns_find_actions_in_any_case() {
        assert_eq!(names(&["IAM:createpolicy*"], false), ["iam:createpolicy", "iam:createpolicyversion"]);
        assert_eq!(names(&["iam:PassRol?", "nosuch:*", "iam:passrole"], false), ["iam:passrole"]);
        assert_eq!(names(&["*"], false).len(), ACTIONS.len());
        assert_eq!(names(&["*:*"], false).len(), ACTIONS.len());
        assert_eq!(names(&["*:getsecretvalue"], false), ["secretsmanager:getsecretvalue"]);
        assert_eq!(names(&["iam"], false), [""; 0]);
    }

    #[test]
    fn what_is_left_out_is_the_rest() {
        let rest = names(&["iam:*"], true);
        assert!(rest.contains(&"lambda:createfunction") && !rest.contains(&"iam:passrole"));
        assert_eq!(names(&["*"], true), [""; 0]);
    }

    #[test]
    fn every_action_has_its_number() {
        for (place, action) in ACTIONS.iter().enumerate() {
            assert_eq!(number(action), u16::try_from(place).ok(), "{action}");
            assert!(action.split_once(':').is_some_and(|(service, rest)| {
                service.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
                    && rest.bytes().all(|it| it.is_ascii_alphanumeric())
            }));
        }
        assert_eq!(number("nosuch:Action"), None);
    }
}
