//! The directory of IAM Identity Center: users, groups and who is in which. Calls: one in each region; where the
//! instance is, one for each 100 users, one for each 100 groups, and one for each 100 members of each group.
//!
//! Of a person it keeps the user name, the display name and the primary email address, which are inventory. Postal
//! addresses, telephone numbers and the rest that a directory may hold are not kept.

use aws_sdk_identitystore::Client;
use aws_sdk_identitystore::types::{Group as SdkGroup, GroupMembership as SdkMembership, User as SdkUser};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::instances;
use crate::items::{Answer, details, is_gone};

/// How the directory says that there is no such group.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One user of the directory.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_users", key = "identity_store_id, user_id")]
pub struct User {
    /// The user's ARN; null when AWS gives none.
    pub arn: Option<String>,
    /// The directory, d-….
    pub identity_store_id: String,
    /// The user's id in the directory.
    pub user_id: String,
    /// The name to sign in with.
    pub user_name: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// The primary email address.
    pub primary_email: Option<String>,
    /// Whether the user can sign in; null when AWS does not say.
    pub is_enabled: Option<bool>,
    /// Whether another identity provider gave the user an id: it is provisioned from there.
    pub has_external_id: bool,
    /// When the user was made (UTC); null when AWS does not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
}

/// One group of the directory.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_groups", key = "identity_store_id, group_id")]
pub struct Group {
    /// The group's ARN; null when AWS gives none.
    pub arn: Option<String>,
    /// The directory, d-….
    pub identity_store_id: String,
    /// The group's id in the directory.
    pub group_id: String,
    /// The group's name.
    pub group_name: Option<String>,
    /// The group's description.
    pub description: Option<String>,
    /// How many members it has; null when they could not be read.
    pub member_count: Option<i32>,
    /// Whether another identity provider gave the group an id: it is provisioned from there.
    pub has_external_id: bool,
    /// When the group was made (UTC); null when AWS does not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
}

/// One user in one group of the directory.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_memberships", key = "identity_store_id, membership_id")]
pub struct Membership {
    /// The directory, d-….
    pub identity_store_id: String,
    /// The membership's id in the directory.
    pub membership_id: String,
    /// The group's id.
    pub group_id: String,
    /// The user's id; null for a member that is no user.
    pub user_id: Option<String>,
}

/// Users, groups and memberships.
pub const DIRECTORY: Collector = Collector {
    name: "identity_center_directory",
    scope: Scope::OrganizationRegion,
    calls: &[
        call("ssoadmin", "ListInstances").needs("sso:ListInstances"),
        call("identitystore", "ListUsers"),
        call("identitystore", "ListGroups"),
        call("identitystore", "ListGroupMemberships"),
    ],
    tables: &[table::<User>(), table::<Group>(), table::<Membership>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let sso = client!(session, aws_sdk_ssoadmin);
    let directory = client!(session, aws_sdk_identitystore);
    for instance in instances::of_organization(&sso, session, rows.stamp()).await? {
        let Some(store) = instance.identity_store_id else { continue };
        users(&directory, &store, rows).await?;
        groups(&directory, &store, rows).await?;
    }
    Ok(())
}

async fn users(directory: &Client, store: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = directory.list_users().identity_store_id(store).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part([User::TABLE], page)? else { return Ok(()) };
        for user in page.users {
            let row = user_row(user, store, rows.captured_at());
            rows.push(row).await?;
        }
    }
    Ok(())
}

async fn groups(directory: &Client, store: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = directory.list_groups().identity_store_id(store).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part([Group::TABLE, Membership::TABLE], page)? else { return Ok(()) };
        let mut read = details(page.groups, |group| members(directory, store, group));
        while let Some((group, members)) = read.next().await {
            if is_gone(GONE, &members) {
                rows.gone();
                continue;
            }
            let members = rows.item([Membership::TABLE, Group::TABLE], members)?;
            let row = group_row(group, store, members.as_ref().map(Vec::len), rows.captured_at());
            for member in members.unwrap_or_default() {
                rows.push(membership_row(member, store, &row.group_id)).await?;
            }
            rows.push(row).await?;
        }
    }
    Ok(())
}

async fn members(directory: &Client, store: &str, group: SdkGroup) -> (SdkGroup, Answer<Vec<SdkMembership>>) {
    let list = directory.list_group_memberships().identity_store_id(store).group_id(&group.group_id);
    let mut pages = list.max_results(100).into_paginator().send();
    let mut members = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => members.extend(page.group_memberships),
            Err(error) => return (group, Err(error.into())),
        }
    }
    (group, Ok(members))
}

/// Where AWS leaves out what it promises, the SDK gives an empty text.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn user_row(it: SdkUser, store: &str, now: Timestamp) -> User {
    let created_at = it.created_at.as_ref().and_then(timestamp);
    let emails = it.emails.unwrap_or_default();
    User {
        arn: given(it.user_arn),
        identity_store_id: store.to_owned(),
        user_id: it.user_id,
        user_name: it.user_name,
        display_name: it.display_name,
        primary_email: emails.into_iter().find(|email| email.primary).and_then(|email| email.value),
        is_enabled: it.user_status.map(|status| status.as_str() == "ENABLED"),
        has_external_id: it.external_ids.is_some_and(|ids| !ids.is_empty()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

fn group_row(it: SdkGroup, store: &str, members: Option<usize>, now: Timestamp) -> Group {
    let created_at = it.created_at.as_ref().and_then(timestamp);
    Group {
        arn: given(it.group_arn),
        identity_store_id: store.to_owned(),
        group_id: it.group_id,
        group_name: it.display_name,
        description: it.description,
        member_count: members.map(|members| i32::try_from(members).unwrap_or(i32::MAX)),
        has_external_id: it.external_ids.is_some_and(|ids| !ids.is_empty()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

fn membership_row(it: SdkMembership, store: &str, group_id: &str) -> Membership {
    Membership {
        identity_store_id: store.to_owned(),
        membership_id: it.membership_id,
        group_id: group_id.to_owned(),
        user_id: it.member_id.and_then(|member| member.as_user_id().ok().cloned()),
    }
}

#[cfg(test)]
mod tests;
