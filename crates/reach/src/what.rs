//! What a principal may do, and on what.
//!
//! Within its account a principal's own statements say it, so the answer is their patterns and no list of resources. Of
//! what names the principal itself, in any account, each resource is told. The roles that it may assume are asked next.
//! Keys and roles are always told one by one, since their own policies decide (E16, E17).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, Listed, Named, Outcome, evaluate, patterns};
use orgcensus_policy::{Document, Effect, PolicyKind, is_arn};

use crate::access::{Access, rank};
use crate::account::{Identities, TAGS_SESSIONS};
use crate::arn::account_of;
use crate::callers::{Caller, Callers};
use crate::endpoints::{Endpoints, Passages};
use crate::grants::given;
use crate::resource::{self, holder};
use crate::rows::{Accounts, Reader};
use crate::scopes::Patterns;
use crate::search::{Target, kind_of};
use crate::texts::{Text, Texts};
use crate::world::World;
use crate::{Error, Result};

const ASSUME: &str = "sts:AssumeRole";

/// The longest chain of roles that is followed.
const DEPTH_MAX: usize = 5;

/// Actions of KMS that are about no key.
const WITHOUT_KEY: [&str; 4] = ["kms:createkey", "kms:generaterandom", "kms:listaliases", "kms:listkeys"];

/// What the principal may do of these actions.
pub(crate) async fn what(world: &World, principal: &str, actions: &[String]) -> Result<Vec<Access>> {
    let mut callers = vec![Caller::new(principal, Vec::new(), None)];
    let (mut rows, mut entered) = (Vec::new(), BTreeSet::from([principal.to_owned()]));
    for depth in 0..=DEPTH_MAX {
        let mut asked: Vec<String> = actions.to_vec();
        if !asked.iter().any(|it| it.eq_ignore_ascii_case(ASSUME)) {
            asked.push(ASSUME.to_owned());
        }
        identify(world, &mut callers, &asked).await?;
        if depth == 0 {
            is_known(world, &callers).await?;
        }
        let mut found = level(world, &callers, &asked).await?;
        for it in given(world, &callers, actions).await? {
            let Some(caller) = callers.get(it.place) else { continue };
            let (via, answer) = (caller.via.iter().cloned().chain(it.via).collect(), caller.after(&it.answer));
            rows.push(access(principal, (it.action, it.arn), via, answer));
        }
        // Of the ways into a role the surest is followed.
        found.sort_by_key(|(.., answer)| rank(answer.result));
        let mut next = Vec::new();
        for (place, action, arn, answer) in found {
            let Some(caller) = callers.get(place) else { continue };
            let answer = caller.after(&answer);
            if action.eq_ignore_ascii_case(ASSUME) && entered.insert(arn.clone()) {
                let via = caller.via.iter().cloned().chain([arn.clone()]).collect();
                next.push(Caller::new(&arn, via, Some(answer.clone())));
            }
            if actions.iter().any(|it| it.eq_ignore_ascii_case(&action)) {
                rows.push(access(principal, (action, arn), caller.via.clone(), answer));
            }
        }
        callers = next;
        if callers.is_empty() {
            break;
        }
    }
    Ok(rows)
}

fn access(principal: &str, (action, resource_arn): (String, String), via: Vec<String>, answer: Answer) -> Access {
    Access {
        principal: principal.to_owned(),
        principal_type: kind_of(principal),
        account_id: account_of(principal).map(str::to_owned),
        action,
        resource_arn,
        via,
        answer,
    }
}

/// One of our accounts that was read must have it.
async fn is_known(world: &World, callers: &[Caller]) -> Result<()> {
    for caller in callers.iter().filter(|it| it.identity.is_none() && world.has(it.account())) {
        let accounts: Accounts = Arc::new(BTreeSet::from([caller.account().to_owned()]));
        if !caller.principal.ends_with(":root") && world.unread(&accounts).await?.is_empty() {
            return Err(Error::UnknownPrincipal { principal: caller.principal.clone() });
        }
    }
    Ok(())
}

