//! Delegated administrators: ListDelegatedAdministrators, then ListDelegatedServicesForAccount for each.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{DelegatedAdministrator as SdkAdministrator, DelegatedService as SdkService};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Answer, Unread, details, given, is_gone};

const LIST: &str = "organizations:ListDelegatedAdministrators";
const SERVICES: &str = "organizations:ListDelegatedServicesForAccount";

/// How AWS says that an account is no administrator any more, or that there is none.
const GONE: &[&str] = &["AccountNotRegisteredException", "AccountNotFoundException"];

/// One account that may administer a service for the whole organization.
#[derive(Debug, Serialize, Row)]
#[row(table = "delegated_administrators", key = "delegated_account_id")]
pub struct DelegatedAdministrator {
    /// The account's ARN in the organization.
    pub arn: String,
    /// The account, 12 digits. The stamped account is the management account.
    pub delegated_account_id: String,
    /// The account's name.
    pub delegated_account_name: Option<String>,
    /// ACTIVE, SUSPENDED …, as AWS says it.
    pub status: Option<String>,
    /// When the account became one (UTC).
    pub delegated_at: Option<Timestamp>,
    /// Whole days since then.
    pub delegated_days: Option<i32>,
    /// For how many services; null when they could not be read.
    pub service_count: Option<i32>,
}

/// One service that one account administers for the whole organization.
#[derive(Debug, Serialize, Row)]
#[row(table = "delegated_services", key = "delegated_account_id, service_principal")]
pub struct DelegatedService {
    /// The account, 12 digits. The stamped account is the management account.
    pub delegated_account_id: String,
    /// The service, guardduty.amazonaws.com.
    pub service_principal: String,
    /// When the account became the service's administrator (UTC).
    pub delegated_at: Option<Timestamp>,
    /// Whole days since then.
    pub delegated_days: Option<i32>,
}

/// Who administers what for the organization, besides the management account.
pub const DELEGATED_ADMINISTRATORS: Collector = Collector {
    name: "delegated_administrators",
    scope: Scope::Organization,
    runs: Runs::Always,
    calls: &[
        call("organizations", "ListDelegatedAdministrators"),
        call("organizations", "ListDelegatedServicesForAccount"),
    ],
    resources: &[],
    tables: &[table::<DelegatedAdministrator>(), table::<DelegatedService>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let mut pages = organizations.list_delegated_administrators().into_paginator().send();
    while let Some(page) = pages.next().await {
        let listed = page?.delegated_administrators.unwrap_or_default();
        let mut read = details(listed, |administrator| read(organizations.clone(), administrator));
        while let Some((administrator, services)) = read.next().await {
            push(rows, administrator, services).await?;
        }
    }
    Ok(())
}

async fn read(organizations: Client, administrator: SdkAdministrator) -> (SdkAdministrator, Answer<Vec<SdkService>>) {
    let services = match given(administrator.id.as_deref(), LIST, "Id") {
        Ok(id) => services(&organizations, id).await,
        Err(error) => Err(error),
    };
    (administrator, services)
}

async fn services(organizations: &Client, account_id: &str) -> Answer<Vec<SdkService>> {
    let mut services = Vec::new();
    let mut pages = organizations.list_delegated_services_for_account().account_id(account_id).into_paginator().send();
    while let Some(page) = pages.next().await {
        services.extend(page?.delegated_services.unwrap_or_default());
    }
    Ok(services)
}

async fn push(rows: &mut Rows<'_>, it: SdkAdministrator, services: Answer<Vec<SdkService>>) -> Result<(), Error> {
    if is_gone(GONE, &services) {
        rows.gone();
        return Ok(());
    }
    let tables = [DelegatedService::TABLE, DelegatedAdministrator::TABLE];
    let mut unread = Unread::default();
    let Some(delegated_account_id) = unread.value("Id", it.id) else {
        unread.lost(rows, tables, LIST);
        return Ok(());
    };
    let (services, now) = (rows.item(tables, services)?, rows.captured_at());
    let delegated_at = it.delegation_enabled_date.as_ref().and_then(timestamp);
    let status = it.status.map(|status| status.as_str().to_owned());
    let row = DelegatedAdministrator {
        arn: unread.value("Arn", it.arn).unwrap_or_default(),
        delegated_account_id: delegated_account_id.clone(),
        delegated_account_name: it.name,
        status: it.state.map(|state| state.as_str().to_owned()).or(status),
        delegated_at,
        delegated_days: delegated_at.map(|at| at.days_until(now)),
        service_count: services.as_ref().map(|services| i32::try_from(services.len()).unwrap_or(i32::MAX)),
    };
    unread.push(rows, LIST, Some(row)).await?;
    for service in services.unwrap_or_default() {
        let mut unread = Unread::default();
        let delegated_at = service.delegation_enabled_date.as_ref().and_then(timestamp);
        let named = unread.value("ServicePrincipal", service.service_principal);
        let row = named.map(|service_principal| DelegatedService {
            delegated_account_id: delegated_account_id.clone(),
            service_principal,
            delegated_at,
            delegated_days: delegated_at.map(|at| at.days_until(now)),
        });
        unread.push(rows, SERVICES, row).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::DELEGATED_ADMINISTRATORS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListDelegatedAdministrators";
    const SERVICES: &str = "ListDelegatedServicesForAccount";
    const FIRST: &str = r#"{"DelegatedAdministrators": [
        {"Id": "222222222222", "Arn": "arn:aws:organizations::1:account/o-1/222222222222", "Name": "security",
         "State": "ACTIVE", "DelegationEnabledDate": 1767139200.0},
        {"Id": "333333333333"}], "NextToken": "second"}"#;
    const SECOND: &str = r#"{"DelegatedAdministrators": [{"Id": "444444444444", "Status": "NEW_STATUS"}, {}]}"#;

    #[tokio::test]
    async fn two_pages_one_revoked_meanwhile_one_denied() {
        let services = |names: &str| format!(r#"{{"DelegatedServices": [{names}]}}"#);
        let both = r#"{"ServicePrincipal": "guardduty.amazonaws.com"}, {"ServicePrincipal": "new.amazonaws.com"}, {}"#;
        let collected = Recorded::new()
            .answer(LIST, FIRST)
            .answer_to(LIST, "second", SECOND)
            .answer_to(SERVICES, "222222222222", &services(both))
            .refuse(SERVICES, "333333333333", 400, &json_error("AccountNotRegisteredException"))
            .refuse(SERVICES, "444444444444", 400, &json_error("AccessDeniedException"))
            .run(&DELEGATED_ADMINISTRATORS)
            .await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DELEGATED_ADMINISTRATORS);
        // The services of one account, its ARN, an account without an id, and a service without a name.
        assert_eq!(collected.short(), (4, vec!["delegated_administrators", "delegated_services"]));
        assert_eq!(collected.gone, 1);
        let names = ["delegated_account_id", "status", "delegated_days", "service_count"];
        assert_eq!(
            columns(&collected, "delegated_administrators", &names),
            [json!(["222222222222", "ACTIVE", 1, 3]), json!(["444444444444", "NEW_STATUS", null, null])]
        );
        let names = ["delegated_account_id", "service_principal"];
        assert_eq!(
            columns(&collected, "delegated_services", &names),
            [json!(["222222222222", "guardduty.amazonaws.com"]), json!(["222222222222", "new.amazonaws.com"])]
        );
    }

    #[tokio::test]
    async fn a_refused_list_ends_the_task() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&DELEGATED_ADMINISTRATORS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
