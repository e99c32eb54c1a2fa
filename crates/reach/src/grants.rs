//! S3 Access Grants: whoever has a grant may ask for credentials of the role of the grant's location
//! (`s3:GetDataAccess`), which are good for what the grant is for.
//!
//! Which role that is, is not kept. It is one of the instance's account that S3 Access Grants may assume: all of these
//! can do it, or none, or it is not known.

mod scope;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, Named, Outcome};

use crate::Result;
use crate::access::both;
use crate::coverage::COMPLETE;
use crate::people::Person;
use crate::resource::{self, account_of, holder};
use crate::rows::{Accounts, Cells};
use crate::search::{Found, Target, kind_of, search, unknown};
use crate::texts::{Text, Texts};
use crate::via::Memory;
use crate::world::World;
use scope::part_of;

/// The service that assumes the roles of locations.
const SERVICE: &str = "access-grants.s3.amazonaws.com";

/// What asks for the credentials.
const ASK: &str = "s3:GetDataAccess";

/// The table of grants, which has the name of its collector.
const TABLE: &str = "s3_access_grants";

/// What a grant to read is good for: the actions that AWS's pages have a location's role be allowed.
const READS: [&str; 6] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAcl",
    "s3:GetObjectVersionAcl",
    "s3:ListMultipartUploadParts",
    "s3:ListBucket",
];

/// What a grant to write is good for.
const WRITES: [&str; 6] = [
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:AbortMultipartUpload",
];

/// One who gets there by a grant, and the steps: the grant, and the role of its location if it is known.
pub(crate) struct Granted {
    pub(crate) found: Found,
    pub(crate) via: Vec<String>,
}

/// What is known of the grants of one bucket: of its parts much is asked.
pub(crate) struct OfBucket {
    bucket: String,
    /// Whether all grants of the bucket's account were read.
    is_whole: bool,
    grants: Vec<Grant>,
    /// The roles that S3 Access Grants may assume, by account.
    roles: BTreeMap<String, BTreeSet<String>>,
    /// Those who may ask for credentials, by the instance that they ask.
    asking: BTreeMap<String, Vec<Found>>,
}

struct Grant {
    arn: String,
    account: String,
    instance_arn: String,
    grantee_type: String,
    grantee: Option<String>,
    permission: String,
    scope: Option<String>,
}

impl OfBucket {
    async fn read(world: &World, bucket: &str, owner: &str) -> Result<OfBucket> {
        let grants = grants(world, bucket, owner).await?;
        let accounts: Accounts = Arc::new(grants.iter().map(|it| it.account.clone()).collect());
        let roles = if grants.is_empty() { BTreeMap::new() } else { assumed(world, &accounts).await? };
        Ok(OfBucket {
            bucket: bucket.to_owned(),
            is_whole: world.outcome(TABLE, owner).await?.as_deref() == Some(COMPLETE),
            asking: asking(world, &grants, &accounts).await?,
            grants,
            roles,
        })
    }
}

impl Grant {
    /// Whether it is only for a part of what is asked. None: for nothing of it.
    fn is_in_part(&self, arn: &str, is_read: bool) -> Option<bool> {
        let is_permitted = match self.permission.as_str() {
            "READ" => is_read,
            "WRITE" => !is_read,
            _ => true,
        };
        let scope = self.scope.as_deref().filter(|_| is_permitted);
        scope.map_or(is_permitted.then_some(true), |scope| part_of(scope, arn))
    }
}

/// Those who get to the target by a grant. `direct` are those who get there themselves.
pub(crate) async fn granted(
    world: &World,
    target: &Target,
    direct: &[Found],
    memory: &mut Memory,
) -> Result<Vec<Granted>> {
    let mut granted = Vec::new();
    let is_of = |actions: &[&str]| actions.iter().any(|it| it.eq_ignore_ascii_case(&target.action));
    let (is_read, is_about) = (is_of(&READS), is_of(&READS) || is_of(&WRITES));
    let is_asked = is_about && target.is_direct() && target.arn.contains(":s3:::");
    let Some(owner) = target.owner.as_deref().filter(|_| is_asked) else { return Ok(granted) };
    let known = match memory.grants.take() {
        Some(known) if known.bucket == holder(&target.arn) => known,
        _ => OfBucket::read(world, holder(&target.arn), owner).await?,
    };
    if !known.is_whole {
        granted.push(anyone("not all grants of S3 Access Grants were read", Vec::new()));
    }
    for grant in &known.grants {
        let Some(is_in_part) = grant.is_in_part(&target.arn, is_read) else { continue };
        let Some((role, mut answer)) = located(&grant.account, known.roles.get(&grant.account), direct) else {
            continue;
        };
        if is_in_part {
            answer = both(&answer, &unknown("the grant is for a part of it"));
        }
        match (grant.grantee_type.as_str(), &grant.grantee) {
            ("IAM", Some(grantee)) => granted.extend(by_identity(grant, grantee, role, &answer, &known.asking)),
            ("DIRECTORY_USER" | "DIRECTORY_GROUP", Some(id)) => {
                let people = memory.people(world).await?;
                let found = people.of_directory(id, grant.grantee_type == "DIRECTORY_GROUP", &grant.arn);
                granted.extend(found.into_iter().map(|person| by_person(person, role.clone(), &answer)));
                if !people.is_complete {
                    granted.push(anyone("not all people of the directory were read", way(grant, role)));
                }
            }
            _ => granted.push(anyone("who has the grant was not read", way(grant, role))),
        }
    }
    memory.grants = Some(known);
    Ok(granted)
}

