//! The accounts that are most exposed, by points.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};

pub(crate) const SECTION: Declared =
    Declared { id: "exposed", title: "Accounts most exposed", is_brief: false, read: |asked| Box::pin(read(asked)) };

const ACCOUNTS: &[Column] = &[
    Column::number("place", "place in the organization"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("ou_path", "unit"),
    Column::number("exposure_points", "points"),
    Column::number("public_count", "public resources"),
    Column::number("external_count", "reached from outside"),
    Column::number("administrator_count", "administrators"),
    Column::number("root_key_count", "root's keys"),
    Column::number("no_mfa_count", "users without MFA"),
    Column::number("old_key_count", "old keys"),
    Column::number("imds_count", "instances without IMDSv2"),
    Column::number("unauthenticated_count", "open functions"),
    Column::number("unknown_count", "not known"),
    Column::flag("is_read", "read whole"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let words =
        "Points are the sum of the numbers beside them, each times its weight. What was not read has no points.";
    Ok(vec![Block::Words(words.to_owned()), Block::Table(question(asked, "G10", ACCOUNTS).await?)])
}
