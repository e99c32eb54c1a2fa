//! The one caller of declared calls: the SDK's own runtime without an SDK crate for each service.
//!
//! Request, host and refusal come from the table of `orgcensus-calls`. Identity, signature, retries, time-outs and
//! clock are the SDK's. Gate, limiter, connector and classes of errors are this crate's. The caller is set up in the
//! same way as a generated client.

use std::sync::LazyLock;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::defaults::{DefaultPluginParams, default_plugins};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::orchestrator::{AuthSchemeAndEndpointOrchestrationV2, invoke as orchestrate};
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, SharedEndpointResolver};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, Error as ErasedError, Input, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{RuntimePlugins, StaticRuntimePlugin};
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer, Layer};
use aws_smithy_types::error::metadata::{Builder, ErrorMetadata, ProvideErrorMetadata};
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use futures::FutureExt;
use futures::future::BoxFuture;
use orgcensus_calls::{Endpoint, Operation, Refusal, Variant, endpoint, request};
use serde_json::Value;

use crate::error::{Class, Error};
use crate::gate::FreshCredentials;
use crate::session::Session;

/// The version that a service's user agent says; the SDK's crates say their own.
const API_VERSION: &str = "1";

/// The names that S3's way to sign is for. S3 Tables, S3 Vectors and S3 Files sign like any service.
const SIGNED_AS_S3: &[&str] = &["s3", "s3-outposts", "s3express"];

/// Makes one call, with its retries, and gives the answer's bytes. Boxed, so that what reads an answer does not compile
/// the SDK's orchestration again.
pub(crate) fn invoke<'a>(
    session: &'a Session,
    operation: &'static Operation,
    input: &Value,
) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
    let name = || format!("{}:{}", operation.service.name, operation.name);
    let request = request(operation, input).map_err(|error| Error::new(Class::Failed, "InputUnfit", error.to_string()));
    async move {
        let plugins = plugins(session, operation).map_err(|error| error.during(&name()))?;
        let input = Input::erase(request.map_err(|error| error.during(&name()))?);
        let answer = orchestrate(operation.service.id, operation.name, input, &plugins).await;
        let answer = answer.map_err(|error| failure(error).during(&name()))?;
        answer.downcast::<Vec<u8>>().map_err(|_| Error::new(Class::Failed, "NotSent", "an answer of no bytes"))
    }
    .boxed()
}

fn failure(error: SdkError<ErasedError, HttpResponse>) -> Error {
    let not_ours = || Refused(ErrorMetadata::builder().build());
    Error::from(error.map_service_error(|error| error.downcast::<Refused>().unwrap_or_else(|_| not_ours())))
}

