//! Counts the credentials of users and accounts, and their properties.

use super::tally::Tally;
use crate::clock::Clock;
use crate::organization::Organization;
use crate::services::iam::{DeviceKind, Iam, Key, User, accesses};

/// Counts the rows of an account's IAM that are not identities or policies.
pub(super) fn count(tally: &mut Tally, organization: &Organization, iam: &Iam) {
    access_keys(tally, organization, iam);
    mfa_devices(tally, iam);
    let others = || iam.users.iter().map(|user| &user.others);
    let certificates = || others().flat_map(|it| &it.certificates);
    tally.rows("iam_signing_certificates", certificates().count());
    tally.cell("iam_signing_certificates WHERE is_active", certificates().filter(|it| it.is_active).count());
    let ssh_keys = || others().flat_map(|it| &it.ssh_keys);
    tally.rows("iam_ssh_public_keys", ssh_keys().count());
    tally.cell("iam_ssh_public_keys WHERE is_active", ssh_keys().filter(|it| it.is_active).count());
    let now = organization.clock.now_millis;
    let services = || others().flat_map(|it| &it.services);
    let is_expired = |at: i64| at <= now;
    tally.rows("iam_service_specific_credentials", services().count());
    let expired = services().filter(|it| it.expires_millis.is_some_and(is_expired)).count();
    tally.cell("iam_service_specific_credentials WHERE expires_at <= captured_at", expired);
    tally.rows("iam_server_certificates", iam.server_certificates.len());
    let expired = iam.server_certificates.iter().filter(|it| is_expired(it.expires_millis)).count();
    tally.cell("iam_server_certificates WHERE is_expired", expired);
    tally.rows("iam_oidc_providers", iam.oidc_providers.len());
    let github = iam.oidc_providers.iter().filter(|it| it.issuer == "token.actions.githubusercontent.com").count();
    tally.cell("iam_oidc_providers WHERE issuer = 'token.actions.githubusercontent.com'", github);
    tally.rows("iam_saml_providers", iam.saml_providers.len());
    let expired = iam.saml_providers.iter().filter(|it| is_expired(it.expires_millis)).count();
    tally.cell("iam_saml_providers WHERE is_expired", expired);
    let named = iam.saml_providers.iter().filter(|it| it.entity_id.contains("&v=2")).count();
    tally.cell("iam_saml_providers WHERE entity_id LIKE '%&v=2'", named);
    tally.rows("iam_instance_profiles", iam.profile_count());
    tally.cell("iam_instance_profiles WHERE has_role", iam.profile_count() - iam.empty_profiles.len());
    last_accessed(tally, organization, iam);
    reviews(tally, organization.clock, iam);
}

/// Counts what the worklist of credentials says of users and of the root user.
fn reviews(tally: &mut Tally, clock: Clock, iam: &Iam) {
    tally.cell("credential_review WHERE report_generated_at IS NOT NULL", iam.users.len() + 1);
    let classes: Vec<_> = iam.users.iter().map(class).chain([class_of_root(iam)]).collect();
    let of = |class: Option<&str>| classes.iter().filter(|it| **it == class).count();
    tally.cell("credential_review WHERE class = 'person'", of(Some("person")));
    tally.cell("credential_review WHERE class = 'program'", of(Some("program")));
    tally.cell("credential_review WHERE class = 'both'", of(Some("both")));
    tally.cell("credential_review WHERE class = 'never_used'", of(Some("never_used")));
    tally.cell("credential_review WHERE class IS NULL AND report_generated_at IS NOT NULL", of(None));
    let without_mfa = iam.users.iter().filter(|user| user.password.is_some() && !user.has_mfa).count();
    let without_mfa = without_mfa + usize::from(!iam.root.has_mfa);
    tally.cell("credential_review WHERE array_has(reasons, 'no_mfa')", without_mfa);
    tally.cell("credential_review WHERE array_has(reasons, 'root_access_key')", usize::from(iam.has_root_key()));
    let is_shared = |user: &&User| {
        let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
        let age = |millis: i64| clock.age_days(millis);
        active.len() == 2
            && active.iter().all(|key| age(key.created_millis) > 30)
            && active.iter().all(|key| key.used_millis.is_some_and(|millis| age(millis) <= 30))
    };
    let shared = iam.users.iter().filter(is_shared).count();
    tally.cell("credential_review WHERE array_has(reasons, 'two_keys_in_use')", shared);
    let works = |user: &&User| user.password.is_some() || user.keys.iter().any(|key| key.is_active) || has_other(user);
    let inactive = iam.users.len() - iam.users.iter().filter(works).count();
    tally.cell("credential_review WHERE array_has(reasons, 'nothing_active')", inactive);
}

/// Whether a certificate, an SSH key or a service's credential of the user is active.
fn has_other(user: &User) -> bool {
    let others = &user.others;
    let keys = others.certificates.iter().chain(&others.ssh_keys).any(|it| it.is_active);
    keys || others.services.iter().any(|it| it.is_active)
}

