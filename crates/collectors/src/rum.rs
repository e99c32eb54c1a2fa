//! CloudWatch RUM.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::RUM_APP_MONITOR;

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// App monitors, with their policies. Many are public on purpose.
    APP_MONITORS = listed(
        "rum_app_monitors",
        RUM_APP_MONITOR,
        &[list("rum", "ListAppMonitors", "AppMonitorSummaries", &[])],
        &[policy("rum", "GetResourcePolicy", &[("Name", Of("Name"))], "PolicyDocument").none(&["PolicyNotFoundException"])],
    )
    .arn("rum:appmonitor/{Name}")
    .name("Name")
    .created("Created")
    .keeps(&["Id", "State", "Platform"])
    .gone(&["ResourceNotFoundException"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[APP_MONITORS];
