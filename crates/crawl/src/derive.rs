//! What only the whole organization knows: whom each policy lets in, and who can reach each resource.
//!
//! Two passes. The first finds out which networks, buckets and identities policies name, and which of them are the
//! organization's. The second judges the staged policies, an account and region at a time. A fact that was not collected
//! makes the verdict null, never false.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMillisecondType;
use arrow::record_batch::RecordBatch;
use chrono::{DateTime, Utc};
use orgcensus_collect::PolicyDocument;
use orgcensus_lake::{Group, Groups, SliceIndex};
use orgcensus_row::{Row, Table, table};
use serde::Serialize;

use crate::context::Shared;
use crate::error::Error;
use crate::scratch::{Scratch, ScratchRows};

mod account_policies;
mod buckets;
mod control;
mod external;
mod identity;
mod known;
mod names;
mod resource;
mod seen;

pub use account_policies::AccountPolicy;
pub(crate) use account_policies::TARGETS;
use buckets::Blocks;
use control::Controls;
pub(crate) use control::POLICIES;
pub use external::ExternalAccess;
use identity::Shelf;
pub(crate) use identity::identity_tables;
pub use identity::{IdentityAccess, PrivilegePath, RoleTrust};
use known::Known;
use seen::Seen;

/// One principal that one allowing statement of one resource's policy names, after its conditions and before any Deny.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "policy_principals", key = "resource_arn, policy_kind, policy_name, ordinal, principal")]
pub struct PolicyPrincipal {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust or acl.
    pub policy_kind: String,
    /// The policy's name; empty where a resource has one policy only.
    pub policy_name: String,
    /// The statement's place in the document, from 0.
    pub ordinal: i32,
    /// The principal as written, AWS:arn:aws:iam::111122223333:root.
    pub principal: String,
    /// same_account, in_org, external, public, service, federated, unknown or nobody.
    pub principal_class: String,
    /// The one account that the principal is of; null when it is none or several.
    pub principal_account_id: Option<String>,
    /// Whether someone outside the organization is among them; null when it cannot be told.
    pub is_external: Option<bool>,
    /// Whether the account, role or user is there: false for a deleted identity's id, and for one that its account of the
    /// organization does not have. Null where that cannot be told: services, others' accounts, identities not all read.
    pub is_living: Option<bool>,
    /// Condition keys that bound who is let in.
    pub bounded_by: Vec<String>,
    /// What the statement's actions can do, in AWS's words: List, Read, Write, Permissions management, Tagging; Unknown
    /// where AWS's reference does not have the action.
    pub access_levels: Vec<String>,
    /// What is worth knowing: service_unscoped, network_restricted; dangling_principal is a deleted identity's id,
    /// dead_principal an ARN of the organization that is not there.
    pub flags: Vec<String>,
}

/// Who can reach one resource: all its policies, its ACL and what blocks them, in three answers. Null is not known.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "resource_access", key = "resource_arn")]
pub struct ResourceAccess {
    /// The resource's ARN.
    pub resource_arn: String,
    /// Its type, sqs_queue.
    pub resource_type: String,
    /// The account that owns it.
    pub resource_account_id: String,
    /// Whether anyone can reach it; null when a policy, an ACL or a block could not be read, and for a function's URL of
    /// before October 2025, or of unknown age, that only one of its two permissions opens.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization can, anyone included; null when it cannot be told.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can; null when it cannot be told.
    pub is_in_org: Option<bool>,
    /// Whether anyone could if nothing blocked its policies and its ACL: no gate, and no resource control policy.
    pub is_policy_public: Option<bool>,
    /// AWS's own verdict on the policy, without ACL and blocks, where it gives one: of S3 buckets. Null: it gives none,
    /// or it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether a resource control policy of the organization, other than AWS's own, binds the account. Where it takes
    /// something away, flags have denied_by_rcp. Null: the organization's policies were not read.
    pub has_rcp: Option<bool>,
    /// Whether it has a policy or an ACL; null when that could not be read.
    pub has_policy: Option<bool>,
    /// What blocks its policies: restrict_public_buckets, ignore_public_acls …
    pub gated_by: Vec<String>,
    /// What is worth knowing: service_unscoped, denied …; policies_unread: it may have policies that are not read, so what
    /// is not yes is null; denied_by_rcp: an RCP takes something away; guardrails_unread: RCPs were not all read.
    pub flags: Vec<String>,
    /// What makes it so, in words.
    pub reasons: Vec<String>,
}

