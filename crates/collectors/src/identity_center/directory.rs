//! The directory of IAM Identity Center: users, groups and who is in which. Calls: one in each region; where the
//! instance is, one for each 100 users, one for each 100 groups, and one for each 100 members of each group.
//!
//! Of a person it keeps the user name, the display name and the primary email address, which are inventory. Postal
//! addresses, telephone numbers and the rest that a directory may hold are not kept.

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances;
use crate::items::{Answer, Unread, all, details, given, is_gone};

const USERS: Read<UserPage> = reads("identitystore", "ListUsers");
const GROUPS: Read<GroupPage> = reads("identitystore", "ListGroups");
const MEMBERS: Read<MemberPage> = reads("identitystore", "ListGroupMemberships");

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
    runs: Runs::Always,
    calls: &[instances::LIST.call(), USERS.call(), GROUPS.call(), MEMBERS.call()],
    resources: &[],
    tables: &[table::<User>(), table::<Group>(), table::<Membership>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct UserPage {
    users: Vec<ListedUser>,
}

/// What is kept of a person, and nothing else.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ListedUser {
    user_arn: Option<String>,
    user_id: Option<String>,
    user_name: Option<String>,
    display_name: Option<String>,
    emails: Vec<Email>,
    user_status: Option<String>,
    external_ids: Vec<IgnoredAny>,
    created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Email {
    value: Option<String>,
    primary: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GroupPage {
    groups: Vec<ListedGroup>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ListedGroup {
    group_arn: Option<String>,
    group_id: Option<String>,
    display_name: Option<String>,
    description: Option<String>,
    external_ids: Vec<IgnoredAny>,
    created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct MemberPage {
    group_memberships: Vec<ListedMembership>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ListedMembership {
    membership_id: Option<String>,
    member_id: Member,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Member {
    user_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    for instance in instances::of_organization(session, rows.stamp()).await? {
        let store = given(instance.identity_store_id, &instances::LIST.call().name(), "IdentityStoreId");
        let Some(store) = rows.item([User::TABLE, Group::TABLE, Membership::TABLE], store)? else { continue };
        users(session, &store, rows).await?;
        groups(session, &store, rows).await?;
    }
    Ok(())
}

async fn users(session: &Session, store: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = USERS.pages(session, json!({"IdentityStoreId": store, "MaxResults": 100}));
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part([User::TABLE], page)? else { return Ok(()) };
        for user in page.users {
            let mut unread = Unread::default();
            let row = user_row(user, store, rows.captured_at(), &mut unread);
            unread.push(rows, &USERS.call().name(), row).await?;
        }
    }
    Ok(())
}

async fn groups(session: &Session, store: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = GROUPS.pages(session, json!({"IdentityStoreId": store, "MaxResults": 100}));
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part([Group::TABLE, Membership::TABLE], page)? else { return Ok(()) };
        let mut read = details(page.groups, |group| members(session, store, group));
        while let Some((group, members)) = read.next().await {
            push_group(rows, store, group, members).await?;
        }
    }
    Ok(())
}

async fn push_group(
    rows: &mut Rows<'_>,
    store: &str,
    mut group: ListedGroup,
    members: Answer<Vec<ListedMembership>>,
) -> Result<(), Error> {
    if is_gone(GONE, &members) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(group_id) = unread.value("GroupId", group.group_id.take()) else {
        unread.lost(rows, [Group::TABLE, Membership::TABLE], &GROUPS.call().name());
        return Ok(());
    };
    let members = rows.item([Membership::TABLE, Group::TABLE], members)?;
    let count = members.as_ref().map(Vec::len);
    let row = group_row((store, group_id), group, count, rows.captured_at(), &mut unread);
    unread.count(rows, Group::TABLE, &GROUPS.call().name());
    for member in members.unwrap_or_default() {
        let mut unread = Unread::default();
        let member = membership_row(member, store, &row.group_id, &mut unread);
        unread.push(rows, &MEMBERS.call().name(), member).await?;
    }
    rows.push(row).await
}

async fn members(session: &Session, store: &str, group: ListedGroup) -> (ListedGroup, Answer<Vec<ListedMembership>>) {
    let input = json!({"IdentityStoreId": store, "GroupId": group.group_id, "MaxResults": 100});
    let members = all(&MEMBERS, session, input, |page| page.group_memberships).await;
    (group, members)
}

fn user_row(it: ListedUser, store: &str, now: Timestamp, unread: &mut Unread) -> Option<User> {
    let user_id = unread.value("UserId", it.user_id)?;
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    Some(User {
        arn: it.user_arn,
        identity_store_id: store.to_owned(),
        user_id,
        user_name: it.user_name,
        display_name: it.display_name,
        primary_email: it.emails.into_iter().find(|email| email.primary).and_then(|email| email.value),
        is_enabled: it.user_status.map(|status| status == "ENABLED"),
        has_external_id: !it.external_ids.is_empty(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

fn group_row(
    (store, group_id): (&str, String),
    it: ListedGroup,
    members: Option<usize>,
    now: Timestamp,
    unread: &mut Unread,
) -> Group {
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    Group {
        arn: it.group_arn,
        identity_store_id: store.to_owned(),
        group_id,
        group_name: it.display_name,
        description: it.description,
        member_count: members.map(|members| i32::try_from(members).unwrap_or(i32::MAX)),
        has_external_id: !it.external_ids.is_empty(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

fn membership_row(it: ListedMembership, store: &str, group_id: &str, unread: &mut Unread) -> Option<Membership> {
    let membership_id = unread.value("MembershipId", it.membership_id)?;
    Some(Membership {
        identity_store_id: store.to_owned(),
        membership_id,
        group_id: group_id.to_owned(),
        user_id: it.member_id.user_id,
    })
}

#[cfg(test)]
mod tests;
