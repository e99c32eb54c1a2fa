//! `guardrail_stops`: what each account's guardrails do with a list of dangerous actions.

use futures::future::BoxFuture;
use orgcensus_answers::Which;
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::Lake;
use orgcensus_policy::evaluation::Outcome;
use orgcensus_reach::{Guarded, Reach, Stop, json_or_none, word};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};

/// The list, which is compiled in.
const DANGEROUS: &str = include_str!("../../../config/dangerous_actions.txt");

/// What the service and resource control policies of an account do with an action that is dangerous
/// (config/dangerous_actions.txt). It is asked for a role that may do everything and that no policy knows by name: a
/// Deny of some roles or resources alone, or of the root user, stops nothing, nor does one that depends on the region
/// or on what the caller sends. Nothing binds the management account. The region is global.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "guardrail_stops", key = "action")]
pub struct GuardrailStop {
    /// The action, cloudtrail:StopLogging.
    pub action: String,
    /// Whether a policy stops it, if only under a condition; null if a policy that decides was not read.
    pub is_stopped: Option<bool>,
    /// Whether what stops it depends on the circumstances of a request: conditions_json says on which.
    pub is_conditional: bool,
    /// Whether the account is the management account, which no such policy binds.
    pub is_management: bool,
    /// scp, rcp or conditions (several policies together); null if nothing stops it, or that is not known.
    pub layer: Option<String>,
    /// The policy that stops it; null if it is that none of them allows it, or nothing stops it.
    pub policy_name: Option<String>,
    /// Under which circumstances it is not stopped, as `orgcensus may` says conditions; null if there are none.
    pub conditions_json: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// The materialization.
pub(crate) struct GuardrailStops;

impl Materialization for GuardrailStops {
    fn table(&self) -> Table {
        table::<GuardrailStop>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            add(to, move |rows| look(lake, run_id, rows)).await
        })
    }
}

/// The actions of the list.
fn dangerous() -> Vec<String> {
    let lines = DANGEROUS.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Looks at each account.
async fn look(lake: Lake, run_id: String, rows: Rows<GuardrailStop>) -> Result<(), Failed> {
    let reach = Reach::open(&lake, &Which::Run(run_id)).await?;
    let actions = dangerous();
    for guarded in reach.guardrails(&actions) {
        send(&rows, placed(&guarded?)).await?;
    }
    Ok(())
}

fn placed(guarded: &Guarded) -> Vec<Placed<GuardrailStop>> {
    let Guarded { account_id, is_management, stops } = guarded;
    let placed = |stop: &Stop| Placed {
        account_id: account_id.clone(),
        account_name: String::new(),
        region: GLOBAL.to_owned(),
        row: row(stop, *is_management),
    };
    stops.iter().map(placed).collect()
}

fn row(stop: &Stop, is_management: bool) -> GuardrailStop {
    let decided = &stop.answer.decided_by;
    let is_stopped = stop.is_stopped == Some(true);
    GuardrailStop {
        action: stop.action.clone(),
        is_stopped: stop.is_stopped,
        is_conditional: is_stopped && stop.answer.result == Outcome::Conditional,
        is_management,
        layer: is_stopped.then(|| word(decided.layer)),
        policy_name: decided.policy.clone().filter(|_| is_stopped),
        conditions_json: json_or_none(&stop.answer.conditions).filter(|_| is_stopped),
        reason: match stop.is_stopped {
            Some(false) => "no policy stops it".to_owned(),
            _ => decided.reason.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::collected;
    use crate::testing::organization::{SCP, organization};

    #[test]
    fn the_list_has_actions_each_once() {
        let actions = dangerous();
        assert!(actions.len() >= 20 && actions.contains(&"organizations:LeaveOrganization".to_owned()), "{actions:?}");
        assert_eq!(actions.iter().collect::<BTreeSet<_>>().len(), actions.len());
        for action in &actions {
            let is_one = action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
            assert!(is_one && !action.contains(['*', ' ']), "{action}");
        }
    }

    /// Account 1 is the management account, what binds account 2 is read, and of account 3 nobody knows what binds it.
    #[tokio::test]
    async fn each_account_says_what_is_stopped_and_by_what() {
        let (_folder, lake) = organization().await;
        let run_id = lake.commits().await.unwrap().remove(0).run_id;
        let rows = collected(|rows| look(lake.clone(), run_id, rows)).await.unwrap();
        let of = |account: &str, action: &str| {
            let is_it = |it: &&Placed<GuardrailStop>| it.account_id.ends_with(account) && it.row.action == action;
            rows.iter().find(is_it).unwrap().row.clone()
        };
        assert_eq!(rows.len(), 3 * dangerous().len());
        let stopped = of("2", "cloudtrail:StopLogging");
        assert_eq!((stopped.is_stopped, stopped.is_conditional), (Some(true), false));
        assert_eq!((stopped.layer.as_deref(), stopped.policy_name.as_deref()), (Some("scp"), Some(SCP)));
        let conditional = of("2", "iam:CreateUser");
        assert_eq!((conditional.is_stopped, conditional.is_conditional), (Some(true), true));
        assert!(conditional.conditions_json.unwrap().contains("aws:SourceIp"));
        for free in ["organizations:LeaveOrganization", "ec2:DeleteFlowLogs", "kms:DisableKey"] {
            let free = of("2", free);
            assert_eq!((free.is_stopped, free.layer, free.policy_name), (Some(false), None, None), "{}", free.action);
        }
        let management = of("1", "cloudtrail:StopLogging");
        assert_eq!((management.is_stopped, management.is_management), (Some(false), true));
        assert_eq!(of("3", "cloudtrail:StopLogging").is_stopped, Some(true));
        assert_eq!(of("3", "kms:DisableKey").is_stopped, None);
    }
}
