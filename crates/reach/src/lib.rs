//! Who can do an action on a resource, and what a principal can do: asked of a published snapshot, for a whole
//! organization, and answered by the evaluator of single requests (`orgcensus_policy::evaluation`).
//!
//! ```text
//! world      the snapshot: the tree, control policies, what was not read
//! rows       published tables, account by account        texts     documents, each compiled once
//! account    an account's identities with their policies  resource  a resource, its policies and what is beside them
//! target     an action on a resource             points      the access points that lead to a bucket
//! coverage   what was not read                   endpoints   policies of the endpoints that others force
//! search     who may: candidates, then a whole evaluation of each       outside  those who are not the organization's
//! via        who may become them                          people    who enters as them through Identity Center
//! callers    a principal, and the roles that it becomes
//! what       what one may: patterns of its own statements, resources that name it, roles that it may become
//! reach      the questions                                access, layers  the rows of their answers
//! ```
//!
//! Nothing is asked of AWS, and no table is made. A layer that was not read makes the answer unknown.

mod access;
mod account;
mod callers;
mod coverage;
mod endpoints;
mod error;
mod layers;
mod outside;
mod people;
mod points;
mod reach;
mod resource;
mod rows;
mod search;
mod sensitive;
mod target;
mod texts;
mod via;
mod what;
mod world;

#[cfg(test)]
mod tests;

pub use access::{Access, batch};
pub use error::{Error, Result};
pub use layers::layers;
pub use reach::{Explained, Reach};
pub use sensitive::SENSITIVE;
