//! What is critical: who can read the data of resources that are tagged so, and which accounts no guardrail protects.

use super::Declared;
use crate::Result;
use crate::asked::{Asked, text};
use crate::lists::question;
use crate::model::{Block, Column};

pub(crate) const SECTION: Declared =
    Declared { id: "critical", title: "What is critical", is_brief: false, read: |asked| Box::pin(read(asked)) };

const READERS: &[Column] = &[
    Column::text("resource_arn", "resource"),
    Column::text("principal", "who"),
    Column::words("result", "result", "result"),
    Column::text("via", "by"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("action", "action"),
    Column::text("asked_arn", "on"),
    Column::text("conditions_json", "if"),
    Column::words("decided_by_layer", "decided by", "layer"),
    Column::text("decided_by_policy", "its policy"),
    Column::text("reason", "why"),
    Column::flag("is_complete", "read whole"),
    Column::number("left_out_count", "further rows"),
];

const UNPROTECTED: &[Column] = &[
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("ou_path", "unit"),
    Column::flag("is_so", "nothing is stopped"),
    Column::flag("is_management", "the management account"),
    Column::number("action_count", "actions asked for"),
];

const HOW: &str = "SELECT DISTINCT outcome FROM materializations WHERE table_name = 'critical_access'";

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let is_unconfigured = is_unconfigured(asked).await?;
    if is_unconfigured {
        let words = "Which resources are critical is not configured: a census looks for who can read them where its \
                     configuration names their tag, by [critical].";
        blocks.push(Block::Words(words.to_owned()));
    }
    // The row that says so names no account, so a part would show an empty table: nobody.
    if asked.part.is_whole() || !is_unconfigured {
        blocks.push(Block::Table(question(asked, "G13", READERS).await?));
    }
    blocks.push(Block::Table(question(asked, "G14", UNPROTECTED).await?));
    Ok(blocks)
}

/// Whether no configuration names a tag.
async fn is_unconfigured(asked: &Asked) -> Result<bool> {
    if !asked.snapshot.has_table("materializations") {
        return Ok(false);
    }
    let rows = asked.rows(HOW).await?;
    Ok(!rows.is_empty() && rows.iter().all(|row| text(row, "outcome") == "not_configured"))
}
