//! The edges as they are published, read again to be joined.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::access::together;
use crate::arn::account_of;
use crate::rows::{Accounts, Cells, Reader};
use crate::search::unknown;
use crate::world::World;
use crate::written::{Written, json_or_none};
use crate::{Error, Result};

/// The table of the edges.
const TABLE: &str = "can_assume";

/// Its columns that are read.
pub const COLUMNS: [&str; 14] = [
    "role_arn",
    "principal_arn",
    "principal_kind",
    "principal_account_id",
    "is_outside",
    "entered_by",
    "result",
    "conditions_json",
    "caller_must_json",
    "decided_by_layer",
    "decided_by_policy",
    "reason",
    "is_complete",
    "is_cut",
];

/// Opens the table; an error if the snapshot lacks it, which is not the same as no edge.
pub(crate) fn open(world: &World, accounts: Option<&Accounts>) -> Result<Reader> {
    if world.manifest.table(TABLE).is_none() {
        return Err(Error::NoTable { table: TABLE });
    }
    world.reader(TABLE, &COLUMNS, accounts)
}

/// The links to these roles.
pub(crate) async fn to_roles(world: &World, roles: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<Link>>> {
    let accounts: Accounts = Arc::new(roles.iter().filter_map(|arn| account_of(arn)).map(str::to_owned).collect());
    let mut links: BTreeMap<String, Vec<Link>> = BTreeMap::new();
    open(world, Some(&accounts))?
        .each(|cells| {
            if let Some(role) = cells.text(1).filter(|role| roles.contains(*role)) {
                links.entry(role.to_owned()).or_default().extend(Link::read(cells));
            }
        })
        .await?;
    Ok(links)
}

/// One who gets to a role: by an edge, or by several.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) principal: String,
    pub(crate) kind: String,
    pub(crate) account: Option<String>,
    pub(crate) is_outside: bool,
    pub(crate) entered_by: Vec<String>,
    pub(crate) answer: Written,
    pub(crate) is_cut: bool,
    conditions: Vec<Vec<Value>>,
    caller_must: Vec<Value>,
}

impl Link {
    /// None of a service: it is no person that comes by.
    pub(crate) fn read(cells: &Cells<'_>) -> Option<Link> {
        let text = |index: usize| cells.text(index).unwrap_or_default().to_owned();
        let kind = text(3);
        if kind == "service" {
            return None;
        }
        let [conditions_json, caller_must_json] = [8, 9].map(|index| cells.text(index).map(str::to_owned));
        let conditions = cells.text(8).and_then(|text| serde_json::from_str(text).ok());
        let caller_must = cells.text(9).and_then(|text| serde_json::from_str(text).ok());
        Some(Link {
            principal: text(2),
            kind,
            account: cells.text(4).map(str::to_owned),
            is_outside: cells.flag(5) == Some(true),
            entered_by: cells.texts(6).unwrap_or_default(),
            answer: Written {
                result: text(7),
                conditions_json,
                caller_must_json,
                decided_by_layer: text(10),
                decided_by_policy: cells.text(11).map(str::to_owned),
                decided_by_statement: None,
                reason: text(12),
                is_complete: cells.flag(13) == Some(true),
            },
            is_cut: cells.flag(14) == Some(true),
            conditions: conditions.unwrap_or_default(),
            caller_must: caller_must.unwrap_or_default(),
        })
    }

    /// Whoever is not told by name.
    pub(crate) fn others(reason: &'static str) -> Link {
        Link {
            principal: "*".to_owned(),
            kind: "others".to_owned(),
            account: None,
            is_outside: false,
            entered_by: Vec::new(),
            answer: Written::of(&unknown(reason)),
            is_cut: true,
            conditions: Vec::new(),
            caller_must: Vec::new(),
        }
    }

    /// Whether it is a role of the organization's, which others may have become before.
    pub(crate) fn is_role(&self) -> bool {
        self.kind == "role" && !self.is_outside
    }

    /// The weakest comes last.
    pub(crate) fn rank(&self) -> u8 {
        match self.answer.result.as_str() {
            "allowed" => 0,
            "conditional" => 1,
            _ => 2,
        }
    }

    /// This link, and then another one: the one who begins gets where the other one leads.
    pub(crate) fn then(&self, last: &Link) -> Link {
        let weakest = if self.rank() > last.rank() { self } else { last };
        let is_conditional = weakest.rank() == 1;
        let conditions = if is_conditional { together(&self.conditions, &last.conditions) } else { Vec::new() };
        let caller_must = [self.caller_must.as_slice(), last.caller_must.as_slice()].concat();
        let answer = Written {
            conditions_json: json_or_none(&conditions),
            caller_must_json: json_or_none(&caller_must),
            is_complete: self.answer.is_complete && last.answer.is_complete,
            ..weakest.answer.clone()
        };
        Link { answer, conditions, caller_must, is_cut: self.is_cut || last.is_cut, ..self.clone() }
    }
}