fn anyone(reason: &'static str, via: Vec<String>) -> Granted {
    let answer = unknown(reason);
    Granted { found: Found { target: 0, principal: "*".to_owned(), kind: "anyone", account: None, answer }, via }
}

fn way(grant: &Grant, role: Option<String>) -> Vec<String> {
    std::iter::once(grant.arn.clone()).chain(role).collect()
}

/// The user or role that has the grant, as far as it may ask for credentials.
fn by_identity(
    grant: &Grant,
    grantee: &str,
    role: Option<String>,
    answer: &Answer,
    asking: &BTreeMap<String, Vec<Found>>,
) -> Option<Granted> {
    let account = account_of(grantee).map(str::to_owned);
    // Of an account that was not read, or that is not ours, the account stands for it.
    let is_it = |it: &&Found| it.principal == grantee || (it.kind == "account" && it.account == account);
    let asked = asking.get(&grant.instance_arn).into_iter().flatten().find(is_it)?;
    let answer = both(answer, &asked.answer);
    let found = Found { target: 0, principal: grantee.to_owned(), kind: kind_of(grantee), account, answer };
    Some(Granted { found, via: way(grant, role) })
}

/// A person of Identity Center, whose steps end with the grant.
fn by_person(person: Person, role: Option<String>, answer: &Answer) -> Granted {
    let mut answer = answer.clone();
    answer.decided_by.assumed.get_or_insert("an application of Identity Center asks for it in the person's name");
    let found = Found { target: 0, principal: person.name, kind: "person", account: None, answer };
    Granted { found, via: person.steps.into_iter().chain(role).collect() }
}

/// What the credentials of a location can do, and the role whose they are, if there is one alone. None: nothing.
fn located(account: &str, roles: Option<&BTreeSet<String>>, direct: &[Found]) -> Option<(Option<String>, Answer)> {
    if direct.iter().any(|it| it.kind == "account" && it.account.as_deref() == Some(account)) {
        return Some((None, unknown("the identities of the grant's account were not all read")));
    }
    let roles: Vec<&String> = roles.into_iter().flatten().collect();
    let of_role = |role: &&String| direct.iter().find(|it| it.kind == "role" && it.principal == **role);
    let answers: Vec<&Answer> = roles.iter().filter_map(of_role).map(|it| &it.answer).collect();
    let first = (*answers.first()?).clone();
    let is_any = || answers.len() == roles.len() && answers.iter().all(|it| it.result == Outcome::Allowed);
    match roles.as_slice() {
        [role] => Some((Some((*role).clone()), first)),
        _ if is_any() => Some((None, first)),
        _ => Some((None, unknown("it was not read which role the grant's location has"))),
    }
}

/// The grants that are for the bucket, or for a part of it.
async fn grants(world: &World, bucket: &str, owner: &str) -> Result<Vec<Grant>> {
    let mut found = Vec::new();
    let names = ["arn", "instance_arn", "grantee_type", "grantee", "permission", "grant_scope"];
    let mut rows = world.reader(TABLE, &names, None)?;
    rows.each(|cells| {
        let scope = cells.text(6);
        // What lies in the default location is the account's own.
        let is_open = scope.is_none_or(|scope| matches!(scope, "s3://" | "s3://*"));
        let is_its = match scope {
            Some(scope) if !is_open => part_of(scope, bucket).is_some(),
            _ => cells.account() == owner,
        };
        found.extend(is_its.then(|| grant(cells)));
    })
    .await?;
    Ok(found)
}

fn grant(cells: &Cells<'_>) -> Grant {
    let text = |index: usize| cells.text(index).unwrap_or_default().to_owned();
    Grant {
        arn: text(1),
        account: cells.account().to_owned(),
        instance_arn: text(2),
        grantee_type: text(3),
        grantee: cells.text(4).map(str::to_owned),
        permission: text(5),
        scope: cells.text(6).map(str::to_owned),
    }
}

/// The roles of these accounts that S3 Access Grants may assume.
async fn assumed(world: &World, accounts: &Accounts) -> Result<BTreeMap<String, BTreeSet<String>>> {
    const ASSUME: &str = "sts:AssumeRole";
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut texts = Texts::new(vec![ASSUME.to_owned()]);
    let mut rows = world.reader("policy_documents", &["resource_arn", "policy_kind", "document"], Some(accounts))?;
    rows.each(|cells| {
        let Some(role) = cells.text(1).filter(|_| cells.text(2) == Some("trust")) else { return };
        let is_assumed = match texts.cell(cells, 3) {
            Text::Silent => false,
            Text::Unread => true,
            Text::Speaks(document) => {
                let mut named = Named::default();
                named.add(&document, ASSUME);
                named.is_anyone || named.services.contains(SERVICE)
            }
        };
        if is_assumed {
            roles.entry(cells.account().to_owned()).or_default().insert(role.to_owned());
        }
    })
    .await?;
    Ok(roles)
}

/// Those who may ask the instances for credentials.
async fn asking(world: &World, grants: &[Grant], accounts: &Accounts) -> Result<BTreeMap<String, Vec<Found>>> {
    let of_identities = grants.iter().filter(|it| it.grantee_type == "IAM");
    let arns: BTreeSet<String> = of_identities.map(|it| it.instance_arn.clone()).collect();
    let mut asking: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    if arns.is_empty() {
        return Ok(asking);
    }
    let instances = resource::read(world, &arns, Some(accounts)).await?;
    let targets: Vec<Target> = instances.into_iter().map(|(arn, owned)| Target::new(ASK, &arn, Some(owned))).collect();
    for found in search(world, &targets).await? {
        if let Some(target) = targets.get(found.target) {
            asking.entry(target.arn.clone()).or_default().push(found);
        }
    }
    Ok(asking)
}
