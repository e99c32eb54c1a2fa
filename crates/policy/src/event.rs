//! Events of EventBridge: what a rule's pattern matches, and whether rules together match every event of a class.
//!
//! A pattern is read as AWS's own engine reads it (event-ruler); `scripts/ruler` compares the two. What is read
//! otherwise than by that engine, or not at all, is an error and never a "no".

mod class;
mod fields;
mod matcher;
mod pattern;
mod samples;
#[cfg(test)]
mod tests;

pub use class::{EventClass, Hearing, event_class};
pub use pattern::{EventPattern, PatternError};
