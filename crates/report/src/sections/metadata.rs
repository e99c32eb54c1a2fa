//! What the metadata service gives away: machines that answer the first version of it, now or at the next launch.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Column};
use crate::ranked::{Beside, Rank, question};

pub(crate) const SECTION: Declared = Declared {
    id: "metadata",
    title: "The metadata service of instances",
    is_brief: false,
    read: |asked| Box::pin(read(asked)),
};

const POSTURE: &[Column] = &[
    Column::text("subject", "instance, template or configuration"),
    Column::text("subject_type", "type"),
    Column::text("answers_imdsv1", "answers version 1"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::text("is_reached", "reached from the internet"),
    Column::flag("exposes_administrator", "gives away an administrator, or who may become one"),
    Column::text("role", "its role"),
    Column::text("http_tokens", "IMDSv2 tokens"),
    Column::number("http_put_response_hop_limit", "hop limit"),
    Column::text("next_http_tokens", "IMDSv2 tokens at the next launch"),
    Column::words("tokens_decided_by", "decided by", "decided by"),
    Column::words("unread", "not read, or not there", "missing"),
];

/// Whoever reaches an instance that answers now need not wait for the next launch.
const RANK: Rank<'static> = Rank {
    columns: POSTURE,
    note: "First come instances that answer version 1 now, those reached from the internet before the others, then \
           those of which it is not known, then what answers at the next launch; in each, what gives away an \
           administrator. Templates and configurations are no machines, so nothing reaches them.",
    subject: None,
    severity: "CASE
        WHEN listed.subject_type <> 'instance' THEN 8
        WHEN listed.answers_imdsv1 = 'now' AND reached.is_reached THEN 0
        WHEN listed.answers_imdsv1 = 'now' THEN 2
        WHEN listed.answers_imdsv1 = 'not known' THEN 4
        ELSE 6
      END + CASE WHEN listed.exposes_administrator THEN 0 ELSE 1 END",
    beside: Some(Beside {
        table: "internet_paths",
        columns: "CASE
        WHEN listed.subject_type <> 'instance' THEN 'no machine'
        WHEN reached.is_reached THEN 'yes'
        WHEN reached.is_known THEN 'no'
        ELSE 'not known'
      END AS is_reached,
      CASE
        WHEN listed.role_arn IS NOT NULL THEN listed.role_arn
        WHEN listed.is_role_administrator IS NULL THEN 'not read'
        ELSE 'none'
      END AS role",
        join: "LEFT JOIN (
      SELECT
        account_id AS of_account_id,
        target_arn,
        bool_or(is_reachable) AS is_reached,
        COUNT(*) = COUNT(is_reachable) AS is_known
      FROM internet_paths
      WHERE target_type = 'ec2_instance'
      GROUP BY account_id, target_arn
    ) AS reached ON reached.of_account_id = listed.account_id AND reached.target_arn = listed.subject",
    }),
};

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    Ok(vec![Block::Table(question(asked, "G5", &RANK).await?)])
}
