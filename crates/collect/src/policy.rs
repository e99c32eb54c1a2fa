//! Policies on their way into the lake: the document byte for byte, and a row for each of its statements.

use orgcensus_policy::{
    AccessLevels, AclGrant, AclGrantee, Document, Effect, Flag, Gate, PolicyKind, PrincipalKind, PrincipalValue,
    ResourceKind, Statement,
};
use orgcensus_row::{Row, Table, table};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Error, Rows};

/// The tables that any collector may fill through [`Rows::policy`].
pub const POLICY_TABLES: &[Table] = &[table::<PolicyDocument>(), table::<PolicyStatement>()];

/// The names of these tables: what is short where a policy could not be read.
pub const POLICY_TABLE_NAMES: [&str; 2] = [PolicyDocument::TABLE, PolicyStatement::TABLE];

/// What was read of a policy. Unread is not absent.
#[derive(Debug, Clone)]
pub enum PolicyText {
    /// The document, byte for byte.
    Document(String),
    /// AWS said that there is none.
    Absent,
    /// It could not be read.
    Unread(orgcensus_aws::Error),
}

impl PolicyText {
    /// From an optional document that was read.
    pub fn read(document: Option<String>) -> Self {
        document.map_or(Self::Absent, Self::Document)
    }
}

/// A policy as a collector hands it over.
#[derive(Debug, Clone)]
pub struct Policy<'a> {
    /// The ARN of what it is attached to.
    pub resource_arn: &'a str,
    /// The resource's type, which its collector declares.
    pub resource: ResourceKind,
    /// What it is attached to, as a rule of evaluation.
    pub kind: PolicyKind,
    /// Its name or version; empty where a resource has one policy only.
    pub name: &'a str,
    /// Whether it is in force; false for a managed policy's old version.
    pub is_in_force: bool,
    /// What stands before this resource and not before all of its type: it is in a VPC, it is private.
    pub gate: Option<Gate>,
    /// The language in which it is written.
    pub language: Language,
    /// What was read of it.
    pub text: PolicyText,
}

/// The language of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// IAM's, with statements. Only these are judged.
    Iam,
    /// Cedar, of Verified Access.
    Cedar,
    /// The rules of OpenSearch Serverless.
    OpenSearchServerless,
    /// A service's own statements: the Serverless Application Repository's.
    Own,
}

impl Language {
    /// The language's name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Cedar => "cedar",
            Self::OpenSearchServerless => "opensearch_serverless",
            Self::Own => "own",
        }
    }
}

impl<'a> Policy<'a> {
    /// The one policy of a resource: of the kind that its type has, in force, with nothing of the item's own before it.
    pub fn of(resource_arn: &'a str, resource: ResourceKind, text: PolicyText) -> Self {
        Self {
            resource_arn,
            resource,
            kind: resource.policy,
            name: "",
            is_in_force: true,
            gate: None,
            language: Language::Iam,
            text,
        }
    }
}

