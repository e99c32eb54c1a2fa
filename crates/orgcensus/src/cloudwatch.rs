//! A run as one line of CloudWatch's embedded metric format: a JSON object in a log from which CloudWatch takes metrics.

use orgcensus_crawl::Outcome;
use serde_json::{Map, Value, json};

use crate::run_report::RunReport;

/// The line. All values are those of the whole run so far. If a run was resumed, its last line counts.
pub(crate) fn line(report: &RunReport, namespace: &str, at_millis: i64) -> Value {
    let metrics = metrics(report);
    let definitions: Vec<_> = metrics.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let directive = json!({ "Namespace": namespace, "Dimensions": [["Organization"]], "Metrics": definitions });
    let mut line = Map::new();
    line.insert("_aws".to_owned(), json!({ "Timestamp": at_millis, "CloudWatchMetrics": [directive] }));
    line.insert("Organization".to_owned(), json!(report.organization_id.as_deref().unwrap_or("unknown")));
    line.insert("RunId".to_owned(), json!(report.run_id));
    line.extend(report.verdict.map(|verdict| ("Verdict".to_owned(), json!(verdict))));
    line.extend(metrics.into_iter().map(|(name, _, value)| (name, value)));
    Value::Object(line)
}

/// Names, units and values. Every outcome of tasks has a metric, also with the value 0, so that an alarm sees zeros. A
/// run that never began has no such metrics: an alarm then takes the missing data for a breach.
fn metrics(report: &RunReport) -> Vec<(String, &'static str, Value)> {
    let work = &report.work;
    let ended = |outcome: Outcome| work.accounts.ended.get(&outcome).copied().unwrap_or_default();
    let failed = [Outcome::RoleNotAssumable, Outcome::Denied, Outcome::DeniedByScp, Outcome::Failed];
    let failed = failed.into_iter().chain([Outcome::ThrottledOut, Outcome::TimedOut, Outcome::Skipped]);
    let is_newest = report.snapshot.as_ref().is_some_and(|snapshot| snapshot.is_newest);
    let metric = |name: &str, unit, value: Value| (name.to_owned(), unit, value);
    let mut metrics = vec![
        metric("SnapshotsPublished", "Count", json!(u64::from(is_newest))),
        metric("AccountsCrawled", "Count", json!(ended(Outcome::Complete) + ended(Outcome::Partial))),
        metric("AccountsFailed", "Count", json!(failed.map(ended).sum::<u64>())),
        metric("AccountsLeft", "Count", json!(work.accounts.left)),
        metric("Calls", "Count", json!(work.totals.calls)),
        metric("Retries", "Count", json!(work.totals.retries)),
        metric("Throttles", "Count", json!(work.totals.throttles)),
        metric("Rows", "Count", json!(work.totals.rows)),
        metric("BytesWritten", "Bytes", json!(work.written.bytes)),
        metric("RunSeconds", "Seconds", json!(report.seconds)),
    ];
    metrics.extend(report.coverage.map(|coverage| metric("Coverage", "Percent", json!(100.0 * coverage))));
    for outcome in Outcome::ALL {
        let words = outcome.as_str().split('_').map(capitalised).collect::<String>();
        metrics.push(metric(&format!("Tasks{words}"), "Count", json!(work.totals.of(outcome))));
    }
    metrics
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Why a namespace is not valid; none if it is. CloudWatch would drop the line without an error.
pub(crate) fn refuse_namespace(name: &str) -> Option<&'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#: ".contains(&byte);
    if name.trim().is_empty() || name.len() > 255 || !name.bytes().all(is_plain) {
        return Some("expected 1 to 255 letters, digits or . - _ / # :");
    }
    name.starts_with("AWS/").then_some("names that begin with AWS/ are AWS's own")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_report::testing::{published, stopped};
    use crate::run_report::{End, Observed};

    #[test]
    fn the_line_is_as_reviewed_and_as_the_format_wants_it() {
        let line = line(&published(), "orgcensus", 1_795_348_800_000);
        insta::assert_snapshot!("cloudwatch", serde_json::to_string_pretty(&line).unwrap());
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!(metrics.len() <= 100, "CloudWatch takes no more");
        assert!(metrics.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "each has its value");
        let dimensions = directive["Dimensions"][0].as_array().unwrap();
        assert!(dimensions.iter().all(|name| line[name.as_str().unwrap()].is_string()));
    }

    #[test]
    fn a_run_that_never_began_says_no_coverage_and_no_verdict() {
        let end = End { organization_id: Some("o-example".into()), verdict: None, ..stopped() };
        let report = RunReport::new(&Observed::default(), end, &[]);
        let line = line(&report, "orgcensus", 0);
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        assert!(metrics.iter().all(|metric| metric["Name"] != "Coverage"), "{metrics:?}");
        assert!(line.get("Coverage").is_none() && line.get("Verdict").is_none(), "{line}");
        assert_eq!((&line["Organization"], &line["SnapshotsPublished"]), (&json!("o-example"), &json!(0)));
        assert_eq!((report.coverage, report.run_id), (None, None));
    }

    #[test]
    fn only_the_newest_snapshot_counts_as_published() {
        let mut report = published();
        let of = |report: &RunReport| line(report, "orgcensus", 0)["SnapshotsPublished"].clone();
        assert_eq!(of(&report), json!(1));
        report.snapshot.as_mut().unwrap().is_newest = false;
        assert_eq!(of(&report), json!(0));
    }

    #[test]
    fn a_namespace_that_cloudwatch_would_drop_is_refused() {
        for name in ["", " ", "AWS/Census", "a\nb", "é", &"n".repeat(256)] {
            assert!(refuse_namespace(name).is_some(), "{name:?}");
        }
        assert_eq!(refuse_namespace("security/orgcensus"), None);
    }
}
