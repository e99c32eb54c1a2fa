//! Managed policies: the customer's, with versions, and AWS's.

use crate::dice::Dice;
use crate::organization::Organization;
use crate::place::Place;
use crate::policies::{IdentityKind, document};
use serde_json::json;

/// A managed policy.
#[derive(Debug, Clone)]
pub(crate) struct ManagedPolicy {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) is_aws: bool,
    pub(crate) created_millis: i64,
    /// Newest first.
    pub(crate) versions: Vec<Version>,
    /// How many identities it is attached to.
    pub(crate) attachments: u64,
    /// How many identities it is the boundary of.
    pub(crate) boundaries: u64,
}

/// A version of a managed policy.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) is_default: bool,
    pub(crate) created_millis: i64,
    pub(crate) document: String,
}

/// How many policies of its own AWS lets an account have by default.
const LARGE: u64 = 1500;

/// AWS's policies that are in use: path, name, and the actions of the only statement.
const AWS_POLICIES: [(&str, &str, &[&str]); 6] = [
    ("/", "AdministratorAccess", &["*"]),
    ("/", "ReadOnlyAccess", &["iam:Get*", "iam:List*", "s3:Get*", "s3:List*"]),
    ("/", "SecurityAudit", &["iam:GenerateCredentialReport", "iam:Get*", "s3:GetBucket*"]),
    ("/", "AmazonS3ReadOnlyAccess", &["s3:Get*", "s3:List*"]),
    ("/job-function/", "ViewOnlyAccess", &["ec2:Describe*", "s3:ListAllMyBuckets"]),
    ("/service-role/", "AWSLambdaBasicExecutionRole", &["logs:CreateLogGroup", "logs:PutLogEvents"]),
];

/// One of AWS's policies, by chance.
pub(super) fn aws_arn(organization: &Organization, dice: &mut Dice) -> String {
    let weights = [(1, 4), (2, 2), (3, 3), (4, 2), (5, 2), (0, 2)];
    let (path, name, _) = AWS_POLICIES[dice.weighted(&weights)];
    organization.arn("iam", "", "aws", &format!("policy{path}{name}"))
}

/// The AWS policies whose ARNs are in use.
pub(super) fn aws_policies<'a>(
    organization: &Organization,
    arns: impl Iterator<Item = &'a String> + Clone,
) -> Vec<ManagedPolicy> {
    let in_use = |arn: &str| arns.clone().any(|used| used == arn);
    let policy = |&(path, name, actions): &(&str, &str, &[&str])| {
        let arn = organization.arn("iam", "", "aws", &format!("policy{path}{name}"));
        let mut dice = organization.dice(&["aws-policy", name]);
        let created_millis = organization.clock.days_ago(3000, &mut dice);
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        in_use(&arn).then(|| ManagedPolicy {
            name: name.to_owned(),
            id: format!("ANPA{}", dice.base32(17)),
            path: path.to_owned(),
            description: None,
            is_aws: true,
            created_millis,
            versions: [("v7", 200), ("v6", 900)]
                .map(|(id, days)| Version {
                    id: id.to_owned(),
                    is_default: id == "v7",
                    created_millis: organization.clock.days_ago(days, &mut dice),
                    document: document(vec![statement.clone()]),
                })
                .to_vec(),
            attachments: 0,
            boundaries: 0,
            arn,
        })
    };
    AWS_POLICIES.iter().filter_map(policy).collect()
}

/// The account's own policies.
pub(super) fn customer_policies(place: &Place<'_>) -> Vec<ManagedPolicy> {
    let mut dice = place.dice("iam-policies");
    let usual = dice.count(2);
    let is_large = place.organization.settings.large_account == Some(place.account.index);
    (0..if is_large { LARGE } else { usual })
        .map(|number| {
            let name = format!("{}-{number}", dice.pick(&["deploy", "read-logs", "boundary", "everything", "tickets"]));
            let path = dice.pick(&["/", "/", "/team/"]).to_owned();
            let age = dice.between(1, 1500);
            let newest = dice.between(1, 9);
            let count = dice.some(1, newest.min(5));
            let default = dice.between(0, count - 1);
            let versions = (0..count).map(|back| Version {
                id: format!("v{}", newest - back),
                is_default: back == default,
                created_millis: place.days_ago(age * (back + 1) / (count + 1), &mut dice),
                document: some_document(&mut dice),
            });
            let versions = versions.collect();
            ManagedPolicy {
                id: format!("ANPA{}", dice.base32(17)),
                arn: place.iam_arn(&format!("policy{path}{name}")),
                name,
                path,
                description: dice.chance(0.5).then(|| "Made by the platform team, \"temporary\" & <old>".to_owned()),
                is_aws: false,
                created_millis: place.days_ago(age, &mut dice),
                versions,
                attachments: 0,
                boundaries: 0,
            }
        })
        .collect()
}

/// An identity policy by chance, in the forms that people write.
pub(super) fn some_document(dice: &mut Dice) -> String {
    IdentityKind::any(dice).document()
}

/// A policy of the account's own that exists on purpose, of this name and kind.
pub(super) fn customer_policy(place: &Place<'_>, name: &str, kind: IdentityKind) -> ManagedPolicy {
    let mut dice = place.organization.dice(&["iam-planted-policy", &place.account.id, name]);
    let created_millis = place.days_ago(dice.between(1, 1000), &mut dice);
    ManagedPolicy {
        name: name.to_owned(),
        id: format!("ANPA{}", dice.base32(17)),
        arn: place.iam_arn(&format!("policy/planted/{name}")),
        path: "/planted/".to_owned(),
        description: None,
        is_aws: false,
        created_millis,
        versions: vec![Version { id: "v1".to_owned(), is_default: true, created_millis, document: kind.document() }],
        attachments: 0,
        boundaries: 0,
    }
}