/// One policy of one resource, read or not. Where a resource can have a policy there is a row, also when it has none.
#[derive(Debug, Serialize, Row)]
#[row(table = "policy_documents", key = "resource_arn, policy_kind, policy_name")]
pub struct PolicyDocument {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust, access_point, inline, managed, acl; launch_permission, snapshot_attribute, ram, grant or share (a
    /// share that is no policy, written as one); endpoint (a VPC endpoint's) or control (an organization's SCP or RCP),
    /// which grant nothing.
    pub policy_kind: String,
    /// The policy's name or version; empty where a resource has one policy only.
    pub policy_name: String,
    /// read, absent (AWS said there is none) or unread (it could not be read: nothing is known).
    pub state: String,
    /// Why it is unread, by AWS's code; null otherwise.
    pub error_code: Option<String>,
    /// The document byte for byte, percent-encoding undone; null unless read. An ACL is a JSON array of its grants; a
    /// share is written as a policy's statements.
    pub document: Option<String>,
    /// The document's length in bytes.
    pub size_bytes: Option<i64>,
    /// How many statements it has; null unless read.
    pub statement_count: Option<i32>,
    /// Whether it is in force; false for a managed policy's old version, and where its service does not evaluate it.
    pub is_in_force: bool,
    /// Whether it is JSON of a policy's shape; null unless read.
    pub is_valid: Option<bool>,
    /// What is odd about it: not_json, duplicate_key …; empty when nothing is.
    pub flags: Vec<String>,
    /// The gate that the resource's own settings put before it: vpc_only, private_api, or policy_inactive (its service
    /// does not evaluate it). Null: none, or it was not read. A gate before every resource of the type is not repeated
    /// here.
    pub gate: Option<String>,
    /// The language of the document: iam; cedar, opensearch_serverless or own (the service's own), which have no
    /// statements here and leave verdicts null. Null: written before there was this column, iam.
    pub language: Option<String>,
}

/// One statement of one policy.
#[derive(Debug, Serialize, Row)]
#[row(table = "policy_statements", key = "resource_arn, policy_kind, policy_name, ordinal")]
pub struct PolicyStatement {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust, access_point, inline, managed, acl; launch_permission, snapshot_attribute, ram, grant or share (a
    /// share that is no policy, written as one); endpoint (a VPC endpoint's) or control (an organization's SCP or RCP),
    /// which grant nothing.
    pub policy_kind: String,
    /// The policy's name or version; empty where a resource has one policy only.
    pub policy_name: String,
    /// Whether the policy is in force; false for a managed policy's old version.
    pub is_in_force: bool,
    /// The statement's place in the document, from 0.
    pub ordinal: i32,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// Allow or Deny; anything else as it was written.
    pub effect: String,
    /// Whether the effect is Allow.
    pub is_allow: bool,
    /// Principals as written, AWS:*, Service:sns.amazonaws.com.
    pub principals: Vec<String>,
    /// Whether a principal is everyone: * in any of its forms, or an ACL's AllUsers or AuthenticatedUsers.
    pub has_wildcard_principal: bool,
    /// Whether the principals are those that are left out (NotPrincipal).
    pub is_not_principal: bool,
    /// Actions as written.
    pub actions: Vec<String>,
    /// Whether the actions are those that are left out (NotAction).
    pub is_not_action: bool,
    /// The access levels of its actions, in AWS's words: List, Read, Write, Permissions management, Tagging; Unknown
    /// where AWS's reference does not have the action. Empty when it names no action.
    pub access_levels: Vec<String>,
    /// Resources as written.
    pub resources: Vec<String>,
    /// Whether the resources are those that are left out (NotResource).
    pub is_not_resource: bool,
    /// The conditions as JSON: operator, key, values; null without any.
    pub conditions_json: Option<String>,
    /// The condition keys in lower case.
    pub condition_keys: Vec<String>,
    /// Whether there is any condition.
    pub has_condition: bool,
    /// Whether an action is *, or an ACL's FULL_CONTROL.
    pub has_wildcard_action: bool,
    /// Whether an action is all of a service, s3:*.
    pub has_service_wildcard_action: bool,
    /// Whether a resource is *.
    pub has_wildcard_resource: bool,
    /// Whether it allows every action on every resource without a condition.
    pub allows_everything: bool,
    /// What is odd about it; empty when nothing is.
    pub flags: Vec<String>,
}

impl Rows<'_> {
    /// Adds a policy: its document and its statements.
    pub async fn policy(&mut self, policy: Policy<'_>) -> Result<(), Error> {
        let document = match &policy.text {
            PolicyText::Document(text) if policy.language == Language::Iam => Some(Document::parse(text)),
            PolicyText::Document(_) | PolicyText::Absent | PolicyText::Unread(_) => None,
        };
        self.push(document_row(&policy, document.as_ref())).await?;
        for statement in document.iter().flat_map(|document| &document.statements) {
            self.push(statement_row(&policy, statement)).await?;
        }
        Ok(())
    }

    /// Adds an access control list: a document of grants, and a statement for each.
    pub async fn acl(
        &mut self,
        resource_arn: &str,
        resource: ResourceKind,
        grants: Result<Vec<AclGrant>, orgcensus_aws::Error>,
    ) -> Result<(), Error> {
        let (text, grants) = match grants {
            Ok(grants) => (PolicyText::Document(acl_document(&grants)), grants),
            Err(error) => (PolicyText::Unread(error), Vec::new()),
        };
        let policy = Policy { kind: PolicyKind::Acl, ..Policy::of(resource_arn, resource, text) };
        let was_read = matches!(policy.text, PolicyText::Document(_));
        let mut row = document_row(&policy, None);
        row.statement_count = was_read.then(|| count(grants.len()));
        row.is_valid = was_read.then_some(true);
        self.push(row).await?;
        for (ordinal, grant) in grants.iter().enumerate() {
            self.push(grant_row(&policy, ordinal, grant)).await?;
        }
        Ok(())
    }
}

fn document_row(policy: &Policy<'_>, document: Option<&Document>) -> PolicyDocument {
    let (state, text, error_code) = match &policy.text {
        PolicyText::Document(text) => ("read", Some(text.clone()), None),
        PolicyText::Absent => ("absent", None, None),
        PolicyText::Unread(error) => ("unread", None, Some(error.code.clone())),
    };
    PolicyDocument {
        resource_arn: policy.resource_arn.to_owned(),
        resource_type: policy.resource.resource_type.to_owned(),
        policy_kind: policy.kind.as_str().to_owned(),
        policy_name: policy.name.to_owned(),
        state: state.to_owned(),
        error_code,
        size_bytes: text.as_ref().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)),
        document: text,
        statement_count: document.map(|document| count(document.statements.len())),
        is_in_force: policy.is_in_force,
        is_valid: document.map(Document::is_understood),
        flags: document.map(|document| words(&document.flags)).unwrap_or_default(),
        gate: policy.gate.map(|gate| gate.as_str().to_owned()),
        language: Some(policy.language.as_str().to_owned()),
    }
}

