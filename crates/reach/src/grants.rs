//! S3 Access Grants: whoever has a grant may ask for credentials of the role of the grant's location
//! (`s3:GetDataAccess`), which are good for what the grant is for.
//!
//! Where it was not read which role that is, it is one of the instance's account that S3 Access Grants may assume: all
//! of these can do it, or none, or it is not known.

mod own;
mod read;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::evaluation::{Answer, Outcome};

use crate::Result;
use crate::access::both;
use crate::arn::account_of;
use crate::people::Person;
use crate::resource::holder;
use crate::search::{Found, Target, kind_of, unknown};
use crate::via::Memory;
use crate::world::World;
pub(crate) use own::{given, ways_of};
pub(crate) use read::{ASK, COLUMNS, Grant, LOCATIONS, Locations, OF_LOCATION, OfBucket, TABLE, grant};

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
    /// Whether it stands for whoever may have a grant that was not read.
    pub(crate) is_anyones: bool,
}

/// Whether a grant to read is good for the action, or one to write. None: neither is.
pub(crate) fn is_read(action: &str) -> Option<bool> {
    let is_of = |actions: &[&str]| actions.iter().any(|it| it.eq_ignore_ascii_case(action));
    if is_of(&READS) { Some(true) } else { is_of(&WRITES).then_some(false) }
}

/// What is known of the grants of the target's bucket. None: no grant is good for what is asked.
async fn known(world: &World, target: &Target, memory: &mut Memory) -> Result<Option<OfBucket>> {
    let is_asked = is_read(&target.action).is_some() && target.is_direct() && target.arn.contains(":s3:::");
    let Some(owner) = target.owner.as_deref().filter(|_| is_asked) else { return Ok(None) };
    let bucket = holder(&target.arn);
    match memory.grants.take() {
        Some(known) if known.bucket == bucket => Ok(Some(known)),
        _ => Ok(Some(OfBucket::read(world, bucket, owner).await?)),
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
    let Some(known) = known(world, target, memory).await? else { return Ok(granted) };
    let is_read = is_read(&target.action) == Some(true);
    if !known.is_whole {
        granted.push(anyone("not all grants of S3 Access Grants were read", Vec::new(), true));
    }
    for grant in &known.grants {
        let Some(is_in_part) = grant.is_in_part(&target.arn, is_read) else { continue };
        let Some((role, mut answer)) = located(grant, known.roles.get(&grant.account), direct) else {
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
                    granted.push(anyone("not all people of the directory were read", way(grant, role), false));
                }
            }
            _ => granted.push(anyone("who has the grant was not read", way(grant, role), true)),
        }
    }
    memory.grants = Some(known);
    Ok(granted)
}

fn anyone(reason: &'static str, via: Vec<String>, is_anyones: bool) -> Granted {
    let answer = unknown(reason);
    let found = Found { target: 0, principal: "*".to_owned(), kind: "anyone", account: None, answer };
    Granted { found, via, is_anyones }
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
    Some(Granted { found, via: way(grant, role), is_anyones: false })
}

/// A person of Identity Center, whose steps end with the grant.
fn by_person(person: Person, role: Option<String>, answer: &Answer) -> Granted {
    let mut answer = answer.clone();
    answer.decided_by.assumed.get_or_insert("an application of Identity Center asks for it in the person's name");
    let found = Found { target: 0, principal: person.name, kind: "person", account: None, answer };
    Granted { found, via: person.steps.into_iter().chain(role).collect(), is_anyones: false }
}

/// What the credentials of a location can do, and the role whose they are, if there is one alone. None: nothing.
fn located(grant: &Grant, trusting: Option<&BTreeSet<String>>, direct: &[Found]) -> Option<(Option<String>, Answer)> {
    if direct.iter().any(|it| it.kind == "account" && it.account.as_deref() == Some(grant.account.as_str())) {
        return Some((grant.role.clone(), unknown("the identities of the grant's account were not all read")));
    }
    let may_be_it = |role: &&String| grant.role.as_ref().is_none_or(|it| it == *role);
    let roles: Vec<&String> = trusting.into_iter().flatten().filter(may_be_it).collect();
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
