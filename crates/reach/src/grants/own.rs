//! What the grants of S3 Access Grants give to principals: each grant's scope, asked as who may do the action on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, Listed, Resource};

use super::read::{COLUMNS, Grant, TABLE, grant};
use super::scope::whole;
use super::{Granted, granted, is_read, known};
use crate::Result;
use crate::callers::Caller;
use crate::resource::{self, Owned, holder};
use crate::rows::{Accounts, Reader};
use crate::search::{Found, Target, search};
use crate::via::Memory;
use crate::what::unless_denied_there;
use crate::world::World;

/// The one action that is about a bucket, and not about what is in it.
const OF_BUCKET: &str = "s3:ListBucket";

/// What a caller may do by a grant.
pub(crate) struct Given {
    /// The caller's place.
    pub(crate) place: usize,
    pub(crate) action: String,
    pub(crate) arn: String,
    /// The grant, and the role of its location if it is known.
    pub(crate) via: Vec<String>,
    pub(crate) answer: Answer,
}

/// What the callers may do of these actions by grants of their own.
pub(crate) async fn given(world: &World, callers: &[Caller], actions: &[String]) -> Result<Vec<Given>> {
    let actions: Vec<(&String, bool)> = actions.iter().filter_map(|it| Some((it, is_read(it)?))).collect();
    let grants = if actions.is_empty() { Vec::new() } else { of(world, callers).await? };
    // The grants that are for the same, whose account is that of the first. Those of one bucket follow one another, so
    // that what is known of it is read once.
    let mut asked: BTreeMap<(String, String), Vec<&Grant>> = BTreeMap::new();
    for grant in &grants {
        for (action, _) in actions.iter().filter(|(_, is_read)| grant.permits(*is_read)) {
            let arn = whole(grant.scope.as_deref(), &grant.arn, action.eq_ignore_ascii_case(OF_BUCKET));
            asked.entry((arn, (*action).clone())).or_default().push(grant);
        }
    }
    let (mut targets, mut buckets) = (Vec::new(), BTreeMap::<(&str, &str), Owned>::new());
    for ((arn, action), grants) in &asked {
        let account = grants.first().map(|it| it.account.as_str()).unwrap_or_default();
        let bucket = holder(arn);
        let of_bucket = match buckets.get(&(bucket, account)) {
            Some(known) => known.clone(),
            None => owned(world, bucket, account).await?,
        };
        buckets.insert((bucket, account), of_bucket.clone());
        targets.push(Target::new(action, arn, Some(of_bucket)));
    }
    let found = if targets.is_empty() { Vec::new() } else { search(world, &targets).await? };
    let (mut memory, mut given) = (Memory::default(), Vec::new());
    for (index, (target, grants)) in targets.iter().zip(asked.values()).enumerate() {
        let direct: Vec<Found> = found.iter().filter(|it| it.target == index).cloned().collect();
        let all = granted(world, target, &direct, &mut memory).await?;
        let is_asked = |it: &Granted| it.via.first().is_some_and(|arn| grants.iter().any(|grant| grant.arn == *arn));
        for it in all.into_iter().filter(is_asked) {
            let is_its = |caller: &Caller| names(caller).any(|name| *name == it.found.principal);
            let Some(place) = callers.iter().position(is_its) else { continue };
            let is_pattern = holder(&target.arn).contains(['*', '?']);
            let answer = it.found.answer;
            given.push(Given {
                place,
                action: target.action.clone(),
                arn: target.arn.clone(),
                via: it.via,
                answer: if is_pattern { unless_denied_there(answer) } else { answer },
            });
        }
    }
    Ok(given)
}

/// The ways to the target by grants of one who is called so; and, as those of anyone, by grants of which it was not
/// read whose they are.
pub(crate) async fn ways_of(world: &World, target: &Target, names: &[&str]) -> Result<Vec<Granted>> {
    let mut memory = Memory::default();
    match known(world, target, &mut memory).await? {
        Some(known) if !known.grants.is_empty() || !known.is_whole => memory.grants = Some(known),
        _ => return Ok(Vec::new()),
    }
    let direct = search(world, std::slice::from_ref(target)).await?;
    let all = granted(world, target, &direct, &mut memory).await?;
    let is_its = |it: &Granted| it.is_anyones || names.contains(&it.found.principal.as_str());
    Ok(all.into_iter().filter(is_its).collect())
}

/// How a grant may name a caller: by its ARN, or by that of the role whose session it is.
fn names(caller: &Caller) -> impl Iterator<Item = &String> {
    std::iter::once(&caller.principal).chain(caller.identity.as_ref().map(|it| &it.arn))
}

/// The grants of the callers.
async fn of(world: &World, callers: &[Caller]) -> Result<Vec<Grant>> {
    let grantees: BTreeSet<String> = callers.iter().flat_map(names).cloned().collect();
    let mut grants = Vec::new();
    let wanted = ("grantee", grantees.clone());
    let mut rows = Reader::with(&world.lake, &world.manifest, TABLE, &COLUMNS, wanted)?;
    rows.each(|cells| {
        let grant = grant(cells);
        let is_its = grant.grantee.as_ref().is_some_and(|it| grantees.contains(it));
        grants.extend((is_its && grant.grantee_type == "IAM").then_some(grant));
    })
    .await?;
    Ok(grants)
}

/// A scope's bucket. A pattern of buckets stands for those of the grant's account, whose policies are not asked.
async fn owned(world: &World, bucket: &str, account: &str) -> Result<Owned> {
    let unread = resource::unread(bucket);
    if bucket.contains(['*', '?']) {
        let account = Some(account.to_owned());
        let (policies, acl) = (Listed::default(), Listed::default());
        let resource = Resource { account: account.clone(), policies, acl, ..unread };
        return Ok(Owned { account, resource, has_object_acls: false });
    }
    // A location is in its account's buckets, and of one that was not read nothing is known.
    let owner = world.owner(bucket).await?.unwrap_or_else(|| account.to_owned());
    let accounts: Accounts = Arc::new(BTreeSet::from([owner.clone()]));
    let mut found = resource::read(world, &BTreeSet::from([bucket.to_owned()]), Some(&accounts)).await?;
    let new = || Owned { account: None, resource: unread, has_object_acls: true };
    let mut owned = found.remove(bucket).unwrap_or_else(new);
    owned.account.get_or_insert_with(|| owner.clone());
    owned.resource.account.get_or_insert(owner);
    Ok(owned)
}
