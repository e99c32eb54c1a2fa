//! The rows about the instance metadata service.

use orgcensus_row::Row;
use serde::Serialize;

/// What one instance, one launch template version or one launch configuration makes of the metadata service: what holds
/// now, what the next launch gets and which layer decides it, and the role that it would give away.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "ec2_metadata_posture", key = "subject")]
pub struct MetadataPosture {
    /// The ARN of the instance or launch configuration; of a version the ARN of its template, a colon and its number.
    pub subject: String,
    /// instance, launch_template_version or launch_configuration. Terminated instances are left out.
    pub subject_type: String,
    /// The id of the instance or template, the name of the launch configuration.
    pub subject_name: String,
    /// The version's number. Null: it is no version.
    pub version_number: Option<i64>,
    /// Whether a launch takes the version that names none. Null: it is no version, or AWS did not say.
    pub is_default_version: Option<bool>,
    /// Whether the version is the newest. Null: it is no version, or the templates were not listed.
    pub is_latest_version: Option<bool>,
    /// Whether the instance's metadata service answers now: enabled or disabled. Null: it is no instance, or AWS did
    /// not say.
    pub http_endpoint: Option<String>,
    /// required (IMDSv2 only) or optional (IMDSv1 too) on the instance now. Null: it is no instance, or AWS did not say.
    pub http_tokens: Option<String>,
    /// How many network hops an answer of the instance may travel now. Null: it is no instance, or AWS did not say.
    pub http_put_response_hop_limit: Option<i32>,
    /// Whether the instance shows its tags now: enabled or disabled. Null: it is no instance, or AWS did not say.
    pub instance_metadata_tags: Option<String>,
    /// Whether the instance answers IMDSv1 now. False where its endpoint is off: then nothing is exposed. Null: it is
    /// no instance, or AWS did not say.
    pub is_imdsv1_answered: Option<bool>,
    /// What says the options of the next launch: launch_template or launch_configuration, by the instance's tags and
    /// its group. Null: nothing, or it was not read, which unread says.
    pub launched_by: Option<String>,
    /// The version or launch configuration of the next launch, as a subject of this table. Null: none, or not read.
    pub launch_source: Option<String>,
    /// Whether the metadata service of the next launch answers: enabled or disabled. Null: a layer was not read.
    pub next_http_endpoint: Option<String>,
    /// The layer that decides that: launch_template, launch_configuration, account_default, declarative_policy, image
    /// or aws_default. Null: a layer was not read.
    pub endpoint_decided_by: Option<String>,
    /// required or optional at the next launch. Null: a layer was not read.
    pub next_http_tokens: Option<String>,
    /// The layer that decides that. Null: a layer was not read.
    pub tokens_decided_by: Option<String>,
    /// How many network hops an answer may travel after the next launch. Null: a layer was not read.
    pub next_http_put_response_hop_limit: Option<i32>,
    /// The layer that decides that. Null: a layer was not read.
    pub hop_limit_decided_by: Option<String>,
    /// Whether the next launch shows its tags: enabled or disabled. Null: a layer was not read.
    pub next_instance_metadata_tags: Option<String>,
    /// The layer that decides that. Null: a layer was not read.
    pub tags_decided_by: Option<String>,
    /// Whether the next launch fails, since it would take IMDSv1 and the account enforces tokens. Null: a layer was not
    /// read.
    pub is_next_launch_refused: Option<bool>,
    /// Whether the next launch answers IMDSv1. False where its endpoint is off or the launch fails. Null: a layer was
    /// not read.
    pub is_next_imdsv1_answered: Option<bool>,
    /// The image of the next launch, ami-…, or resolve:ssm: and a parameter. Null: the launch must name it.
    pub image_id: Option<String>,
    /// What the image asks for, v2.0. Null: nothing, or the image was not read.
    pub image_imds_support: Option<String>,
    /// The account's default for tokens in the region. Null: none is set, or it was not read.
    pub default_http_tokens: Option<String>,
    /// Whether the account refuses launches with IMDSv1 in the region. Null: it was not read.
    pub is_tokens_enforced: Option<bool>,
    /// Who set the account's defaults: account or declarative-policy. Null: not said, or not read.
    pub defaults_managed_by: Option<String>,
    /// The declarative policies in effect on the account that say something of metadata defaults, inherited ones
    /// included.
    pub declarative_policy_ids: Vec<String>,
    /// The instance profile, by its ARN, or by its name where a template or configuration says that. Null: none.
    pub instance_profile: Option<String>,
    /// The role that the metadata service gives away. Null: none, or it was not read, which unread says.
    pub role_arn: Option<String>,
    /// Whether that role is administrator. False: it is not, or there is none. Null: it was not read in full.
    pub is_role_administrator: Option<bool>,
    /// Whether that role may come to more rights. False: it may not, is administrator, or there is none. Null: it was
    /// not read in full.
    pub may_role_escalate: Option<bool>,
    /// Whether IMDSv1 gives away a role that is administrator or may become it: of an instance now, of others after
    /// the next launch. Null: it cannot be told.
    pub exposes_administrator: Option<bool>,
    /// Unread or gone: defaults_unread, launch_template_unread, version_unread,
    /// launch_configuration_unread, group_unread, several_templates, image_unread, image_gone, image_by_parameter,
    /// image_not_named, image_unknown, profile_unread, profile_gone, role_unread.
    pub unread: Vec<String>,
}
