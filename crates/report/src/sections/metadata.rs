//! What the metadata service gives away: machines that answer the first version of it, now or at the next launch.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};

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
    Column::flag("exposes_administrator", "gives away an administrator"),
    Column::text("role_arn", "its role"),
    Column::text("http_tokens", "tokens"),
    Column::number("http_put_response_hop_limit", "hops"),
    Column::text("next_http_tokens", "tokens at the next launch"),
    Column::text("tokens_decided_by", "decided by"),
    Column::text("unread", "not read"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    Ok(vec![Block::Table(question(asked, "G5", POSTURE).await?)])
}
