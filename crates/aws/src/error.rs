//! Failures of calls. Each class is named for what the user can do about it.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

use crate::no_credentials;

/// What one can do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A service control policy forbids it, and AWS's message says so: talk to the organization's owner.
    DeniedByScp,
    /// The role may not make the call: give it the permission, or accept the gap.
    Denied,
    /// AWS said "slower" until the attempts ran out.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// AWS does not know the credentials in this region: the region is off for the account, or the credentials are
    /// invalid. Find out which.
    Rejected,
    /// The service or operation does not exist there: nothing to see.
    Unsupported,
    /// The thing is not there, or went away while we looked.
    NotFound,
    /// Everything else: read the code and the message.
    Failed,
}

/// A call that failed, after its retries.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}{code}: {message}", .operation.iter().map(|it| format!("{it}: ")).collect::<String>())]
pub struct Error {
    /// What one can do about it.
    pub class: Class,
    /// AWS's error code, or a word of this program if there was no answer.
    pub code: String,
    /// AWS's message, or the answer's HTTP status in words where it has none. Never holds a credential.
    pub message: String,
    /// The call that failed, `sqs:ListQueues`; none where the error is no call's.
    pub operation: Option<String>,
}

impl Error {
    /// An error that is not an answer from AWS.
    pub fn new(class: Class, code: &str, message: impl Into<String>) -> Self {
        Self { class, code: code.to_owned(), message: message.into(), operation: None }
    }

    /// The same error, about a call: `iam:GetCredentialReport`. If the error names a call already, that one stays.
    pub fn during(mut self, operation: &str) -> Self {
        self.operation.get_or_insert_with(|| operation.to_owned());
        self
    }

    /// An error from AWS's code, message and HTTP status.
    pub fn from_answer(code: Option<&str>, message: Option<&str>, status: Option<u16>) -> Self {
        let (code, message) = (code.unwrap_or_default(), message.unwrap_or_default());
        let class = classify(code, message, status);
        let code = match (code, status) {
            ("", Some(status)) => format!("HTTP{status}"),
            ("", None) => "Unknown".to_owned(),
            (code, _) => code.to_owned(),
        };
        let message = if message.is_empty() { in_words(status) } else { message.to_owned() };
        Self { class, code, message, operation: None }
    }

    /// Whether AWS's code is one of these.
    pub fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let failed = match &error {
            SdkError::ServiceError(answer) => {
                let (error, status) = (answer.err(), answer.raw().status().as_u16());
                match error.code() {
                    None => unreadable(error, status),
                    code => Self::from_answer(code, error.message(), Some(status)),
                }
            }
            SdkError::TimeoutError(_) => Self::new(Class::TimedOut, "Timeout", with_causes(&error)),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::new(Class::TimedOut, "Timeout", with_causes(&error))
            }
            SdkError::DispatchFailure(_) => {
                told(&error).unwrap_or_else(|| Self::new(Class::Failed, "Unreachable", with_causes(&error)))
            }
            SdkError::ResponseError(answer) => told(&error).unwrap_or_else(|| {
                let status = answer.raw().status().as_u16();
                Self { message: with_causes(&error), ..Self::from_answer(None, None, Some(status)) }
            }),
            _ => told(&error).unwrap_or_else(|| Self::new(Class::Failed, "NotSent", with_causes(&error))),
        };
        match operation_of(std::any::type_name::<E>()) {
            Some(operation) => failed.during(&operation),
            None => failed,
        }
    }
}

/// The call of an SDK's error type: `aws_sdk_sqs::operation::list_queues::ListQueuesError` is of `sqs:ListQueues`. The
/// type is the one thing that is there also where no answer came.
fn operation_of(type_name: &str) -> Option<String> {
    let (service, rest) = type_name.strip_prefix("aws_sdk_")?.split_once("::operation::")?;
    let operation = rest.rsplit("::").next()?.strip_suffix("Error")?;
    Some(format!("{service}:{operation}"))
}

/// An answer without an error code: a successful answer whose body the SDK could not read, or a failed one with an
/// empty body. If the body could not be read, the message says why.
fn unreadable(error: &(dyn std::error::Error + 'static), status: u16) -> Error {
    let is_read = error.source().is_none_or(|cause| cause.is::<ErrorMetadata>());
    let failed = Error::from_answer(None, None, Some(status));
    let message = match is_read {
        true => failed.message,
        false => format!("{}: the answer could not be read: {}", reason(status), with_causes(error)),
    };
    let code = if (200..300).contains(&status) { "AnswerUnreadable".to_owned() } else { failed.code };
    Error { code, message, ..failed }
}

/// A status in words, `404 Not Found`.
fn reason(status: u16) -> String {
    http::StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string())
}

/// A status without a message: `404 Not Found, and no message`.
fn in_words(status: Option<u16>) -> String {
    status.map_or_else(|| "no message".to_owned(), |status| format!("{}, and no message", reason(status)))
}

/// An error inside the SDK's that says more: one of ours, or that there are no credentials.
fn told(error: &(dyn std::error::Error + 'static)) -> Option<Error> {
    nested(error).or_else(|| no_credentials::among(error))
}

/// Our own error inside the SDK's: the gate's, or that of a hop of the role chain.
pub(crate) fn nested(error: &(dyn std::error::Error + 'static)) -> Option<Error> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(ours) = cause.downcast_ref::<Error>() {
            return Some(ours.clone());
        }
        source = cause.source();
    }
    None
}

