//! The gate that every attempt of every call passes: identity cache and interceptor in one.
//!
//! As identity cache it waits for a permit before identity, endpoint and signature of each attempt, retries and pages
//! too. As interceptor it makes the slot for that permit, refuses to send without one, and learns from the answer. It
//! fails closed: a client that has only one half of the gate, or credentials that avoid the cache, sends nothing. It
//! also refuses to ask twice for one page: a list whose next page was read before would never end, or would lose its
//! last pages.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime::client::retries::classifiers::run_classifiers_on_ctx;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryReason};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::error::metadata::ErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use tokio::time::Instant;

use crate::credentials::CachedCredentials;
use crate::error::{Class, EXPIRED, Error};
use crate::limiter::AccountLimiter;
use crate::meter::{Meter, Permit};
use crate::pages;

/// The counts of one task's calls.
#[derive(Debug, Default)]
pub struct Usage {
    calls: AtomicU64,
    attempts: AtomicU64,
    throttles: AtomicU64,
    /// The pages that were asked for by a token.
    pages: Mutex<HashSet<u64>>,
}

impl Usage {
    /// Operations called; a page is a call.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Attempts beyond the first of each call.
    pub fn retries(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed).saturating_sub(self.calls())
    }

    /// Attempts that AWS throttled.
    pub fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }

    /// Whether a page is asked for the first time.
    fn is_new(&self, page: u64) -> bool {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(page)
    }
}

/// The gate of one session.
#[derive(Clone)]
pub struct Gate {
    limiter: Arc<AccountLimiter>,
    identities: SharedIdentityCache,
    credentials: CachedCredentials,
    region: Arc<str>,
    /// `127.0.0.1:5001`, where an endpoint of one's own is configured.
    authority: Option<Arc<str>>,
    usage: Arc<Usage>,
}

/// Marks a request that has its permit; the connector refuses all others. Names the call, for clients that answer by
/// operation.
#[derive(Debug, Clone)]
pub struct Permitted {
    /// The service by its SDK's name, `secretsmanager`.
    pub service: Arc<str>,
    /// The operation, `ListSecrets`.
    pub operation: Arc<str>,
    /// The session's region.
    pub region: Arc<str>,
}

/// The meter of the call under way, found once for all its attempts.
#[derive(Clone)]
struct Metered(Arc<Meter>);

impl std::fmt::Debug for Metered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Metered")
    }
}

impl Storable for Metered {
    type Storer = StoreReplace<Self>;
}

#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<Permit>>>);

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Slot")
    }
}

impl Storable for Slot {
    type Storer = StoreReplace<Self>;
}

impl Slot {
    fn put(&self, permit: Permit) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
    }

    fn take(&self) -> Option<Permit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_filled(&self) -> bool {
        self.filled_at().is_some()
    }

    /// When the permit was given.
    fn filled_at(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Permit::taken_at)
    }
}

/// The token of the page that a call asks for.
#[derive(Debug)]
struct Asked(String);

impl Storable for Asked {
    type Storer = StoreReplace<Self>;
}

/// Marks a call whose credentials were already replaced once.
#[derive(Debug)]
struct Renewed;

impl Storable for Renewed {
    type Storer = StoreReplace<Self>;
}

/// Marks an answer after which the next try uses other credentials.
#[derive(Debug, Clone)]
struct TryAgain;

/// The half of the gate that lets the SDK try once more after the credentials ended before their time.
#[derive(Debug, Clone, Copy)]
pub struct FreshCredentials;

impl ClassifyRetry for FreshCredentials {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let has_others = context.response().is_some_and(|it| it.extension::<TryAgain>().is_some());
        if has_others { RetryAction::client_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "FreshCredentials"
    }
}

impl Gate {
    pub(crate) fn new(
        limiter: Arc<AccountLimiter>,
        identities: SharedIdentityCache,
        credentials: CachedCredentials,
        region: &str,
        endpoint_url: Option<&str>,
        usage: Arc<Usage>,
    ) -> Self {
        let authority = endpoint_url.and_then(authority).map(Arc::from);
        Self { limiter, identities, credentials, region: region.into(), authority, usage }
    }

    /// The counts of the calls through this gate.
    pub fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gate").field("region", &self.region).finish_non_exhaustive()
    }
}

fn refusal(why: &str) -> Error {
    Error::new(Class::Failed, "NoPermit", format!("refused to send: {why}"))
}

fn repeated() -> Error {
    let words = "AWS gave a page that was read already as the next one: the list would never end, or end short";
    Error::new(Class::Failed, "RepeatedToken", words)
}

