//! What all calls of a crawl share: the base identity, the HTTP client, time limits, endpoints, the limiter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::dns::SharedDnsResolver;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::connector::{Bounds, GuardedClient};
use crate::credentials::CachedCredentials;
use crate::error::{Class, Error};
use crate::limiter::CrawlLimiter;
use crate::limits::Limits;
use crate::names::SystemNames;
use crate::partition;
use crate::transport::http_client;

/// How to reach AWS. Options that are not set come from the environment and the profile, as with the AWS CLI.
pub struct Options {
    /// The region of the crawl's own calls: STS, Organizations, region discovery.
    pub home_region: Option<String>,
    /// A profile of the shared configuration files.
    pub profile: Option<String>,
    /// One endpoint for all services: a simulator, a proxy.
    pub endpoint_url: Option<String>,
    /// An HTTP client of one's own; the default speaks TLS by rustls and honours proxies.
    pub http_client: Option<SharedHttpClient>,
    /// Who is asked for the addresses of hosts; the default is the machine's resolver.
    pub names: Option<SharedDnsResolver>,
    /// The base identity; the default is found as the AWS CLI finds it.
    pub credentials: Option<SharedCredentialsProvider>,
    /// The clock for signatures and for the lifetime of credentials; the default is the machine's clock.
    pub time_source: Option<SharedTimeSource>,
    /// The rates to keep.
    pub limits: Limits,
    /// Attempts of one call, the first among them.
    pub max_attempts: u32,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin.
    pub read_timeout: Duration,
    /// How long one attempt may take, from connecting to the last byte of its answer.
    pub attempt_timeout: Duration,
    /// How long one call may take, with all its attempts and their waits for permits.
    pub operation_timeout: Duration,
    /// How large an answer may be, in bytes.
    pub answer_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            home_region: None,
            profile: None,
            endpoint_url: None,
            http_client: None,
            names: None,
            credentials: None,
            time_source: None,
            limits: Limits::unlimited(),
            max_attempts: 6,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(120),
            operation_timeout: Duration::from_secs(1800),
            answer_bytes_max: 64 << 20,
        }
    }
}

/// What all calls of a crawl share.
pub struct Base {
    pub(crate) sdk: SdkConfig,
    pub(crate) limiter: Arc<CrawlLimiter>,
    pub(crate) time: SharedTimeSource,
    /// Set if new credentials had already ended, by the local clock, when they came.
    pub(crate) came_past: Arc<AtomicBool>,
    pub(crate) credentials: CachedCredentials,
    home_region: String,
}

impl Base {
    /// Finds credentials, region and endpoints. Calls no AWS service but those that give credentials.
    pub async fn load(options: Options) -> Result<Arc<Self>, Error> {
        let names = options.names.clone().unwrap_or_else(|| SharedDnsResolver::new(SystemNames));
        let plain = match options.http_client.clone() {
            Some(client) => client,
            None => http_client(names.clone())?,
        };
        let mut loader = loader(&options).http_client(plain.clone());
        if let Some(credentials) = options.credentials.clone() {
            loader = loader.credentials_provider(credentials);
        }
        if let Some(time) = options.time_source.clone() {
            loader = loader.time_source(time);
        }
        let found = loader.load().await;
        let missing = |words: &str| Error::new(Class::Failed, "Configuration", words);
        let credentials = found.credentials_provider().ok_or_else(|| missing("no credentials found"))?;
        let home_region = found.region().map(|region| region.as_ref().to_owned()).ok_or_else(|| {
            missing("no region: set home_region in the configuration, AWS_REGION, or the region of the profile")
        })?;
        let time = found.time_source().unwrap_or_default();
        let came_past = Arc::<AtomicBool>::default();
        let credentials = CachedCredentials::new(credentials, time.clone(), Arc::clone(&came_past));
        let bounds = Bounds { attempt: options.attempt_timeout, answer_bytes: options.answer_bytes_max, names };
        let sdk = found.clone().into_builder().http_client(GuardedClient::shared(plain, bounds)).build();
        let limiter = CrawlLimiter::new(options.limits);
        Ok(Arc::new(Self { sdk, limiter, time, came_past, credentials, home_region }))
    }

    /// The region of the crawl's own calls.
    pub fn home_region(&self) -> &str {
        &self.home_region
    }

    /// The partition of the home region, `aws`.
    pub fn partition(&self) -> &'static str {
        partition::of(&self.home_region)
    }

    /// Whether all services answer at one configured URL.
    pub fn has_own_endpoint(&self) -> bool {
        self.sdk.endpoint_url().is_some()
    }

    /// Whether, since this was last asked, new credentials had already ended by this machine's clock when they came.
    pub fn take_clock_doubt(&self) -> bool {
        self.came_past.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The endpoint that is configured for a service by its id, `Secrets Manager`, or for all.
    pub(crate) fn endpoint_url_of(&self, service_id: &str) -> Option<String> {
        let for_all = || self.sdk.endpoint_url().map(str::to_owned);
        if self.sdk.get_origin("endpoint_url").is_client_config() {
            return for_all();
        }
        let key = ServiceConfigKey::builder().service_id(service_id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        let own = key.build().ok().and_then(|key| self.sdk.service_config()?.load_config(key));
        own.or_else(for_all)
    }

    /// The limiter of the crawl.
    pub fn limiter(&self) -> &Arc<CrawlLimiter> {
        &self.limiter
    }
}

fn loader(options: &Options) -> ConfigLoader {
    // An attempt's own time-out would run while it waits for its permit: the connector bounds it from there on.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(options.connect_timeout)
        .read_timeout(options.read_timeout)
        .operation_timeout(options.operation_timeout)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        // This protection would treat a request that waits for its connection as stalled. The connector bounds attempts
        // instead.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(options.max_attempts))
        .timeout_config(timeouts);
    if let Some(region) = &options.home_region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader
}