fn statement_row(policy: &Policy<'_>, statement: &Statement) -> PolicyStatement {
    PolicyStatement {
        resource_arn: policy.resource_arn.to_owned(),
        resource_type: policy.resource.resource_type.to_owned(),
        policy_kind: policy.kind.as_str().to_owned(),
        policy_name: policy.name.to_owned(),
        is_in_force: policy.is_in_force,
        ordinal: count(statement.ordinal),
        sid: statement.sid.clone(),
        effect: statement.effect.as_str().to_owned(),
        is_allow: statement.effect == Effect::Allow,
        principals: statement.principals.iter().map(|it| format!("{}:{}", it.kind.as_str(), it.value)).collect(),
        has_wildcard_principal: has_wildcard_principal(statement),
        is_not_principal: statement.is_not_principal,
        actions: statement.actions.clone(),
        is_not_action: statement.is_not_action,
        access_levels: statement.access_levels(None).names(),
        resources: statement.resources.clone(),
        is_not_resource: statement.is_not_resource,
        conditions_json: statement.has_condition().then(|| conditions_json(statement)),
        condition_keys: statement.conditions.iter().map(|it| it.key.to_lowercase()).collect(),
        has_condition: statement.has_condition(),
        has_wildcard_action: statement.has_wildcard_action(),
        has_service_wildcard_action: statement.has_service_wildcard_action(),
        has_wildcard_resource: statement.has_wildcard_resource(),
        allows_everything: statement.allows_everything(),
        flags: words(&statement.flags),
    }
}

fn grant_row(policy: &Policy<'_>, ordinal: usize, grant: &AclGrant) -> PolicyStatement {
    PolicyStatement {
        resource_arn: policy.resource_arn.to_owned(),
        resource_type: policy.resource.resource_type.to_owned(),
        policy_kind: policy.kind.as_str().to_owned(),
        policy_name: String::new(),
        is_in_force: true,
        ordinal: count(ordinal),
        sid: None,
        effect: "Allow".to_owned(),
        is_allow: true,
        principals: vec![grant.grantee.as_str().to_owned()],
        has_wildcard_principal: matches!(grant.grantee, AclGrantee::AllUsers | AclGrantee::AuthenticatedUsers),
        is_not_principal: false,
        actions: vec![grant.permission.clone()],
        is_not_action: false,
        access_levels: AccessLevels::of_acl(&grant.permission).names(),
        resources: vec![policy.resource_arn.to_owned()],
        is_not_resource: false,
        conditions_json: None,
        condition_keys: Vec::new(),
        has_condition: false,
        has_wildcard_action: grant.permission == "FULL_CONTROL",
        has_service_wildcard_action: false,
        has_wildcard_resource: false,
        allows_everything: false,
        flags: Vec::new(),
    }
}

/// `[{"grantee": "AllUsers", "permission": "READ"}]`.
fn acl_document(grants: &[AclGrant]) -> String {
    let grants = grants.iter().map(|it| json!({"grantee": it.grantee.as_str(), "permission": it.permission}));
    Value::Array(grants.collect()).to_string()
}

fn conditions_json(statement: &Statement) -> String {
    let conditions = &statement.conditions;
    let list = conditions.iter().map(|it| json!({"operator": it.operator, "key": it.key, "values": it.values}));
    Value::Array(list.collect()).to_string()
}

fn words(flags: &[Flag]) -> Vec<String> {
    flags.iter().map(|flag| flag.as_str().to_owned()).collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn has_wildcard_principal(statement: &Statement) -> bool {
    let is_everyone = |it: &PrincipalValue| it.kind == PrincipalKind::Aws && it.value == "*";
    !statement.is_not_principal && statement.principals.iter().any(is_everyone)
}
