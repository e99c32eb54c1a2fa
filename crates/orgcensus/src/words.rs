//! What the libraries may write into this program's log.

use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, LevelFilter};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

/// The variable that asks for it, as `aws_config=debug`. The configuration knows no key of this name.
pub(crate) const VARIABLE: &str = "ORGCENSUS_LOG";

/// The highest level for every library, whatever is asked for. At `trace` the SDK prints each call's input and answer:
/// external ids, the values of functions' environment variables, certificates, people's addresses. The limit is for all
/// libraries, since a list of them would miss the next one.
const MOST: LevelFilter = LevelFilter::DEBUG;

/// Writes JSON lines to standard error with the messages that were asked for, and their account and task; nothing by
/// default.
pub(crate) fn layer<S>() -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let asked = EnvFilter::builder().with_env_var(VARIABLE).with_default_directive(LevelFilter::OFF.into());
    let words = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    words.with_filter(capped(asked.from_env_lossy()))
}

fn capped<S>(asked: EnvFilter) -> impl Filter<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    asked.and(MOST)
}
