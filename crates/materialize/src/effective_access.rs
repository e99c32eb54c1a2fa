//! `effective_access`: what each identity may do of the sensitive actions, by all policies together.

use futures::future::BoxFuture;
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::{Commit, Lake};
use orgcensus_reach::{Effective, Right, Written, access_class};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};

/// What a user or a role may do of 28 sensitive actions (those that what-can asks for if none is named), and on which
/// resources: by its policies, its groups', its boundary, the control policies of its account, and the policies of its
/// account's resources that name it. What is denied has no row, and what was not read is unknown. An administrator, who
/// may do everything on everything, has one row: action and scope are *. Not here: service-linked roles, as which AWS
/// alone acts; root users; whom a resource lets in by *, by a grant or from another account (who-can tells them); and
/// the roles that somebody may assume.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "effective_access", key = "principal_arn, action, scope")]
pub struct EffectiveAccess {
    /// The ARN of the user or the role; the account's id if kind is account.
    pub principal_arn: String,
    /// The account of the user or the role.
    pub principal_account_id: String,
    /// user or role; account if the account's identities were not all read, so that others may have any right.
    pub kind: String,
    /// The action, s3:GetObject; * for all of them.
    pub action: String,
    /// The resources, as a policy writes them: *, or arn:aws:s3:::logs-*. A pattern stands for resources of the
    /// identity's account, whose own Denies are not asked; a key's policy is taken to leave it to the account.
    pub scope: String,
    /// What the action does: read_data, change_access, run_code or destroy; null for *.
    pub access_class: Option<String>,
    /// allowed, conditional (under circumstances that nobody knows beforehand, as an address) or unknown (something
    /// that decides was not read). For * the best that holds of any action.
    pub result: String,
    /// The circumstances, if the result is conditional: a list of alternatives, each a list of key, operator and
    /// values; else null. For * those of one action.
    pub conditions_json: Option<String>,
    /// What the caller must do, as to name an external id: a list of key, operator and values; null if nothing.
    pub caller_must_json: Option<String>,
    /// The layer that decided: identity, boundary, scp, rcp, resource, service or conditions.
    pub decided_by_layer: String,
    /// The policy that decided: its ARN or name; null if no policy did alone.
    pub decided_by_policy: Option<String>,
    /// The statement's place in the policy, from 0; null if no statement decided.
    pub decided_by_statement: Option<i64>,
    /// Why, in words, and what was taken for granted.
    pub reason: String,
    /// For *: the sensitive actions that an SCP, an RCP, the boundary or a Deny of its own takes away, with a space
    /// between. Where a part of the resources is left, that has a row of its own. Null if none is, and in other rows.
    pub denied_actions: Option<String>,
    /// For *: the sensitive actions that depend on circumstances, in the same form; null if none does, and in other
    /// rows.
    pub conditional_actions: Option<String>,
    /// For *: the sensitive actions of which it is not known, in the same form; null if there is none, and in other
    /// rows.
    pub unknown_actions: Option<String>,
    /// How many further scopes of the action its statements name that were not asked, since they are more than 50.
    pub scopes_left_out_count: i64,
    /// Whether all that binds the identity was read: its policies, its groups', its boundary, SCPs and RCPs.
    pub is_complete: bool,
}

/// The materialization.
pub(crate) struct EffectiveAccesses;

impl Materialization for EffectiveAccesses {
    fn table(&self) -> Table {
        table::<EffectiveAccess>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (lake, commit) = (to.lake().clone(), to.commit().clone());
            add(to, move |rows| ask(lake, commit, rows)).await
        })
    }
}

/// Asks for the rights of each account.
async fn ask(lake: Lake, commit: Commit, rows: Rows<EffectiveAccess>) -> Result<(), Failed> {
    let mut effective = Effective::open(&lake, &commit).await?;
    while let Some(rights) = effective.next().await? {
        send(&rows, rights.into_iter().map(placed).collect()).await?;
    }
    Ok(())
}

fn placed(right: Right) -> Placed<EffectiveAccess> {
    let answer = Written::of(&right.answer);
    let row = EffectiveAccess {
        principal_arn: right.principal,
        principal_account_id: right.account_id.clone(),
        kind: right.kind.to_owned(),
        action: right.action.to_owned(),
        scope: right.scope,
        access_class: access_class(right.action).map(str::to_owned),
        result: answer.result,
        conditions_json: answer.conditions_json,
        caller_must_json: answer.caller_must_json,
        decided_by_layer: answer.decided_by_layer,
        decided_by_policy: answer.decided_by_policy,
        decided_by_statement: answer.decided_by_statement.map(i64::from),
        reason: answer.reason,
        denied_actions: words(&right.apart.denied),
        conditional_actions: words(&right.apart.conditional),
        unknown_actions: words(&right.apart.unknown),
        scopes_left_out_count: i64::try_from(right.left_out).unwrap_or(i64::MAX),
        is_complete: right.is_complete,
    };
    Placed { account_id: right.account_id, account_name: String::new(), region: GLOBAL.to_owned(), row }
}

/// Actions in one text; none if there is none.
fn words(actions: &[&str]) -> Option<String> {
    (!actions.is_empty()).then(|| actions.join(" "))
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::Outcome;

    use super::*;
    use crate::testing::{Night, collected, lake, publish};

    #[tokio::test]
    async fn an_account_whose_identities_nobody_read_has_a_row_that_says_so() {
        let (_folder, lake) = lake();
        publish(&lake, Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Denied)])).await;
        let commit = lake.commits().await.unwrap().remove(0);
        let rows = collected(|rows| ask(lake.clone(), commit, rows)).await.unwrap();
        let ids: Vec<&str> = rows.iter().map(|it| it.account_id.as_str()).collect();
        // The lake of the test has a task called policies, and none that reads identities.
        assert_eq!(ids, ["000000000000", "000000000001"]);
        for Placed { account_id, row, .. } in &rows {
            let told = [&row.kind, &row.action, &row.scope, &row.result, &row.access_class.clone().unwrap_or_default()];
            assert_eq!(told, ["account", "*", "*", "unknown", ""]);
            assert_eq!((row.principal_arn.as_str(), row.is_complete), (account_id.as_str(), false));
            let unknown = row.unknown_actions.as_deref().unwrap_or_default();
            assert!(unknown.starts_with("s3:GetObject dynamodb:Scan "), "{unknown}");
            assert!(row.denied_actions.is_none() && row.conditions_json.is_none() && row.caller_must_json.is_none());
        }
    }
}
