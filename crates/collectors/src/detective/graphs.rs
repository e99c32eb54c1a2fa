//! Detective: ListGraphs and the members of each by ListMembers; and, by ListInvitations, the graphs of others to which
//! the account gives its data.

#[cfg(test)]
mod tests;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, all, details};

const LIST: Read<Page> = reads("detective", "ListGraphs");
const MEMBERS: Read<Members> = reads("detective", "ListMembers");
const INVITATIONS: Read<Invitations> = reads("detective", "ListInvitations");

/// Detective in one account and region: one row for each, also where it is off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "detective_graphs")]
pub struct Graph {
    /// Whether the account administers a behavior graph, or is an enabled member of another's as far as it is told.
    /// Null: that could not be read.
    pub is_enabled: Option<bool>,
    /// The ARN of the graph that the account administers. Null: it administers none.
    pub graph_arn: Option<String>,
    /// When that graph was made (UTC). Null: there is none, or AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// How many members that graph has, of every status. Null: there is no graph, or they could not be read.
    pub member_count: Option<i32>,
    /// The graphs of others of which the account is an enabled member. An account that its organization made a member
    /// may not be told: detective_members of the administrator says so. Null: they could not be read.
    pub member_graph_arns: Option<Vec<String>>,
    /// The graphs of others of which it is a member that is not enabled, or to which it is invited. Null: they could
    /// not be read.
    pub pending_graph_arns: Option<Vec<String>>,
}

/// One member of a behavior graph, as its administrator sees it. The stamped account is the administrator.
#[derive(Debug, Serialize, Row)]
#[row(table = "detective_members", key = "graph_arn, member_account_id")]
pub struct Member {
    /// The graph's ARN.
    pub graph_arn: String,
    /// The member, 12 digits.
    pub member_account_id: String,
    /// ENABLED, INVITED, ACCEPTED_BUT_DISABLED …, as AWS says it. Null: AWS did not say.
    pub status: Option<String>,
    /// Whether the graph has its data. Null: AWS did not say.
    pub is_enabled: Option<bool>,
    /// Why it is not enabled, VOLUME_TOO_HIGH. Null: AWS gives no reason.
    pub disabled_reason: Option<String>,
    /// ORGANIZATION or INVITATION: how it became a member. Null: AWS did not say.
    pub invitation_type: Option<String>,
    /// When it became one, or was invited (UTC). Null: AWS did not say.
    pub invited_at: Option<Timestamp>,
}

/// The behavior graph of one region.
pub const GRAPHS: Collector = Collector {
    name: "detective_graphs",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), MEMBERS.call(), INVITATIONS.call()],
    resources: &[],
    tables: &[table::<Graph>(), table::<Member>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    graph_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    arn: Option<String>,
    created_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Members {
    member_details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Detail {
    account_id: Option<String>,
    status: Option<String>,
    disabled_reason: Option<String>,
    invited_time: Option<Moment>,
    invitation_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Invitations {
    invitations: Vec<Invitation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Invitation {
    graph_arn: Option<String>,
    status: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let graphs = all(&LIST, session, json!({"MaxResults": 200}), |page| page.graph_list).await?;
    let answer = all(&INVITATIONS, session, json!({"MaxResults": 200}), |page| page.invitations).await;
    let invitations = rows.item([Graph::TABLE], answer)?;
    let mut unread = Unread::default();
    let others = others(invitations, graphs.is_empty(), &mut unread);
    unread.count(rows, Graph::TABLE, &INVITATIONS.call().name());
    if graphs.is_empty() {
        return rows.push(others).await;
    }
    // AWS gives one at most. A second one would not fit the table, and is counted.
    let mut read = details(graphs, |graph| async move {
        let input = json!({"GraphArn": graph.arn, "MaxResults": 200});
        let members = all(&MEMBERS, session, input, |page| page.member_details).await;
        (graph, members)
    });
    while let Some((graph, members)) = read.next().await {
        let members = rows.item([Graph::TABLE, Member::TABLE], members)?;
        let mut unread = Unread::default();
        let created_at = unread.moment("CreatedTime", graph.created_time.as_ref());
        let row = Graph {
            is_enabled: Some(true),
            graph_arn: unread.value("Arn", graph.arn.clone()),
            created_at,
            age_days: created_at.map(|at| at.days_until(rows.captured_at())),
            member_count: members.as_ref().map(|it| i32::try_from(it.len()).unwrap_or(i32::MAX)),
            member_graph_arns: others.member_graph_arns.clone(),
            pending_graph_arns: others.pending_graph_arns.clone(),
        };
        unread.count(rows, Graph::TABLE, &LIST.call().name());
        rows.push(row).await?;
        for detail in members.unwrap_or_default() {
            let mut unread = Unread::default();
            let row = member(graph.arn.clone().unwrap_or_default(), detail, &mut unread);
            unread.push(rows, &MEMBERS.call().name(), row).await?;
        }
    }
    Ok(())
}

/// What the account is in the graphs of others. Where it has no graph of its own, that says whether Detective is on.
fn others(invitations: Option<Vec<Invitation>>, is_without_graph: bool, unread: &mut Unread) -> Graph {
    let Some(invitations) = invitations else { return Graph::default() };
    let mut of = |is_wanted: fn(&str) -> bool| -> Vec<String> {
        let found = invitations.iter().filter(|it| is_wanted(it.status.as_deref().unwrap_or_default()));
        unread.each("GraphArn", found.map(|it| it.graph_arn.clone()))
    };
    let (member, pending) = (of(|status| status == "ENABLED"), of(|status| status != "ENABLED"));
    let is_member = invitations.iter().any(|it| it.status.as_deref() == Some("ENABLED"));
    Graph {
        is_enabled: is_without_graph.then_some(is_member),
        member_graph_arns: Some(member),
        pending_graph_arns: Some(pending),
        ..Graph::default()
    }
}

fn member(graph_arn: String, it: Detail, unread: &mut Unread) -> Option<Member> {
    Some(Member {
        graph_arn,
        member_account_id: unread.value("AccountId", it.account_id)?,
        is_enabled: it.status.as_deref().map(|status| status == "ENABLED"),
        status: it.status,
        disabled_reason: it.disabled_reason,
        invitation_type: it.invitation_type,
        invited_at: unread.moment("InvitedTime", it.invited_time.as_ref()),
    })
}
