//! `orgcensus preflight`: finds what would fail in the next crawl, and says how to mend it.

use std::collections::BTreeMap;

use orgcensus_aws::organization::{self, Organization};
use orgcensus_aws::{Chain, Session, whoami};
use orgcensus_collectors::iam::authorization_details::own_role_tags;
use orgcensus_crawl::{Findings, KnownRegions, one_role_for_many, role_version};

use crate::args::Preflight;
use crate::config::{Config, OwnAccount};
use crate::failure::{Failure, exit};
use crate::terminal::printable;
use crate::{lake_access, permissions, reporter, setup};

/// Runs the checks in order. A check that fails says what to do.
pub(crate) async fn run(arguments: &Preflight) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let base = setup::base(&config).await?;
    let mut checks = Checks::default();
    let chain = match setup::chain(&config, &base).await {
        Ok(chain) => chain,
        Err(failure) => {
            checks.fail("role chain", &failure, "let the crawl's identity assume the roles of [[role_chain]]");
            return Ok(exit::NOT_PUBLISHED);
        }
    };
    let home = chain.last().home_session();
    let own = match whoami(&home).await {
        Ok(identity) => {
            checks.pass("identity", &identity.arn);
            Some(identity.account_id)
        }
        Err(error) => {
            checks.fail("identity", &error, "set AWS credentials: AWS_PROFILE, or [aws] profile in the configuration");
            // Without an identity everything else fails too, and what else to do would be wrong advice.
            return Ok(exit::NOT_PUBLISHED);
        }
    };
    match organization::read(&home, |_account| ()).await {
        Ok(organization) => {
            checks.pass("organization", &format!("{}, {} accounts", organization.id, organization.accounts.len()));
            checks.selection(&config, &chain, &organization, own.as_deref()).await;
            let is_member = |it: &&organization::Account| it.is_open() && own.as_ref() != Some(&it.id);
            for account in organization.accounts.iter().filter(is_member).take(arguments.sample) {
                match chain.enter(&account.id).await {
                    Ok(access) => checks.role(&account.id, &access.home_session()).await,
                    Err(error) => checks.fail(
                        &format!("role in {}", account.id),
                        &error,
                        "create the role with the policy of `orgcensus role member`, trusting the crawl's identity",
                    ),
                }
            }
        }
        Err(error) => {
            let what = "run with the management account or a delegated administrator: `orgcensus role management`";
            checks.fail("organization", &error, what);
        }
    }
    match lake_access::open(&config).await {
        Ok(lake) => match lake.try_write().await {
            Ok(()) => checks.pass("lake", &config.lake.url),
            Err(error) => {
                checks.fail("lake", &Failure::from(error), "give the identity the policy of `orgcensus role lake`")
            }
        },
        Err(error) => checks.fail("lake", &error, "set [lake] url to a folder or s3://bucket/prefix"),
    }
    Ok(match checks {
        Checks { is_misconfigured: true, .. } => exit::USAGE,
        Checks { failed: 0, .. } => exit::WHOLE,
        _ => exit::NOT_PUBLISHED,
    })
}

#[derive(Default)]
struct Checks {
    failed: usize,
    /// Whether the configuration names something that is not there.
    is_misconfigured: bool,
}

impl Checks {
    fn pass(&mut self, check: &str, what: &str) {
        println!("ok    {check}: {}", printable(what));
    }

    fn fail(&mut self, check: &str, error: &dyn std::fmt::Display, what_to_do: &str) {
        self.failed += 1;
        println!("FAIL  {check}: {}\n      {what_to_do}", printable(&error.to_string()));
    }

    /// Compares the version that the role says with the newest. A role that says none, or whose tags AWS does not show,
    /// is as good as any.
    async fn role(&mut self, account_id: &str, session: &Session) {
        let tags = own_role_tags(session).await.ok().flatten().unwrap_or_default();
        match role_version(&tags).filter(|version| *version < permissions::role_actions().newest()) {
            None => self.pass("role", account_id),
            Some(version) => self.fail(
                &format!("role in {account_id}"),
                &permissions::outdated(version),
                "deploy config/deploy/member-role.yaml again, or give the role the policy of `orgcensus role member`",
            ),
        }
    }

    /// Compares the configuration with the organization, as `plan` and `crawl` do. Tags are not read.
    async fn selection(&mut self, config: &Config, chain: &Chain, organization: &Organization, own: Option<&str>) {
        let selection = setup::selection(config);
        let regions = KnownRegions::read(&chain.last().home_session()).await;
        let Findings { mut wrong, gone, odd } = selection.examine(organization, &regions);
        wrong.extend(gone);
        let is_direct = |id: &str| config.organization.own_account == OwnAccount::Direct && own == Some(id);
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
}
