//! A snapshot that is asked who can.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgcensus_answers::Which;
use orgcensus_lake::{Commit, Lake};
use orgcensus_policy::evaluation::{Answer, Listed, Told, evaluate, explain};

use crate::access::{Access, rank, sort};
use crate::account::{Identities, TAGS_SESSIONS};
use crate::arn::account_of;
use crate::chains::Chains;
use crate::edges::Edges;
use crate::endpoints::{Endpoints, Passages, has_known_endpoints};
use crate::grants::{self, Granted, is_read, ways_of};
use crate::points::{self, Points};
use crate::resource::{self, holder};
use crate::rows::Accounts;
use crate::search::{Found, Target, search};
use crate::texts::Texts;
use crate::via::{Memory, ways};
use crate::what::what;
use crate::world::World;
use crate::{Error, Result};

/// The snapshots of a lake's organizations.
pub struct Reach {
    pub(crate) worlds: Vec<World>,
    commits: Vec<Commit>,
}

/// One pair, layer by layer.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The whole answer: that of the surest way.
    pub answer: Answer,
    /// What each layer says. None, if a rule of the service decides.
    pub layers: Vec<Told>,
    /// The ways by S3 Access Grants.
    pub grants: Vec<ByGrant>,
}

/// A way by a grant of S3 Access Grants.
#[derive(Debug, Clone)]
pub struct ByGrant {
    /// The grant; none, if not all grants were read.
    pub grant: Option<String>,
    /// The role of its location, if it is known.
    pub role: Option<String>,
    /// What its credentials are good for.
    pub answer: Answer,
}

impl ByGrant {
    fn of(granted: Granted) -> ByGrant {
        let mut steps = granted.via.into_iter();
        ByGrant { grant: steps.next(), role: steps.next(), answer: granted.found.answer }
    }
}

impl Reach {
    /// Opens the snapshots that are meant, one of each organization.
    pub async fn open(lake: &Lake, which: &Which) -> Result<Reach> {
        let listed = match which {
            Which::Run(_) => lake.commits().await?,
            Which::Newest | Which::Date(_) => lake.snapshots().await?,
        };
        let commits = which.choose(&listed)?;
        let mut worlds = Vec::new();
        for commit in &commits {
            worlds.push(World::open(lake, commit).await?);
        }
        Ok(Reach { worlds, commits })
    }

    /// What may decide about one of the actions and is not looked at, in words: by `who_can`, and by `what_can`.
    pub async fn left_out(&self, actions: &[String], is_of_what: bool) -> Result<Vec<String>> {
        // Where `who_can` lacks grants it has a row for whoever may have them.
        let by_grants = is_of_what && actions.iter().any(|action| is_read(action).is_some());
        let mut accounts = 0;
        for world in self.worlds.iter().filter(|_| by_grants) {
            accounts += world.count_not_complete(grants::TABLE).await?;
        }
        let grants =
            (accounts > 0).then(|| format!("S3 Access Grants of accounts where not all were read ({accounts})"));
        let by_endpoints = actions.iter().any(|action| !has_known_endpoints(action));
        let of_endpoints = || "policies of VPC endpoints where a policy names the VPC alone".to_owned();
        Ok(grants.into_iter().chain(by_endpoints.then(of_endpoints)).collect())
    }