/// Stages all derived rows. Between two groups others have their turn: the lock's heartbeat, a signal.
pub(crate) async fn stage(shared: &Shared, scratch: &mut Scratch) -> Result<(), Error> {
    let seen = Seen::read(shared, &mut scratch.index)?;
    let targets = account_policies::read(shared, &mut scratch.index)?;
    let mut controls = Controls::read(shared, &mut scratch.index, &targets, &seen)?;
    let known = Known::read(shared, &mut scratch.index, seen).await?;
    let mut blocks = Blocks::open(shared, &mut scratch.index)?;
    let mut shelf = Shelf::default();
    let mut documents = Staged::open(&mut scratch.index, table::<PolicyDocument>())?;
    let mut principals = ScratchRows::<PolicyPrincipal>::new()?;
    let mut external = ScratchRows::<ExternalAccess>::new()?;
    let mut access = ScratchRows::<ResourceAccess>::new()?;
    while let Some(group) = documents.next_group() {
        let of_account = blocks.of(&group.account_id)?;
        let control = controls.of(shared, &group.account_id);
        let stamp = shared.stamp(&group.account_id, &group.region);
        let mut resources = resource::Resources::default();
        for batch in documents.batches(&group) {
            let batch = batch?;
            shelf.add(&batch);
            resources.add(&batch)?;
        }
        for resource in resources.into_values() {
            let judged = resource.judge(&group.account_id, &known, of_account, &control.guardrails);
            principals.extend(scratch, &stamp, judged.principals)?;
            external.extend(scratch, &stamp, judged.external)?;
            access.extend(scratch, &stamp, [ResourceAccess { has_rcp: control.has_rcp, ..judged.access }])?;
        }
        principals.stage(scratch, &stamp)?;
        external.stage(scratch, &stamp)?;
        access.stage(scratch, &stamp)?;
        tokio::task::yield_now().await;
    }
    identity::stage(shared, scratch, &known.organization, &mut controls, &mut shelf).await?;
    account_policies::stage(shared, scratch, &targets)
}

/// The staged groups of one table.
pub(crate) struct Staged {
    table: Table,
    groups: Peekable<Groups>,
}

impl Staged {
    fn open(index: &mut SliceIndex, table: Table) -> Result<Self, Error> {
        Ok(Self { table, groups: index.groups(&table).map_err(Error::Lake)?.peekable() })
    }

    /// A collector's table by its name; none when no collector fills it.
    fn named(shared: &Shared, index: &mut SliceIndex, name: &str) -> Result<Option<Self>, Error> {
        let tables = crate::tables::staged(&shared.crawl.all_collectors);
        let found = tables.into_iter().find(|table| table.name == name);
        found.map(|table| Self::open(index, table)).transpose()
    }

    fn next_group(&mut self) -> Option<Group> {
        self.groups.next()
    }

    /// The batches of a group, read one by one.
    fn batches<'g>(&self, group: &'g Group) -> impl Iterator<Item = Result<RecordBatch, Error>> + use<'g> {
        let table = self.table;
        group.slices.iter().map(move |slice| group.stage.read(&table, slice).map_err(Error::Lake))
    }

    /// Shows every batch with its account.
    fn each_batch(mut self, mut show: impl FnMut(&Arc<str>, &RecordBatch)) -> Result<(), Error> {
        while let Some(group) = self.next_group() {
            for batch in self.batches(&group) {
                show(&group.account_id, &batch?);
            }
        }
        Ok(())
    }

    /// Shows every row with its account.
    fn each_row(self, mut show: impl FnMut(&Arc<str>, &RecordBatch, usize)) -> Result<(), Error> {
        self.each_batch(|account_id, batch| (0..batch.num_rows()).for_each(|row| show(account_id, batch, row)))
    }

    /// Shows the rows of one account. Accounts must be asked for in order.
    fn of_account(&mut self, account_id: &str, mut show: impl FnMut(&RecordBatch, usize)) -> Result<(), Error> {
        while let Some(group) = self.groups.next_if(|group| *group.account_id <= *account_id) {
            if *group.account_id == *account_id {
                for batch in self.batches(&group) {
                    let batch = batch?;
                    (0..batch.num_rows()).for_each(|row| show(&batch, row));
                }
            }
        }
        Ok(())
    }
}

/// A text column of a batch; null where it is null, or where there is no such column.
fn text<'b>(batch: &'b RecordBatch, column: &str, row: usize) -> Option<&'b str> {
    let array = batch.column_by_name(column)?.as_string_opt::<i32>()?;
    array.is_valid(row).then(|| array.value(row))
}

/// A moment of a batch.
fn moment(batch: &RecordBatch, column: &str, row: usize) -> Option<DateTime<Utc>> {
    let array = batch.column_by_name(column)?.as_primitive_opt::<TimestampMillisecondType>()?;
    array.is_valid(row).then(|| array.value(row)).and_then(DateTime::from_timestamp_millis)
}

/// A boolean column of a batch.
fn boolean(batch: &RecordBatch, column: &str, row: usize) -> Option<bool> {
    let array = batch.column_by_name(column)?.as_boolean_opt()?;
    array.is_valid(row).then(|| array.value(row))
}

/// Words in order, each once.
fn words<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// Resources by ARN.
type ByArn<T> = BTreeMap<String, T>;
