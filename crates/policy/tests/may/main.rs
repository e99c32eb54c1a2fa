//! The evaluator of one request: cases written by hand, and random requests that others judge too: a slow reference,
//! the verdict on a policy, and the judge of identities.

mod cases;
mod identities;
mod literal;
mod random;
mod reference;
mod verdicts;
