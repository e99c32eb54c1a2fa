//! A declared call and what is read of its answer, as constants: `const GROUPS: Read<Page> = read("ec2",
//! "DescribeSecurityGroups")`.

use std::marker::PhantomData;

use orgcensus_calls::{Call, Operation, answer, call, names, operation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::caller;
use crate::error::{Class, Error};
use crate::session::Session;
use crate::verbs::READS;

/// An operation that reads, and the type of its answer: small structs with the members that are used. Members are
/// optional or have a default.
pub struct Read<T> {
    call: Call,
    answer: PhantomData<fn() -> T>,
}

/// Declares a read. It does not compile if the operation's name does not begin like that of a read.
pub const fn read<T: DeserializeOwned>(service: &'static str, operation: &'static str) -> Read<T> {
    assert!(is_read(operation), "no operation that reads is called so");
    Read { call: call(service, operation).reads(names::of::<T>), answer: PhantomData }
}

/// An operation that changes something.
pub struct Write<T> {
    call: Call,
    answer: PhantomData<fn() -> T>,
}

/// Declares a write: only the catalogue and what tells of a run have any, which a test holds to (`tests/calls.rs`).
pub const fn write<T: DeserializeOwned>(service: &'static str, operation: &'static str) -> Write<T> {
    Write { call: call(service, operation).reads(names::of::<T>), answer: PhantomData }
}

impl<T: DeserializeOwned> Read<T> {
    /// The same read, which needs another IAM action than its name says.
    pub const fn needs(self, action: &'static str) -> Self {
        Self { call: self.call.needs(action), answer: PhantomData }
    }

    /// The same read, of which one task makes about so many: [`Call::about`].
    pub const fn about(self, times: u32) -> Self {
        Self { call: self.call.about(times), answer: PhantomData }
    }

    /// Service, operation and IAM action.
    pub const fn call(&self) -> Call {
        self.call
    }

    /// Calls once. The input is as on the wire.
    pub async fn send(&self, session: &Session, input: Value) -> Result<T, Error> {
        Ok(page(session, &self.call, &input).await?.answer)
    }

    /// Calls for page after page.
    pub fn pages(&self, session: &Session, input: Value) -> Pages<T> {
        Pages { session: session.clone(), call: self.call, input: Some(input), answer: PhantomData }
    }
}

impl<T: DeserializeOwned> Write<T> {
    /// Service, operation and IAM action.
    pub const fn call(&self) -> Call {
        self.call
    }

    /// Calls once. The input is as on the wire.
    pub async fn send(&self, session: &Session, input: Value) -> Result<T, Error> {
        Ok(page(session, &self.call, &input).await?.answer)
    }
}

/// The pages of one list.
pub struct Pages<T> {
    session: Session,
    call: Call,
    /// The input that asks for the next page; none after the last page or a failure.
    input: Option<Value>,
    answer: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pages<T> {
    /// The next page; none after the last. Nothing comes after a failure.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        let mut input = self.input.take()?;
        let page = match page(&self.session, &self.call, &input).await {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        if let Some(tokens) = page.next {
            for (name, token) in tokens {
                input[name] = token.into();
            }
            self.input = Some(input);
        }
        Some(Ok(page.answer))
    }
}

async fn page<T: DeserializeOwned>(session: &Session, call: &Call, input: &Value) -> Result<answer::Page<T>, Error> {
    let operation = known(call)?;
    let body = caller::invoke(session, operation, input).await?;
    answer::read(operation, &body).map_err(|error| {
        let message = format!("200 OK: the answer could not be read: {error}");
        Error::new(Class::Failed, "AnswerUnreadable", message).during(&call.name())
    })
}

/// The table's entry for a call. It is a bug if the table lacks the call; a test finds that first.
fn known(call: &Call) -> Result<&'static Operation, Error> {
    let missing = || Error::new(Class::Failed, "NotInTable", "the table of calls lacks it").during(&call.name());
    operation(call.service, call.operation).ok_or_else(missing)
}

const fn is_read(operation: &str) -> bool {
    let mut number = 0;
    while number < READS.len() {
        if begins(operation.as_bytes(), READS[number].as_bytes()) {
            return true;
        }
        number += 1;
    }
    false
}

const fn begins(text: &[u8], prefix: &[u8]) -> bool {
    let mut at = 0;
    while at < prefix.len() {
        if at >= text.len() || text[at] != prefix[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_are_reads() {
        for name in ["ListQueues", "GetKeyPolicy", "DescribeVpcs", "BatchGetImage", "SearchTables", "LookupEvents"] {
            assert!(is_read(name), "{name}");
        }
        for name in ["DeleteQueue", "BatchDeletePartition", "CreateTable", "Ge", "", "UpdateTable", "PutKeyPolicy"] {
            assert!(!is_read(name), "{name}");
        }
    }
}
