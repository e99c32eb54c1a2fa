//! The permissions of an identity.

use super::policies::{aws_arn, some_document};
use crate::dice::Dice;
use crate::organization::Organization;

/// The permissions of an identity.
#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    /// Inline policies, by name.
    pub(crate) inline: Vec<(String, String)>,
    /// The ARNs of attached managed policies.
    pub(crate) attached: Vec<String>,
    /// The ARN of the permissions boundary.
    pub(crate) boundary: Option<String>,
}

/// Permissions by chance: AWS's policies, the customer's policies, inline policies, with or without a boundary.
pub(super) fn some_permissions(organization: &Organization, choices: &[&str], dice: &mut Dice) -> Permissions {
    let mut permissions = Permissions::default();
    if dice.chance(0.5) {
        permissions.attached.push(aws_arn(organization, dice));
    }
    if dice.chance(0.4) && !choices.is_empty() {
        permissions.attached.push(dice.pick(choices).to_owned());
    }
    if dice.chance(0.3) {
        permissions.inline.push((format!("inline-{}", dice.hex(4)), some_document(dice)));
    }
    if dice.chance(0.1) && !choices.is_empty() {
        permissions.boundary = Some(dice.pick(choices).to_owned());
    }
    permissions
}
