//! The parts of the truth: one type for each sort of thing that it says.

use serde::Serialize;
use std::collections::BTreeMap;

/// A policy of the organization that an account has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AccountPolicyTruth {
    /// The account's id.
    pub account_id: String,
    /// The policy's id.
    pub policy_id: String,
    /// The root, unit or account that it is attached to.
    pub source_id: String,
}

/// A change between two nights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeTruth {
    /// The first night that sees it, from 1.
    pub night: u32,
    /// The account's id.
    pub account_id: String,
    /// `user_added`, `user_removed`, `user_replaced`, `key_made`, `keys_deactivated`, `mfa_removed`, `policy_made`,
    /// `policy_attached`, `trust_changed`, `root_used`, `root_hardened`, `root_key_made`, `root_mfa_removed`,
    /// `group_opened`, `group_closed`, `region_denied` (in this night alone), `account_closed` or `account_left`.
    pub change: &'static str,
    /// The name of the user, the policy or the role that it is about; `root`; the id of a security group's rule; the
    /// region; the account's id.
    pub who: String,
}

/// A share of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The fact's id, `F1` to `F17` and `B1` to `B8`.
    pub id: &'static str,
    /// The population that it is a share of.
    pub of: &'static str,
    /// `study` as the yearly study defines it, `lake` by the sharper verdict, or another word that tells it apart.
    pub definition: &'static str,
    /// How many subjects are so.
    pub numerator: u64,
    /// How many subjects there are.
    pub denominator: u64,
}

/// Who may do an action on a resource themselves, not by assuming a role. Whoever is not here may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MayTruth {
    /// The action.
    pub action: &'static str,
    /// The resource's ARN.
    pub resource_arn: String,
    /// The account that owns it.
    pub account_id: String,
    /// Users and roles of accounts that can be read, by their ARN; accounts outside, by their id; `anonymous`. They are
    /// `allowed` or `conditional`; none where the simulator does not say it.
    pub may: BTreeMap<String, Option<&'static str>>,
}

/// An account, and the outcome of reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountTruth {
    /// The account's id.
    pub account_id: String,
    /// `complete`, `role_not_assumable` or `account_suspended`.
    pub outcome: &'static str,
}

/// A service that cannot be read in a region of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstructed {
    /// The account's id.
    pub account_id: String,
    /// The region; if the obstacle concerns a single key, the region of that key.
    pub region: String,
    /// The service.
    pub service: &'static str,
    /// `denied_by_scp`, `denied`, `unsupported`, `failed`; `partial` if one thing of many is hidden.
    pub outcome: &'static str,
}

/// A kind of resource, and how many there are of each class: `public`, `external`, `in_org`, `absent`, `unread`, `gated`
/// (open by its policy and shut by something else). What nobody else can reach, although it has a policy, is in none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindTruth {
    /// What the simulator calls it: `backup_vaults`.
    pub name: &'static str,
    /// The classes that it cannot have.
    pub cannot: Vec<&'static str>,
    /// How many there are of each class.
    pub samples: BTreeMap<&'static str, u64>,
}

/// Who can reach a resource. An answer is none if a census cannot know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceTruth {
    /// The resource's ARN.
    pub arn: String,
    /// The account that owns it.
    pub account_id: String,
    /// Whether everyone can.
    pub is_public: Option<bool>,
    /// Whether someone outside of the organization can.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can.
    pub is_in_org: Option<bool>,
    /// Whether the answer depends on all networks of the organization.
    pub rests_on_networks: bool,
}

/// What a user, a group, a role or a permission set may do. None if that depends on something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentityTruth {
    /// Its ARN.
    pub arn: String,
    /// Its account.
    pub account_id: String,
    /// Whether it is administrator.
    pub is_administrator: Option<bool>,
    /// Whether one of its policies allows everything on everything.
    pub allows_everything: Option<bool>,
    /// Whether it may change the permissions of identities.
    pub writes_iam: Option<bool>,
    /// Whether it may pass roles.
    pub passes_roles: Option<bool>,
    /// Whether it may read all of some kind of data.
    pub reads_all_data: Option<bool>,
    /// Whether it is not an administrator, but may get more rights.
    pub may_escalate: Option<bool>,
}