/// The refusal that AWS answered a call with.
#[derive(Debug)]
struct Refused(ErrorMetadata);

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Refused {
    // The gate looks for the error code here.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

fn plugins(session: &Session, operation: &'static Operation) -> Result<RuntimePlugins, Error> {
    let endpoint = endpoint_of(session, operation)?;
    let defaults = DefaultPluginParams::new()
        .with_retry_partition_name(operation.service.name)
        .with_behavior_version(BehaviorVersion::latest())
        .with_is_aws_sdk(true);
    let plugin = StaticRuntimePlugin::new()
        .with_config(config(session, operation, &endpoint))
        .with_runtime_components(components(session, &endpoint));
    Ok(RuntimePlugins::new().with_client_plugins(default_plugins(defaults)).with_client_plugin(plugin))
}

fn endpoint_of(session: &Session, operation: &Operation) -> Result<Endpoint, Error> {
    let sdk = session.base().sdk();
    let variant = Variant {
        is_fips: sdk.use_fips().unwrap_or_default(),
        is_dual_stack: sdk.use_dual_stack().unwrap_or_default(),
    };
    let found = endpoint(operation, session.account_id(), session.region(), variant);
    match session.base().endpoint_url_of(operation.service.id) {
        // A configured endpoint has no regions. The signature is for the same region and service as without it.
        Some(url) => Ok(Endpoint {
            url,
            ..found.unwrap_or_else(|_| Endpoint {
                url: String::new(),
                signing_region: session.region().to_owned(),
                signing_name: operation.service.signing_name,
            })
        }),
        None => found.map_err(|error| Error::new(Class::Failed, "NoEndpoint", error.to_string())),
    }
}

/// What a generated client keeps as its configuration, and its operation as its own.
fn config(session: &Session, operation: &'static Operation, endpoint: &Endpoint) -> FrozenLayer {
    let mut layer = Layer::new("declared call");
    let sdk = session.base().sdk();
    sdk.retry_config().cloned().map(|it| layer.store_put(it));
    sdk.timeout_config().cloned().map(|it| layer.store_put(it));
    sdk.app_name().cloned().map(|it| layer.store_put(it));
    layer.store_put(session.retry_partition());
    layer.store_put(SigningName::from(endpoint.signing_name));
    layer.store_put(SigningRegion::from(aws_types::region::Region::new(endpoint.signing_region.clone())));
    layer.store_put(ApiMetadata::new(operation.service.id, API_VERSION));
    layer.store_put(Metadata::new(operation.name, operation.service.name));
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(AuthSchemeAndEndpointOrchestrationV2);
    let signing_options = signing_options(endpoint.signing_name);
    layer.store_put(SigV4OperationSigningConfig { signing_options, ..SigV4OperationSigningConfig::default() });
    layer.store_put(SharedRequestSerializer::new(Prepared));
    layer.store_put(SharedResponseDeserializer::new(Bytes { is_xml: operation.service.protocol.is_xml() }));
    layer.freeze()
}

/// How a request is signed, by the name that its signature is for. S3 signs a path as it is sent, and wants the body's
/// hash as a header too; all others encode the path once more.
fn signing_options(signing_name: &str) -> SigningOptions {
    let mut options = SigningOptions::default();
    let is_s3 = SIGNED_AS_S3.contains(&signing_name);
    options.content_sha256_header = is_s3;
    options.double_uri_encode = !is_s3;
    options.normalize_uri_path = !is_s3;
    options
}

fn components(session: &Session, endpoint: &Endpoint) -> RuntimeComponentsBuilder {
    let (sdk, gate) = (session.base().sdk(), session.gate());
    COMMON
        .clone()
        .with_http_client(sdk.http_client())
        .with_sleep_impl(sdk.sleep_impl())
        .with_time_source(sdk.time_source())
        .with_identity_cache(Some(gate.clone()))
        .with_identity_resolver(SCHEME_ID, SharedCredentialsProvider::new(session.credentials()))
        .with_endpoint_resolver(Some(SharedEndpointResolver::new(StaticUriEndpointResolver::uri(&endpoint.url))))
        .with_interceptor(SharedInterceptor::new(gate))
}

/// The parts that are the same in all calls.
static COMMON: LazyLock<RuntimeComponentsBuilder> = LazyLock::new(|| {
    let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    RuntimeComponentsBuilder::new("declared call")
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)))
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_interceptor(SharedInterceptor::permanent(ConnectionPoisoningInterceptor::new()))
        .with_interceptor(SharedInterceptor::permanent(NoParams))
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_retry_classifier(TransientErrorClassifier::<Refused>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<Refused>::new())
        .with_retry_classifier(FreshCredentials)
});

/// The endpoint is known before the call, so its resolver needs no parameters. The orchestration wants them to be
/// there, even empty.
#[derive(Debug)]
struct NoParams;

#[dyn_dispatch_hint]
impl Intercept for NoParams {
    fn name(&self) -> &'static str {
        "NoParams"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(EndpointResolverParams::new(()));
        Ok(())
    }
}

/// The request is written before the call.
#[derive(Debug)]
struct Prepared;

impl SerializeRequest for Prepared {
    fn serialize_input(&self, input: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let request = input.downcast::<http::Request<Vec<u8>>>().map_err(|_| "an input that is no request")?;
        let (mut parts, body) = request.into_parts();
        if !body.is_empty() {
            parts.headers.insert(http::header::CONTENT_LENGTH, body.len().into());
        }
        Ok(HttpRequest::try_from(http::Request::from_parts(parts, SdkBody::from(body)))?)
    }
}

/// An answer's bytes, or what it refuses.
#[derive(Debug)]
struct Bytes {
    is_xml: bool,
}

impl DeserializeResponse for Bytes {
    fn deserialize_nonstreaming(&self, response: &HttpResponse) -> Result<Output, OrchestratorError<ErasedError>> {
        let body = response.body().bytes().unwrap_or_default();
        if response.status().is_success() {
            return Ok(Output::erase(body.to_vec()));
        }
        let headers = response.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
        let refusal = Refusal::read(self.is_xml, &headers.collect(), body);
        let metadata = ErrorMetadata::builder();
        let metadata = refusal.code.into_iter().fold(metadata, Builder::code);
        let metadata = refusal.message.into_iter().fold(metadata, Builder::message);
        Err(OrchestratorError::operation(ErasedError::erase(Refused(metadata.build()))))
    }
}

#[cfg(test)]
mod tests;
