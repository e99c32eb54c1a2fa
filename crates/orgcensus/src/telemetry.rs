//! OpenTelemetry: a run's traces and metrics, by OTLP over HTTP. Off unless the standard environment variables name a
//! collector. Whatever the collector does, a run does not fail because of it, and waits at most [`FLUSH`] at its end.

mod metrics;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::HttpClient;
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

pub(crate) use metrics::Metrics;

use self::transport::Transport;
use crate::reporter;

/// How long the end of a run may wait for the collector.
const FLUSH: Duration = Duration::from_secs(5);

/// The service's name, unless the environment has one; also the instrumentation's.
const NAME: &str = "orgcensus";

/// Whose spans are sent.
const SPANS: &str = "orgcensus_crawl";

/// What the environment asks to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    traces: bool,
    metrics: bool,
}

/// What sends a run's traces and metrics.
pub(crate) struct Telemetry {
    transport: Arc<Transport>,
    traces: Option<SdkTracerProvider>,
    meters: Option<(SdkMeterProvider, Metrics)>,
}

impl Telemetry {
    /// What the environment asks for; none if it asks for nothing. If something it asks for is not possible, there is a
    /// warning.
    pub(crate) fn from_environment() -> Option<Self> {
        let wanted = wanted(|name| std::env::var(name).ok());
        if !wanted.traces && !wanted.metrics {
            return None;
        }
        let transport = Transport::new().map_err(|error| error.to_string());
        let built = transport.and_then(|it| Self::new(wanted, Arc::new(it)).map_err(|error| error.to_string()));
        built.map_err(|error| reporter::say("warning", &format!("no telemetry: {error}"))).ok()
    }

    fn new(wanted: Wanted, transport: Arc<Transport>) -> Result<Self, ExporterBuildError> {
        let client: Arc<dyn HttpClient> = Arc::<Transport>::clone(&transport);
        let mut telemetry = Self { transport, traces: None, meters: None };
        if wanted.traces {
            let exporter = SpanExporter::builder().with_http().with_shared_http_client(Arc::clone(&client)).build()?;
            let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource());
            telemetry.traces = Some(provider.build());
        }
        if wanted.metrics {
            let exporter = MetricExporter::builder().with_http().with_shared_http_client(client).build()?;
            let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource());
            let provider = provider.build();
            let metrics = Metrics::new(&provider);
            telemetry.meters = Some((provider, metrics));
        }
        Ok(telemetry)
    }

    /// Where spans become traces.
    pub(crate) fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.traces.as_ref()?.tracer(NAME);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_context_activation(false)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        Some(layer.with_filter(Targets::new().with_target(SPANS, LevelFilter::INFO)))
    }

    /// Where events become metrics.
    pub(crate) fn metrics(&self) -> Option<&Metrics> {
        self.meters.as_ref().map(|(_, metrics)| metrics)
    }

    /// Sends what is left, as far as the collector takes it in time. The exporters' own threads wait for it, and a
    /// thread of its own waits for them: no thread of the runtime may, since the sending is done there.
    pub(crate) async fn end(self) {
        let (sender, sent) = tokio::sync::oneshot::channel();
        let (meters, traces) = (self.meters, self.traces);
        let waits = std::thread::Builder::new().spawn(move || {
            // What did not go was warned of by the transport.
            if let Some((meters, _)) = meters {
                let _ = meters.shutdown_with_timeout(FLUSH);
            }
            if let Some(traces) = traces {
                let _ = traces.shutdown_with_timeout(FLUSH);
            }
            let _ = sender.send(());
        });
        if waits.is_ok() && tokio::time::timeout(FLUSH, sent).await.is_err() {
            self.transport.warn("the collector takes too long");
        }
    }
}

/// The standard variables, as OpenTelemetry's specification means them. An empty one is none.
fn wanted(variable: impl Fn(&str) -> Option<String>) -> Wanted {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.trim().is_empty());
    let says = |name: &str, word: &str| variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(word));
    let is_disabled = says("OTEL_SDK_DISABLED", "true");
    let of = |exporter: &str, endpoint: &str| {
        !is_disabled && !says(exporter, "none") && (is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set(endpoint))
    };
    Wanted {
        traces: of("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
        metrics: of("OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"),
    }
}

/// What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say, and who we are where they do not.
fn resource() -> Resource {
    let name = Resource::builder().build().get(&Key::new("service.name"));
    // The SDK uses this name where none is set.
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let said = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if is_named { said.build() } else { said.with_service_name(NAME).build() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> (bool, bool) {
        let find = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let Wanted { traces, metrics } = wanted(find);
        (traces, metrics)
    }

    #[test]
    fn nothing_is_sent_unless_a_collector_is_named() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        assert_eq!(of(&[]), (false, false));
        assert_eq!(of(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]), (false, false));
        assert_eq!(of(&[all]), (true, true));
        assert_eq!(of(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://h/v1/traces")]), (true, false));
        assert_eq!(of(&[all, ("OTEL_TRACES_EXPORTER", "none")]), (false, true));
        assert_eq!(of(&[all, ("OTEL_SDK_DISABLED", "TRUE")]), (false, false));
    }
}
