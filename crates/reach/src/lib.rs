//! Who can do an action on a resource, and what a principal can do: asked of a published snapshot, for a whole
//! organization, and answered by the evaluator of single requests (`orgcensus_policy::evaluation`).
//!
//! ```text
//! world      the snapshot: the tree, control policies, what was not read
//! rows       published tables, account by account        texts     documents, each compiled once
//! account    an account's identities with their policies  resource  a resource, its policies and what is beside them
//! buckets    what is beside a bucket's policy        points      the access points that lead to a bucket
//! target     an action on a resource
//! coverage   what was not read                   endpoints   policies of the endpoints that others force
//! search     who may: candidates, then a whole evaluation of each       outside  those who are not the organization's
//! bound      which candidates are not looked at
//! via        who may become them                          people    who enters as them through Identity Center
//! grants     who gets to objects by S3 Access Grants
//! callers    a principal, and the roles that it becomes
//! what       what one may: patterns of its own statements, resources that name it, roles that it may become
//! edges      who may assume which role                      chains, links  who gets to a role by others
//! asker      many questions about one account's resources  parts  the parts of buckets that policies speak of
//! scopes     what an identity's statements are about      effective  the sensitive actions of every identity
//! guardrails what each account's control policies stop
//! reach      the questions                                access, layers, written  the rows of their answers
//! ```
//!
//! Nothing is asked of AWS, and no table is made here. A layer that was not read makes the answer unknown.

mod access;
mod account;
mod arn;
mod asker;
mod bound;
mod buckets;
mod callers;
mod chains;
mod coverage;
mod edges;
mod effective;
mod endpoints;
mod error;
mod grants;
mod guardrails;
mod layers;
mod links;
mod outside;
mod parts;
mod people;
mod points;
mod reach;
mod resource;
mod rows;
mod scopes;
mod search;
mod sensitive;
mod target;
pub mod testing;
mod texts;
mod via;
mod what;
mod world;
mod written;

#[cfg(test)]
mod tests;

pub use access::{Access, batch};
pub use asker::{Asked, Asker};
pub use bound::left_in_words;
pub use chains::{Chain, Chains, STEPS_MAX};
pub use edges::{Edge, Edges};
pub use effective::{Apart, Effective, Right};
pub use error::{Error, Result};
pub use guardrails::{Guarded, Stop};
pub use layers::layers;
pub use links::COLUMNS as EDGE_COLUMNS;
pub use parts::Parts;
pub use reach::{ByGrant, Explained, Reach};
pub use sensitive::{SENSITIVE, access_class};
pub use written::{Written, json_or_none, word};
