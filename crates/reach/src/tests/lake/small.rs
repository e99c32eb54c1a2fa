//! An organization of two accounts: 1 manages, and 2 is a member, in the unit ou-1.

use serde_json::Value;

use super::*;

/// A grant of S3 Access Grants.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_grants", key = "arn")]
struct Grant {
    /// Its ARN.
    arn: String,
    /// Its instance.
    instance_arn: String,
    /// What its grantee is.
    grantee_type: Option<String>,
    /// Its grantee.
    grantee: Option<String>,
    /// What it permits.
    permission: Option<String>,
    /// What it is for.
    grant_scope: Option<String>,
    /// Its location.
    location_id: Option<String>,
}

/// A location of S3 Access Grants.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_grants_locations", key = "arn")]
struct Location {
    /// Its ARN.
    arn: String,
    /// Its id.
    location_id: String,
    /// Its instance.
    instance_arn: String,
    /// Its role.
    iam_role_arn: Option<String>,
}

/// The instance of account 2.
pub(in crate::tests) const INSTANCE: &str = "arn:aws:s3:eu-west-1:000000000002:access-grants/default";

/// Its identities, what bounds them, and what was read.
#[derive(Default)]
pub(in crate::tests) struct Small {
    users: Vec<(u64, User)>,
    roles: Vec<(u64, Role)>,
    groups: Vec<(u64, Group)>,
    documents: Vec<(u64, Document)>,
    scps: Vec<Value>,
    buckets: Vec<(u64, Bucket)>,
    grants: Vec<(u64, Grant)>,
    locations: Vec<(u64, Location)>,
    is_denied: bool,
    is_without_grants: bool,
}

impl Small {
    /// A user with a policy of its own.
    pub(in crate::tests) fn user(mut self, account: u64, name: &str, statements: Value) -> Small {
        let (_, user) = user(account, name);
        self.documents.push(document(account, &user.arn, "inline", "own", statements));
        self.users.push((account, user));
        self
    }

    /// A role with a policy of its own.
    pub(in crate::tests) fn role(mut self, account: u64, name: &str, statements: Value) -> Small {
        let (_, role) = role(account, name, &[], &["own"]);
        self.documents.push(document(account, &role.arn, "inline", "own", statements));
        self.roles.push((account, role));
        self
    }

