//! The policies of VPC endpoints. They decide where another policy forces a request through an endpoint, or to come
//! from a VPC (E7), so only those are read that an answer rests on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, Endpoint, Listed, NamedPolicy, Vpc};
use orgcensus_policy::{Document, PolicyKind};

use crate::Result;
use crate::rows::{Accounts, Reader};
use crate::world::World;

const SOURCE_VPCE: &str = "aws:SourceVpce";
const SOURCE_VPC: &str = "aws:SourceVpc";

const TABLE: &str = "ec2_vpc_endpoints";

/// How often answers may name further endpoints. After that they stay conditional.
const ROUNDS_MAX: usize = 3;

/// The services whose endpoints are called as their actions are: `com.amazonaws.eu-west-1.s3`, `….kms-fips`,
/// `….ecr.api`. Of another one it is not known which endpoints lead to it.
const NAMED: [&str; 20] = [
    "athena",
    "backup",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "events",
    "execute-api",
    "glue",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
];

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Passages {
    endpoints: Listed<Endpoint>,
    vpcs: BTreeMap<String, OfVpc>,
}

/// The endpoints of a VPC, each with the name of the service that it leads to.
#[derive(Debug, Default)]
struct OfVpc {
    endpoints: Vec<(String, Endpoint)>,
    /// Whether there may be others.
    is_short: bool,
}

impl Passages {
    /// The endpoints that policies name. What is in no account of the snapshot is not among them: nobody knows its
    /// policy.
    pub(crate) fn endpoints(&self) -> Listed<Endpoint> {
        self.endpoints.clone()
    }

    /// The VPCs that policies name, each with the endpoints that lead to the service of the action.
    pub(crate) fn vpcs(&self, action: &str) -> Vec<Vpc> {
        if !has_known_endpoints(action) {
            return Vec::new();
        }
        let service = service(action);
        let vpc = |(id, of_vpc): (&String, &OfVpc)| {
            let meant = of_vpc.endpoints.iter().filter(|(name, _)| leads_to(name, &service));
            let items = meant.map(|(_, endpoint)| endpoint.clone()).collect();
            Vpc { id: id.clone(), endpoints: Listed { items, has_unread: of_vpc.is_short } }
        };
        self.vpcs.iter().map(vpc).collect()
    }
}

fn service(action: &str) -> String {
    action.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether it is known which endpoints lead to the service of an action. The URL of a function is no host of its
/// service.
pub(crate) fn has_known_endpoints(action: &str) -> bool {
    NAMED.contains(&service(action).as_str()) && !action.eq_ignore_ascii_case("lambda:InvokeFunctionUrl")
}

/// Whether an endpoint of this name may lead to the service. One that may is counted.
fn leads_to(name: &str, service: &str) -> bool {
    let Some((_, rest)) = name.split_once("com.amazonaws.") else { return false };
    let is_it =
        |text: &str| text.strip_prefix(service).is_some_and(|end| end.is_empty() || end.starts_with(['.', '-']));
    // Of several regions is `com.amazonaws.s3-global.accesspoint`.
    is_it(rest) || rest.split_once('.').is_some_and(|(_, rest)| is_it(rest))
}

/// The endpoints and VPCs that policies name, as far as they were met.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    known: Passages,
    /// Ids of both.
    read: BTreeSet<String>,
    met: BTreeSet<String>,
    rounds: usize,
}

impl Endpoints {
    /// Those that were read.
    pub(crate) fn known(&self) -> &Passages {
        &self.known
    }

    /// Notes the endpoints and VPCs that a policy names.
    pub(crate) fn meet_policy(&mut self, document: &Document) {
        let conditions = document.statements.iter().flat_map(|it| &it.conditions);
        conditions.for_each(|it| self.meet_key(&it.key, &it.values));
    }

    /// Notes the endpoints and VPCs that an answer rests on.
    pub(crate) fn meet(&mut self, answer: &Answer) {
        answer.conditions.iter().flatten().for_each(|it| self.meet_key(&it.key, &it.values));
    }

    fn meet_key(&mut self, key: &str, values: &[String]) {
        let start = match key {
            _ if key.eq_ignore_ascii_case(SOURCE_VPCE) => "vpce-",
            _ if key.eq_ignore_ascii_case(SOURCE_VPC) => "vpc-",
            _ => return,
        };
        let new = values.iter().filter(|id| id.starts_with(start) && !self.read.contains(*id));
        self.met.extend(new.cloned());
    }

