//! The actions that matter most.

/// What is asked if no action is named: what reads data, changes access, runs code, destroys.
pub const SENSITIVE: [&str; 28] = [
    "s3:GetObject",
    "dynamodb:Scan",
    "secretsmanager:GetSecretValue",
    "kms:Decrypt",
    "ssm:GetParameter",
    "rds-db:connect",
    "ecr:BatchGetImage",
    "s3:PutBucketPolicy",
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "lambda:AddPermission",
    "lambda:UpdateFunctionCode",
    "ssm:StartSession",
    "ssm:SendCommand",
    "ec2:RunInstances",
    "ecs:RunTask",
    "glue:CreateJob",
    "s3:DeleteBucket",
    "kms:ScheduleKeyDeletion",
    "backup:DeleteRecoveryPoint",
    // A trail is stopped by each of these: the last two send it elsewhere, and leave out what it hears.
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "cloudtrail:UpdateTrail",
    "cloudtrail:PutEventSelectors",
    "organizations:LeaveOrganization",
];

/// The first action of each class of [`SENSITIVE`], in its order.
const CLASSES: [(&str, &str); 4] = [
    ("s3:GetObject", "read_data"),
    ("s3:PutBucketPolicy", "change_access"),
    ("lambda:UpdateFunctionCode", "run_code"),
    ("s3:DeleteBucket", "destroy"),
];

/// What the sensitive action does: read_data, change_access, run_code or destroy.
pub fn access_class(action: &str) -> Option<&'static str> {
    let upto = SENSITIVE.iter().position(|it| *it == action)?;
    let begun = |it: &&str| CLASSES.iter().find(|(first, _)| *first == *it).map(|(_, class)| *class);
    SENSITIVE.iter().take(upto + 1).rev().find_map(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_the_class_that_begins_before_it() {
        let count = |class| SENSITIVE.iter().filter(|it| access_class(it) == Some(class)).count();
        assert_eq!(["read_data", "change_access", "run_code", "destroy"].map(count), [7, 7, 6, 8]);
        assert_eq!(access_class("ssm:GetParameter"), Some("read_data"));
        assert_eq!(access_class("iam:PassRole"), Some("change_access"));
        assert_eq!(access_class("organizations:LeaveOrganization"), Some("destroy"));
        assert_eq!(access_class("s3:ListBucket"), None);
    }
}
