//! The rows about what identities may do.

use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

/// What one user, group, role or permission set may do by its policies, its groups' policies and its boundary. Null if
/// a policy was not read. SCPs, resource policies and session policies are ignored. An Allow with a condition gives no
/// right, and a Deny with a condition takes none away: flags say so.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "identity_access", key = "identity_arn")]
pub struct IdentityAccess {
    /// The ARN of the user, group, role or permission set.
    pub identity_arn: String,
    /// user, group, role or permission_set.
    pub identity_type: String,
    /// Its name.
    pub identity_name: String,
    /// Whether it is a role that an AWS service made and owns.
    pub is_service_linked: bool,
    /// Whether it is a role that IAM Identity Center made for a permission set.
    pub is_identity_center: bool,
    /// Whether it is allowed everything on everything, or everything except rights that it can give itself, because it
    /// may write policies at will.
    pub is_administrator: Option<bool>,
    /// How it is administrator, or would be if the unread policies changed nothing: inline, managed, group.
    pub administrator_through: Vec<String>,
    /// The policies that make it administrator: a managed policy's ARN, or <ARN of user, group or role>/<name of the
    /// inline policy>.
    pub administrator_policies: Vec<String>,
    /// Whether one of its policies allows every action on every resource without a condition, even if something else
    /// takes it away.
    pub allows_everything: Option<bool>,
    /// Whether it may change permissions in IAM, not only its own keys and password.
    pub writes_iam: Option<bool>,
    /// Whether it may pass roles to services (iam:PassRole).
    pub passes_roles: Option<bool>,
    /// Whether it may pass every role of its account.
    pub passes_every_role: Option<bool>,
    /// The roles that it may pass, as policies write them.
    pub passed_role_patterns: Vec<String>,
    /// Whether it may read all objects, tables, secrets, parameters, queues, streams, snapshots or databases of the
    /// account.
    pub reads_all_data: Option<bool>,
    /// The actions with which it may read everything of a kind, for example s3:GetObject.
    pub reads_all_by: Vec<String>,
    /// Whether one of its ways to more rights is open: without a condition, and not limited to named resources. False
    /// for an administrator, who needs none.
    pub may_escalate: Option<bool>,
    /// How many ways to more rights are open; null if a policy was not read.
    pub open_path_count: Option<i32>,
    /// How many other ways depend on a condition, or are limited to named resources; null if a policy was not read.
    pub limited_path_count: Option<i32>,
    /// Whether it has a permissions boundary; null if that was not read.
    pub has_permissions_boundary: Option<bool>,
    /// The ARN of its permissions boundary.
    pub permissions_boundary_arn: Option<String>,
    /// How the boundary changes the answers here: none (there is no boundary), keeps, cuts or unread.
    pub boundary_effect: String,
    /// How many policies it has, its own and its groups'.
    pub policy_count: i32,
    /// How many of them were not read.
    pub unread_policy_count: i32,
    /// Further findings: conditional, conditional_administrator, deny_saves, deny_in_part, deny_conditional,
    /// policy_unread, boundary_unread.
    pub flags: Vec<String>,
}

