//! The reference of `resource_type`: each type whose policies are read, from its declaration.

use std::fmt::Write;

use orgcensus_collectors::COLLECTORS;
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
        let blocks = resource.has_blocks.then_some("Block Public Access");
        let before: Vec<_> = blocks.into_iter().chain(resource.gate.map(|gate| gate.as_str())).collect();
        let (name, never_read) = (resource.resource_type, resource.never_read.unwrap_or_default());
        let _ = writeln!(text, "| {name} | {collector} | {about} | {} | {never_read} |", before.join(", "));
    }
    text
}

/// Each type by name, with the collector that reads its policies.
fn read() -> Vec<(&'static ResourceKind, &'static str)> {
    let of = |collector: &'static orgcensus_collect::Collector| {
        collector.resources.iter().map(move |resource| (resource, collector.name))
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

    #[test]
    fn every_type_of_which_a_question_asks_is_one_that_a_collector_reads() {
        assert_eq!(types("resource_type = 'a' AND resource_type IN ('b', 'c')"), ["a", "b", "c"]);
        for question in orgcensus_answers::questions().unwrap() {
            for asked in types(question.sql) {
                assert!(read().iter().any(|(it, _)| it.resource_type == asked), "{}: {asked}", question.id);
            }
        }
    }
}
