//! Prints what is read of the answers of all declared calls, for `tests/calls/against_botocore.py`, which holds it
//! against AWS's models: a misspelt name would be null for ever.
#![expect(clippy::print_stdout, reason = "a program speaks by printing")]

use orgcensus_aws::regions;
use orgcensus_collectors::COLLECTORS;
use serde_json::json;

#[path = "../src/notify/calls.rs"]
#[allow(dead_code, reason = "here it is read, and nobody is told")]
mod calls;

fn main() {
    let calls = COLLECTORS.iter().flat_map(|collector| collector.calls);
    let calls = calls.chain(regions::CALLS).chain(orgcensus_catalog::CALLS).chain(calls::CALLS);
    let calls = calls.filter_map(|call| Some((call, call.names()?)));
    let names: Vec<_> = calls
        .map(|(call, paths)| json!({"service": call.service, "operation": call.operation, "paths": paths}))
        .collect();
    println!("{}", json!({ "names": names }));
}