/// An error and its causes in one line, each once.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // Some say their cause themselves: an answer's body is printed once.
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AccessDeniedFault",
    "AccountNotManagementOrDelegatedAdministratorException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ExplicitDeny",
    "Forbidden",
    "ForbiddenException",
    "KMSAccessDeniedException",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// A region that is off answers as if the credentials were unknown. Every region answers so if they are really unknown.
const REJECTED: &[&str] = &[
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidSecurityToken",
    "InvalidToken",
    "NotSignedUp",
    "OptInRequired",
    "UnrecognizedClientException",
];

/// The credentials ended: it is worth trying with new ones.
pub(crate) const EXPIRED: &[&str] =
    &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

const UNSUPPORTED: &[&str] = &[
    "InvalidAction",
    "NotImplemented",
    "SubscriptionRequiredException",
    "UnknownOperationException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
];

fn classify(code: &str, message: &str, status: Option<u16>) -> Class {
    let is_denied = DENIED.contains(&code) || (code.is_empty() && status == Some(403));
    if is_denied && message.contains("service control policy") {
        Class::DeniedByScp
    } else if is_denied {
        Class::Denied
    } else if THROTTLED.contains(&code) || status == Some(429) {
        Class::Throttled
    } else if REJECTED.contains(&code) {
        Class::Rejected
    } else if UNSUPPORTED.contains(&code) {
        Class::Unsupported
    } else if code == "RequestTimeout" || code == "RequestTimeoutException" {
        Class::TimedOut
    } else if (status == Some(404) && !code.is_empty()) || is_not_found(code) {
        Class::NotFound
    } else {
        Class::Failed
    }
}

/// `NoSuchBucket`, `NoSuchEntity`, `ResourceNotFoundException`, `AWS.SimpleQueueService.NonExistentQueue` …
fn is_not_found(code: &str) -> bool {
    code.starts_with("NoSuch")
        || code.contains("NotFound")
        || code.contains("NonExistent")
        || code.contains("DoesNotExist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_codes_have_their_class() {
        let scp =
            "User: x is not authorized to perform: sqs:ListQueues with an explicit deny in a service control policy";
        for (code, message, status, class) in [
            ("AccessDenied", scp, 403, Class::DeniedByScp),
            ("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403, Class::Denied),
            ("UnauthorizedOperation", "You are not authorized", 403, Class::Denied),
            ("", "", 403, Class::Denied),
            ("RequestLimitExceeded", "", 503, Class::Throttled),
            ("SlowDown", "", 503, Class::Throttled),
            ("TooManyRequestsException", "", 400, Class::Throttled),
            ("UnrecognizedClientException", "", 400, Class::Rejected),
            ("InvalidClientTokenId", "The security token included in the request is invalid.", 403, Class::Rejected),
            ("AuthFailure", "AWS was not able to validate the provided access credentials", 401, Class::Rejected),
            ("InvalidAccessKeyId", "", 403, Class::Rejected),
            ("ExpiredToken", "", 403, Class::Failed),
            ("ExpiredTokenException", "", 400, Class::Failed),
            ("SignatureDoesNotMatch", "", 403, Class::Failed),
            ("InvalidSignatureException", "", 400, Class::Failed),
            ("RequestTimeTooSkewed", "", 403, Class::Failed),
            ("UnknownOperationException", "", 404, Class::Unsupported),
            ("InvalidAction", "", 400, Class::Unsupported),
            ("NoSuchBucketPolicy", "", 404, Class::NotFound),
            ("AWS.SimpleQueueService.NonExistentQueue", "", 400, Class::NotFound),
            ("InternalFailure", "", 500, Class::Failed),
            ("", "", 404, Class::Failed),
        ] {
            assert_eq!(classify(code, message, Some(status)), class, "{code}");
        }
    }

    #[test]
    fn an_answer_without_a_code_names_its_status() {
        let error = Error::from_answer(None, None, Some(500));
        assert_eq!(error.to_string(), "HTTP500: 500 Internal Server Error, and no message");
        assert_eq!(
            Error::from_answer(Some("Odd"), Some(""), Some(799)).message,
            "799 <unknown status code>, and no message"
        );
        assert_eq!(Error::from_answer(Some("Odd"), None, None).message, "no message");
    }

    #[test]
    fn an_error_names_its_call() {
        use aws_sdk_sts::operation::assume_role::AssumeRoleError;
        let error = Error::from(SdkError::<AssumeRoleError, HttpResponse>::timeout_error("late"));
        assert_eq!((error.operation.as_deref(), error.class), (Some("sts:AssumeRole"), Class::TimedOut));
        assert!(error.to_string().starts_with("sts:AssumeRole: Timeout: "), "{error}");
        // If a hop of the role chain failed inside another call, the error still tells about that hop.
        let hop = SdkError::<aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError, HttpResponse>::construction_failure(error);
        assert_eq!(Error::from(hop).operation.as_deref(), Some("sts:AssumeRole"));
        assert_eq!(operation_of("aws_sdk_sqs::Error"), None);
    }
}
