//! Policies made of bytes: what holds for all of them.

#![no_main]

#[path = "../../tests/properties/all.rs"]
#[allow(dead_code, reason = "each target asks for its part")]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::policies(data));
