//! Errors, and how a service declares the names of its own.

/// An error that a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Headers of this error, besides the protocol's own.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// The problems that a call of any service can have. The order is that of the usual errors of a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The caller may not do this.
    Denied,
    /// The credentials are unknown, in this region or everywhere.
    UnknownCredentials,
    /// The session has expired.
    Expired,
    /// The service does not have this operation.
    UnknownOperation,
    /// This list did not make the token of the next page.
    InvalidToken,
    /// A parameter is missing or wrong.
    InvalidParameter,
    /// Too many calls.
    Throttled,
    /// The service is broken.
    Internal,
}

/// The name of a problem at one service, if it differs from the name that the protocol's other services use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnError {
    pub(super) problem: Problem,
    pub(super) code: &'static str,
    pub(super) message: Option<&'static str>,
}

impl Problem {
    /// The service's own code for this problem.
    pub(crate) const fn is(self, code: &'static str) -> OwnError {
        OwnError { problem: self, code, message: None }
    }
}

impl OwnError {
    /// The same, with its own message.
    pub(crate) const fn says(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), headers: Vec::new() }
    }

    /// The request carries no signature.
    pub(crate) fn unsigned() -> Self {
        Self::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    }

    /// The same with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
