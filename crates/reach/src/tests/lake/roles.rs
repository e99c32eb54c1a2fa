//! An organization whose roles matter. Account 1 is the management account, the others are in one unit.

use std::collections::BTreeMap;

pub(in crate::tests) use orgcensus_lake::testing::whole;
use orgcensus_lake::{Lake, Publication, TableEntry};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Account, Document, Group, OrganizationPolicy, Role, Target, Task, Unit, User, begin, document, role, write,
};
use crate::Edge;

/// Rows of a table, each with its account.
type WithAccount<R> = Vec<(u64, R)>;

/// A user of Identity Center.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_users", key = "user_id")]
struct Person {
    /// The id.
    user_id: String,
    /// The name.
    user_name: String,
}

/// A permission set.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_permission_sets", key = "permission_set_name")]
struct PermissionSet {
    /// The ARN.
    arn: String,
    /// The name.
    permission_set_name: String,
}

/// Who has it where.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_account_assignments", key = "permission_set_arn, target_account_id, principal_id")]
struct Assignment {
    /// The permission set.
    permission_set_arn: String,
    /// Where.
    target_account_id: String,
    /// What is assigned.
    principal_type: String,
    /// Who.
    principal_id: String,
}

/// An edge as it is published.
#[derive(Debug, Serialize, Row)]
#[row(table = "can_assume", key = "role_arn, principal_kind, principal_arn, action")]
struct CanAssume {
    /// The role.
    role_arn: String,
    /// The principal.
    principal_arn: String,
    /// Its kind.
    principal_kind: String,
    /// Its account.
    principal_account_id: Option<String>,
    /// Whether it is outside.
    is_outside: bool,
    /// How a person enters.
    entered_by: Vec<String>,
    /// The action.
    action: String,
    /// The result.
    result: String,
    /// On what it depends.
    conditions_json: Option<String>,
    /// What the caller does.
    caller_must_json: Option<String>,
    /// What decided.
    decided_by_layer: String,
    /// Its policy.
    decided_by_policy: Option<String>,
    /// Why.
    reason: String,
    /// Whether all was read.
    is_complete: bool,
    /// Whether there are more.
    is_cut: bool,
}

/// What an identity may do.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_access", key = "identity_arn")]
struct IdentityAccess {
    /// The identity.
    identity_arn: String,
    /// Whether it is administrator.
    is_administrator: Option<bool>,
}

/// What there is, each with its account.
#[derive(Default)]
pub(in crate::tests) struct Roles {
    users: Vec<(u64, User)>,
    groups: Vec<(u64, Group)>,
    roles: Vec<(u64, Role)>,
    documents: Vec<(u64, Document)>,
    /// The type and the statement of each policy of the unit.
    policies: Vec<(&'static str, Value)>,
    people: Vec<&'static str>,
    /// The accounts that were not read.
    unread: Vec<u64>,
}

pub(in crate::tests) fn arn(account: u64, name: &str) -> String {
    format!("arn:aws:iam::{account:012}:{name}")
}

/// Lets these principals assume a role.
pub(in crate::tests) fn trust(principal: &str) -> Value {
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}})
}

impl Roles {
    /// A role that has this trust policy, and may assume what its own policy says.
    pub(in crate::tests) fn role(mut self, account: u64, name: &str, trust: Value, assumes: Option<&str>) -> Self {
        let own: &[&str] = if assumes.is_some() { &["own"] } else { &[] };
        self.roles.push(role(account, name, &[], own));
        let arn = arn(account, &format!("role/{name}"));
        self.documents.push(document(account, &arn, "trust", "", trust));
        self.own(account, arn, assumes)
    }

    /// A role whose trust policy was not read.
    pub(in crate::tests) fn unread_role(mut self, account: u64, name: &str) -> Self {
        self = self.role(account, name, json!({}), None);
        if let Some((_, document)) = self.documents.last_mut() {
            document.document = None;
            document.state = "denied".into();
        }
        self
    }

