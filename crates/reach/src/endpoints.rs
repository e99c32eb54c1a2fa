//! The policies of VPC endpoints. They decide where another policy forces a request through an endpoint (E7), so only
//! those are read that an answer rests on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, Endpoint, Listed, NamedPolicy};
use orgcensus_policy::{Document, PolicyKind};

use crate::Result;
use crate::rows::{Accounts, Reader};
use crate::world::World;

const SOURCE_VPCE: &str = "aws:SourceVpce";

/// How often answers may name further endpoints. After that they stay conditional.
const ROUNDS_MAX: usize = 3;

/// The endpoints that policies name, as far as they were met.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    known: Listed<Endpoint>,
    read: BTreeSet<String>,
    met: BTreeSet<String>,
    rounds: usize,
}

impl Endpoints {
    /// Those that were read. What is in no account of the snapshot is not among them: nobody knows its policy.
    pub(crate) fn known(&self) -> &Listed<Endpoint> {
        &self.known
    }

    /// Notes the endpoints that a policy names.
    pub(crate) fn meet_policy(&mut self, document: &Document) {
        let conditions = document.statements.iter().flat_map(|it| &it.conditions);
        conditions.for_each(|it| self.meet_key(&it.key, &it.values));
    }

    /// Notes the endpoints that an answer rests on.
    pub(crate) fn meet(&mut self, answer: &Answer) {
        answer.conditions.iter().flatten().for_each(|it| self.meet_key(&it.key, &it.values));
    }

    fn meet_key(&mut self, key: &str, values: &[String]) {
        if key.eq_ignore_ascii_case(SOURCE_VPCE) {
            let new = values.iter().filter(|id| id.starts_with("vpce-") && !self.read.contains(*id));
            self.met.extend(new.cloned());
        }
    }

    /// Reads those that were met. If there is none, what was answered stands.
    pub(crate) async fn read(&mut self, world: &World) -> Result<bool> {
        let met = std::mem::take(&mut self.met);
        self.rounds += 1;
        if met.is_empty() || self.rounds > ROUNDS_MAX {
            return Ok(false);
        }
        self.read.extend(met.iter().cloned());
        self.known.items.extend(endpoints(world, met).await?);
        Ok(true)
    }
}

async fn endpoints(world: &World, ids: BTreeSet<String>) -> Result<Vec<Endpoint>> {
    let mut found: BTreeMap<String, Endpoint> = BTreeMap::new();
    let mut accounts = BTreeSet::new();
    let (names, wanted) = (["arn", "vpc_endpoint_id"], ("vpc_endpoint_id", ids));
    let mut rows = Reader::with(&world.lake, &world.manifest, "ec2_vpc_endpoints", &names, wanted)?;
    rows.each(|cells| {
        if let (Some(arn), Some(id)) = (cells.text(1), cells.text(2)) {
            let account = cells.account().to_owned();
            accounts.insert(account.clone());
            let policies = Some(Listed::unread());
            found.insert(arn.to_owned(), Endpoint { id: id.to_owned(), account: Some(account), policies });
        }
    })
    .await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let names = ["resource_arn", "policy_kind", "state", "document"];
    let accounts: Accounts = Arc::new(accounts);
    let mut rows = world.reader("policy_documents", &names, Some(&accounts))?;
    rows.each(|cells| {
        let is_policy = cells.text(2) == Some(PolicyKind::VpcEndpoint.as_str());
        let Some(endpoint) = cells.text(1).filter(|_| is_policy).and_then(|arn| found.get_mut(arn)) else { return };
        let named = |text: &str| NamedPolicy { name: endpoint.id.clone(), document: Document::parse(text) };
        endpoint.policies = match cells.text(4) {
            // Without a policy everything passes.
            _ if cells.text(3) == Some("absent") => None,
            Some(text) => Some(Listed::of(vec![named(text)])),
            None => Some(Listed::unread()),
        };
    })
    .await?;
    Ok(found.into_values().collect())
}
