//! `who-can` and `what-can`.

use clap::Args;

use super::{Shown, Source};
use crate::values;

pub(super) const WHO_CAN_HELP: &str = "\
Examples:
  orgcensus who-can s3:GetObject arn:aws:s3:::payroll/2026.csv
  orgcensus who-can kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/1234
  orgcensus who-can organizations:LeaveOrganization '*'
  orgcensus who-can s3:GetObject arn:aws:s3:::payroll/2026.csv \\
    --explain arn:aws:iam::111122223333:user/ana

All policies are asked together: those of the identity, its boundary, the resource's, the organization's, grants, ACLs \
and blocks. A row is one who may, or may be able to:
  allowed      if the caller does what caller_must_json says
  conditional  under the circumstances that conditions_json lists: one of its
               lists must hold whole
  unknown      a layer was not read; an account whose identities were not all
               read has a row of its own
The principal * is anyone whom a policy means that names nobody, or one that was not read. Who has no row is denied. \
The column via has the steps to it, nearest to the principal first: the roles that are assumed, or the group and the \
permission set by which a person of Identity Center enters. Empty: directly. Chains of roles are followed five steps \
deep, each role once. Services that assume a role are not followed.";

pub(super) const WHAT_CAN_HELP: &str = "\
Examples:
  orgcensus what-can arn:aws:iam::111122223333:user/ana
  orgcensus what-can arn:aws:iam::111122223333:role/deploy s3:PutObject

Without actions, 28 sensitive ones are asked: they read data, change access, run code, destroy. A resource is a \
pattern of the principal's own statements, which is about its own account's resources (what a resource's policy denies \
there is not told), or one that its policy or a grant gives to the principal, in any account; not one whose policy was \
not read. Keys and roles are told one by one.";

/// `who-can`
#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Say of this principal alone what each layer says, statement by statement.
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) explain: Option<String>,
    /// The action, s3:GetObject.
    #[arg(value_parser = values::action)]
    pub(crate) action: String,
    /// The ARN of the resource; * for actions on no resource in particular.
    #[arg(value_parser = values::resource)]
    pub(crate) resource: String,
}

/// `what-can`
#[derive(Debug, Args)]
pub(crate) struct WhatCan {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Say of one action on this resource alone what each layer says, statement by statement.
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) explain: Option<String>,
    /// The ARN of a user, a role, a session or a root user.
    #[arg(value_parser = values::arn)]
    pub(crate) principal: String,
    /// Actions, s3:GetObject.
    #[arg(value_name = "ACTION", value_parser = values::action)]
    pub(crate) actions: Vec<String>,
}
