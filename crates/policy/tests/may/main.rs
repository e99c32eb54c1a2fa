//! The evaluator of one request: cases written by hand, and random requests that a slow reference judges too.

mod cases;
mod literal;
mod random;
mod reference;
