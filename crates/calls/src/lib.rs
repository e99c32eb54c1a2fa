//! AWS's protocols as data: one table of calls, and pure functions over it.
//!
//! A call is a service and an operation of [`operation`]'s table. [`request()`] writes its input, [`answer::read`] reads
//! its answer into a type of the caller's, [`Refusal::read`] reads its error, [`endpoint()`] says where it goes. Nothing
//! here sends anything, signs anything or waits: `orgcensus-aws` does.
//!
//! Inputs are written as on the wire, so that a form needs no table: `{"Filter": [{"Name": "vpc-id", "Value": ["vpc-1"]}]}`
//! for EC2, `{"maxResults": 100}` for ECR.

pub mod answer;
mod call;
mod endpoint;
mod form;
mod moment;
pub mod names;
mod refusal;
mod request;
mod table;

pub use call::{Call, call};
pub use endpoint::{Endpoint, EndpointError, Variant, endpoint};
pub use moment::Moment;
pub use refusal::Refusal;
pub use request::{InputError, request};
pub use table::{
    Input, Operation, Partition, Place, Protocol, Root, Service, operation, operations, service, services,
};
