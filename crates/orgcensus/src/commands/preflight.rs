//! `orgcensus preflight`: what would fail tonight, and how to mend it.

use orgcensus_aws::{organization, whoami};

use crate::args::Preflight;
use crate::failure::{Failure, exit};
use crate::terminal::printable;
use crate::{lake_access, setup};

/// Runs the checks in order. A check that fails says what to do.
pub(crate) async fn run(arguments: &Preflight) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let base = setup::base(&config).await?;
    let mut checks = Checks { failed: 0 };
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
            None
        }
    };
    match organization::read(&home, |_account| ()).await {
        Ok(organization) => {
            checks.pass("organization", &format!("{}, {} accounts", organization.id, organization.accounts.len()));
            let is_member = |it: &&organization::Account| it.is_active() && own.as_ref() != Some(&it.id);
            for account in organization.accounts.iter().filter(is_member).take(arguments.sample) {
                match chain.enter(&account.id).await {
                    Ok(_) => checks.pass("role", &account.id),
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
    Ok(if checks.failed == 0 { exit::WHOLE } else { exit::NOT_PUBLISHED })
}

struct Checks {
    failed: usize,
}

impl Checks {
    fn pass(&mut self, check: &str, what: &str) {
        println!("ok    {check}: {}", printable(what));
    }

    fn fail(&mut self, check: &str, error: &dyn std::fmt::Display, what_to_do: &str) {
        self.failed += 1;
        println!("FAIL  {check}: {}\n      {what_to_do}", printable(&error.to_string()));
    }
}