impl ResolveCachedIdentity for Gate {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        config: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async move {
            let slot = config.load::<Slot>().ok_or_else(|| refusal("the client lacks the gate's interceptor"))?;
            let Metered(meter) = config.load::<Metered>().ok_or_else(|| refusal("the call has no name"))?;
            slot.put(meter.permit().await?);
            self.usage.attempts.fetch_add(1, Ordering::Relaxed);
            self.identities.resolve_cached_identity(resolver, components, config).await
        })
    }
}

#[dyn_dispatch_hint]
impl Intercept for Gate {
    fn name(&self) -> &'static str {
        "Gate"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.usage.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(metadata) = config.load::<Metadata>() {
            let meter = self.limiter.meter(metadata.service(), metadata.name(), &self.region);
            meter.begin();
            config.interceptor_state().store_put(Metered(meter));
        }
        Ok(())
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(token) = pages::asked(context.request()) else { return Ok(()) };
        let operation = config.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        if !self.usage.is_new(pages::fingerprint(context.request(), operation, &self.region)) {
            return Err(repeated().into());
        }
        config.interceptor_state().store_put(Asked(token));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        match config.load::<Asked>() {
            Some(Asked(token)) if pages::is_next(body, token) => Err(repeated().into()),
            _ => Ok(()),
        }
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Slot::default());
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        match self.authority.as_deref().and_then(|wanted| unprefixed(request.uri(), wanted)) {
            Some(uri) => Ok(request.set_uri(uri)?),
            None => Ok(()),
        }
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(Metered(meter)), true) =
            (config.load::<Metered>(), config.load::<Slot>().is_some_and(Slot::is_filled))
        else {
            return Err(refusal("the credentials avoid the gate's cache").into());
        };
        let (service, operation) = (Arc::clone(&meter.service), Arc::clone(&meter.operation));
        context.request_mut().add_extension(Permitted { service, operation, region: Arc::clone(&self.region) });
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if config.load::<Renewed>().is_some() || !context.response().is_some_and(says_expired) {
            return Ok(());
        }
        let begun = config.load::<Slot>().and_then(Slot::filled_at);
        if begun.is_some_and(|begun| self.credentials.give_up(begun)) {
            config.interceptor_state().store_put(Renewed);
            if let Some(response) = context.response_mut() {
                response.add_extension(TryAgain);
            }
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(permit) = config.load::<Slot>().and_then(Slot::take) else { return Ok(()) };
        let is_throttled = is_throttled(context, components);
        self.usage.throttles.fetch_add(u64::from(is_throttled), Ordering::Relaxed);
        permit.finish(is_throttled);
        Ok(())
    }
}

/// Whether AWS said "slower", by the SDK's own classifiers or by the error's code.
fn is_throttled(context: &FinalizerInterceptorContextRef<'_>, components: &RuntimeComponents) -> bool {
    let Some(Err(error)) = context.output_or_error() else { return false };
    let action = run_classifiers_on_ctx(components.retry_classifiers(), context.inner());
    if let RetryAction::RetryIndicated(RetryReason::RetryableError { kind: ErrorKind::ThrottlingError, .. }) = action {
        return true;
    }
    let metadata = error
        .as_operation_error()
        .and_then(|error| std::error::Error::source(error))
        .and_then(|source| source.downcast_ref::<ErrorMetadata>());
    metadata.is_some_and(|it| Error::from_answer(it.code(), it.message(), None).class == Class::Throttled)
}

/// Whether an answer refuses credentials because they ended, in any protocol: as a header, an XML element or a JSON
/// value.
fn says_expired(answer: &HttpResponse) -> bool {
    if !(400..500).contains(&answer.status().as_u16()) {
        return false;
    }
    let header = answer.headers().get("x-amzn-errortype").unwrap_or_default();
    let text = answer.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default();
    EXPIRED.iter().any(|code| {
        let mut found = text.match_indices(code);
        header.split([':', '#']).any(|part| part == *code)
            || found.any(|(at, _)| {
                text[..at].ends_with(['>', '"', '#']) && text[at + code.len()..].starts_with(['<', '"', ':'])
            })
    })
}

/// The `host:port` of a URL.
fn authority(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split('/').next()
}

/// S3 Control puts the account before the host, which a loopback name does not resolve: takes it off again where an
/// endpoint of one's own is configured.
fn unprefixed(uri: &str, wanted: &str) -> Option<String> {
    let host = authority(uri)?;
    let is_prefixed = host != wanted && host.ends_with(&format!(".{wanted}"));
    is_prefixed.then(|| uri.replacen(host, wanted, 1))
}
