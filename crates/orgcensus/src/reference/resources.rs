//! The reference of `resource_type`: each type whose policies are read, from its declaration.

use std::collections::BTreeSet;
use std::fmt::Write;

use orgcensus_collect::{Call, Collector};
use orgcensus_collectors::COLLECTORS;
use orgcensus_policy::kinds::ALL;
use orgcensus_policy::{PolicyKind, ResourceKind};

/// The types as a section of the page of tables.
pub(super) fn markdown() -> String {
    let mut text = "\n## Types of resources\n\nWhat resource_type says, of each type whose policies are read.\n\n\
         | type | collector | its policies are about | before all of them | not read |\n|---|---|---|---|---|\n"
        .to_owned();
    for (resource, collector) in read() {
        let about = match (resource.policy, resource.service) {
            (PolicyKind::Trust, _) => "who may assume it".to_owned(),
            (PolicyKind::VpcEndpoint, _) => "what may pass it".to_owned(),
            (_, Some(service)) => format!("{service} actions on it"),
            (_, None) => "what identities may do".to_owned(),
        };
        let blocks = match (resource.has_blocks, resource.is_always_blocked) {
            (_, true) => Some("Block Public Access, always on"),
            (true, _) => Some("Block Public Access"),
            _ => None,
        };
        let before: Vec<_> = blocks.into_iter().chain(resource.gate.map(|gate| gate.as_str())).collect();
        let (name, never_read) = (resource.resource_type, resource.never_read.unwrap_or_default());
        let _ = writeln!(text, "| {name} | {collector} | {about} | {} | {never_read} |", before.join(", "));
    }
    text
}

/// Every type that can have a policy, by tier and name: what reads it and what that calls, or why nothing can.
pub(super) fn policies() -> String {
    let mut kinds: Vec<&ResourceKind> = ALL.iter().collect();
    kinds.sort_by_key(|kind| (kind.tier, kind.resource_type));
    let collectors = |kind: &ResourceKind| {
        let reads = |it: &&Collector| kind.unread.is_none() && it.resources.contains(kind);
        COLLECTORS.iter().filter(reads).collect::<Vec<_>>()
    };
    let read = kinds.iter().filter(|kind| !collectors(kind).is_empty()).count();
    let mut text = format!("{} types of resources can have a policy or a share, {read} are read\n\n", kinds.len());
    let _ = writeln!(text, "{}", line(["tier", "type", "collector"], "calls"));
    for kind in kinds {
        let tier = kind.tier.to_string();
        let of = |it: &&Collector| match it.cost() {
            Some(_) => (format!("{} (off by default)", it.name), calls(it)),
            None => (it.name.to_owned(), calls(it)),
        };
        let mut lines: Vec<(String, String)> = collectors(kind).iter().map(of).collect();
        if lines.is_empty() {
            lines.push((NOBODY.to_owned(), kind.unread.unwrap_or_default().to_owned()));
        }
        for (name, calls) in lines {
            let _ = writeln!(text, "{}", line([&tier, kind.resource_type, &name], &calls));
        }
    }
    text
}

/// What stands in the place of the collector of a type that none reads.
const NOBODY: &str = "nobody reads it";

fn line([tier, resource_type, collector]: [&str; 3], calls: &str) -> String {
    format!("{tier:4}  {resource_type:34}  {collector:34}  {calls}").trim_end().to_owned()
}

fn calls(collector: &Collector) -> String {
    let calls: BTreeSet<String> = collector.calls.iter().map(Call::name).collect();
    calls.into_iter().collect::<Vec<_>>().join(", ")
}

/// Each type by name, with the collector that reads its policies.
fn read() -> Vec<(&'static ResourceKind, &'static str)> {
    let of = |collector: &'static Collector| {
        let read = collector.resources.iter().filter(|resource| resource.unread.is_none());
        read.map(move |resource| (resource, collector.name))
    };
    let mut read: Vec<_> = COLLECTORS.iter().flat_map(of).collect();
    read.sort_by_key(|(resource, _)| resource.resource_type);
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words in quotes after `resource_type =` and `resource_type IN`.
    fn types(sql: &str) -> Vec<&str> {
        let after = |text: &'static str| sql.split(text).skip(1);
        let one = after("resource_type = ").filter_map(|rest| rest.split('\'').nth(1));
        let list = after("resource_type IN (").filter_map(|rest| rest.split(')').next());
        one.chain(list.flat_map(|list| list.split('\'').skip(1).step_by(2))).collect()
    }

    /// The words of a line, which two spaces divide.
    fn words(line: &str) -> Vec<&str> {
        line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn each_type_has_a_line_with_its_tier_its_collector_and_its_calls() {
        let text = policies();
        let lines: Vec<Vec<&str>> = text.lines().skip(3).map(words).collect();
        let types: BTreeSet<&str> = lines.iter().map(|line| line[1]).collect();
        assert_eq!(types.len(), ALL.len());
        let calls = "sqs:GetQueueAttributes, sqs:ListQueueTags, sqs:ListQueues";
        assert!(lines.contains(&vec!["1", "sqs_queue", "sqs_queues", calls]), "{lines:?}");
        let why = |line: &[&str]| ResourceKind::of_type(line[1]).and_then(|kind| kind.unread);
        let unread = lines.iter().filter(|line| line[2] == NOBODY && line.get(3).copied() == why(line)).count();
        assert_eq!(unread + read().len(), lines.len());
        for (resource_type, words) in [("eventbridgev2_event_bus", "CBOR"), ("mediastore_container", "2025-11-13")] {
            let is_told = |line: &&Vec<&str>| line[1] == resource_type && line[2] == NOBODY && line[3].contains(words);
            assert_eq!(lines.iter().filter(is_told).count(), 1, "{resource_type}: {lines:?}");
        }
        let tiers: Vec<&str> = lines.iter().map(|line| line[0]).collect();
        assert!(tiers.is_sorted(), "{tiers:?}");
    }

    #[test]
    fn every_type_of_which_a_question_asks_is_one_that_a_collector_reads() {
        assert_eq!(types("resource_type = 'a' AND resource_type IN ('b', 'c')"), ["a", "b", "c"]);
        for question in orgcensus_answers::questions().unwrap() {
            for asked in types(question.sql) {
                // A question may give a type itself to what has no policy.
                let is_given = question.sql.contains(&format!("'{asked}' AS resource_type"));
                let is_read = read().iter().any(|(it, _)| it.resource_type == asked);
                assert!(is_given || is_read, "{}: {asked}", question.id);
            }
        }
    }
}
