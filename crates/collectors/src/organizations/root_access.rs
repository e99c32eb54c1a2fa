//! Centralised root access: IAM's ListOrganizationsFeatures.

use orgcensus_collect::{Collector, Error, Optional, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// What the organization can do with its members' root users from one place; one row.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_root_access")]
pub struct RootAccess {
    /// The features that are on, RootCredentialsManagement, RootSessions, as AWS names them; empty when none is.
    pub enabled_features: Vec<String>,
    /// Whether members' root credentials can be removed centrally.
    pub has_root_credentials_management: bool,
    /// Whether short sessions as a member's root user can be taken centrally.
    pub has_root_sessions: bool,
}

/// The features of centralised root access.
pub const ROOT_ACCESS: Collector = Collector {
    name: "organization_root_access",
    scope: Scope::Organization,
    runs: Runs::Always,
    calls: &[call("iam", "ListOrganizationsFeatures")],
    resources: &[],
    tables: &[table::<RootAccess>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// IAM's answers that mean that no feature can be on.
const OFF: &[&str] = &["OrganizationNotInAllFeaturesModeException", "ServiceAccessNotEnabledException"];

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let answer = iam.list_organizations_features().send().await.optional(OFF)?;
    let features = answer.and_then(|answer| answer.enabled_features).unwrap_or_default();
    let enabled_features: Vec<String> = features.iter().map(|feature| feature.as_str().to_owned()).collect();
    let has = |name: &str| enabled_features.iter().any(|feature| feature == name);
    rows.push(RootAccess {
        has_root_credentials_management: has("RootCredentialsManagement"),
        has_root_sessions: has("RootSessions"),
        enabled_features,
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::ROOT_ACCESS;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListOrganizationsFeatures";
    const COLUMNS: [&str; 3] = ["enabled_features", "has_root_credentials_management", "has_root_sessions"];

    #[tokio::test]
    async fn features_also_new_ones() {
        let answer = "<ListOrganizationsFeaturesResponse><ListOrganizationsFeaturesResult><EnabledFeatures>\
                      <member>RootSessions</member><member>NewFeature</member></EnabledFeatures>\
                      </ListOrganizationsFeaturesResult></ListOrganizationsFeaturesResponse>";
        let collected = Recorded::new().answer(LIST, answer).run(&ROOT_ACCESS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ROOT_ACCESS);
        let rows = columns(&collected, "organization_root_access", &COLUMNS);
        assert_eq!(rows, [json!([["RootSessions", "NewFeature"], false, true])]);
    }

    #[tokio::test]
    async fn off_is_a_row_and_a_refusal_is_not() {
        let off = xml_error("ServiceAccessNotEnabledException");
        let collected = Recorded::new().refuse(LIST, "", 400, &off).run(&ROOT_ACCESS).await;
        collected.result.as_ref().unwrap();
        let rows = columns(&collected, "organization_root_access", &COLUMNS);
        assert_eq!(rows, [json!([[], false, false])]);

        let member = xml_error("AccountNotManagementOrDelegatedAdministratorException");
        let collected = Recorded::new().refuse(LIST, "", 400, &member).run(&ROOT_ACCESS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("organization_root_access").is_empty());
    }
}
