//! EMR's block of public access: GetBlockPublicAccessConfiguration, one answer for each region.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const BLOCK: Read<Answer> =
    reads("emr", "GetBlockPublicAccessConfiguration").needs("elasticmapreduce:GetBlockPublicAccessConfiguration");

/// Whether new clusters of EMR in one account and region may have security groups that are open to the world. It closes
/// no group of a cluster that runs, and clusters have no policies: so it is a gate before no verdict.
#[derive(Debug, Serialize, Row)]
#[row(table = "emr_public_access_blocks")]
pub struct PublicAccessBlock {
    /// Whether a cluster with such a group cannot be launched. Null: AWS did not say.
    pub is_public_access_blocked: Option<bool>,
    /// The ports that may be open all the same: 22, 8000-8100. Empty: none, or nothing is blocked.
    pub permitted_port_ranges: Vec<String>,
    /// Who set it, by ARN. Null: AWS did not say.
    pub created_by_arn: Option<String>,
    /// When it was set (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was set.
    pub age_days: Option<i32>,
}

/// The setting of one region.
pub const PUBLIC_ACCESS_BLOCKS: Collector = Collector {
    name: "emr_public_access_blocks",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[BLOCK.call()],
    resources: &[],
    tables: &[table::<PublicAccessBlock>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Answer {
    block_public_access_configuration: Block,
    block_public_access_configuration_metadata: Origin,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Block {
    block_public_security_group_rules: Option<bool>,
    permitted_public_security_group_rule_ranges: Vec<Ports>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Ports {
    min_range: Option<i32>,
    max_range: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Origin {
    creation_date_time: Option<Moment>,
    created_by_arn: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = BLOCK.send(session, json!({})).await?;
    let mut unread = Unread::default();
    let row = row(answer, rows.captured_at(), &mut unread);
    unread.count(rows, PublicAccessBlock::TABLE, &BLOCK.call().name());
    rows.push(row).await
}

fn row(answer: Answer, now: Timestamp, unread: &mut Unread) -> PublicAccessBlock {
    let Answer { block_public_access_configuration: block, block_public_access_configuration_metadata: origin } =
        answer;
    let created = unread.value("CreationDateTime", origin.creation_date_time.as_ref());
    let created_at = unread.moment("CreationDateTime", created);
    let ranges = block.permitted_public_security_group_rule_ranges.into_iter().map(Ports::range);
    PublicAccessBlock {
        is_public_access_blocked: unread
            .value("BlockPublicSecurityGroupRules", block.block_public_security_group_rules),
        permitted_port_ranges: unread.each("MinRange", ranges),
        created_by_arn: unread.value("CreatedByArn", origin.created_by_arn),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

impl Ports {
    /// Without its end it is one port.
    fn range(self) -> Option<String> {
        let from = self.min_range?;
        Some(match self.max_range.filter(|to| *to != from) {
            Some(to) => format!("{from}-{to}"),
            None => from.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::{Value, json};

    use super::PUBLIC_ACCESS_BLOCKS;
    use crate::testing::{columns, json_error};

    const CALL: &str = "GetBlockPublicAccessConfiguration";

    fn row(collected: &Collected) -> Value {
        let names = ["is_public_access_blocked", "permitted_port_ranges", "created_by_arn", "age_days"];
        columns(collected, "emr_public_access_blocks", &names).remove(0)
    }

    async fn collected(answer: &Value) -> Collected {
        let collected = Recorded::new().answer(CALL, &answer.to_string()).run(&PUBLIC_ACCESS_BLOCKS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PUBLIC_ACCESS_BLOCKS);
        collected
    }

    #[tokio::test]
    async fn a_block_leaves_ports_open() {
        let ports = json!([{"MinRange": 22, "MaxRange": 22}, {"MinRange": 8000, "MaxRange": 8100}, {"MinRange": 53}]);
        let collected = collected(&json!({
            "BlockPublicAccessConfiguration": {
                "BlockPublicSecurityGroupRules": true,
                "PermittedPublicSecurityGroupRuleRanges": ports,
            },
            "BlockPublicAccessConfigurationMetadata": {
                "CreationDateTime": 1_766_361_600,
                "CreatedByArn": "arn:aws:iam::111122223333:role/platform",
            },
        }))
        .await;
        let by = "arn:aws:iam::111122223333:role/platform";
        assert_eq!(row(&collected), json!([true, ["22", "8000-8100", "53"], by, 10]));
        assert_eq!(collected.short(), (0, vec![]));
    }

    #[tokio::test]
    async fn what_is_not_said_is_null_and_counted() {
        let ports = json!({"PermittedPublicSecurityGroupRuleRanges": [{"MaxRange": 9}]});
        let (block, metadata) = ("BlockPublicAccessConfiguration", "BlockPublicAccessConfigurationMetadata");
        let collected = collected(&json!({block: ports, metadata: {}})).await;
        assert_eq!(row(&collected), json!([null, [], null, null]));
        assert_eq!(collected.short(), (4, vec!["emr_public_access_blocks"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(CALL, "", 400, &denied).run(&PUBLIC_ACCESS_BLOCKS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
