//! `critical_access`: who can read the data of the resources that the configuration calls critical.
//!
//! ```text
//! tagged   resource_tags + the configured tag -> the resources, so many at most
//! reads    a type -> the actions that read its data
//! answer   the answers of `who_can` about one resource -> rows, so many at most, and what is missing of them
//! ```

mod answer;
mod reads;
mod tagged;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use orgcensus_answers::Which;
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::{Lake, Manifest};
use orgcensus_reach::{Asker, Parts, Reach};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};
use answer::{Answered, rows_of};
use tagged::{Tagged, tagged};

/// Resources of one account that are asked about in one pass.
const AT_ONCE: usize = 16;

/// So long is asked: buckets that are open to a whole organization take a look at it each. What is left then is told
/// as not known.
const ASKING_MAX: Duration = Duration::from_secs(900);

/// The tag that critical resources carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalTag {
    /// Its key. Upper and lower case differ, as AWS has it.
    pub key: String,
    /// The values that say so; any value, if there is none.
    pub values: BTreeSet<String>,
}

impl CriticalTag {
    /// Whether a resource with this tag is critical.
    pub fn is_met(&self, key: &str, value: &str) -> bool {
        self.key == key && (self.values.is_empty() || self.values.contains(value))
    }
}

/// Who can read the data of a resource that carries the configured tag, as `orgcensus who-can` says it of the actions
/// that read its type; or why that is not known. The table is empty where the configuration names no tag, which is
/// not_configured in materializations, and where nothing carries the tag.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "critical_access", key = "resource_arn, ordinal")]
pub struct CriticalAccess {
    /// The resource's ARN; `*` for resources of the account that were not read, and may carry the tag.
    pub resource_arn: String,
    /// The place of the row among those of the resource, from 0.
    pub ordinal: i64,
    /// The resource's type, s3_bucket; `*` where resource_arn is.
    pub resource_type: String,
    /// The action that reads its data, s3:GetObject; null if it is not known what reads resources of its type, or if it
    /// was not asked about.
    pub action: Option<String>,
    /// What the action was asked for: the resource, all objects of a bucket (arn:aws:s3:::data/*), or a part of it of
    /// which an Allow speaks; null where action is null.
    pub asked_arn: Option<String>,
    /// Who: the ARN of a user, a role, a session or a root user; an account, a service, the name of a person; anonymous
    /// or, for anyone else, *. Null if it is not known who, and where nobody can.
    pub principal: Option<String>,
    /// user, role, session, root, account, service, provider, person or anyone; null where principal is null.
    pub principal_type: Option<String>,
    /// The principal's account; null if it has none, and where principal is null.
    pub principal_account_id: Option<String>,
    /// The roles that are assumed, the group and the permission set by which a person enters; a grant of S3 Access Grants
    /// and the role of its location; last an access point by which the bucket is reached. Empty if it is direct.
    pub via: Vec<String>,
    /// allowed, conditional, unknown (something that decides was not read, or not asked), or denied (nobody can).
    pub result: String,
    /// Under which circumstances, as `orgcensus may` says conditions; null if there are none.
    pub conditions_json: Option<String>,
    /// What the caller must do, as `orgcensus may` says it; null if nothing.
    pub caller_must_json: Option<String>,
    /// The layer that decided, scp, identity, resource …; null where principal is null.
    pub decided_by_layer: Option<String>,
    /// The policy that decided; null if it was a layer as a whole, and where principal is null.
    pub decided_by_policy: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// Whether every layer that decides was read and asked.
    pub is_complete: bool,
    /// How many further rows are left out at least, since the question has too many; null where none are, or where they
    /// were not looked for.
    pub left_out_count: Option<i64>,
}

/// The materialization.
pub(crate) struct CriticalAccesses {
    pub(crate) tag: Option<CriticalTag>,
}

impl Materialization for CriticalAccesses {
    fn table(&self) -> Table {
        table::<CriticalAccess>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let Some(tag) = self.tag.clone() else {
                to.not_configured();
                return Ok(());
            };
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            let manifest = lake.manifest(to.commit()).await?;
            add(to, move |rows| look(lake, manifest, run_id, (tag, ASKING_MAX), rows)).await
        })
    }
}

