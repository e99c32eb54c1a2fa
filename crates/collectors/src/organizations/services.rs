//! Trusted services: ListAWSServiceAccessForOrganization.

use aws_sdk_organizations::types::EnabledServicePrincipal;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::Unread;

/// One AWS service that the organization trusts to act in all its accounts.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_services", key = "service_principal")]
pub struct OrganizationService {
    /// The service, cloudtrail.amazonaws.com.
    pub service_principal: String,
    /// When it was trusted (UTC).
    pub enabled_at: Option<Timestamp>,
    /// Whole days since then.
    pub enabled_days: Option<i32>,
}

/// The services that the organization trusts.
pub const SERVICES: Collector = Collector {
    name: "organization_services",
    scope: Scope::Organization,
    runs: Runs::Always,
    calls: &[call("organizations", "ListAWSServiceAccessForOrganization")],
    resources: &[],
    tables: &[table::<OrganizationService>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let mut pages = organizations.list_aws_service_access_for_organization().into_paginator().send();
    while let Some(page) = pages.next().await {
        for service in page?.enabled_service_principals.unwrap_or_default() {
            let mut unread = Unread::default();
            let row = row(service, rows.captured_at(), &mut unread);
            unread.push(rows, "organizations:ListAWSServiceAccessForOrganization", row).await?;
        }
    }
    Ok(())
}

fn row(service: EnabledServicePrincipal, now: Timestamp, unread: &mut Unread) -> Option<OrganizationService> {
    let service_principal = unread.value("ServicePrincipal", service.service_principal)?;
    let enabled_at = service.date_enabled.as_ref().and_then(timestamp);
    Some(OrganizationService { service_principal, enabled_at, enabled_days: enabled_at.map(|at| at.days_until(now)) })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SERVICES;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListAWSServiceAccessForOrganization";

    #[tokio::test]
    async fn services_of_two_pages() {
        let first = r#"{"EnabledServicePrincipals": [
            {"ServicePrincipal": "cloudtrail.amazonaws.com", "DateEnabled": 1767052800.0}], "NextToken": "second"}"#;
        let collected = Recorded::new()
            .answer(LIST, first)
            .answer_to(LIST, "second", r#"{"EnabledServicePrincipals": [{"ServicePrincipal": "x"}, {}]}"#)
            .run(&SERVICES)
            .await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SERVICES);
        let rows = columns(&collected, "organization_services", &["service_principal", "enabled_days"]);
        assert_eq!(rows, [json!(["cloudtrail.amazonaws.com", 2]), json!(["x", null])]);
        assert_eq!(collected.short(), (1, vec!["organization_services"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&SERVICES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
