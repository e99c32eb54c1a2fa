//! Credentials for one account, sessions in its regions, and the one place where clients are made.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use tokio::sync::OnceCell;

use crate::account_region::AccountRegion;
use crate::base::Base;
use crate::credentials::CachedCredentials;
use crate::error::Error;
use crate::gate::{Gate, Usage};
use crate::limiter::AccountLimiter;
use crate::meter::Used;
use crate::no_credentials;
use crate::partition;

/// The retry quota of one account. Each success gives some of it back. Accounts never share it.
const RETRY_QUOTA: usize = 500;
/// What a retry after throttling costs: little, since the bucket has slowed the account already.
const THROTTLED_RETRY: u32 = 2;
/// What a retry costs after an answer that did not come or could not be used: more, since a service that is down must
/// not be asked for ever.
const FAILED_RETRY: u32 = 5;

/// One identity in one account, with the account's own limiter and retry quota.
pub struct Access {
    base: Arc<Base>,
    account_id: String,
    /// The role that was assumed in the account; none without one.
    role_arn: Option<String>,
    credentials: CachedCredentials,
    limiter: Arc<AccountLimiter>,
    retry_partition: RetryPartition,
    /// The account's regions as they were when asked again; none if asking failed.
    pub(crate) regions: OnceCell<Option<Vec<AccountRegion>>>,
}

impl Base {
    /// The base identity as it is, with no role assumed.
    pub fn caller(self: &Arc<Self>, account_id: &str) -> Arc<Access> {
        Access::new(self, account_id, None, self.credentials.clone())
    }
}

impl Access {
    pub(crate) fn new(
        base: &Arc<Base>,
        account_id: &str,
        role_arn: Option<String>,
        credentials: CachedCredentials,
    ) -> Arc<Self> {
        Self::with(base, account_id, role_arn, credentials, base.limiter.account())
    }

    fn with(
        base: &Arc<Base>,
        account_id: &str,
        role_arn: Option<String>,
        credentials: CachedCredentials,
        limiter: Arc<AccountLimiter>,
    ) -> Arc<Self> {
        Arc::new(Self {
            base: Arc::clone(base),
            account_id: account_id.to_owned(),
            role_arn,
            credentials,
            limiter,
            retry_partition: retry_partition(account_id),
            regions: OnceCell::new(),
        })
    }

    /// The base that this identity came from.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// The credentials as they are now, for the lake's bucket, which is reached without the SDK.
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        let provided = self.credentials.get().await;
        provided.map_err(|error| no_credentials::told(&error))
    }

    /// What AWS charged to this account, by region, service and operation.
    pub fn used(&self) -> Vec<Used> {
        self.limiter.used()
    }

    /// The same credentials for one account's work: with a retry quota for that, and the buckets that they have, since
    /// AWS charges both to one account.
    pub(crate) fn as_account(&self, account_id: &str) -> Arc<Self> {
        let role_arn = self.role_arn.clone();
        Self::with(&self.base, account_id, role_arn, self.credentials.clone(), Arc::clone(&self.limiter))
    }

    /// A session in a region, with a usage of its own.
    pub fn session(self: &Arc<Self>, region: &str) -> Session {
        Session { access: Arc::clone(self), region: region.to_owned(), usage: Arc::default() }
    }

    /// A session in the crawl's home region.
    pub fn home_session(self: &Arc<Self>) -> Session {
        self.session(self.base.home_region())
    }
}

fn retry_partition(account_id: &str) -> RetryPartition {
    let quota = TokenBucket::builder()
        .capacity(RETRY_QUOTA)
        .success_reward(1.0)
        .throttling_retry_cost(THROTTLED_RETRY)
        .retry_cost(FAILED_RETRY)
        .timeout_retry_cost(FAILED_RETRY)
        .build();
    RetryPartition::custom(account_id.to_owned()).token_bucket(quota).build()
}

/// Credentials for one account in one region. Prints no key.
#[derive(Clone)]
pub struct Session {
    access: Arc<Access>,
    region: String,
    usage: Arc<Usage>,
}

impl Session {
    /// The identity behind it.
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// 12 digits.
    pub fn account_id(&self) -> &str {
        &self.access.account_id
    }

    /// The ARN of the role that was assumed for it; none where the base identity acts by itself.
    pub fn role_arn(&self) -> Option<&str> {
        self.access.role_arn.as_deref()
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The region's partition, `aws`.
    pub fn partition(&self) -> &'static str {
        partition::of(&self.region)
    }

    /// An ARN in this account, region and partition.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account_id())
    }

    /// The same account and usage in another region.
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// The counts of this session's calls.
    pub fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    /// Whether all services answer at one configured URL.
    pub fn has_own_endpoint(&self) -> bool {
        self.access.base.has_own_endpoint()
    }

    pub(crate) fn base(&self) -> &Base {
        &self.access.base
    }

    pub(crate) fn credentials(&self) -> CachedCredentials {
        self.access.credentials.clone()
    }

    /// The configuration that clients start from. Use [`client!`](crate::client), which adds the gate.
    #[doc(hidden)]
    pub fn sdk_config(&self) -> SdkConfig {
        let builder = self.access.base.sdk.clone().into_builder();
        let credentials = SharedCredentialsProvider::new(self.access.credentials.clone());
        builder.region(Region::new(self.region.clone())).credentials_provider(credentials).build()
    }

    /// The gate that each client of this session passes.
    #[doc(hidden)]
    pub fn gate(&self) -> Gate {
        // Credentials are kept by their provider, since every client would be a cache partition of its own.
        let identities = IdentityCache::no_cache();
        let endpoint = self.access.base.sdk.endpoint_url();
        let (limiter, credentials) = (Arc::clone(&self.access.limiter), self.access.credentials.clone());
        Gate::new(limiter, identities, credentials, &self.region, endpoint, Arc::clone(&self.usage))
    }

    /// The account's own retry quota.
    #[doc(hidden)]
    pub fn retry_partition(&self) -> RetryPartition {
        self.access.retry_partition.clone()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("Session");
        debug.field("account_id", &self.access.account_id).field("region", &self.region).finish_non_exhaustive()
    }
}

/// Makes a client of an SDK crate for a session: `client!(session, aws_sdk_sqs)`. The only way to make one: it sets the
/// gate, without which the connector sends nothing. A third argument adds to the service's own configuration.
#[macro_export]
macro_rules! client {
    ($session:expr, $($sdk:ident)::+) => {
        $crate::client!($session, $($sdk)::+, |builder| builder)
    };
    ($session:expr, $($sdk:ident)::+, |$builder:ident| $configure:expr) => {{
        let session: &$crate::Session = &$session;
        let gate = session.gate();
        let $builder = $($sdk)::+::config::Builder::from(&session.sdk_config())
            .identity_cache(gate.clone())
            .interceptor(gate)
            .retry_classifier($crate::FreshCredentials)
            .retry_partition(session.retry_partition());
        $($sdk)::+::Client::from_conf($configure.build())
    }};
}