    /// Reads those that were met. If there is none, what was answered stands.
    pub(crate) async fn read(&mut self, world: &World) -> Result<bool> {
        let met = std::mem::take(&mut self.met);
        self.rounds += 1;
        if met.is_empty() || self.rounds > ROUNDS_MAX {
            return Ok(false);
        }
        self.read.extend(met.iter().cloned());
        let (endpoints, vpcs): (BTreeSet<String>, BTreeSet<String>) =
            met.into_iter().partition(|id| id.starts_with("vpce-"));
        let named = read(world, ("vpc_endpoint_id", endpoints)).await?;
        self.known.endpoints.items.extend(named.into_iter().map(|it| it.endpoint));
        let mut found = networks(world, &vpcs).await?;
        for it in read(world, ("vpc_id", vpcs)).await? {
            if let Some(of_vpc) = found.get_mut(&it.vpc_id) {
                of_vpc.endpoints.push((it.service_name, it.endpoint));
            }
        }
        self.known.vpcs.extend(found);
        Ok(true)
    }
}

/// The VPCs of the snapshot among these. Its owner sees all of a VPC's endpoints that are its own, and so does each
/// account that shares it.
async fn networks(world: &World, ids: &BTreeSet<String>) -> Result<BTreeMap<String, OfVpc>> {
    let mut found: BTreeMap<String, OfVpc> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let (mut places, mut owned) = (Vec::new(), BTreeSet::new());
    let names = ["vpc_id", "region", "is_shared_by_other"];
    let mut rows = Reader::with(&world.lake, &world.manifest, "ec2_vpcs", &names, ("vpc_id", ids.clone()))?;
    rows.each(|cells| {
        if let (Some(id), Some(region)) = (cells.text(1).filter(|id| ids.contains(*id)), cells.text(2)) {
            places.push((id.to_owned(), cells.account().to_owned(), region.to_owned()));
            if cells.flag(3) != Some(true) {
                owned.insert(id.to_owned());
            }
        }
    })
    .await?;
    if places.is_empty() {
        return Ok(found);
    }
    let accounts: Accounts = Arc::new(places.iter().map(|(_, account, _)| account.clone()).collect());
    let whole = world.whole_regions(TABLE, &accounts).await?;
    for (id, account, region) in places {
        let is_owned = owned.contains(&id);
        let of_vpc = found.entry(id).or_default();
        of_vpc.is_short |= !is_owned || !whole.contains(&(account, region));
    }
    Ok(found)
}

/// An endpoint as it was read.
struct Read {
    vpc_id: String,
    service_name: String,
    endpoint: Endpoint,
}

/// The endpoints that have one of these values in a column.
async fn read(world: &World, (column, values): (&'static str, BTreeSet<String>)) -> Result<Vec<Read>> {
    let mut found: BTreeMap<String, Read> = BTreeMap::new();
    let mut accounts = BTreeSet::new();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let names = ["arn", "vpc_endpoint_id", "vpc_id", "service_name"];
    let is_vpc = column == "vpc_id";
    let mut rows = Reader::with(&world.lake, &world.manifest, TABLE, &names, (column, values.clone()))?;
    rows.each(|cells| {
        let is_meant = cells.text(if is_vpc { 3 } else { 2 }).is_some_and(|value| values.contains(value));
        if let (Some(arn), Some(id), true) = (cells.text(1), cells.text(2), is_meant) {
            let account = cells.account().to_owned();
            accounts.insert(account.clone());
            let policies = Some(Listed::unread());
            let endpoint = Endpoint { id: id.to_owned(), account: Some(account), policies };
            let text = |index: usize| cells.text(index).unwrap_or_default().to_owned();
            found.insert(arn.to_owned(), Read { vpc_id: text(3), service_name: text(4), endpoint });
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
        let Some(it) = cells.text(1).filter(|_| is_policy).and_then(|arn| found.get_mut(arn)) else { return };
        let endpoint = &mut it.endpoint;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_leads_to_the_service_of_its_name() {
        let is = |name: &str, service: &str| leads_to(name, service);
        assert!(is("com.amazonaws.eu-west-1.s3", "s3") && is("com.amazonaws.s3-global.accesspoint", "s3"));
        assert!(is("cn.com.amazonaws.cn-north-1.sts", "sts") && is("com.amazonaws.us-gov-west-1.kms-fips", "kms"));
        assert!(
            is("com.amazonaws.eu-west-1.ecr.api", "ecr") && is("com.amazonaws.eu-west-1.execute-api", "execute-api")
        );
        assert!(!is("com.amazonaws.eu-west-1.s3express", "s3") && !is("com.amazonaws.eu-west-1.sts", "s3"));
        assert!(!is("com.amazonaws.vpce.eu-west-1.vpce-svc-0a", "s3") && !is("", "s3"));
    }

    #[test]
    fn of_a_service_whose_endpoints_are_called_otherwise_nothing_is_said() {
        let passages =
            Passages { vpcs: BTreeMap::from([("vpc-1".to_owned(), OfVpc::default())]), ..Passages::default() };
        assert_eq!(passages.vpcs("S3:GetObject").len(), 1);
        assert!(passages.vpcs("cloudwatch:PutMetricData").is_empty());
        assert!(passages.vpcs("lambda:InvokeFunctionUrl").is_empty());
    }
}