/// One known way in which one identity may get more rights than it has, with the deciding statement. Administrators
/// have no rows, because they need no such way.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "privilege_paths", key = "identity_arn, method")]
pub struct PrivilegePath {
    /// The ARN of the user, group, role or permission set.
    pub identity_arn: String,
    /// user, group, role or permission_set.
    pub identity_type: String,
    /// Its name.
    pub identity_name: String,
    /// The way, for example iam_create_policy_version or pass_role_lambda_create_function.
    pub method: String,
    /// Its kind: writes_permissions, takes_credentials, passes_role, takes_over, assumes_role or
    /// writes_identity_center.
    pub category: String,
    /// The actions that the way needs; the deciding action is the first.
    pub actions: Vec<String>,
    /// How far it leads: every (resource of the kind), own (the identity itself, its groups or policies) or some.
    pub resource_scope: String,
    /// The resources of the deciding action, as the statement writes them.
    pub resources: Vec<String>,
    /// Whether a step depends on a condition. A condition on iam:PassedToService does not count, because it is
    /// evaluated.
    pub is_conditional: bool,
    /// The keys of the conditions on the statements, as written.
    pub condition_keys: Vec<String>,
    /// Whether it surely leads to more rights: without a condition, and not limited to named resources.
    pub is_open: bool,
    /// The policy of the deciding statement, as policy_statements names it: a managed policy's ARN, or the ARN of the
    /// identity with the inline policy.
    pub policy_resource_arn: String,
    /// inline or managed.
    pub policy_kind: String,
    /// The inline policy's name, or the managed policy's version; empty if the version is not known.
    pub policy_name: String,
    /// The statement's place in the document, from 0.
    pub ordinal: i32,
    /// How the identity has the policy: inline, managed or group.
    pub through: String,
    /// Each action with the statement that gives it, in words.
    pub given_by: Vec<String>,
    /// Further findings: deny_in_part, deny_conditional, policy_unread, boundary_unread.
    pub flags: Vec<String>,
}

/// One principal that one statement of a role's trust policy lets assume the role, after Denies and resource control
/// policies. A role whose trust policy could not be read has one row without a principal. The values of external ids
/// are in policy_documents; they are not secret.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "role_trust", key = "role_arn, ordinal, principal")]
pub struct RoleTrust {
    /// The role's ARN.
    pub role_arn: String,
    /// The role's name.
    pub role_name: String,
    /// The statement's place in the trust policy, from 0; -1 if the trust policy could not be read.
    pub ordinal: i32,
    /// The principal as written, AWS:arn:aws:iam::111122223333:root; empty if the trust policy could not be read.
    pub principal: String,
    /// AWS, Service, Federated or CanonicalUser.
    pub principal_type: String,
    /// same_account, in_org, external, public, service, federated, unknown or nobody (a Deny or a dead id lets none
    /// in).
    pub principal_class: String,
    /// The account that the principal belongs to; null if there is none, or more than one.
    pub principal_account_id: Option<String>,
    /// The identity provider of a federated principal: its ARN or host.
    pub provider: Option<String>,
    /// Whether people enter through the principal, although it is a service: account access manager lets in those whom
    /// account_access_entitlements names. False if the trust policy could not be read.
    pub is_entered_by_people: bool,
    /// Whether the principal is anyone; null if the trust policy could not be read.
    pub is_public: Option<bool>,
    /// Whether the principal includes someone outside the organization; null if it cannot be told.
    pub is_external: Option<bool>,
    /// The actions as written, sts:AssumeRole.
    pub actions: Vec<String>,
    /// Whether an external id must be given: sts:ExternalId has a value other than *.
    pub is_external_id_required: bool,
    /// How many external ids the statement takes.
    pub external_id_count: i32,
    /// Whether the session must have been opened with MFA.
    pub is_mfa_required: bool,
    /// The claims that the provider's token must have: <key> <operator> <value>, one for each value.
    pub claims: Vec<String>,
    /// The organizations, or paths in one, that the caller must belong to: <key> <operator> <value>, one for each
    /// value.
    pub organization_conditions: Vec<String>,
    /// Condition keys that bound who is let in.
    pub bounded_by: Vec<String>,
    /// Whether the statement has any condition.
    pub has_condition: bool,
    /// The keys of its conditions, as written.
    pub condition_keys: Vec<String>,
    /// Further findings: oidc_unscoped, signed_only, dangling_principal, denied, denied_by_rcp, guardrails_unread,
    /// unread …
    pub flags: Vec<String>,
    /// Whether an AWS service made and owns the role.
    pub is_service_linked: bool,
    /// Days since the role was made.
    pub role_age_days: Option<i32>,
    /// When the role was last used (UTC); null if AWS saw no use in the last 400 days.
    pub role_last_used_at: Option<Timestamp>,
    /// Days since then; null if AWS saw no use in the last 400 days.
    pub role_last_used_days: Option<i32>,
    /// The region of the last use.
    pub role_last_used_region: Option<String>,
}