/// Finds the callers' policies, and what they are about.
async fn identify(world: &World, callers: &mut [Caller], actions: &[String]) -> Result<()> {
    let accounts: Accounts =
        Arc::new(callers.iter().map(|it| it.account().to_owned()).filter(|id| world.has(id)).collect());
    let second = "lambda:InvokeFunction".to_owned();
    let mut texts = Texts::new(actions.iter().cloned().chain([second, TAGS_SESSIONS.to_owned()]).collect());
    let mut identities = Identities::open(&world.lake, &world.manifest, Some(&accounts))?;
    // What the resource must allow is asked of each resource.
    let own: Vec<String> = actions.iter().filter(|it| !is_by_resource(it)).cloned().collect();
    let mut patterns = Patterns::new(&own);
    let mut by_account: HashMap<String, Vec<&mut Caller>> = HashMap::new();
    for caller in callers.iter_mut() {
        by_account.entry(caller.account().to_owned()).or_default().push(caller);
    }
    for id in accounts.iter() {
        let account = identities.account(id, &mut texts).await?;
        let guardrails = patterns.of_guardrails(&world.around(&[id.as_str()]));
        for caller in by_account.remove(id).into_iter().flatten() {
            let Some(known) = account.find(&caller.principal) else { continue };
            caller.identity = Some(account.identity(known));
            let scopes = patterns.of(&account, known, &guardrails).patterns.into_iter();
            let of_action = |(place, found): (usize, BTreeSet<String>)| {
                let action = own.get(place).cloned().unwrap_or_default();
                found.into_iter().map(move |pattern| (action.clone(), pattern))
            };
            caller.scopes = scopes.flat_map(of_action).collect();
        }
    }
    drop(by_account);
    for caller in callers.iter_mut().filter(|it| it.principal.ends_with(":root")) {
        // The root user needs no policy.
        caller.scopes = own.iter().map(|it| (it.clone(), "*".to_owned())).collect();
    }
    Ok(())
}

/// Whether the resource must allow the action, so that no statement of an identity is enough.
pub(crate) fn is_by_resource(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let is_of_key = action.starts_with("kms:") && !WITHOUT_KEY.contains(&action.as_str());
    is_of_key || action == "sts:assumerole" || action == "sts:tagsession" || action == "sts:setsourceidentity"
}

/// What a caller may do: its place, the action, the resource or the pattern.
type May = (usize, String, String, Answer);

/// What each caller may do.
async fn level(world: &World, callers: &[Caller], actions: &[String]) -> Result<Vec<May>> {
    let buckets = buckets(world, callers).await?;
    let naming = naming(world, callers, actions).await?;
    let mut endpoints = Endpoints::default();
    loop {
        let found = answers(world, callers, actions, (&buckets, &naming), endpoints.known())?;
        found.iter().for_each(|(.., answer)| endpoints.meet(answer));
        if !endpoints.read(world).await? {
            return Ok(found);
        }
    }
}

/// The same, as far as these endpoints are known.
fn answers(
    world: &World,
    callers: &[Caller],
    actions: &[String],
    (buckets, naming): (&BTreeMap<String, String>, &BTreeMap<String, resource::Owned>),
    passages: &Passages,
) -> Result<Vec<May>> {
    let mut found = Vec::new();
    let by_name = Callers::new(callers);
    for (place, caller) in callers.iter().enumerate() {
        for (action, pattern) in &caller.scopes {
            let owner = account_of(pattern).or_else(|| buckets.get(holder(pattern)).map(String::as_str));
            let owner = owner.filter(|id| *id != caller.account());
            // Another account's resource has to allow it too, so it is told there.
            if owner.is_none() {
                let target = Target::new(action, pattern, None);
                let answer = judge(world, caller, &target, passages)?.map(unless_denied_there);
                found.extend(answer.map(|it| (place, action.clone(), pattern.clone(), it)));
            }
        }
    }
    for (arn, owned) in naming {
        for action in actions {
            for asked in asked_of(arn, owned, action) {
                let target = Target::new(action, &asked, Some(owned.clone()));
                for place in by_name.named(target.named()) {
                    let Some(caller) = callers.get(place) else { continue };
                    let answer = judge(world, caller, &target, passages)?;
                    found.extend(answer.map(|it| (place, action.clone(), asked.clone(), it)));
                }
            }
        }
    }
    found.sort_by(|one, other| (one.0, &one.1, &one.2).cmp(&(other.0, &other.1, &other.2)));
    found.dedup_by(|later, earlier| (later.0, &later.1, &later.2) == (earlier.0, &earlier.1, &earlier.2));
    Ok(found)
}

/// A pattern stands for many resources, and what their policies deny is not asked.
pub(crate) fn unless_denied_there(mut answer: Answer) -> Answer {
    answer.decided_by.assumed.get_or_insert("no policy of the resource denies it");
    answer
}

