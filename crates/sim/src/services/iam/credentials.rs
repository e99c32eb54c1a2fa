//! Further credentials of users: MFA devices, signing certificates, SSH keys, credentials of one service.

use crate::clock::DAY_MILLIS;
use crate::dice::Dice;
use crate::place::Place;

/// What kind of MFA device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceKind {
    Virtual,
    Passkey,
    Hardware,
}

/// An MFA device.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) kind: DeviceKind,
    pub(crate) serial_number: String,
    pub(crate) enabled_millis: i64,
}

/// A signing certificate or an SSH key: public, with a status.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    pub(crate) id: String,
    pub(crate) is_active: bool,
    pub(crate) uploaded_millis: i64,
}

/// A password or API key that one service accepts.
#[derive(Debug, Clone)]
pub(crate) struct ServiceCredential {
    pub(crate) id: String,
    pub(crate) service: &'static str,
    /// The name to sign in with; none if the service takes an API key.
    pub(crate) user_name: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) created_millis: i64,
    pub(crate) expires_millis: Option<i64>,
}

/// The credentials of a user besides a password and access keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct OtherCredentials {
    pub(crate) device: Option<Device>,
    pub(crate) certificates: Vec<PublicKey>,
    pub(crate) ssh_keys: Vec<PublicKey>,
    pub(crate) services: Vec<ServiceCredential>,
}

impl OtherCredentials {
    /// The other credentials of the user of this name.
    pub(super) fn of(place: &Place<'_>, user: &str, has_mfa: bool) -> Self {
        let mut dice = place.organization.dice(&["iam-credentials", &place.account.id, user]);
        let device = has_mfa.then(|| device(place, user, &mut dice));
        let certificates = if dice.chance(0.06) { dice.between(1, 2) } else { 0 };
        let ssh_keys = if dice.chance(0.1) { dice.some(1, 3) } else { 0 };
        let services = if dice.chance(0.12) { dice.between(1, 2) } else { 0 };
        Self {
            device,
            certificates: (0..certificates).map(|_| public_key(place, "", &mut dice)).collect(),
            ssh_keys: (0..ssh_keys).map(|_| public_key(place, "APKA", &mut dice)).collect(),
            services: (0..services).map(|_| service_credential(place, user, &mut dice)).collect(),
        }
    }
}

fn public_key(place: &Place<'_>, prefix: &str, dice: &mut Dice) -> PublicKey {
    PublicKey {
        id: format!("{prefix}{}", dice.base32(17)),
        is_active: dice.chance(0.7),
        uploaded_millis: days_ago(place, dice),
    }
}

fn device(place: &Place<'_>, user: &str, dice: &mut Dice) -> Device {
    let kind = dice.weighted(&[(DeviceKind::Virtual, 6), (DeviceKind::Passkey, 3), (DeviceKind::Hardware, 1)]);
    let serial_number = match kind {
        DeviceKind::Virtual => place.iam_arn(&format!("mfa/{user}")),
        DeviceKind::Passkey => place.iam_arn(&format!("u2f/user/{user}/key-{}", dice.base32(26))),
        DeviceKind::Hardware => format!("GAHT{}", dice.between(10_000_000, 99_999_999)),
    };
    Device { kind, serial_number, enabled_millis: days_ago(place, dice) }
}

/// Virtual devices that belong to no user: someone began to set one up and stopped.
pub(super) fn spare_devices(place: &Place<'_>) -> Vec<String> {
    let mut dice = place.dice("iam-spare-devices");
    let count = if dice.chance(0.3) { dice.between(1, 2) } else { 0 };
    (0..count).map(|number| place.iam_arn(&format!("mfa/spare-{number}"))).collect()
}

fn service_credential(place: &Place<'_>, user: &str, dice: &mut Dice) -> ServiceCredential {
    let service = dice.pick(&["codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"]);
    let is_api_key = service.starts_with("bedrock");
    let lifetime = is_api_key.then(|| dice.pick(&[-20, 10, 200]) * DAY_MILLIS);
    ServiceCredential {
        id: format!("ACCA{}", dice.base32(17)),
        service,
        user_name: (!is_api_key).then(|| format!("{user}-at-{}", place.account.id)),
        is_active: dice.chance(0.8),
        created_millis: days_ago(place, dice),
        expires_millis: lifetime.map(|lifetime| place.organization.clock.first_millis + lifetime),
    }
}

fn days_ago(place: &Place<'_>, dice: &mut Dice) -> i64 {
    let days = dice.between(0, 1000);
    place.days_ago(days, dice)
}
