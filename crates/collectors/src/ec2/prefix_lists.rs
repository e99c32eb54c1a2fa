//! Managed prefix lists: DescribeManagedPrefixLists, then GetManagedPrefixListEntries for each that is not AWS's own.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("ec2", "DescribeManagedPrefixLists");
const ENTRIES: Read<Entries> = reads("ec2", "GetManagedPrefixListEntries");

/// How EC2 says that there is no such prefix list.
const GONE: &[&str] = &["InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound"];

/// One managed prefix list: ranges under one name, for rules and routes. Those of AWS are here without their entries.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_managed_prefix_lists", key = "arn", name = "prefix_list_name", resource = "ec2_prefix_list")]
pub struct ManagedPrefixList {
    /// The list's ARN.
    pub arn: String,
    /// The list's id, pl-….
    pub prefix_list_id: String,
    /// The list's name. Null: AWS did not say.
    pub prefix_list_name: Option<String>,
    /// The account that owns it, or AWS. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Whether it is one of AWS's own, with the addresses of a service. Null: AWS did not say who owns it.
    pub is_aws_managed: Option<bool>,
    /// Whether another account owns it and shares it with this one. Null: AWS did not say who owns it.
    pub is_shared_by_other: Option<bool>,
    /// IPv4 or IPv6.
    pub address_family: Option<String>,
    /// create-complete, modify-complete, and states on the way. Null: it is AWS's.
    pub state: Option<String>,
    /// Its version. Null: it is AWS's.
    pub version: Option<i64>,
    /// How many entries it may have; each counts against the quotas of what uses the list. Null: it is AWS's.
    pub max_entries: Option<i32>,
    /// How many entries it has. Null: not read.
    pub entry_count: Option<i32>,
    /// Whether the whole world is among its entries, 0.0.0.0/0 or ::/0. Null: not read.
    pub is_open_to_world: Option<bool>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// One range of a prefix list.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_managed_prefix_list_entries", key = "prefix_list_id, entry_cidr")]
pub struct ManagedPrefixListEntry {
    /// The list, pl-….
    pub prefix_list_id: String,
    /// The range.
    pub entry_cidr: String,
    /// What it is, as its maker wrote. Null: nothing.
    pub description: Option<String>,
    /// Whether it is the whole world: 0.0.0.0/0 or ::/0.
    pub is_open_to_world: bool,
}

/// The prefix lists of one region.
pub const MANAGED_PREFIX_LISTS: Collector = Collector {
    name: "ec2_managed_prefix_lists",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ENTRIES.call()],
    resources: &[],
    tables: &[table::<ManagedPrefixList>(), table::<ManagedPrefixListEntry>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    prefix_list_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    prefix_list_id: Option<String>,
    prefix_list_arn: Option<String>,
    prefix_list_name: Option<String>,
    owner_id: Option<String>,
    address_family: Option<String>,
    state: Option<String>,
    version: Option<i64>,
    max_entries: Option<i32>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entries {
    entry_set: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    cidr: Option<String>,
    description: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut lists = details(page?.prefix_list_set, |described| read(session, described));
        while let Some((described, entries)) = lists.next().await {
            push(session, rows, described, entries).await?;
        }
    }
    Ok(())
}

/// A list's entries; none are asked for of AWS's own lists, whose ranges AWS publishes.
async fn read(session: &Session, described: Described) -> (Described, Option<Answer<Vec<Entry>>>) {
    if described.owner_id.as_deref() == Some("AWS") {
        return (described, None);
    }
    let input = json!({"PrefixListId": described.prefix_list_id, "MaxResults": 100});
    let entries = all(&ENTRIES, session, input, |page| page.entry_set).await;
    (described, Some(entries))
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    entries: Option<Answer<Vec<Entry>>>,
) -> Result<(), Error> {
    if entries.as_ref().is_some_and(|entries| is_gone(GONE, entries)) {
        rows.gone();
        return Ok(());
    }
    let tables = [ManagedPrefixList::TABLE, ManagedPrefixListEntry::TABLE];
    let mut unread = Unread::default();
    let Some(mut row) = prefix_list(session, described, &mut unread) else {
        unread.lost(rows, tables, &LIST.call().name());
        return Ok(());
    };
    let entries = match entries {
        Some(answer) => rows.item(tables, answer)?,
        None => None,
    };
    row.entry_count = entries.as_ref().map(|entries| i32::try_from(entries.len()).unwrap_or(i32::MAX));
    row.is_open_to_world = entries.as_deref().and_then(is_any_world);
    for entry in entries.into_iter().flatten() {
        let mut unread = Unread::default();
        let entry_row = unread.value("cidr", entry.cidr).map(|entry_cidr| ManagedPrefixListEntry {
            prefix_list_id: row.prefix_list_id.clone(),
            is_open_to_world: is_world(&entry_cidr),
            entry_cidr,
            description: entry.description.filter(|text| !text.is_empty()),
        });
        unread.push(rows, &ENTRIES.call().name(), entry_row).await?;
    }
    unread.push(rows, &LIST.call().name(), Some(row)).await
}

/// Whether one of these is the world; not known if none is, and one does not say what it is.
fn is_any_world(entries: &[Entry]) -> Option<bool> {
    let is_any = entries.iter().filter_map(|it| it.cidr.as_deref()).any(is_world);
    let is_known = entries.iter().all(|it| it.cidr.is_some());
    (is_any || is_known).then_some(is_any)
}

fn is_world(cidr: &str) -> bool {
    matches!(cidr, "0.0.0.0/0" | "::/0")
}

fn prefix_list(session: &Session, it: Described, unread: &mut Unread) -> Option<ManagedPrefixList> {
    let owner = it.owner_id.as_deref();
    let made = |id: &str| arns::owned(session, owner, &format!("prefix-list/{id}"));
    let (arn, prefix_list_id) = unread.identity("prefixListId", it.prefix_list_id, it.prefix_list_arn, made)?;
    Some(ManagedPrefixList {
        arn,
        prefix_list_id,
        prefix_list_name: it.prefix_list_name,
        is_aws_managed: owner.map(|owner| owner == "AWS"),
        is_shared_by_other: owner.map(|owner| owner != "AWS" && owner != session.account_id()),
        owner_account_id: it.owner_id,
        address_family: it.address_family,
        state: it.state,
        version: it.version,
        max_entries: it.max_entries,
        entry_count: None,
        is_open_to_world: None,
        tags: tags::by_key(it.tag_set),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::MANAGED_PREFIX_LISTS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeManagedPrefixListsResponse><prefixListSet><item><prefixListId>pl-aws</prefixListId>
        <prefixListArn>arn:aws:ec2:eu-west-1:aws:prefix-list/pl-aws</prefixListArn><ownerId>AWS</ownerId>
        <prefixListName>com.amazonaws.eu-west-1.s3</prefixListName></item><item><prefixListId>pl-own</prefixListId>
        <prefixListName>offices</prefixListName><ownerId>111122223333</ownerId><addressFamily>IPv4</addressFamily>
        <state>modify-complete</state><version>3</version><maxEntries>10</maxEntries></item></prefixListSet>
        <nextToken>second</nextToken></DescribeManagedPrefixListsResponse>";
    const SECOND: &str = "<DescribeManagedPrefixListsResponse><prefixListSet>
        <item><prefixListId>pl-gone</prefixListId><ownerId>111122223333</ownerId></item>
        <item><prefixListId>pl-denied</prefixListId><ownerId>999988887777</ownerId></item>
        <item><prefixListId>pl-odd</prefixListId></item><item><ownerId>111122223333</ownerId></item></prefixListSet>
        </DescribeManagedPrefixListsResponse>";
    const ENTRIES: &str = "<GetManagedPrefixListEntriesResponse><entrySet><item><cidr>0.0.0.0/0</cidr>
        <description>all</description></item></entrySet><nextToken>more</nextToken></GetManagedPrefixListEntriesResponse>";
    const MORE: &str =
        "<GetManagedPrefixListEntriesResponse><entrySet><item><cidr>198.51.100.0/24</cidr></item></entrySet>
        </GetManagedPrefixListEntriesResponse>";
    const ODD: &str =
        "<GetManagedPrefixListEntriesResponse><entrySet><item><description>what?</description></item></entrySet>
        </GetManagedPrefixListEntriesResponse>";

    #[tokio::test]
    async fn lists_of_every_owner_with_their_entries() {
        let recorded = Recorded::new()
            .answer("DescribeManagedPrefixLists", FIRST)
            .answer_to("DescribeManagedPrefixLists", "second", SECOND)
            .answer_to("GetManagedPrefixListEntries", "pl-own", ENTRIES)
            .answer_to("GetManagedPrefixListEntries", "more", MORE)
            .refuse("GetManagedPrefixListEntries", "pl-gone", 400, &refused("InvalidPrefixListID.NotFound"))
            .refuse("GetManagedPrefixListEntries", "pl-denied", 403, &refused("UnauthorizedOperation"))
            .answer_to("GetManagedPrefixListEntries", "pl-odd", ODD);
        let collected = recorded.run(&MANAGED_PREFIX_LISTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&MANAGED_PREFIX_LISTS);
        let names = ["prefix_list_id", "is_aws_managed", "is_shared_by_other", "entry_count", "is_open_to_world"];
        assert_eq!(
            columns(&collected, "ec2_managed_prefix_lists", &names),
            [
                json!(["pl-aws", true, false, null, null]),
                json!(["pl-own", false, false, 2, true]),
                json!(["pl-denied", false, true, null, null]),
                json!(["pl-odd", null, null, 1, null]),
            ]
        );
        let names = ["prefix_list_id", "entry_cidr", "description", "is_open_to_world"];
        assert_eq!(
            columns(&collected, "ec2_managed_prefix_list_entries", &names),
            [json!(["pl-own", "0.0.0.0/0", "all", true]), json!(["pl-own", "198.51.100.0/24", null, false])]
        );
        // Entries that are refused, one without a range, and a list without an id.
        assert_eq!(collected.short(), (3, vec!["ec2_managed_prefix_list_entries", "ec2_managed_prefix_lists"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeManagedPrefixLists", "", 403, &denied);
        let collected = recorded.run(&MANAGED_PREFIX_LISTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
