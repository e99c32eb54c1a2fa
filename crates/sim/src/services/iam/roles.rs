//! Roles with their trust policies, and instance profiles.

use super::permissions::{Permissions, some_permissions};
use crate::account::Trouble;
use crate::dice::{Dice, some_tags};
use crate::ids::{ORGANIZATION_ROLE, role_id};
use crate::place::Place;
use crate::policies::{Trust, TrustKind, trust};
use crate::samples::Class;

/// A role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created_millis: i64,
    pub(crate) trust: Trust,
    pub(crate) permissions: Permissions,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) used_millis: Option<i64>,
    pub(crate) profile: Option<InstanceProfile>,
}

/// An instance profile.
#[derive(Debug, Clone)]
pub(crate) struct InstanceProfile {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
}

/// The number of roles that AWS's highest quota allows.
const LARGE: i64 = 5000;

/// Service-linked roles that an account may have.
const LINKED: [(&str, &str); 3] = [
    ("AWSServiceRoleForOrganizations", "organizations.amazonaws.com"),
    ("AWSServiceRoleForSupport", "support.amazonaws.com"),
    ("AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com"),
];

/// A role always has a trust policy, which IAM has understood, and nothing else stands before it.
pub(crate) const ROLES_CANNOT: &[Class] = &[Class::Absent, Class::Unread, Class::Gated];

/// The sample of roles that is here.
pub(super) fn sample(place: &Place<'_>) -> Option<Role> {
    let kind = match place.sample_of("sts", ROLES_CANNOT)? {
        Class::Public => TrustKind::Anyone,
        Class::External => TrustKind::External,
        _ => TrustKind::InOrgAccount,
    };
    Some(role(place, "/sample/", "trusting", kind, &mut place.dice("iam-role-sample")))
}

pub(super) fn roles(place: &Place<'_>, choices: &[&str]) -> Vec<Role> {
    let Place { organization, account, .. } = *place;
    let mut dice = place.dice("iam-roles");
    let mut roles = Vec::new();
    let settings = &organization.settings;
    if account.trouble != Some(Trouble::RoleMissing) {
        let (path, name) = match settings.crawler_role.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), settings.crawler_role.as_str()),
        };
        let mut own = role(place, &path, name, TrustKind::Management, &mut dice);
        own.tags.extend(settings.role_version.iter().map(|it| ("orgcensus:version".to_owned(), it.clone())));
        roles.push(own);
    }
    if !account.is_management() {
        roles.push(role(place, "/", ORGANIZATION_ROLE, TrustKind::Management, &mut dice));
    }
    for (name, service) in LINKED.into_iter().take(usize::try_from(dice.some(1, 3)).unwrap_or(1)) {
        let path = format!("/aws-service-role/{service}/");
        roles.push(role(place, &path, name, TrustKind::Service(service), &mut dice));
    }
    let usual = dice.some(2, 10);
    for number in 0..if settings.large_account == Some(account.index) { LARGE } else { usual } {
        let name = format!("{}-{number}", dice.pick(&["app", "pipeline", "vendor", "support", "batch"]));
        let path = dice.pick(&["/", "/", "/", "/ci/", "/team/data/"]);
        let kind = TrustKind::any(&mut dice);
        let mut role = role(place, path, &name, kind, &mut dice);
        role.permissions = some_permissions(organization, choices, &mut dice);
        roles.push(role);
    }
    if organization.is_showcase(account) {
        // People of Identity Center enter this one by account access manager.
        let by_manager = TrustKind::Service("account-access.amazonaws.com");
        roles.push(role(place, "/show/", "for-people", by_manager, &mut place.dice("iam-role-for-people")));
        let own_dice = &mut place.dice("iam-role-for-own-tokens");
        roles.push(role(place, "/show/", "for-own-tokens", TrustKind::OwnIssuer, own_dice));
        roles.extend(
            TrustKind::all()
                .enumerate()
                .map(|(number, kind)| role(place, "/show/", &format!("trust-{number}"), kind, &mut dice)),
        );
    }
    roles
}

fn role(place: &Place<'_>, path: &str, name: &str, kind: TrustKind, dice: &mut Dice) -> Role {
    let days = dice.between(0, 1500);
    let is_for_instances = kind == TrustKind::Service("ec2.amazonaws.com");
    let used_days = dice.chance(0.7).then(|| dice.between(0, days));
    let trimmed = format!("{path}{name}");
    Role {
        name: name.to_owned(),
        path: path.to_owned(),
        id: role_id(place, trimmed.trim_start_matches('/')),
        arn: place.iam_arn(&format!("role{path}{name}")),
        created_millis: place.days_ago(days, dice),
        trust: trust(place, kind, dice),
        permissions: Permissions::default(),
        tags: some_tags(dice),
        used_millis: used_days.map(|days| place.days_ago(days, dice)),
        profile: is_for_instances.then(|| InstanceProfile {
            name: name.to_owned(),
            id: format!("AIPA{}", dice.base32(17)),
            arn: place.iam_arn(&format!("instance-profile/{name}")),
        }),
    }
}
