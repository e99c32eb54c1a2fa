//! The lock that keeps two runs from the same organization at once.
//!
//! A lock is the newest of several numbered objects, each created only if absent. Its holder writes the time into it
//! now and then. A holder that has not done so for a long time is taken for dead: another run takes over by creating
//! the next number. If the old holder is alive after all, it finds the next number when it writes again, and must stop.
//!
//! Each shard of a run has its own lock, and there is one for the whole organization. After a process has taken a lock,
//! it looks for living locks that exclude it. If two processes take locks at the same time, at least one of them sees
//! the other.

use std::collections::BTreeSet;

use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};

use crate::snapshot::check_name;
use crate::{Error, Lake, Result, generations, instant};

const FORMAT: u64 = 1;

/// How often others may be faster than an acquirer before it gives up; then one of them holds the lock.
const ATTEMPTS_MAX: usize = 16;

/// Who wants the lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// The run.
    pub run_id: String,
    /// The machine.
    pub host: String,
    /// The part of the run that it does, `00001-of-00004`; none for the whole.
    #[serde(skip)]
    pub shard: Option<String>,
    /// Whether it holds the run's own stage, so that no other process of that run lives on this machine.
    #[serde(skip)]
    pub has_stage: bool,
}

/// Who has, or had, the lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// The format of this object.
    pub format: u64,
    /// The organization.
    pub organization_id: String,
    /// The run.
    pub run_id: String,
    /// The machine.
    pub host: String,
    /// The part of the run; none for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Since when (UTC).
    #[serde(with = "instant")]
    pub acquired_at: Timestamp,
    /// When it was last alive, by its own clock (UTC).
    #[serde(with = "instant")]
    pub heartbeat_at: Timestamp,
    /// Whether it is done.
    pub is_released: bool,
}

impl Holder {
    /// When it was last alive, for people.
    pub fn heartbeat(&self) -> String {
        instant::text(self.heartbeat_at).unwrap_or_else(|| format!("{} ms", self.heartbeat_at.0))
    }

    /// Whether `owner` must not take the lock.
    ///
    /// A run may take back its own lock at once if it is on the same machine: the operating system's lock on the stage
    /// shows that the other process is gone.
    fn keeps_out(&self, owner: &Owner, now: Timestamp, ttl_millis: i64) -> bool {
        let is_own = owner.has_stage && self.run_id == owner.run_id && self.host == owner.host;
        !is_own && self.is_alive(now, ttl_millis)
    }

    fn is_alive(&self, now: Timestamp, ttl_millis: i64) -> bool {
        !self.is_released && now.0.saturating_sub(self.heartbeat_at.0) <= ttl_millis
    }

    /// Whether the two may be alive at once: different shards of one run.
    fn goes_with(&self, other: &Self) -> bool {
        self.run_id == other.run_id && self.shard.is_some() && other.shard.is_some()
    }
}

/// The right to crawl one organization. It lasts as long as the heartbeat does.
#[derive(Debug)]
pub struct Lock {
    lake: Lake,
    prefix: String,
    n: u32,
    holder: Holder,
}

impl Lock {
    /// Takes the lock of the organization, or of the owner's shard. A holder whose heartbeat is older than `ttl_millis` is taken for dead; one that
    /// is alive refuses with [`Error::Held`].
    pub async fn acquire(
        lake: &Lake,
        organization_id: &str,
        owner: Owner,
        now: Timestamp,
        ttl_millis: i64,
    ) -> Result<Self> {
        check_name(organization_id)?;
        let prefix = prefix(organization_id, owner.shard.as_deref())?;
        for _ in 0..ATTEMPTS_MAX {
            let last = generations::list(lake, &prefix, 0).await?.last().copied().unwrap_or(0);
            if last > 0 {
                let holder = holder(lake, &prefix, last, organization_id).await?;
                if holder.keeps_out(&owner, now, ttl_millis) {
                    return Err(Error::Held(Box::new(holder)));
                }
            }
            let holder = Holder {
                format: FORMAT,
                organization_id: organization_id.to_owned(),
                run_id: owner.run_id.clone(),
                host: owner.host.clone(),
                shard: owner.shard.clone(),
                acquired_at: now,
                heartbeat_at: now,
                is_released: false,
            };
            if generations::create(lake, &prefix, last + 1, &holder).await? {
                let lock = Self { lake: lake.clone(), prefix, n: last + 1, holder };
                return lock.unless_excluded(now, ttl_millis).await;
            }
        }
        Err(Error::Unreachable { what: lake.name(&lake.path(&prefix)?), source: "others are always faster".into() })
    }

