//! Any bytes as a policy, and as a line of `explain --jsonl`.

#![no_main]

#[path = "../../tests/properties/all.rs"]
#[allow(dead_code, reason = "each target asks for its part")]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::bytes(data));