    /// The snapshots.
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// Who may assume roles, of each organization.
    pub async fn edges(&self) -> Result<Vec<Edges<'_>>> {
        let mut edges = Vec::new();
        for world in &self.worlds {
            edges.push(Edges::open(world).await?);
        }
        Ok(edges)
    }

    /// Who gets to a role by roles, of each organization. The snapshot must have the table of the edges.
    pub fn chains(&self) -> Result<Vec<Chains<'_>>> {
        self.worlds.iter().map(Chains::open).collect()
    }

    /// Who may do the action on the resource, directly or by roles; `*` is no resource in particular. What is not
    /// told is denied.
    pub async fn who_can(&self, action: &str, resource: &str) -> Result<Vec<Access>> {
        check(action, resource)?;
        let mut rows = Vec::new();
        for (world, targets) in self.targets(action, resource).await? {
            let found = search(world, &targets).await?;
            // Each organization has its own people.
            let mut memory = Memory::default();
            for (place, target) in targets.iter().enumerate() {
                let direct: Vec<Found> = found.iter().filter(|it| it.target == place).cloned().collect();
                rows.extend(ways(world, target, &direct, &mut memory).await?);
            }
        }
        sort(&mut rows);
        Ok(rows)
    }

    /// What a principal may do of these actions, and on what: directly, and by the roles that it may assume.
    pub async fn what_can(&self, principal: &str, actions: &[String]) -> Result<Vec<Access>> {
        for action in actions {
            check(action, "*")?;
        }
        let own = account_of(principal);
        let mut rows = Vec::new();
        for world in &self.worlds {
            // One of an account outside is asked of every organization.
            if own.is_none_or(|id| world.has(id) || !self.worlds.iter().any(|it| it.has(id))) {
                rows.extend(what(world, principal, actions).await?);
            }
        }
        sort(&mut rows);
        Ok(rows)
    }

    /// What each layer says of one request.
    pub async fn explain(&self, principal: &str, action: &str, resource: &str) -> Result<Explained> {
        check(action, resource)?;
        let own = account_of(principal);
        let targets = self.targets(action, resource).await?;
        let is_own = |(world, _): &&(&World, Vec<Target>)| own.is_none_or(|id| world.has(id));
        let meant = targets.iter().find(is_own).or_else(|| targets.first());
        // Those behind are about the same through access points.
        let Some((world, target)) = meant.and_then(|(world, targets)| Some((*world, targets.first()?))) else {
            return Err(Error::UnknownResource { arn: resource.to_owned() });
        };
        let account = own.or(target.owner.as_deref()).unwrap_or_default();
        let mut request = target.request(world, account, &Passages::default());
        principal.clone_into(&mut request.question.principal);
        if let Some(id) = own.filter(|id| world.has(id)) {
            let accounts: Accounts = Arc::new(BTreeSet::from([id.to_owned()]));
            let mut texts = Texts::new(target.actions().chain([TAGS_SESSIONS.to_owned()]).collect());
            let mut identities = Identities::open(&world.lake, &world.manifest, Some(&accounts))?;
            let account = identities.account(id, &mut texts).await?;
            let is_read = world.unread(&accounts).await?.is_empty();
            match account.find(principal) {
                Some(known) => request.identities = Listed::of(vec![account.identity(known)]),
                None if is_read && !principal.ends_with(":root") => {
                    return Err(Error::UnknownPrincipal { principal: principal.to_owned() });
                }
                None => {}
            }
        }
        let identity = request.identities.items.first().map_or(principal, |it| it.arn.as_str());
        let grants = ways_of(world, target, &[principal, identity]).await?;
        let grants: Vec<ByGrant> = grants.into_iter().map(ByGrant::of).collect();
        let mut endpoints = Endpoints::default();
        loop {
            let (answer, layers) = explain(&request)?;
            endpoints.meet(&answer);
            if !endpoints.read(world).await? {
                let by_grant = grants.iter().map(|it| &it.answer);
                let answer =
                    std::iter::once(&answer).chain(by_grant).min_by_key(|it| rank(it.result)).unwrap_or(&answer);
                return Ok(Explained { answer: answer.clone(), layers, grants });
            }
            request.endpoints = endpoints.known().endpoints();
            request.vpcs = endpoints.known().vpcs(action);
        }
    }

    /// The requests of each organization that it may be about: to the resource itself, and through its access points.
    async fn targets(&self, action: &str, resource: &str) -> Result<Vec<(&World, Vec<Target>)>> {
        let is_nobodys = resource == "*" || resource.split(':').nth(4) == Some("aws");
        let mut targets = Vec::new();
        for world in &self.worlds {
            if is_nobodys {
                targets.push((world, vec![Target::new(action, resource, None)]));
                continue;
            }
            let resource = world.meant(resource).await?;
            let arn = holder(&resource).to_owned();
            let Some(account) = world.owner(&arn).await? else { continue };
            if points::is_point(&arn) {
                let of_point = points::at(world, action, &resource).await?;
                if !of_point.is_empty() {
                    targets.push((world, of_point));
                    continue;
                }
            }
            let accounts: Accounts = Arc::new(BTreeSet::from([account]));
            let mut found = resource::read(world, &BTreeSet::from([arn.clone()]), Some(&accounts)).await?;
            let mut direct = Target::new(action, &resource, found.remove(&arn));
            let through = Points::default().through(world, &mut direct).await?;
            targets.push((world, std::iter::once(direct).chain(through).collect()));
        }
        if targets.is_empty() {
            return Err(Error::UnknownResource { arn: resource.to_owned() });
        }
        Ok(targets)
    }
}

/// Whether action and resource can be asked for at all, by asking for nobody.
pub(crate) fn check(action: &str, resource: &str) -> Result<()> {
    let mut request = orgcensus_policy::evaluation::Request::default();
    request.question.principal = "anonymous".to_owned();
    request.question.action = action.to_owned();
    request.question.resource = Some(resource.to_owned());
    evaluate(&request)?;
    Ok(())
}
