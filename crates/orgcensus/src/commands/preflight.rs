//! `orgcensus preflight`: finds what would fail in the next crawl, and says how to mend it.

mod sample;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use orgcensus_aws::organization::{self, IN_NO_ORGANIZATION, Organization};
use orgcensus_aws::{Base, Chain, NO_CREDENTIALS, Session};
use orgcensus_collectors::iam::authorization_details::own_role_tags;
use orgcensus_crawl::{Findings, KnownRegions, Selection, one_role_for_many, role_version};
use orgcensus_lake::Error as LakeError;
use sample::sample;
use tokio::time::Instant;

use crate::args::Preflight;
use crate::config::{Config, OwnAccount};
use crate::failure::{Failure, exit};
use crate::terminal::printable;
use crate::{lake_access, permissions, reporter, setup};

/// Runs the checks in order. A check that fails says what to do.
pub(crate) async fn run(arguments: &Preflight) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let base = setup::base(&config).await?;
    let mut checks = Checks::new(arguments.within);
    let Some((chain, own)) = checks.identity(&config, &base).await else { return Ok(checks.exit_code()) };
    if let Some(organization) = checks.organization(&config, &chain, &own).await {
        let selection = setup::selection(&config);
        checks.selection(&config, &selection, &chain, &organization, &own).await;
        let hashes = RandomState::new();
        for account in sample(&organization, &selection, &own, arguments.sample, |id| hashes.hash_one(id)) {
            checks.role(&chain, &account.id).await;
        }
    }
    checks.lake(&config).await;
    Ok(checks.exit_code())
}

struct Checks {
    failed: usize,
    /// Whether the configuration names something that is not there.
    is_misconfigured: bool,
    ends_at: Instant,
    seconds: u64,
}

