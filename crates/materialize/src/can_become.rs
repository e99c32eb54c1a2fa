//! `can_become`: who gets to which role, by others or directly. It joins the rows of `can_assume`.

use futures::future::BoxFuture;
use orgcensus_answers::Which;
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::Lake;
use orgcensus_reach::{Chain, Reach};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};

/// A principal that can become a role of the row's account, by assuming at most four roles one after the other: what
/// can_assume says, end to end, without services. Each principal has one row, by the shortest way, and of ways that are
/// equally long by the surest. A role tells at most 200 principals; if there are more, or longer ways, is_cut is true
/// and a row of the kind others stands for the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "can_become", key = "role_arn, principal_kind, principal_arn")]
pub struct CanBecome {
    /// The role's ARN; `*` for all roles of an account whose identities were not all read.
    pub role_arn: String,
    /// user, role, session, account, provider (of identities), person (of Identity Center), anyone (whoever a policy
    /// means without a name) or others (who are not told).
    pub principal_kind: String,
    /// The principal who begins: an ARN, the id of an account of which somebody may, an identity provider, the name of a
    /// person; `*` for anyone and others.
    pub principal_arn: String,
    /// The principal's account; null if it has none.
    pub principal_account_id: Option<String>,
    /// Whether the principal is not the organization's, as can_assume says.
    pub is_outside: bool,
    /// What is between, in order: the group and the permission set by which a person enters, the roles that are assumed
    /// before; empty if the role is assumed directly.
    pub via: Vec<String>,
    /// How many roles are assumed, this one among them: 1 is directly.
    pub role_count: i32,
    /// The result of the weakest step: allowed, conditional or unknown.
    pub result: String,
    /// The circumstances of all steps, if the result is conditional, else null: a list of alternatives, each a list of
    /// conditions (key, operator, values) that must all hold.
    pub conditions_json: Option<String>,
    /// What the caller must choose on the way: a list of conditions; null if nothing.
    pub caller_must_json: Option<String>,
    /// The layer that decided about the weakest step.
    pub decided_by_layer: String,
    /// The policy that decided about it; null if none did by itself.
    pub decided_by_policy: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// Whether the role is administrator of its account, as identity_access says; null if that is not known.
    pub is_role_administrator: Option<bool>,
    /// Whether all that decides about the steps was read.
    pub is_complete: bool,
    /// Whether the role, or one on the way, has more principals or longer ways than are told.
    pub is_cut: bool,
}

/// The materialization.
pub(crate) struct CanBecomes;

impl Materialization for CanBecomes {
    fn table(&self) -> Table {
        table::<CanBecome>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            add(to, move |rows| chains(lake, run_id, rows)).await
        })
    }
}

/// Makes the rows of all roles. Memory holds those of a few accounts.
async fn chains(lake: Lake, run_id: String, rows: Rows<CanBecome>) -> Result<(), Failed> {
    let reach = Reach::open(&lake, &Which::Run(run_id)).await?;
    for mut chains in reach.chains()? {
        while let Some(found) = chains.next().await? {
            send(&rows, found.into_iter().map(placed).collect()).await?;
        }
    }
    Ok(())
}

fn placed(chain: Chain) -> Placed<CanBecome> {
    let answer = chain.answer;
    let row = CanBecome {
        role_arn: chain.role_arn,
        principal_kind: chain.principal_kind,
        principal_arn: chain.principal,
        principal_account_id: chain.principal_account_id,
        is_outside: chain.is_outside,
        via: chain.via,
        role_count: i32::try_from(chain.role_count).unwrap_or(i32::MAX),
        result: answer.result,
        conditions_json: answer.conditions_json,
        caller_must_json: answer.caller_must_json,
        decided_by_layer: answer.decided_by_layer,
        decided_by_policy: answer.decided_by_policy,
        reason: answer.reason,
        is_role_administrator: chain.is_role_administrator,
        is_complete: answer.is_complete,
        is_cut: chain.is_cut,
    };
    Placed { account_id: chain.account_id, account_name: String::new(), region: GLOBAL.to_owned(), row }
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::Outcome;

    use super::*;
    use crate::can_assume::CanAssume;
    use crate::testing::{Night, collected, lake, publish, whole, write, written};

    fn edge(principal: &str, kind: &str, role: &str) -> CanAssume {
        CanAssume {
            role_arn: role.to_owned(),
            action: "sts:AssumeRole".to_owned(),
            principal_kind: kind.to_owned(),
            principal_arn: principal.to_owned(),
            principal_account_id: None,
            is_outside: false,
            entered_by: Vec::new(),
            result: "allowed".to_owned(),
            conditions_json: None,
            caller_must_json: None,
            decided_by_layer: "resource".to_owned(),
            decided_by_policy: None,
            decided_by_statement: Some(0),
            reason: "it allows the action".to_owned(),
            is_complete: true,
            is_cut: false,
        }
    }

    #[tokio::test]
    async fn edges_are_joined_end_to_end() {
        let (_folder, lake) = lake();
        let night = Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Complete)]);
        let (to, mut tables) = written(&lake, night).await;
        let [user, first, last] =
            ["0:user/ana", "0:role/first", "1:role/last"].map(|it| format!("arn:aws:iam::00000000000{it}"));
        let edges = [(0, edge(&user, "user", &first)), (1, edge(&first, "role", &last))];
        tables.push(write(&to, edges).await);
        let (preview, commit) = to.preview(tables, whole()).unwrap();
        let rows = collected(|rows| chains(preview, commit.run_id, rows)).await.unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|it| (it.account_id.as_str(), it.row.principal_arn.as_str(), it.row.role_count, it.row.via.join(" ")))
            .collect();
        let expected = [
            ("000000000000", user.as_str(), 1, String::new()),
            ("000000000001", first.as_str(), 1, String::new()),
            ("000000000001", user.as_str(), 2, first.clone()),
        ];
        assert_eq!(told, expected);
        // Nobody has said whether the role is administrator.
        assert!(rows.iter().all(|it| it.row.is_role_administrator.is_none() && it.row.result == "allowed"));
    }

    #[tokio::test]
    async fn without_the_edges_there_is_an_error_and_no_empty_table() {
        let (_folder, lake) = lake();
        publish(&lake, Night::new("2026-11-21", &[(0, Outcome::Complete)])).await;
        let run_id = lake.commits().await.unwrap().remove(0).run_id;
        let error = collected(|rows| chains(lake.clone(), run_id, rows)).await.unwrap_err();
        assert_eq!(error.to_string(), "read table can_assume: the snapshot lacks it");
    }
}