    /// A user who may assume what the policy says: the user's own, or that of the group.
    pub(in crate::tests) fn user(mut self, account: u64, name: &str, group: &str, assumes: Option<&str>) -> Self {
        let texts = |is_there: bool, text: &str| if is_there { vec![text.to_owned()] } else { Vec::new() };
        let (is_member, has_own) = (!group.is_empty(), assumes.is_some());
        let user_arn = arn(account, &format!("user/{name}"));
        self.users.push((
            account,
            User {
                arn: user_arn.clone(),
                group_names: texts(is_member, group),
                attached_policy_arns: Vec::new(),
                inline_policy_names: texts(has_own && !is_member, "own"),
                permissions_boundary_arn: None,
                has_permissions_boundary: false,
                tags: Some(BTreeMap::new()),
            },
        ));
        if !is_member {
            return self.own(account, user_arn, assumes);
        }
        let group_arn = arn(account, &format!("group/{group}"));
        self.groups.push((
            account,
            Group {
                arn: group_arn.clone(),
                group_name: group.to_owned(),
                attached_policy_arns: Vec::new(),
                inline_policy_names: texts(has_own, "own"),
            },
        ));
        self.own(account, group_arn, assumes)
    }

    fn own(mut self, account: u64, holder: String, assumes: Option<&str>) -> Self {
        if let Some(role) = assumes {
            let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role});
            self.documents.push(document(account, &holder, "inline", "own", statement));
        }
        self
    }

    /// A service or resource control policy of the unit.
    pub(in crate::tests) fn policy(mut self, policy_type: &'static str, statement: Value) -> Self {
        self.policies.push((policy_type, statement));
        self
    }

    /// A person who has the permission set Ops in account 2.
    pub(in crate::tests) fn person(mut self, name: &'static str) -> Self {
        self.people.push(name);
        self
    }

    /// An account that was not read.
    pub(in crate::tests) fn unread(mut self, account: u64) -> Self {
        self.unread.push(account);
        self
    }

    /// Writes the tables of four accounts, which are not published yet.
    pub(in crate::tests) async fn write(mut self) -> (TempDir, Lake, Publication, Vec<TableEntry>) {
        let (folder, lake, to) = begin("o-1").await;
        let unit = |id: &str, parent: Option<&str>| {
            (1, Unit { ou_id: id.into(), parent_id: parent.map(str::to_owned), is_root: parent.is_none() })
        };
        let (policies, targets) = self.control_policies();
        // Rows are written in the order of their accounts.
        self.users.sort_by_key(|(account, _)| *account);
        self.groups.sort_by_key(|(account, _)| *account);
        self.roles.sort_by_key(|(account, _)| *account);
        self.documents.sort_by_key(|(account, _)| *account);
        let person = |name: &&str| (1, Person { user_id: (*name).to_owned(), user_name: (*name).to_owned() });
        let assignment = |name: &&str| {
            let assignment = Assignment {
                permission_set_arn: "ps-1".into(),
                target_account_id: format!("{:012}", 2),
                principal_type: "USER".into(),
                principal_id: (*name).to_owned(),
            };
            (1, assignment)
        };
        let set = PermissionSet { arn: "ps-1".into(), permission_set_name: "Ops".into() };
        let tables = vec![
            write(&to, (1..=4).map(account)).await,
            write(&to, vec![unit("ou-1", Some("r-1")), unit("r-1", None)]).await,
            write(&to, policies).await,
            write(&to, targets).await,
            write(&to, self.tasks()).await,
            write(&to, self.people.iter().map(person).collect::<Vec<_>>()).await,
            write(&to, vec![(1, set)]).await,
            write(&to, self.people.iter().map(assignment).collect::<Vec<_>>()).await,
            write(&to, self.users).await,
            write(&to, self.groups).await,
            write(&to, self.roles).await,
            write(&to, self.documents).await,
        ];
        (folder, lake, to, tables)
    }

    fn control_policies(&self) -> (WithAccount<OrganizationPolicy>, WithAccount<Target>) {
        let target = |policy_id: &str, policy_type: &str, is_aws_managed: bool, target_id: &str| {
            let target = Target {
                policy_id: policy_id.into(),
                policy_name: Some(policy_id.into()),
                policy_type: policy_type.into(),
                is_aws_managed,
                is_type_enabled: true,
                target_id: target_id.into(),
            };
            (1, target)
        };
        let mut nodes: Vec<String> = (1..=4).map(|id| format!("{id:012}")).collect();
        nodes.extend(["r-1".to_owned(), "ou-1".to_owned()]);
        let scp = "SERVICE_CONTROL_POLICY";
        let mut targets: Vec<_> = nodes.iter().map(|node| target("p-FullAWSAccess", scp, true, node)).collect();
        let mut policies = Vec::new();
        for (place, (policy_type, statement)) in self.policies.iter().enumerate() {
            let policy_id = format!("p-{place}");
            targets.push(target(&policy_id, policy_type, false, "ou-1"));
            let document = Some(json!({"Statement": statement}).to_string());
            policies.push((1, OrganizationPolicy { policy_id, policy_type: (*policy_type).into(), document }));
        }
        (policies, targets)
    }

    fn tasks(&self) -> Vec<(u64, Task)> {
        let task = |account: u64, collector: &str, is_complete: bool| {
            let outcome = if is_complete { "complete" } else { "role_not_assumable" };
            (account, Task { collector: collector.into(), outcome: outcome.into(), is_complete })
        };
        let of_organization = [
            "identity_center_account_assignments",
            "identity_center_directory",
            "identity_center_permission_sets",
            "organization_policies",
        ];
        let mut tasks: Vec<_> = of_organization.iter().map(|collector| task(1, collector, true)).collect();
        tasks.extend((1..=4).map(|id| task(id, "iam_authorization_details", !self.unread.contains(&id))));
        tasks
    }
}

