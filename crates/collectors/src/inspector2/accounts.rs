//! Inspector: BatchGetAccountStatus of the account itself; where it is on GetDelegatedAdminAccount and
//! ListFindingAggregations, in the administrator of all members.

mod members;
#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::items::{Answer, Unread, all, given};
pub use members::MemberFindings;

pub(super) const STATUS: Read<Statuses> = reads("inspector2", "BatchGetAccountStatus");
const ADMINISTRATOR: Read<Administrators> = reads("inspector2", "GetDelegatedAdminAccount");
const FINDINGS: Read<Page> = reads("inspector2", "ListFindingAggregations");

/// Inspector in one account and region: one row for each, also where it is off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "inspector2_accounts")]
pub struct Account {
    /// Whether it is on. Null: AWS did not say.
    pub is_enabled: Option<bool>,
    /// ENABLED, ENABLING, DISABLED, DISABLING, SUSPENDED or SUSPENDING. Null: AWS did not say.
    pub status: Option<String>,
    /// The same of scanning EC2 instances.
    pub ec2_status: Option<String>,
    /// The same of scanning images in ECR.
    pub ecr_status: Option<String>,
    /// The same of scanning what Lambda functions depend on. Null: AWS did not say.
    pub lambda_status: Option<String>,
    /// The same of scanning the code of Lambda functions. Null: AWS did not say.
    pub lambda_code_status: Option<String>,
    /// The same of scanning repositories of code. Null: AWS did not say.
    pub code_repository_status: Option<String>,
    /// The organization's administrator of Inspector. Null: there is none, Inspector is off here, or it could not be
    /// read.
    pub administrator_account_id: Option<String>,
    /// How the administrator stands, ENABLED, as AWS says it. Null: there is none, or it could not be read.
    pub relationship_status: Option<String>,
    /// Active findings about this account of severity CRITICAL. Null: not read, or Inspector is off.
    pub critical_count: Option<i64>,
    /// The same of severity HIGH.
    pub high_count: Option<i64>,
    /// The same of severity MEDIUM.
    pub medium_count: Option<i64>,
    /// The same of severity LOW. Null: as above, or Inspector does not say.
    pub low_count: Option<i64>,
    /// The same of all severities, the untriaged ones among them.
    pub finding_count: Option<i64>,
}

/// Inspector in one region.
pub const ACCOUNTS: Collector = Collector {
    name: "inspector2_accounts",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[STATUS.call(), ADMINISTRATOR.call(), FINDINGS.call()],
    resources: &[],
    tables: &[table::<Account>(), table::<MemberFindings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Statuses {
    accounts: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    account_id: Option<String>,
    state: State,
    resource_state: Resources,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct State {
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resources {
    ec2: State,
    ecr: State,
    lambda: State,
    lambda_code: State,
    code_repository: State,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Administrators {
    delegated_admin: Option<Administrator>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Administrator {
    account_id: Option<String>,
    relationship_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    responses: Vec<Response>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Response {
    account_aggregation: Aggregation,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Aggregation {
    account_id: Option<String>,
    severity_counts: Option<Counts>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Counts {
    all: Option<i64>,
    critical: Option<i64>,
    high: Option<i64>,
    medium: Option<i64>,
    low: Option<i64>,
}

/// Asks for findings about this account; in an administrator for those about all of its members too, which count here
/// only where the member was not read.
fn about(account_id: &str, is_administrator: bool) -> Value {
    let mut input = json!({"aggregationType": "ACCOUNT", "maxResults": 100});
    if !is_administrator {
        input["accountIds"] = json!([{"comparison": "EQUALS", "value": account_id}]);
    }
    input
}

/// What Inspector says of the account itself, if it says anything.
async fn own(session: &Session) -> Answer<Option<Described>> {
    let account_id = session.account_id();
    let answer = STATUS.send(session, json!({"accountIds": [account_id]})).await?;
    Ok(answer.accounts.into_iter().find(|it| it.account_id.as_deref() == Some(account_id)))
}

/// Whether Inspector is on.
pub(super) async fn is_enabled(session: &Session) -> Answer<bool> {
    let status = own(session).await?.and_then(|it| it.state.status);
    Ok(given(status, &STATUS.call().name(), "state.status")? == "ENABLED")
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let own = own(session).await?;
    let mut unread = Unread::default();
    let mut row = account(unread.value("accounts", own).unwrap_or_default(), &mut unread);
    unread.count(rows, Account::TABLE, &STATUS.call().name());
    if row.is_enabled == Some(true) {
        let answer = ADMINISTRATOR.send(session, json!({})).await.optional(&["ResourceNotFoundException"]);
        let administrator = rows.item([Account::TABLE], answer)?.flatten().and_then(|it| it.delegated_admin);
        let administrator = administrator.unwrap_or_default();
        row.administrator_account_id = administrator.account_id;
        row.relationship_status = administrator.relationship_status;
        count(session, rows, &mut row).await?;
    }
    rows.push(row).await
}

fn account(it: Described, unread: &mut Unread) -> Account {
    // Where the account itself is missing, that is counted, and not each of its states as well.
    let is_there = it.account_id.is_some();
    let mut always = |name: &str, state: State| match is_there {
        true => unread.value(name, state.status),
        false => None,
    };
    let status = always("state.status", it.state);
    Account {
        is_enabled: status.as_deref().map(|status| status == "ENABLED"),
        status,
        ec2_status: always("resourceState.ec2.status", it.resource_state.ec2),
        ecr_status: always("resourceState.ecr.status", it.resource_state.ecr),
        lambda_status: it.resource_state.lambda.status,
        lambda_code_status: it.resource_state.lambda_code.status,
        code_repository_status: it.resource_state.code_repository.status,
        ..Account::default()
    }
}

/// Adds how many findings there are: none where the account has no response. In an administrator the others are about
/// members.
async fn count(session: &Session, rows: &mut Rows<'_>, row: &mut Account) -> Result<(), Error> {
    let account_id = session.account_id();
    let is_administrator = row.administrator_account_id.as_deref() == Some(account_id);
    let answer = all(&FINDINGS, session, about(account_id, is_administrator), |page| page.responses).await;
    let tables = [Account::TABLE].into_iter().chain(is_administrator.then_some(MemberFindings::TABLE));
    let Some(responses) = rows.item(tables, answer)? else { return Ok(()) };
    let found = responses.into_iter().map(|it| it.account_aggregation);
    let (own, others): (Vec<_>, Vec<_>) = found.partition(|it| it.account_id.as_deref() == Some(account_id));
    let mut unread = Unread::default();
    let counts = match own.into_iter().next() {
        Some(own) => unread.value("severityCounts", own.severity_counts).unwrap_or_default(),
        None => Counts { all: Some(0), critical: Some(0), high: Some(0), medium: Some(0), low: Some(0) },
    };
    unread.count(rows, Account::TABLE, &FINDINGS.call().name());
    row.critical_count = counts.critical;
    row.high_count = counts.high;
    row.medium_count = counts.medium;
    row.low_count = counts.low;
    row.finding_count = counts.all;
    for other in others.into_iter().filter(|_| is_administrator) {
        let mut unread = Unread::default();
        let row = members::findings(other, &mut unread);
        unread.push(rows, &FINDINGS.call().name(), row).await?;
    }
    Ok(())
}