/// Whose the buckets are that the callers' statements name: their ARNs do not say it.
async fn buckets(world: &World, callers: &[Caller]) -> Result<BTreeMap<String, String>> {
    let patterns = callers.iter().flat_map(|caller| &caller.scopes).map(|(_, pattern)| holder(pattern));
    let named: BTreeSet<&str> = patterns.filter(|arn| arn.contains(":s3:::") && !arn.contains(['*', '?'])).collect();
    let mut owners = BTreeMap::new();
    if named.is_empty() {
        return Ok(owners);
    }
    let mut rows = world.reader("s3_buckets", &["arn"], None)?;
    rows.each(|cells| {
        if let Some(arn) = cells.text(1).filter(|arn| named.contains(arn)) {
            owners.insert(arn.to_owned(), cells.account().to_owned());
        }
    })
    .await?;
    Ok(owners)
}

/// The resources, or their parts, that a resource's policies and grants give the action on.
fn asked_of(arn: &str, owned: &resource::Owned, action: &str) -> BTreeSet<String> {
    let of_policy = owned.resource.policies.items.iter().flat_map(|it| patterns(&it.document, action, &Effect::Allow));
    let mut asked: BTreeSet<String> = of_policy
        .map(|pattern| match pattern {
            // A key's and a role's policy is about the key and the role, whatever it calls them.
            Some(pattern) if !is_by_resource(action) && pattern != "*" => pattern.to_owned(),
            _ => arn.to_owned(),
        })
        .collect();
    if !owned.resource.grants.items.is_empty() || owned.resource.policies.has_unread {
        asked.insert(arn.to_owned());
    }
    asked
}

/// The resources whose policies or grants name one of the callers, in any account.
async fn naming(world: &World, callers: &[Caller], actions: &[String]) -> Result<BTreeMap<String, resource::Owned>> {
    let mut texts = Texts::new(actions.to_vec());
    let mut is_naming: HashMap<*const Document, bool> = HashMap::new();
    let by_name = Callers::new(callers);
    let (mut arns, mut accounts) = (BTreeSet::new(), BTreeSet::new());
    let names = ["resource_arn", "policy_kind", "is_in_force", "document"];
    let kinds = PolicyKind::ALL.into_iter().filter(|kind| resource::lets_in(*kind));
    let wanted = ("policy_kind", kinds.map(|kind| kind.as_str().to_owned()).collect());
    let mut rows = Reader::with(&world.lake, &world.manifest, "policy_documents", &names, wanted)?;
    rows.each(|cells| {
        let Some(arn) = cells.text(1).filter(|_| cells.flag(3) != Some(false)) else { return };
        let Text::Speaks(document) = texts.cell(cells, 4) else { return };
        // A document is kept as long as the texts are, so its place is its own.
        let is_hit = *is_naming.entry(Arc::as_ptr(&document)).or_insert_with(|| {
            let mut named = Named::default();
            actions.iter().for_each(|action| named.add(&document, action));
            !by_name.named(&named).is_empty()
        });
        if is_hit {
            arns.insert(arn.to_owned());
            accounts.insert(cells.account().to_owned());
        }
    })
    .await?;
    let mut rows = world.reader("kms_grants", &["key_arn", "grantee_principal", "grantee_service_principal"], None)?;
    rows.each(|cells| {
        let mut named = Named::default();
        cells.text(2).into_iter().for_each(|grantee| named.grantee(grantee));
        named.services.extend(cells.text(3).map(str::to_owned));
        if let Some(arn) = cells.text(1).filter(|_| !by_name.named(&named).is_empty()) {
            arns.insert(arn.to_owned());
            accounts.insert(cells.account().to_owned());
        }
    })
    .await?;
    resource::read(world, &arns, Some(&Arc::new(accounts))).await
}

/// The answer to one request, unless it is denied.
fn judge(world: &World, caller: &Caller, target: &Target, passages: &Passages) -> Result<Option<Answer>> {
    let own = account_of(&caller.principal).or(target.owner.as_deref()).unwrap_or_default();
    let mut request = target.request(world, own, passages);
    caller.principal.clone_into(&mut request.question.principal);
    request.identities = match &caller.identity {
        Some(identity) => Listed::of(vec![identity.clone()]),
        None => Listed::default(),
    };
    // A pattern that is no ARN is about nothing: `s3:*`.
    if target.arn != "*" && !is_arn(&target.arn) {
        return Ok(None);
    }
    let answer = evaluate(&request)?;
    Ok((answer.result != Outcome::Denied).then_some(answer))
}
