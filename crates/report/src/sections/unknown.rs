//! What is not known of what was seen.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};

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
    Column::text("flags", "flags"),
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

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let words = "What was not seen at all is at the top. Here is what was seen, and does not say enough.";
    let mut blocks = vec![Block::Words(words.to_owned())];
    for (id, columns) in [("V2", VERDICTS), ("V3", PATHS), ("V1", CONTRADICTED)] {
        blocks.push(Block::Table(question(asked, id, columns).await?));
    }
    Ok(blocks)
}
