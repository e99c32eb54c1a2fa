//! What others can reach: by policies, and by the network.

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Column};
use crate::ranked::{Rank, question};

pub(crate) const SECTION: Declared =
    Declared { id: "reachable", title: "Reachable by others", is_brief: false, read: |asked| Box::pin(read(asked)) };

const PUBLIC: &[Column] = &[
    Column::text("resource_arn", "resource"),
    Column::text("resource_type", "type"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::flag("has_rcp", "under an RCP"),
    Column::words("gated_by", "what stands before it", "gate"),
    Column::words("flags", "flags", "flag"),
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
    Column::words("policy_kind", "by which policy", "policy"),
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

/// Everyone, from the world, to where machines are administered; then everyone from the world; then single ranges.
const BY_NETWORK: &str = "CASE
        WHEN listed.is_from_world AND (
          listed.from_port IS NULL OR 22 BETWEEN listed.from_port AND listed.to_port
          OR 3389 BETWEEN listed.from_port AND listed.to_port
        ) THEN 0
        WHEN listed.is_from_world THEN 1
        ELSE 2
      END";

const LISTS: [(&str, Rank<'static>); 4] = [
    (
        "G1",
        Rank {
            columns: PUBLIC,
            note: "First comes what nothing stands before, not even an RCP (a resource control policy). signed_only: \
                   anyone, but with a request that some AWS account signs.",
            subject: None,
            severity: "CASE WHEN cardinality(listed.gated_by) > 0 THEN 2 WHEN listed.has_rcp THEN 1 ELSE 0 END",
            beside: None,
        },
    ),
    (
        "G2",
        Rank {
            columns: OUTSIDE,
            note: "First comes what anyone can change, then what anyone can use, what outsiders can change, the \
                   rest; in each, what nothing bounds. In words, access is named by AWS's access levels: Read, \
                   Write, Permissions management.",
            subject: Some(("resource_arn", "resources")),
            severity: "CASE
        WHEN listed.is_public AND (listed.has_permissions_access OR listed.has_write_access) THEN 0
        WHEN listed.is_public THEN 2
        WHEN listed.has_permissions_access OR listed.has_write_access THEN 4
        ELSE 6
      END + CASE WHEN cardinality(listed.bounded_by) > 0 THEN 1 ELSE 0 END",
            beside: None,
        },
    ),
    (
        "G16",
        Rank {
            columns: INSTANCES,
            note: "A row is a way, so an instance may have several. First come ways from anywhere to ports 22 and \
                   3389 or to all, then others from anywhere. From anywhere says no where one range alone comes in: \
                   it is outside the organization's networks, so it counts as the internet too.",
            subject: Some(("target_arn", "instances")),
            severity: BY_NETWORK,
            beside: None,
        },
    ),
    (
        "G17",
        Rank {
            columns: OTHERS,
            note: "A row is a way. What has its public switch on, as E7's second share counts databases, is here if \
                   routes, network ACLs and security groups let somebody in. From anywhere says no where one range \
                   alone comes in.",
            subject: Some(("target_arn", "targets")),
            severity: BY_NETWORK,
            beside: None,
        },
    ),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for (id, rank) in LISTS {
        blocks.push(Block::Table(question(asked, id, &rank).await?));
    }
    Ok(blocks)
}
