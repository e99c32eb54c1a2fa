//! Who may do single actions on single resources. It follows from the kinds of policies that everyone was given.

use super::parts::MayTruth;
use crate::access::obstacle;
use crate::account::{Account, Trouble};
use crate::organization::Organization;
use crate::place::Place;
use crate::policies::{ACTS, Act, Far, IdentityKind, Opens, ResourcePolicy, Rights, rights_of_aws};
use crate::service::Service;
use crate::services::iam::{Iam, Permissions, User};
use crate::services::{kms, s3, secretsmanager, sqs};
use std::collections::BTreeMap;

/// An action on a resource, and whom the resource lets in.
#[derive(Debug)]
pub(crate) struct Asked {
    act: Act,
    arn: String,
    pub(crate) opens: Opens,
}

impl Asked {
    /// An action on a resource of this policy; none if nobody can say whom the policy lets in.
    pub(crate) fn by(place: &Place<'_>, act: Act, arn: String, policy: &ResourcePolicy) -> Option<Self> {
        Some(Self { act, arn, opens: policy.opens(place, act)? })
    }
}

/// What an identity's policies do about each of [`ACTS`].
type Each = [Rights; ACTS.len()];

/// A user or a role.
struct Caller<'a> {
    account: &'a Account,
    /// The ARN of its account's root user, by which policies name the account.
    root: String,
    arn: String,
    rights: Each,
}

impl Caller<'_> {
    /// Whether no service control policy binds it: it is a service's own role.
    fn is_linked(&self) -> bool {
        self.arn.contains(":role/aws-service-role/")
    }
}

/// Who may do what on resources of the accounts at the first so many places: on one of each sort; on all of them in the
/// accounts that have every kind of policy.
pub(crate) fn may(organization: &Organization, accounts: u64) -> Vec<MayTruth> {
    // In an organization of one account, policies name that account in the place of another one.
    if organization.settings.accounts < 2 {
        return Vec::new();
    }
    let seen: Vec<Account> = organization.accounts().filter(Account::is_reachable).collect();
    let iams: Vec<Iam> = seen.iter().map(|account| Iam::of(&Place::account(organization, account))).collect();
    let callers: Vec<Caller<'_>> =
        seen.iter().zip(&iams).flat_map(|(account, iam)| callers(organization, account, iam)).collect();
    let mut all = Vec::new();
    for (account, iam) in seen.iter().zip(&iams).filter(|(account, _)| account.index < accounts) {
        let place = Place::account(organization, account);
        all.extend(asked(&place, iam).iter().map(|asked| truth(&place, asked, &callers)));
    }
    all
}

/// What is asked about a service in a region.
type OfRegion = fn(&Place<'_>) -> Vec<Asked>;

/// What is asked about an account: its resources that a census can read, in the first region and in the last.
fn asked(place: &Place<'_>, iam: &Iam) -> Vec<Asked> {
    let organization = place.organization;
    let is_shown = organization.is_showcase(place.account) || organization.is_held(place.account);
    let most = if is_shown { usize::MAX } else { 1 };
    let of_region: [(&Service, OfRegion); 3] =
        [(&sqs::SERVICE, sqs::asked), (&secretsmanager::SERVICE, secretsmanager::asked), (&kms::SERVICE, kms::asked)];
    let mut all = Vec::new();
    let first = organization.settings.regions.first().map(String::as_str);
    for region in first.into_iter().chain(organization.last_region()) {
        let place = place.in_region(region);
        for (service, asked) in of_region {
            if obstacle(&place, service).is_none() {
                all.extend(asked(&place).into_iter().take(most));
            }
        }
    }
    all.extend(s3::asked(place).into_iter().take(most));
    // The first roles of all accounts are alike.
    let roles = iam.roles.iter().rev().take(most);
    all.extend(roles.map(|role| Asked { act: Act::Assume, arn: role.arn.clone(), opens: role.trust.opens(place) }));
    all
}

fn truth(place: &Place<'_>, asked: &Asked, callers: &[Caller<'_>]) -> MayTruth {
    let (organization, opens) = (place.organization, &asked.opens);
    let mut all: Vec<(String, Option<Far>)> =
        callers.iter().map(|it| (it.arn.clone(), far(place, asked, it))).collect();
    let is_closed = opens.is_held || opens.denies_all || opens.is_closed_to_others == Some(true);
    let of_outside = |far: Option<Far>| if is_closed { Some(Far::No) } else { far };
    for id in opens.named.iter().filter_map(|arn| arn.split(':').nth(4)) {
        if organization.find(id).is_none() {
            let is_told = opens.is_closed_to_others.is_some();
            all.push((id.to_owned(), of_outside(is_told.then_some(Far::Yes))));
        }
    }
    // Which of the other actions a caller without a signature can do at all, is not told.
    let unsigned = if asked.act == Act::Send { of_outside(opens.unsigned) } else { None };
    all.push(("anonymous".to_owned(), unsigned));
    let word = |far: Far| if far == Far::Yes { "allowed" } else { "conditional" };
    let may = all.into_iter().filter(|(_, far)| *far != Some(Far::No));
    MayTruth {
        action: asked.act.action(),
        resource_arn: asked.arn.clone(),
        account_id: place.account.id.clone(),
        may: may.map(|(principal, far)| (principal, far.map(word))).collect::<BTreeMap<_, _>>(),
    }
}