/// Looks at each resource that carries the tag.
async fn look(
    lake: Lake,
    manifest: Manifest,
    run_id: String,
    (tag, asking_max): (CriticalTag, Duration),
    rows: Rows<CriticalAccess>,
) -> Result<(), Failed> {
    let found = tagged(&lake, &manifest, &tag, &rows).await?;
    let reach = Reach::open(&lake, &Which::Run(run_id)).await?;
    let Some(mut asker) = reach.asker() else { return Ok(()) };
    let buckets = found.iter().filter(|it| it.resource_type == reads::BUCKET).map(|it| it.arn.clone()).collect();
    let parts = asker.parts(&buckets, reads::GET_OBJECT).await?;
    let short = asker.short(&reads::COLLECTORS).await?;
    send(&rows, short.into_iter().map(|(id, collectors)| of_unread(id, &collectors)).collect()).await?;
    let begun = Instant::now();
    for of_account in found.chunk_by(|one, other| one.account_id == other.account_id) {
        for some in of_account.chunks(AT_ONCE) {
            let placed = if begun.elapsed() < asking_max {
                ask(&mut asker, &parts, some).await?
            } else {
                let row = |it: &Tagged| it.placed(it.not_asked("there was no time left to ask about it"));
                some.iter().map(row).collect()
            };
            send(&rows, placed).await?;
        }
    }
    Ok(())
}

/// An account whose resources were not all read: what was not may carry the tag.
fn of_unread(account_id: String, collectors: &BTreeSet<String>) -> Placed<CriticalAccess> {
    let [arn, resource_type] = ["*", "*"].map(str::to_owned);
    let any = Tagged { account_id, region: GLOBAL.to_owned(), arn, resource_type };
    let names = collectors.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    any.placed(any.not_asked(&format!("what was not read may carry the tag: {names}")))
}

/// Asks about some resources of one account.
async fn ask(
    asker: &mut Asker<'_>,
    parts: &BTreeMap<String, Parts>,
    some: &[Tagged],
) -> Result<Vec<Placed<CriticalAccess>>, Failed> {
    let of_each: Vec<Vec<(String, String)>> = some.iter().map(|it| questions(it, parts.get(&it.arn))).collect();
    let asked: Vec<(String, String)> = of_each.iter().flatten().cloned().collect();
    let account_id = some.first().map(|it| it.account_id.as_str()).unwrap_or_default();
    let mut answers = asker.who_can(account_id, &asked).await?.into_iter();
    let mut placed = Vec::new();
    for (tagged, questions) in some.iter().zip(of_each) {
        let answered: Vec<Answered> = questions
            .into_iter()
            .zip(answers.by_ref())
            .map(|((action, arn), answer)| Answered { action, arn, answer })
            .collect();
        let rows = match answered.is_empty() {
            true => vec![tagged.not_asked("it is not known what reads the data of resources of its type")],
            false => rows_of(tagged, answered, parts.get(&tagged.arn).is_some_and(|it| it.has_more)),
        };
        placed.extend(rows.into_iter().map(|row| tagged.placed(row)));
    }
    Ok(placed)
}

/// What is asked about a resource: each action that reads its type, on the whole of it and on its parts. None, if no
/// such action is known, or if the ARN is one that nothing can be asked about.
fn questions(tagged: &Tagged, parts: Option<&Parts>) -> Vec<(String, String)> {
    let whole = reads::whole(&tagged.resource_type, &tagged.arn);
    let actions = reads::of(&tagged.resource_type).unwrap_or_default();
    let arns = std::iter::once(&whole).chain(parts.iter().flat_map(|it| &it.arns));
    let on_each = |arn: &String| actions.iter().map(|action| ((*action).to_owned(), arn.clone())).collect::<Vec<_>>();
    arns.flat_map(on_each).filter(|(action, arn)| Asker::can_ask(action, arn)).collect()
}

#[cfg(test)]
mod tests;