    /// Keeps the lock, unless a living lock of the same organization excludes it: then it gives the lock back.
    async fn unless_excluded(self, now: Timestamp, ttl_millis: i64) -> Result<Self> {
        let organization_id = self.holder.organization_id.clone();
        for other in of_organization(&self.lake, &organization_id).await?.iter().filter(|other| **other != self.prefix)
        {
            let Some(last) = generations::list(&self.lake, other, 0).await?.last().copied() else { continue };
            let holder = holder(&self.lake, other, last, &organization_id).await?;
            if holder.is_alive(now, ttl_millis) && !holder.goes_with(&self.holder) {
                self.release(now).await?;
                return Err(Error::Held(Box::new(holder)));
            }
        }
        Ok(self)
    }

    /// Says that this run is alive. [`Error::Lost`] means that another one has taken over: stop.
    pub async fn heartbeat(&mut self, now: Timestamp) -> Result<()> {
        if !generations::list(&self.lake, &self.prefix, self.n).await?.is_empty() {
            return Err(Error::Lost { organization_id: self.holder.organization_id.clone() });
        }
        self.holder.heartbeat_at = now;
        generations::overwrite(&self.lake, &self.prefix, self.n, &self.holder).await
    }

    /// Gives the lock back.
    pub async fn release(mut self, now: Timestamp) -> Result<()> {
        self.holder.is_released = true;
        self.heartbeat(now).await
    }
}

const FOLDER: &str = "_locks";

fn prefix(organization_id: &str, shard: Option<&str>) -> Result<String> {
    let Some(shard) = shard else { return Ok(format!("{FOLDER}/{organization_id}")) };
    check_name(shard)?;
    Ok(format!("{FOLDER}/{organization_id}-{shard}"))
}

/// The runs of all organizations that are alive.
pub(crate) async fn alive(lake: &Lake, now: Timestamp, ttl_millis: i64) -> Result<BTreeSet<String>> {
    let mut alive = BTreeSet::new();
    for name in names(lake).await? {
        let prefix = format!("{FOLDER}/{name}");
        let Some(last) = generations::list(lake, &prefix, 0).await?.last().copied() else { continue };
        let holder = holder(lake, &prefix, last, &name).await?;
        if holder.is_alive(now, ttl_millis) {
            alive.insert(holder.run_id);
        }
    }
    Ok(alive)
}

/// The prefixes of all locks of an organization, its shards' among them.
async fn of_organization(lake: &Lake, organization_id: &str) -> Result<Vec<String>> {
    let is_of =
        |name: &String| name.strip_prefix(organization_id).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    Ok(names(lake).await?.into_iter().filter(is_of).map(|name| format!("{FOLDER}/{name}")).collect())
}

/// The names of all locks.
async fn names(lake: &Lake) -> Result<Vec<String>> {
    lake.folders(&lake.path(FOLDER)?).await
}