/// How far the caller may do it; none if that is not told.
fn far(place: &Place<'_>, asked: &Asked, caller: &Caller<'_>) -> Option<Far> {
    let (organization, opens) = (place.organization, &asked.opens);
    let Rights { far: own, denies } = caller.rights[asked.act as usize];
    let by_scp = is_denied_by_scp(organization, asked, caller);
    if denies || opens.denies_all || by_scp == Some(true) {
        return Some(Far::No);
    }
    let is_named = |arn: &str| opens.named.iter().any(|it| it == arn);
    let is_account_named = is_named(&caller.root);
    let found = if caller.account.id == place.account.id {
        // Within an account the account's own word lets nobody in, but leaves it to the identities.
        let by_identity = if asked.act.is_by_resource() && !is_account_named { Far::No } else { own };
        if by_identity == Far::Yes { Far::Yes } else { opens.ours?.max(by_identity) }
    } else if own == Far::No || opens.is_closed_to_others? {
        Far::No
    } else if is_account_named || is_named(&caller.arn) {
        own
    } else {
        opens.ours?.min(own)
    };
    if found == Far::No { Some(found) } else { by_scp.map(|_| found) }
}

/// Whether a service control policy of the caller's account denies it; none if that is not told.
fn is_denied_by_scp(organization: &Organization, asked: &Asked, caller: &Caller<'_>) -> Option<bool> {
    if caller.is_linked() {
        return Some(false);
    }
    if asked.act == Act::Send && caller.account.trouble == Some(Trouble::ServiceDeniedByScp) {
        return Some(true);
    }
    let is_denied = caller.account.is_in_sandbox() && organization.settings.troubles.region_denied_by_scp;
    match (organization.last_region().filter(|_| is_denied), asked.arn.split(':').nth(3)) {
        // In which region the caller asks is not in the ARN.
        (Some(_), None | Some("")) => None,
        (Some(denied), Some(region)) => Some(denied == region),
        (None, _) => Some(false),
    }
}

/// An account's users and roles.
fn callers<'a>(organization: &Organization, account: &'a Account, iam: &Iam) -> Vec<Caller<'a>> {
    let root = organization.arn("iam", "", &account.id, "root");
    let group = |name: &String| iam.groups.iter().find(|group| group.name == *name);
    let caller = |arn: &str, permissions: &Permissions, allowed: Each| Caller {
        account,
        root: root.clone(),
        arn: arn.to_owned(),
        rights: match &permissions.boundary {
            Some(arn) => each(allowed, of_managed(iam, arn), Rights::within),
            None => allowed,
        },
    };
    let of_user = |user: &User| {
        let of_groups = user.groups.iter().filter_map(group).map(|group| rights(iam, &group.permissions));
        let all = of_groups.fold(rights(iam, &user.permissions), |one, other| each(one, other, Rights::and));
        caller(&user.arn, &user.permissions, all)
    };
    let users = iam.users.iter().map(of_user);
    users.chain(iam.roles.iter().map(|it| caller(&it.arn, &it.permissions, rights(iam, &it.permissions)))).collect()
}

/// What the policies of an identity do, without its boundary.
fn rights(iam: &Iam, permissions: &Permissions) -> Each {
    let inline = permissions.inline.iter().map(|(_, document)| of_document(document));
    let attached = permissions.attached.iter().map(|arn| of_managed(iam, arn));
    inline.chain(attached).fold([Rights::NONE; ACTS.len()], |one, other| each(one, other, Rights::and))
}

fn each(one: Each, other: Each, join: fn(Rights, Rights) -> Rights) -> Each {
    std::array::from_fn(|place| join(one[place], other[place]))
}

fn of_document(document: &str) -> Each {
    let kind = IdentityKind::of(document);
    ACTS.map(|act| kind.map_or(Rights::NONE, |kind| kind.rights(act)))
}

fn of_managed(iam: &Iam, arn: &str) -> Each {
    let Some(policy) = iam.policies.iter().find(|policy| policy.arn == arn) else { return ACTS.map(|_| Rights::NONE) };
    if policy.is_aws {
        return ACTS.map(|act| rights_of_aws(&policy.name, act));
    }
    let default = policy.versions.iter().find(|version| version.is_default);
    default.map_or(ACTS.map(|_| Rights::NONE), |version| of_document(&version.document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use std::collections::BTreeSet;

    #[test]
    fn forty_accounts_have_everyone_who_must_be_told_apart() {
        let organizations = [1, 2, 3].map(|seed| Organization::new(Settings::new(40, seed)));
        let all: Vec<MayTruth> = organizations.iter().flat_map(|it| may(it, 12)).collect();
        let seen: BTreeSet<(&str, Option<&str>)> =
            all.iter().flat_map(|it| it.may.values().map(|result| (it.action, *result))).collect();
        for act in ACTS {
            assert!(seen.contains(&(act.action(), Some("allowed"))), "{act:?}: {seen:?}");
        }
        for act in [Act::Send, Act::Read] {
            assert!(seen.contains(&(act.action(), Some("conditional"))), "{act:?}: {seen:?}");
        }
        let is_told = |principal: &str| all.iter().any(|it| it.may.get(principal) == Some(&Some("allowed")));
        assert!(is_told("anonymous"));
        let outside = all.iter().flat_map(|it| it.may.keys()).find(|it| it.len() == 12).expect("one outside");
        assert!(organizations.iter().all(|it| it.find(outside).is_none()));
        // Everyone of the organization may send to some queues, but for the account where queues are denied.
        let accounts: Vec<String> = organizations.iter().map(|it| format!("::{}:", it.account_id(11))).collect();
        let is_of_it =
            |arn: &String| !arn.contains("/aws-service-role/") && accounts.iter().any(|account| arn.contains(account));
        let sends = || all.iter().filter(|it| it.action == Act::Send.action());
        assert!(!sends().any(|it| it.may.keys().any(is_of_it)));
        assert!(all.iter().any(|it| it.may.keys().any(is_of_it)));
    }
}
