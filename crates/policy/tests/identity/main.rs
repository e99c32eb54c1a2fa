//! What identities may do: policies in, the verdict out.

mod administrators;
mod edges;
mod paths;
mod unread;

use orgcensus_policy::identity::{
    Access, Attached, Boundary, Identity, IdentityPolicy, Path, Remark, Scope, Through, judge,
};

pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/ana";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/app";
pub(crate) const GROUP: &str = "arn:aws:iam::111122223333:group/admins";
pub(crate) const POLICY: &str = "arn:aws:iam::111122223333:policy/own";
pub(crate) const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

/// An identity under test.
pub(crate) struct Case {
    arn: &'static str,
    policies: Vec<(Through<'static>, &'static str, Option<IdentityPolicy>)>,
    boundary: Option<Option<IdentityPolicy>>,
}

fn read(statements: &str) -> IdentityPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    IdentityPolicy::parse(&text).expect("a policy")
}

impl Case {
    pub(crate) fn of(arn: &'static str) -> Self {
        Self { arn, policies: Vec::new(), boundary: None }
    }

    /// A policy written into the identity, by its statements.
    pub(crate) fn inline(mut self, statements: &str) -> Self {
        self.policies.push((Through::Inline, self.arn, Some(read(statements))));
        self
    }

    pub(crate) fn managed(mut self, statements: &str) -> Self {
        self.policies.push((Through::Managed, POLICY, Some(read(statements))));
        self
    }

    pub(crate) fn group(mut self, statements: &str) -> Self {
        self.policies.push((Through::Group(GROUP), GROUP, Some(read(statements))));
        self
    }

    /// A managed policy that was not read, but may be known by name.
    pub(crate) fn unread(mut self, arn: &'static str) -> Self {
        self.policies.push((Through::Managed, arn, IdentityPolicy::well_known(arn).cloned()));
        self
    }

    pub(crate) fn boundary(mut self, statements: &str) -> Self {
        self.boundary = Some(Some(read(statements)));
        self
    }

    pub(crate) fn unread_boundary(mut self) -> Self {
        self.boundary = Some(None);
        self
    }

    pub(crate) fn judge(&self) -> Access {
        let attached: Vec<Attached<'_>> = self
            .policies
            .iter()
            .map(|(through, resource_arn, policy)| Attached {
                through: *through,
                resource_arn,
                policy: policy.as_ref(),
            })
            .collect();
        let boundary = match &self.boundary {
            None => Boundary::None,
            Some(None) => Boundary::Unread,
            Some(Some(policy)) => Boundary::Policy(policy),
        };
        judge(&Identity { arn: self.arn, has_user_name: self.arn.contains(":user/"), attached: &attached, boundary })
    }
}

/// A user with one inline policy of these statements.
pub(crate) fn user(statements: &str) -> Access {
    Case::of(USER).inline(statements).judge()
}

/// A role with one inline policy of these statements.
pub(crate) fn role(statements: &str) -> Access {
    Case::of(ROLE).inline(statements).judge()
}

/// An Allow of these actions on this resource.
pub(crate) fn allow(actions: &str, resource: &str) -> String {
    statement("Allow", actions, resource, "{}")
}

pub(crate) fn deny(actions: &str, resource: &str) -> String {
    statement("Deny", actions, resource, "{}")
}

pub(crate) fn statement(effect: &str, actions: &str, resource: &str, condition: &str) -> String {
    let actions: Vec<String> = actions.split(' ').map(|action| format!("\"{action}\"")).collect();
    let actions = actions.join(",");
    format!(r#"{{"Effect":"{effect}","Action":[{actions}],"Resource":"{resource}","Condition":{condition}}}"#)
}

/// The names of the paths.
pub(crate) fn names(access: &Access) -> Vec<&'static str> {
    access.paths.iter().map(|path| path.method.name).collect()
}

/// The path of this name.
pub(crate) fn path<'a>(access: &'a Access, name: &str) -> &'a Path {
    let found = access.paths.iter().find(|path| path.method.name == name);
    found.unwrap_or_else(|| panic!("{name} is not among {:?}", names(access)))
}

pub(crate) fn has(access: &Access, remark: Remark) -> bool {
    access.remarks.contains(&remark)
}

#[test]
fn who_has_nothing_may_do_nothing() {
    let access = Case::of(USER).judge();
    let answers = [
        access.is_administrator,
        access.allows_everything,
        access.writes_iam,
        access.passes_roles,
        access.passes_every_role,
        access.reads_all_data,
        access.may_escalate,
    ];
    assert_eq!(answers, [Some(false); 7]);
    assert!(access.paths.is_empty() && access.remarks.is_empty() && access.is_read);
    assert_eq!(access.boundary_effect.as_str(), "none");
}

#[test]
fn writing_iam_is_more_than_ones_own_credentials() {
    assert_eq!(user(&allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")).writes_iam, Some(false));
    assert_eq!(user(&allow("iam:*AccessKey*", "arn:aws:iam::*:user/*")).writes_iam, Some(true));
    assert_eq!(user(&allow("iam:Get* iam:List*", "*")).writes_iam, Some(false));
    assert_eq!(user(&allow("IAM:creategroup", "*")).writes_iam, Some(true));
    assert_eq!(user(&format!("{},{}", allow("iam:*", "*"), deny("iam:*", "*"))).writes_iam, Some(false));
}

#[test]
fn passing_roles_says_which() {
    let access = role(&allow("iam:PassRole", "arn:aws:iam::111122223333:role/batch-*"));
    assert_eq!((access.passes_roles, access.passes_every_role), (Some(true), Some(false)));
    assert_eq!(access.passed_roles, ["arn:aws:iam::111122223333:role/batch-*"]);
    let to_one = r#"{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#;
    let access = role(&statement("Allow", "iam:PassRole", "*", to_one));
    assert_eq!((access.passes_roles, access.passes_every_role), (Some(true), Some(true)));
    let access = role(&format!("{},{}", allow("iam:Pass*", "*"), deny("iam:PassRole", "*")));
    assert_eq!((access.passes_roles, access.passed_roles.len()), (Some(false), 0));
}

#[test]
fn reading_all_data_is_every_thing_of_a_kind() {
    assert_eq!(role(&allow("s3:Get*", "*")).reads_all_by, ["s3:GetObject"]);
    assert_eq!(role(&allow("s3:GetObject", "arn:aws:s3:::*")).reads_all_data, Some(true));
    assert_eq!(role(&allow("s3:GetObject", "arn:aws:s3:::one/*")).reads_all_data, Some(false));
    let mfa = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
    let access = role(&statement("Allow", "s3:GetObject", "*", mfa));
    assert_eq!(access.reads_all_data, Some(false));
    assert!(has(&access, Remark::Conditional));
}

#[test]
fn scopes_are_in_order() {
    assert!(Scope::Some < Scope::Own && Scope::Own < Scope::Every);
}
