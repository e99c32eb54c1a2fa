//! `can_assume`: who may assume which role, each pair evaluated whole.

use futures::future::BoxFuture;
use orgcensus_answers::Which;
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::Lake;
use orgcensus_reach::{Edge, Reach};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};

/// A principal that may assume a role of the row's account, by all policies together: the role's trust policy, the
/// principal's own policies and boundary, service and resource control policies. What is denied has no row. A role
/// and action tell at most 100 of the organization's principals, and as many people of Identity Center; if there are
/// more, is_cut is true and a row of the kind others stands for the rest. An account of the organization is told by
/// those of its identities that may do it, and one outside by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "can_assume", key = "role_arn, action, principal_kind, principal_arn")]
pub struct CanAssume {
    /// The role's ARN; `*` for all roles of an account whose identities were not all read.
    pub role_arn: String,
    /// sts:AssumeRole, sts:AssumeRoleWithSAML or sts:AssumeRoleWithWebIdentity.
    pub action: String,
    /// user, role, session, account, service, provider (of identities), person (of Identity Center), anyone (whoever
    /// a policy means without a name) or others (who are not told).
    pub principal_kind: String,
    /// The principal: an ARN, the id of an account of which somebody may, a service's name, an identity provider, the
    /// name of a person; `*` for anyone and others.
    pub principal_arn: String,
    /// The principal's account; null if it has none.
    pub principal_account_id: Option<String>,
    /// Whether the principal is not the organization's: of an account outside, anyone, or a user of an identity provider
    /// that is not SAML.
    pub is_outside: bool,
    /// The steps by which a person enters: group Admins, permission set Reader; empty for all others.
    pub entered_by: Vec<String>,
    /// allowed, conditional (under circumstances that nobody knows beforehand) or unknown (something that decides was
    /// not read).
    pub result: String,
    /// The circumstances, if the result is conditional, else null: a list of alternatives, each a list of conditions
    /// (key, operator, values) that must all hold.
    pub conditions_json: Option<String>,
    /// What the caller must choose, as an external id: a list of conditions; null if nothing.
    pub caller_must_json: Option<String>,
    /// The layer that decided: resource (the trust policy), identity, boundary, scp, rcp, service (an assignment).
    pub decided_by_layer: String,
    /// The policy that decided; null if none did by itself.
    pub decided_by_policy: Option<String>,
    /// The statement's place in that policy, from 0; null without one.
    pub decided_by_statement: Option<i32>,
    /// Why, in words, and what was taken for granted.
    pub reason: String,
    /// Whether all that decides was read. Of a principal outside its own policies never are.
    pub is_complete: bool,
    /// Whether the role has more principals for this action than are told.
    pub is_cut: bool,
}

/// The materialization.
pub(crate) struct CanAssumes;

impl Materialization for CanAssumes {
    fn table(&self) -> Table {
        table::<CanAssume>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            add(to, move |rows| edges(lake, run_id, rows)).await
        })
    }
}

/// Makes the rows of all roles. Memory holds those of a few thousand.
async fn edges(lake: Lake, run_id: String, rows: Rows<CanAssume>) -> Result<(), Failed> {
    let reach = Reach::open(&lake, &Which::Run(run_id)).await?;
    for mut edges in reach.edges().await? {
        while let Some(found) = edges.next().await? {
            send(&rows, found.into_iter().map(placed).collect()).await?;
        }
    }
    Ok(())
}

fn placed(edge: Edge) -> Placed<CanAssume> {
    let answer = edge.answer;
    let row = CanAssume {
        role_arn: edge.role_arn,
        action: edge.action,
        principal_kind: edge.principal_kind.to_owned(),
        principal_arn: edge.principal,
        principal_account_id: edge.principal_account_id,
        is_outside: edge.is_outside,
        entered_by: edge.entered_by,
        result: answer.result,
        conditions_json: answer.conditions_json,
        caller_must_json: answer.caller_must_json,
        decided_by_layer: answer.decided_by_layer,
        decided_by_policy: answer.decided_by_policy,
        decided_by_statement: answer.decided_by_statement,
        reason: answer.reason,
        is_complete: answer.is_complete,
        is_cut: edge.is_cut,
    };
    Placed { account_id: edge.account_id, account_name: String::new(), region: GLOBAL.to_owned(), row }
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::Outcome;
    use orgcensus_reach::EDGE_COLUMNS;

    use super::*;
    use crate::testing::{Night, collected, lake, publish};

    #[test]
    fn the_columns_that_chains_read_are_there() {
        let names: Vec<&str> = CanAssume::columns().iter().map(|it| it.name).collect();
        let missing: Vec<&&str> = EDGE_COLUMNS.iter().filter(|it| !names.contains(*it)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[tokio::test]
    async fn an_account_that_was_not_read_has_a_row() {
        let (_folder, lake) = lake();
        publish(&lake, Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Denied)])).await;
        let run_id = lake.commits().await.unwrap().remove(0).run_id;
        let rows = collected(|rows| edges(lake.clone(), run_id, rows)).await.unwrap();
        // In the test's lake no identities were read, of either account.
        let told: Vec<_> = rows.iter().map(|it| (it.account_id.as_str(), it.row.role_arn.as_str())).collect();
        assert_eq!(told, [("000000000000", "*"), ("000000000001", "*")]);
        assert!(rows.iter().all(|it| it.row.result == "unknown" && it.row.principal_kind == "others"));
    }
}