    /// Lets a service assume a role of account 2.
    pub(in crate::tests) fn trusting_of(mut self, name: &str, service: &str) -> Small {
        let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}});
        let arn = format!("arn:aws:iam::000000000002:role/{name}");
        self.documents.push(document(2, &arn, "trust", "", statement));
        self
    }

    /// A grant of account 2.
    pub(in crate::tests) fn grant(mut self, [grantee_type, grantee, permission, scope]: [&str; 4]) -> Small {
        let text = |text: &str| Some(text.to_owned());
        let grant = Grant {
            arn: format!("{INSTANCE}/grant/{}", self.grants.len()),
            instance_arn: INSTANCE.to_owned(),
            grantee_type: text(grantee_type),
            grantee: text(grantee),
            permission: text(permission),
            grant_scope: text(scope),
            location_id: text("l-1"),
        };
        self.grants.push((2, grant));
        self
    }

    /// Says which role of account 2 the location of its grants has.
    pub(in crate::tests) fn located(mut self, role: &str) -> Small {
        let location = Location {
            arn: format!("{INSTANCE}/location/l-1"),
            location_id: "l-1".to_owned(),
            instance_arn: INSTANCE.to_owned(),
            iam_role_arn: Some(format!("arn:aws:iam::000000000002:role/{role}")),
        };
        self.locations.push((2, location));
        self
    }

    /// Bounds the last user by a policy, which was not read if there is none.
    pub(in crate::tests) fn bounded(mut self, statements: Option<Value>) -> Small {
        let (account, user) = self.users.last_mut().unwrap();
        let arn = format!("arn:aws:iam::{account:012}:policy/of-{}", self.documents.len());
        user.permissions_boundary_arn = Some(arn.clone());
        user.has_permissions_boundary = true;
        let read = statements.map(|it| document(*account, &arn, "managed", "v1", it));
        self.documents.extend(read);
        self
    }

    /// Puts the last user into a group with a policy of its own.
    pub(in crate::tests) fn grouped(mut self, name: &str, statements: Value) -> Small {
        let (account, user) = self.users.last_mut().unwrap();
        let arn = format!("arn:aws:iam::{account:012}:group/{name}");
        user.group_names.push(name.to_owned());
        self.documents.push(document(*account, &arn, "inline", "own", statements));
        let group = Group {
            arn,
            group_name: name.to_owned(),
            attached_policy_arns: Vec::new(),
            inline_policy_names: vec!["own".to_owned()],
        };
        self.groups.push((*account, group));
        self
    }

    /// Attaches a managed policy that was not read to the last user.
    pub(in crate::tests) fn unread(mut self) -> Small {
        let (_, user) = self.users.last_mut().unwrap();
        user.attached_policy_arns.push("arn:aws:iam::aws:policy/Unread".to_owned());
        self
    }

    /// A service control policy of the root.
    pub(in crate::tests) fn scp(mut self, statement: Value) -> Small {
        self.scps.push(statement);
        self
    }

    /// A bucket, whose objects have no ACLs of their own.
    pub(in crate::tests) fn bucket(mut self, account: u64, name: &str) -> Small {
        let object_ownership = Some("BucketOwnerEnforced".to_owned());
        self.buckets.push((account, Bucket { arn: format!("arn:aws:s3:::{name}"), object_ownership }));
        self
    }

    /// The policy of a resource.
    pub(in crate::tests) fn policy(mut self, account: u64, arn: &str, statements: Value) -> Small {
        self.documents.push(document(account, arn, "resource", "", statements));
        self
    }

    /// The identities of account 2 were not read.
    pub(in crate::tests) fn denied(mut self) -> Small {
        self.is_denied = true;
        self
    }

    /// The grants of account 2 were not read.
    pub(in crate::tests) fn without_grants(mut self) -> Small {
        self.grants.clear();
        self.is_without_grants = true;
        self
    }

    fn tasks(&self) -> Vec<(u64, Task)> {
        let task = |account: u64, collector: &str, is_complete: bool| {
            let outcome = if is_complete { "complete" } else { "role_not_assumable" };
            (account, Task { collector: collector.into(), outcome: outcome.into(), is_complete })
        };
        let of_policies = task(1, "organization_policies", true);
        let identities = "iam_authorization_details";
        let grants = task(2, "s3_access_grants", !self.is_without_grants);
        let of_buckets = [grants, task(2, "s3_access_points", true)];
        let of_second = [task(2, identities, !self.is_denied)].into_iter().chain(of_buckets);
        [task(1, identities, true), of_policies].into_iter().chain(of_second).collect()
    }

    fn policies(&self) -> Vec<(u64, OrganizationPolicy)> {
        let policy = |(place, statement): (usize, &Value)| OrganizationPolicy {
            policy_id: format!("p-{place}"),
            policy_type: "SERVICE_CONTROL_POLICY".into(),
            document: Some(json!({"Version": "2012-10-17", "Statement": statement}).to_string()),
        };
        self.scps.iter().enumerate().map(|it| (1, policy(it))).collect()
    }

    fn targets(&self) -> Vec<(u64, Target)> {
        let target = |policy_id: String, target_id: &str| Target {
            is_aws_managed: policy_id == "p-FullAWSAccess",
            policy_name: Some(policy_id.clone()),
            policy_id,
            policy_type: "SERVICE_CONTROL_POLICY".into(),
            is_type_enabled: true,
            target_id: target_id.into(),
        };
        let nodes = ["r-1", "ou-1", "000000000001", "000000000002"];
        let of_aws = nodes.map(|node| (1, target("p-FullAWSAccess".into(), node)));
        let own = (0..self.scps.len()).map(|place| (1, target(format!("p-{place}"), "r-1")));
        of_aws.into_iter().chain(own).collect()
    }

    /// The lake, which lasts as long as its folder.
    pub(in crate::tests) async fn publish(mut self) -> (TempDir, Lake) {
        let (folder, lake, to) = begin("o-1").await;
        self.documents.sort_by_key(|(account, _)| *account);
        let account = |id: u64, ou_id: &str| {
            (id, Account { arn: id.to_string(), ou_id: Some(ou_id.into()), is_management: id == 1 })
        };
        let unit = |id: &str, parent: Option<&str>| {
            (1, Unit { ou_id: id.into(), parent_id: parent.map(str::to_owned), is_root: parent.is_none() })
        };
        let tables = vec![
            write(&to, [account(1, "r-1"), account(2, "ou-1")]).await,
            write(&to, [unit("ou-1", Some("r-1")), unit("r-1", None)]).await,
            write(&to, self.policies()).await,
            write(&to, self.targets()).await,
            write(&to, self.tasks()).await,
            write(&to, self.users).await,
            write(&to, self.roles).await,
            write(&to, self.groups).await,
            write(&to, self.documents).await,
            write(&to, self.buckets).await,
            write(&to, self.grants).await,
            write(&to, self.locations).await,
        ];
        commit(to, tables).await;
        (folder, lake)
    }
}
