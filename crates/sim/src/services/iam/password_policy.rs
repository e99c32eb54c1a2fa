//! The password policy of an account, if it has one.

use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use serde_json::{Value, json};

/// The requirements for passwords.
#[derive(Debug)]
pub(super) struct PasswordPolicy {
    /// After how many days passwords expire; none if they never expire.
    pub(super) max_age_days: Option<i64>,
    minimum_length: i64,
    reuse_prevention: Option<i64>,
    requires_symbols: bool,
    requires_numbers: bool,
    requires_uppercase: bool,
    requires_lowercase: bool,
    users_may_change: bool,
    is_expiry_hard: bool,
}

/// The account's password policy, if it has one.
pub(super) fn password_policy(place: &Place<'_>) -> Option<PasswordPolicy> {
    let mut dice = place.whole().dice("iam-password-policy");
    dice.chance(0.7).then(|| PasswordPolicy {
        max_age_days: dice.chance(0.5).then(|| dice.pick(&[30, 90, 91, 365])),
        minimum_length: dice.pick(&[6, 7, 8, 13, 14, 20]),
        reuse_prevention: dice.chance(0.5).then(|| dice.pick(&[3, 4, 23, 24])),
        requires_symbols: dice.chance(0.6),
        requires_numbers: dice.chance(0.7),
        requires_uppercase: dice.chance(0.7),
        requires_lowercase: dice.chance(0.7),
        users_may_change: dice.chance(0.8),
        is_expiry_hard: dice.chance(0.1),
    })
}

/// Whether the account's password policy is strong: 14 characters of all four kinds, and the last 24 passwords are not
/// used again. None if the account has no policy.
pub(crate) fn password_strength(place: &Place<'_>) -> Option<bool> {
    let policy = password_policy(place)?;
    let has_all_kinds =
        policy.requires_symbols && policy.requires_numbers && policy.requires_uppercase && policy.requires_lowercase;
    Some(has_all_kinds && policy.minimum_length >= 14 && policy.reuse_prevention.is_some_and(|count| count >= 24))
}

/// After how many days passwords of the account expire; none if they never do.
pub(crate) fn password_max_age_days(place: &Place<'_>) -> Option<i64> {
    password_policy(place)?.max_age_days
}

pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    let message = format!("The Password Policy with domain name {} cannot be found.", context.place.account.id);
    let policy = password_policy(&context.place).ok_or_else(|| Refusal::new(404, "NoSuchEntity", message))?;
    Ok(json!({ "PasswordPolicy": {
        "MinimumPasswordLength": policy.minimum_length,
        "RequireSymbols": policy.requires_symbols,
        "RequireNumbers": policy.requires_numbers,
        "RequireUppercaseCharacters": policy.requires_uppercase,
        "RequireLowercaseCharacters": policy.requires_lowercase,
        "AllowUsersToChangePassword": policy.users_may_change,
        "ExpirePasswords": policy.max_age_days.is_some(),
        "MaxPasswordAge": policy.max_age_days,
        "PasswordReusePrevention": policy.reuse_prevention,
        "HardExpiry": policy.max_age_days.map(|_| policy.is_expiry_hard),
    } }))
}
