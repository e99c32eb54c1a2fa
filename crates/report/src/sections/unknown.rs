//! What is not known of what was seen.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};
use crate::ranked::{self, Rank};

pub(crate) const SECTION: Declared =
    Declared { id: "unknown", title: "Not known", is_brief: false, read: |asked| Box::pin(read(asked)) };

const VERDICTS: &[Column] = &[
    Column::text("resource_arn", "resource"),
    Column::text("resource_type", "type"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::flag("is_public", "public"),
    Column::flag("is_external", "outside"),
    Column::flag("is_in_org", "in the organization"),
    Column::words("flags", "flags", "flag"),
    Column::text("reasons", "why"),
];

const PATHS: &[Column] = &[
    Column::text("target_arn", "what"),
    Column::text("target_type", "type"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::text("network_interface_id", "interface"),
    Column::text("reason", "why"),
];

const CONTRADICTED: &[Column] = &[Column::text("resource_arn", "resource"), Column::account()];

const OF_VERDICTS: Rank<'static> = Rank {
    columns: VERDICTS,
    note: "First comes what may be public, then what someone outside may reach.",
    subject: None,
    severity: "CASE WHEN listed.is_public IS NULL THEN 0 WHEN listed.is_external IS NULL THEN 1 ELSE 2 END",
    beside: None,
};

const OF_PATHS: Rank<'static> = Rank {
    columns: PATHS,
    note: "First come instances.",
    subject: None,
    severity: "CASE WHEN listed.target_type = 'ec2_instance' THEN 0 ELSE 1 END",
    beside: None,
};

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let words = "What was not seen at all is at the top. Here is what was seen, and does not say enough.";
    Ok(vec![
        Block::Words(words.to_owned()),
        Block::Table(ranked::question(asked, "V2", &OF_VERDICTS).await?),
        Block::Table(ranked::question(asked, "V3", &OF_PATHS).await?),
        Block::Table(question(asked, "V1", CONTRADICTED).await?),
    ])
}