impl Checks {
    fn new(seconds: u64) -> Self {
        let ends_at = Instant::now() + Duration::from_secs(seconds);
        Self { failed: 0, is_misconfigured: false, ends_at, seconds }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self { is_misconfigured: true, .. } => exit::USAGE,
            Self { failed: 0, .. } => exit::WHOLE,
            _ => exit::NOT_PUBLISHED,
        }
    }

    fn pass(&mut self, check: &str, what: &str) {
        println!("ok    {check}: {}", printable(what));
    }

    fn fail(&mut self, check: &str, error: &dyn Display, what_to_do: &str) {
        self.failed += 1;
        println!("FAIL  {check}: {}\n      {what_to_do}", printable(&error.to_string()));
    }

    /// What a check answers in the time that is left. If it is late, that is told and there is no answer.
    async fn in_time<T>(&mut self, check: &str, answer: impl Future<Output = T>) -> Option<T> {
        match tokio::time::timeout_at(self.ends_at, answer).await {
            Ok(answer) => Some(answer),
            Err(_elapsed) => {
                let words = format!("no answer within the {} s of all checks", self.seconds);
                self.fail(check, &words, "give them more time with --within, or look at network, proxy and endpoint");
                None
            }
        }
    }

    /// The chain of roles, and the account at its end. Without them everything else fails too, and what else to do
    /// would be wrong advice.
    async fn identity(&mut self, config: &Config, base: &Arc<Base>) -> Option<(Chain, String)> {
        if let Some(words) = setup::unseen_misspelt(base) {
            self.refused("home region", &Failure::Usage(words), "");
            return None;
        }
        let chain = match self.in_time("role chain", setup::chain(config, base)).await? {
            Ok(chain) => chain,
            Err(failure) => {
                let what = "let the crawl's identity assume the roles of [[role_chain]]";
                self.refused("role chain", &failure, what);
                return None;
            }
        };
        match self.in_time("identity", setup::identity(&chain)).await? {
            Ok(identity) => {
                self.pass("identity", &identity.arn);
                Some((chain, identity.account_id))
            }
            Err(failure) => {
                self.refused(
                    "identity",
                    &failure,
                    "look at the credentials: `aws sts get-caller-identity` asks the same",
                );
                None
            }
        }
    }

    /// A failure before anything is known of AWS.
    fn refused(&mut self, check: &str, failure: &Failure, what_to_do: &str) {
        match failure {
            Failure::Usage(words) => {
                self.is_misconfigured = true;
                self.fail("home region", words, "mend [aws] home_region, or AWS_REGION, or the profile's region");
            }
            Failure::Aws { source, .. } if source.is(&[NO_CREDENTIALS]) => {
                self.fail("credentials", source, "nothing else was checked");
            }
            failure => self.fail(check, failure, what_to_do),
        }
    }

    /// The organization, or the accounts that the configuration lists.
    async fn organization(&mut self, config: &Config, chain: &Chain, own: &str) -> Option<Organization> {
        let home = chain.last().home_session();
        let listed = &config.organization.accounts;
        if !listed.is_empty() {
            let (accounts, _) = self.in_time("organization", organization::alone(&home, own, listed)).await?;
            let told = format!("not read: [organization] accounts lists {}", accounts.accounts.len());
            self.pass("organization", &told);
            return Some(accounts);
        }
        match self.in_time("organization", organization::read(&home, |_account| ())).await? {
            Ok(organization) => {
                let told = format!("{}, {} accounts", organization.id, organization.accounts.len());
                self.pass("organization", &told);
                Some(organization)
            }
            Err(error) => {
                let what = if error.is(&[IN_NO_ORGANIZATION]) {
                    "this account is in no organization: `orgcensus crawl --this-account` reads it alone"
                } else {
                    "run with the management account or a delegated administrator (`orgcensus role management`), list \
                     accounts in [organization] accounts, or read this one with `orgcensus crawl --this-account`"
                };
                self.fail("organization", &error, what);
                None
            }
        }
    }

    /// Compares the configuration with the organization, as `plan` and `crawl` do. Tags are not read.
    async fn selection(
        &mut self,
        config: &Config,
        selection: &Selection,
        chain: &Chain,
        organization: &Organization,
        own: &str,
    ) {
        let home = chain.last().home_session();
        let Some(regions) = self.in_time("configuration", KnownRegions::read(&home)).await else { return };
        let Findings { mut wrong, gone, odd } = selection.examine(organization, &regions);
        wrong.extend(gone);
        let is_direct = |id: &str| config.organization.own_account == OwnAccount::Direct && own == id;
        let none = BTreeMap::new();
        let tags = (!selection.needs_tags()).then_some(&none);
        let by_role = organization.accounts.iter().filter(|it| selection.takes(organization, it, tags));
        let by_role = by_role.map(|it| it.id.as_str()).filter(|id| !is_direct(id));
        wrong.extend(one_role_for_many(chain.member(), by_role));
        odd.iter().for_each(|words| reporter::say("warning", words));
        for words in &wrong {
            self.is_misconfigured = true;
            self.fail("configuration", words, "mend the entry, or take it out");
        }
        if wrong.is_empty() {
            self.pass("configuration", "every region, account and unit that it names is there");
        }
    }

    /// Enters an account by its role.
    async fn role(&mut self, chain: &Chain, account_id: &str) {
        let check = format!("role in {account_id}");
        match self.in_time(&check, chain.enter(account_id)).await {
            Some(Ok(access)) => self.role_version(account_id, &access.home_session()).await,
            Some(Err(error)) => {
                let what = "create the role with the policy of `orgcensus role member`, trusting the crawl's identity";
                self.fail(&check, &error, what);
            }
            None => {}
        }
    }

    /// Compares the version that the role says with the newest. A role that says none, or whose tags AWS does not show,
    /// is as good as any.
    async fn role_version(&mut self, account_id: &str, session: &Session) {
        let check = format!("role in {account_id}");
        let Some(tags) = self.in_time(&check, own_role_tags(session)).await else { return };
        let tags = tags.ok().flatten().unwrap_or_default();
        match role_version(&tags).filter(|version| *version < permissions::role_actions().newest()) {
            None => self.pass("role", account_id),
            Some(version) => self.fail(
                &check,
                &permissions::outdated(version),
                "deploy config/deploy/member-role.yaml again, or give the role the policy of `orgcensus role member`",
            ),
        }
    }

    /// Writes something into the lake. A failure names the lake, its cause and what to do about that.
    async fn lake(&mut self, config: &Config) {
        let url = &config.lake.url;
        let tried = async { Ok::<_, Failure>(lake_access::open(config).await?.try_write().await?) };
        match self.in_time("lake", tried).await {
            Some(Ok(())) => self.pass("lake", url),
            Some(Err(failure)) => {
                let what = match &failure {
                    Failure::Lake(LakeError::Refused { .. }) => {
                        "give the identity the policy of `orgcensus role lake`, or the folder a mode that lets it write"
                    }
                    Failure::Lake(LakeError::Missing { .. }) => "create the bucket, or mend [lake] url",
                    Failure::Lake(LakeError::Full { .. }) => "free some space",
                    Failure::Lake(LakeError::Unreachable { .. }) => {
                        "look at [lake] url, region and endpoint_url, and at the network"
                    }
                    Failure::Usage(_) => "mend the configuration",
                    _ => "set [lake] url to a folder or s3://bucket/prefix that this identity may write",
                };
                self.fail("lake", &format!("{url}: {failure}"), what);
            }
            None => {}
        }
    }
}
