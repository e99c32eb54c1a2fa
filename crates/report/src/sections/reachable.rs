//! What others can reach: by policies, and by the network.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists::question;
use crate::model::{Block, Column};

pub(crate) const SECTION: Declared =
    Declared { id: "reachable", title: "Reachable by others", is_brief: false, read: |asked| Box::pin(read(asked)) };

const PUBLIC: &[Column] = &[
    Column::text("resource_arn", "resource"),
    Column::text("resource_type", "type"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::flag("has_rcp", "under an RCP"),
    Column::text("gated_by", "what stands before it"),
    Column::text("flags", "flags"),
    Column::text("reasons", "why"),
];

const OUTSIDE: &[Column] = &[
    Column::text("resource_arn", "resource"),
    Column::text("principal", "who"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::flag("is_public", "anyone"),
    Column::flag("has_read_access", "reads"),
    Column::flag("has_write_access", "writes"),
    Column::flag("has_permissions_access", "sets permissions"),
    Column::text("policy_kind", "by which policy"),
    Column::text("policy_name", "its name"),
    Column::number("ordinal", "statement"),
    Column::text("bounded_by", "what bounds them"),
    Column::text("explanation", "in words"),
];

const INSTANCES: &[Column] = &[
    Column::text("target_arn", "instance"),
    Column::text("instance_name", "name"),
    Column::account(),
    Column::text("account_name", "account's name"),
    Column::text("entry_address", "address"),
    Column::text("ip_protocol", "protocol"),
    Column::number("from_port", "from port"),
    Column::number("to_port", "to port"),
    Column::text("source_range", "from where"),
    Column::flag("is_from_world", "from anywhere"),
    Column::text("hops", "by what way"),
];

const OTHERS: &[Column] = &[
    Column::text("target_arn", "what"),
    Column::text("target_type", "type"),
    Column::account(),
    Column::text("account_name", "account's name"),
    Column::text("entry_address", "address"),
    Column::text("ip_protocol", "protocol"),
    Column::number("from_port", "from port"),
    Column::number("to_port", "to port"),
    Column::text("source_range", "from where"),
    Column::flag("is_from_world", "from anywhere"),
    Column::text("hops", "by what way"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for (id, columns) in [("G1", PUBLIC), ("G2", OUTSIDE), ("G16", INSTANCES), ("G17", OTHERS)] {
        blocks.push(Block::Table(question(asked, id, columns).await?));
    }
    Ok(blocks)
}