/// The holder that an object names. If a power loss emptied the object, its age still says when it was last written.
async fn holder(lake: &Lake, prefix: &str, n: u32, organization_id: &str) -> Result<Holder> {
    match generations::read(lake, prefix, n, FORMAT).await {
        Err(Error::Corrupt { .. }) => {
            let written = Timestamp(generations::modified_millis(lake, prefix, n).await?);
            Ok(Holder {
                format: FORMAT,
                organization_id: organization_id.to_owned(),
                run_id: "unknown".to_owned(),
                host: "unknown".to_owned(),
                shard: None,
                acquired_at: written,
                heartbeat_at: written,
                is_released: false,
            })
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::lake;

    const TTL: i64 = 1000;

    fn owner(run_id: &str, host: &str) -> Owner {
        Owner { run_id: run_id.into(), host: host.into(), shard: None, has_stage: true }
    }

    async fn acquire(lake: &Lake, run_id: &str, now: i64) -> Result<Lock> {
        Lock::acquire(lake, "o-example", owner(run_id, "host"), Timestamp(now), TTL).await
    }

    #[tokio::test]
    async fn a_living_run_keeps_others_out_and_says_who_it_is() {
        let (_folder, lake) = lake();
        let mut lock = acquire(&lake, "first", 0).await.unwrap();
        lock.heartbeat(Timestamp(5000)).await.unwrap();
        let error = acquire(&lake, "second", 5000 + TTL).await.unwrap_err();
        let words =
            "lock organization o-example: run first on host is alive, last heard of at 1970-01-01T00:00:05.000Z";
        assert_eq!(error.to_string(), words);
        Lock::acquire(&lake, "o-other", owner("second", "host"), Timestamp(5000), TTL).await.unwrap();
        lock.release(Timestamp(5001)).await.unwrap();
        acquire(&lake, "second", 5002).await.unwrap();
    }

    #[tokio::test]
    async fn a_dead_runs_lock_is_taken_over_and_it_is_told_if_it_was_not_dead() {
        let (_folder, lake) = lake();
        let mut first = acquire(&lake, "first", 0).await.unwrap();
        let mut second = acquire(&lake, "second", TTL + 1).await.unwrap();
        assert!(matches!(first.heartbeat(Timestamp(TTL + 2)).await, Err(Error::Lost { .. })));
        second.heartbeat(Timestamp(TTL + 3)).await.unwrap();
        assert!(matches!(first.release(Timestamp(TTL + 4)).await, Err(Error::Lost { .. })));
        assert!(
            matches!(acquire(&lake, "third", TTL + 5).await, Err(Error::Held(holder)) if holder.run_id == "second")
        );
    }

    #[tokio::test]
    async fn a_run_has_its_own_lock_back_with_its_own_stage_only() {
        let (_folder, lake) = lake();
        let mut before = acquire(&lake, "run", 0).await.unwrap();
        let elsewhere = Lock::acquire(&lake, "o-example", owner("run", "elsewhere"), Timestamp(1), TTL).await;
        assert!(matches!(elsewhere, Err(Error::Held(_))));
        let restored = Owner { has_stage: false, ..owner("run", "host") };
        let restored = Lock::acquire(&lake, "o-example", restored, Timestamp(1), TTL).await;
        assert!(matches!(restored, Err(Error::Held(_))), "its copy says nothing of who has the original");
        let mut after = acquire(&lake, "run", 1).await.unwrap();
        after.heartbeat(Timestamp(2)).await.unwrap();
        assert!(matches!(before.heartbeat(Timestamp(3)).await, Err(Error::Lost { .. })));
    }

    #[tokio::test]
    async fn shards_of_one_run_live_together_and_keep_all_others_out() {
        let (_folder, lake) = lake();
        let take = |run_id: &str, shard: Option<&str>| {
            let owner = Owner { shard: shard.map(str::to_owned), ..owner(run_id, "host") };
            let lake = lake.clone();
            async move { Lock::acquire(&lake, "o-example", owner, Timestamp(1), TTL).await }
        };
        let one = take("run", Some("00000-of-00002")).await.unwrap();
        let two = take("run", Some("00001-of-00002")).await.unwrap();
        for (run_id, shard) in [("run", None), ("other", None), ("other", Some("00000-of-00003"))] {
            assert!(matches!(take(run_id, shard).await, Err(Error::Held(_))), "{run_id} {shard:?}");
        }
        one.release(Timestamp(1)).await.unwrap();
        two.release(Timestamp(1)).await.unwrap();
        let whole = take("other", None).await.unwrap();
        assert!(matches!(take("run", Some("00000-of-00002")).await, Err(Error::Held(_))));
        whole.release(Timestamp(1)).await.unwrap();
        take("run", Some("00000-of-00002")).await.unwrap();
    }

    #[tokio::test]
    async fn of_many_at_once_one_wins() {
        let (_folder, lake) = lake();
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let lake = lake.clone();
                tokio::spawn(async move { acquire(&lake, &format!("run-{n}"), 0).await })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => winners += 1,
                Err(error) => assert!(matches!(error, Error::Held(_)), "{error}"),
            }
        }
        assert_eq!(winners, 1);
    }

    #[tokio::test]
    async fn a_lock_that_a_power_loss_emptied_counts_by_its_age() {
        let (_folder, lake) = lake();
        acquire(&lake, "first", 0).await.unwrap();
        lake.put(&generations::path(&lake, "_locks/o-example", 1).unwrap(), "".into()).await.unwrap();
        let written = generations::modified_millis(&lake, "_locks/o-example", 1).await.unwrap();
        assert!(matches!(acquire(&lake, "second", written + TTL).await, Err(Error::Held(_))));
        acquire(&lake, "second", written + TTL + 1).await.unwrap();
    }
}
