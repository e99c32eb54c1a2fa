//! Roles: how one is named, and chains of them assumed on the gated STS client.
//!
//! The SDK's own provider for assumed roles builds an STS client that does not pass the gate, so it is not used.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::types::{AssumedRoleUser, PolicyDescriptorType, Tag};

use crate::base::Base;
use crate::client;
use crate::credentials::CachedCredentials;
use crate::error::{Class, Error};
use crate::no_credentials;
use crate::session::{Access, Session};

/// One role to assume.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hop {
    /// The role's ARN; `{partition}` and `{account_id}` stand for the account's.
    pub role_arn: String,
    /// What the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Shown in the account's CloudTrail.
    pub session_name: String,
    /// Session tags, transitive along the chain.
    pub tags: Vec<(String, String)>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// How long the credentials live; AWS's default is an hour.
    pub duration_seconds: Option<i32>,
}

impl Hop {
    /// Whether it names a role in each account, and not one role.
    pub fn is_template(&self) -> bool {
        self.role_arn.contains("{account_id}")
    }

    /// The role's ARN in an account.
    pub fn arn_in(&self, partition: &str, account_id: &str) -> String {
        self.role_arn.replace("{partition}", partition).replace("{account_id}", account_id)
    }
}

/// What stands for the account of a hop between.
const BETWEEN: &str = "between";

/// The way from the base identity to the member accounts.
pub struct Chain {
    last: Arc<Access>,
    member: Hop,
}

impl Chain {
    /// Assumes the roles between the base identity and the members, if any.
    pub async fn new(base: &Arc<Base>, between: &[Hop], member: Hop) -> Result<Self, Error> {
        let mut last = base.caller("caller");
        for hop in between {
            last = assume(&last, hop, BETWEEN).await?;
        }
        Ok(Self { last, member })
    }

    /// The identity at the end of the chain, from which members are entered and the organization is read.
    pub fn last(&self) -> &Arc<Access> {
        &self.last
    }

    /// The role in the members, as it was told.
    pub fn member(&self) -> &Hop {
        &self.member
    }

    /// The identity at the end of the chain, as the way into its own account, with a limiter for that.
    pub fn own(&self, account_id: &str) -> Arc<Access> {
        self.last.as_account(account_id)
    }

    /// Enters a member account. It fails here, and not in the first collector, if the role cannot be assumed or belongs
    /// to another account: rows of that account would be taken for rows of this one.
    pub async fn enter(&self, account_id: &str) -> Result<Arc<Access>, Error> {
        assume(&self.last, &self.member, account_id).await
    }
}

async fn assume(from: &Arc<Access>, hop: &Hop, account_id: &str) -> Result<Arc<Access>, Error> {
    let base = from.base();
    let hop = Hop { role_arn: hop.arn_in(base.partition(), account_id), ..hop.clone() };
    // A hop between is in the account that its ARN names.
    let account = if account_id == BETWEEN { account_of(&hop.role_arn) } else { Some(account_id) }.map(str::to_owned);
    let role_arn = hop.role_arn.clone();
    let role = AssumedRole { session: from.home_session(), hop, account };
    let cached =
        CachedCredentials::new(SharedCredentialsProvider::new(role), base.time.clone(), Arc::clone(&base.came_past));
    cached.get().await.map_err(|error| no_credentials::told(&error))?;
    Ok(Access::new(base, account_id, Some(role_arn), cached))
}

/// A role's credentials, by AssumeRole with the credentials of the hop before it.
#[derive(Debug)]
struct AssumedRole {
    session: Session,
    hop: Hop,
    /// The account that the credentials must be of; none if the hop's ARN names none.
    account: Option<String>,
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.assume().await.map_err(CredentialsError::provider_error) as provider::Result
        })
    }
}

impl AssumedRole {
    async fn assume(&self) -> Result<Credentials, Error> {
        let mut call = client!(self.session, aws_sdk_sts)
            .assume_role()
            .role_arn(&self.hop.role_arn)
            .role_session_name(&self.hop.session_name)
            .set_external_id(self.hop.external_id.clone())
            .set_duration_seconds(self.hop.duration_seconds);
        for (key, value) in &self.hop.tags {
            let tag = Tag::builder().key(key).value(value).build();
            call = call.tags(tag.map_err(|error| invalid(&error))?).transitive_tag_keys(key);
        }
        for arn in &self.hop.policy_arns {
            call = call.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
        }
        let answer = call.send().await?;
        self.check(answer.assumed_role_user.as_ref().map(AssumedRoleUser::arn))?;
        let it =
            answer.credentials.ok_or_else(|| Error::new(Class::Failed, "NoCredentials", "AssumeRole gave none"))?;
        let end = it.expiration.try_into().map_err(|error| invalid(&error))?;
        Ok(Credentials::new(it.access_key_id, it.secret_access_key, Some(it.session_token), Some(end), "orgcensus"))
    }

    /// Refuses credentials of another account, also at every renewal.
    fn check(&self, assumed: Option<&str>) -> Result<(), Error> {
        let Some(wanted) = &self.account else { return Ok(()) };
        let found = assumed.and_then(account_of);
        if found == Some(wanted) {
            return Ok(());
        }
        let (role, whose) = (&self.hop.role_arn, found.unwrap_or("an account that AWS does not name"));
        let words = format!("assuming {role} gave credentials of {whose}, and not of {wanted}");
        Err(Error::new(Class::Failed, "WrongAccount", words).during("sts:AssumeRole"))
    }
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

fn invalid(error: &dyn std::error::Error) -> Error {
    Error::new(Class::Failed, "Invalid", error.to_string())
}