fn account(id: u64) -> (u64, Account) {
    let ou_id = Some(if id == 1 { "r-1".into() } else { "ou-1".into() });
    (id, Account { arn: id.to_string(), ou_id, is_management: id == 1 })
}

/// The table of the edges, and one that says which roles of account 3 are administrators.
pub(in crate::tests) async fn published(to: &Publication, edges: &[Edge], administrators: &[&str]) -> Vec<TableEntry> {
    let row = |it: &Edge| {
        let row = CanAssume {
            role_arn: it.role_arn.clone(),
            principal_arn: it.principal.clone(),
            principal_kind: it.principal_kind.to_owned(),
            principal_account_id: it.principal_account_id.clone(),
            is_outside: it.is_outside,
            entered_by: it.entered_by.clone(),
            action: it.action.clone(),
            result: it.answer.result.clone(),
            conditions_json: it.answer.conditions_json.clone(),
            caller_must_json: it.answer.caller_must_json.clone(),
            decided_by_layer: it.answer.decided_by_layer.clone(),
            decided_by_policy: it.answer.decided_by_policy.clone(),
            reason: it.answer.reason.clone(),
            is_complete: it.answer.is_complete,
            is_cut: it.is_cut,
        };
        (it.account_id.parse::<u64>().unwrap(), row)
    };
    let mut rows: Vec<(u64, CanAssume)> = edges.iter().map(row).collect();
    rows.sort_by_key(|(account, _)| *account);
    let access = |name: &&str| {
        (3, IdentityAccess { identity_arn: arn(3, &format!("role/{name}")), is_administrator: Some(true) })
    };
    vec![write(to, rows).await, write(to, administrators.iter().map(access).collect::<Vec<_>>()).await]
}

/// The moment at which everything is published.
pub(in crate::tests) const PUBLISHED: Timestamp = Timestamp(1_795_000_001_000);