/// Who uses a user. None: nobody can say who uses what is neither a password nor an access key.
fn class(user: &User) -> Option<&'static str> {
    let signs_in = user.password.as_ref().is_some_and(|password| password.used_millis.is_some());
    let has_key_in_use = user.keys.iter().any(|key| key.used_millis.is_some());
    if !has_key_in_use && has_other(user) { None } else { Some(class_by(signs_in, has_key_in_use)) }
}

fn class_of_root(iam: &Iam) -> Option<&'static str> {
    let key_used = iam.root.key.as_ref().is_some_and(|key| key.used_millis.is_some());
    Some(class_by(iam.root.password_used_millis.is_some(), key_used))
}

fn class_by(signs_in: bool, has_key_in_use: bool) -> &'static str {
    match (signs_in, has_key_in_use) {
        (true, true) => "both",
        (true, false) => "person",
        (false, true) => "program",
        (false, false) => "never_used",
    }
}

fn access_keys(tally: &mut Tally, organization: &Organization, iam: &Iam) {
    let clock = organization.clock;
    let keys = || iam.users.iter().flat_map(|user| &user.keys);
    tally.rows("iam_access_keys", keys().count());
    tally.cell("iam_access_keys WHERE is_active", keys().filter(|key| key.is_active).count());
    tally.cell(
        "iam_access_keys WHERE age_days > 90",
        keys().filter(|it| clock.age_days(it.created_millis) > 90).count(),
    );
    let is_idle = |key: &&Key| key.used_millis.is_some_and(|millis| clock.age_days(millis) > 90);
    tally.cell("iam_access_keys WHERE last_used_days > 90", keys().filter(is_idle).count());
    tally.cell("iam_access_keys WHERE NOT has_been_used", keys().filter(|key| key.used_millis.is_none()).count());
}

fn mfa_devices(tally: &mut Tally, iam: &Iam) {
    let of_users =
        |kind| iam.users.iter().filter_map(|user| user.others.device.as_ref()).filter(|it| it.kind == kind).count();
    let of_root = usize::from(iam.root.has_virtual_mfa);
    let virtual_devices = of_users(DeviceKind::Virtual) + of_root + iam.spare_devices.len();
    let (passkeys, tokens) = (of_users(DeviceKind::Passkey), of_users(DeviceKind::Hardware));
    tally.rows("iam_mfa_devices", virtual_devices + passkeys + tokens);
    tally.cell("iam_mfa_devices WHERE mfa_type = 'virtual'", virtual_devices);
    tally.cell("iam_mfa_devices WHERE mfa_type = 'passkey'", passkeys);
    tally.cell("iam_mfa_devices WHERE mfa_type = 'hardware'", tokens);
    tally.cell("iam_mfa_devices WHERE is_root", of_root);
    tally.cell("iam_mfa_devices WHERE NOT is_assigned", iam.spare_devices.len());
    let (has_mfa, has_virtual) = (iam.root.has_mfa, iam.root.has_virtual_mfa);
    tally.rows("iam_root_users", 1);
    tally.cell("iam_root_users WHERE mfa_type = 'virtual'", usize::from(has_virtual));
    tally.cell("iam_root_users WHERE mfa_type = 'other'", usize::from(has_mfa && !has_virtual));
    tally.cell("iam_root_users WHERE mfa_type = 'none'", usize::from(!has_mfa));
    tally.cell("iam_root_users WHERE has_access_key", usize::from(iam.has_root_key()));
}

/// Counts the services and actions that identities last used. A census does not ask for service-linked roles.
fn last_accessed(tally: &mut Tally, organization: &Organization, iam: &Iam) {
    let clock = organization.clock;
    let roles = iam.roles.iter().filter(|role| !role.path.starts_with("/aws-service-role/"));
    let users = iam.users.iter().map(|user| (&user.arn, user.created_millis));
    for (arn, created_millis) in users.chain(roles.map(|role| (&role.arn, role.created_millis))) {
        let accesses = accesses(organization, arn);
        tally.rows("iam_service_last_accessed", accesses.len());
        let used = accesses.iter().filter(|it| it.used_millis.is_some()).count();
        tally.cell("iam_service_last_accessed WHERE is_used", used);
        let actions = || accesses.iter().flat_map(|it| &it.actions);
        tally.rows("iam_action_last_accessed", actions().count());
        tally.cell("iam_action_last_accessed WHERE is_used", actions().filter(|(_, used)| used.is_some()).count());
        let is_unused = |used: Option<i64>| clock.age_days(used.unwrap_or(created_millis)) > 90;
        for access in &accesses {
            tally.misconfigurations.one("S10", "allowed_services", "lake", is_unused(access.used_millis));
        }
        for (_, used) in actions() {
            tally.misconfigurations.one("S10", "tracked_actions", "lake", is_unused(*used));
        }
    }
}
