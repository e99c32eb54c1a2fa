//! Defaults of the instance metadata service: GetInstanceMetadataDefaults, one answer for each region.

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

const DEFAULTS: Read<Answer> = reads("ec2", "GetInstanceMetadataDefaults");

/// What new EC2 instances of one account and region take as their metadata options, where their launch says nothing.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_metadata_defaults")]
pub struct MetadataDefaults {
    /// required (IMDSv2 only) or optional. Null: no default is set.
    pub http_tokens: Option<String>,
    /// Whether a launch that asks for optional tokens fails: enabled or disabled. Null: no default is set.
    pub http_tokens_enforced: Option<String>,
    /// Whether the metadata service answers: enabled or disabled. Null: no default is set.
    pub http_endpoint: Option<String>,
    /// How many network hops an answer with a token may travel. Null: no default is set.
    pub http_put_response_hop_limit: Option<i32>,
    /// Whether the metadata service shows the instance's tags: enabled or disabled. Null: no default is set.
    pub instance_metadata_tags: Option<String>,
    /// Whether new instances get IMDSv2 only by default: http_tokens is required.
    pub is_imdsv2_required: bool,
    /// Who set the defaults: account, or declarative-policy for the organization. Null: not said.
    pub managed_by: Option<String>,
    /// What the declarative policy tells people who may not change the defaults. Null: nothing.
    pub managed_exception_message: Option<String>,
}

/// The defaults of one region.
pub const METADATA_DEFAULTS: Collector = Collector {
    name: "ec2_metadata_defaults",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[DEFAULTS.call()],
    resources: &[],
    tables: &[table::<MetadataDefaults>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    account_level: Option<Defaults>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Defaults {
    http_tokens: Option<String>,
    http_tokens_enforced: Option<String>,
    http_endpoint: Option<String>,
    http_put_response_hop_limit: Option<i32>,
    instance_metadata_tags: Option<String>,
    managed_by: Option<String>,
    managed_exception_message: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let defaults = DEFAULTS.send(session, json!({})).await?.account_level;
    // An answer without defaults is a row too: nothing is set, and that was seen.
    rows.push(row(defaults.unwrap_or_default())).await
}

fn row(it: Defaults) -> MetadataDefaults {
    MetadataDefaults {
        is_imdsv2_required: it.http_tokens.as_deref() == Some("required"),
        http_tokens: it.http_tokens,
        http_tokens_enforced: it.http_tokens_enforced,
        http_endpoint: it.http_endpoint,
        http_put_response_hop_limit: it.http_put_response_hop_limit,
        instance_metadata_tags: it.instance_metadata_tags,
        managed_by: it.managed_by,
        managed_exception_message: it.managed_exception_message,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};

    use super::METADATA_DEFAULTS;

    #[tokio::test]
    async fn defaults_of_a_declarative_policy_with_an_unknown_value() {
        let answer = "<GetInstanceMetadataDefaultsResponse><accountLevel><httpTokens>required</httpTokens>
            <httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>moody</httpEndpoint>
            <managedBy>declarative-policy</managedBy></accountLevel></GetInstanceMetadataDefaultsResponse>";
        let collected = Recorded::new().answer("GetInstanceMetadataDefaults", answer).run(&METADATA_DEFAULTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&METADATA_DEFAULTS);
        let row = &collected.table("ec2_metadata_defaults")[0];
        assert_eq!((&row["is_imdsv2_required"], &row["http_endpoint"]), (&true.into(), &"moody".into()));
        assert_eq!(row["managed_by"], "declarative-policy");
    }

    #[tokio::test]
    async fn no_defaults_are_a_row_of_nulls() {
        let answer = "<GetInstanceMetadataDefaultsResponse><accountLevel/></GetInstanceMetadataDefaultsResponse>";
        let collected = Recorded::new().answer("GetInstanceMetadataDefaults", answer).run(&METADATA_DEFAULTS).await;
        collected.result.as_ref().unwrap();
        let row = &collected.table("ec2_metadata_defaults")[0];
        assert!(row["http_tokens"].is_null());
        assert_eq!(row["is_imdsv2_required"], false);
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors>
            </Response>";
        let recorded = Recorded::new().refuse("GetInstanceMetadataDefaults", "", 403, denied);
        let collected = recorded.run(&METADATA_DEFAULTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
