//! The errors that the services of each protocol usually answer, and how a service's own names replace them.

use super::{Problem, Refusal};
use crate::service::Service;
use orgcensus_calls::Protocol;

/// Status, code and message of each problem. `{}` stands for the detail that [`Refusal::of`] gets.
type Usual = [(u16, &'static str, &'static str); 8];

const INVALID_CREDENTIALS: &str = "The security token included in the request is invalid.";
const EXPIRED: &str = "The security token included in the request is expired";
const INVALID_TOKEN: &str = "The token for the next page is invalid.";
const INVALID_PARAMETER: &str = "Value of the parameter {} is missing or not valid.";
const BROKEN: &str = "The request processing has failed because of an unknown error, exception or failure.";

const EC2: Usual = [
    (403, "UnauthorizedOperation", "You are not authorized to perform this operation. {}"),
    (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    (400, "RequestExpired", "Request has expired."),
    (400, "InvalidAction", "Could not find operation {}"),
    (400, "InvalidNextToken", INVALID_TOKEN),
    (400, "InvalidParameterValue", INVALID_PARAMETER),
    (503, "RequestLimitExceeded", "Request limit exceeded."),
    (500, "InternalError", BROKEN),
];

const QUERY: Usual = [
    (403, "AccessDenied", "{}"),
    (403, "InvalidClientTokenId", INVALID_CREDENTIALS),
    (403, "ExpiredToken", EXPIRED),
    (400, "InvalidAction", "Could not find operation {}"),
    (400, "ValidationError", INVALID_TOKEN),
    (400, "ValidationError", INVALID_PARAMETER),
    (400, "Throttling", "Rate exceeded"),
    (500, "ServiceFailure", BROKEN),
];

const JSON: Usual = [
    (400, "AccessDeniedException", "{}"),
    (400, "UnrecognizedClientException", INVALID_CREDENTIALS),
    (400, "ExpiredTokenException", EXPIRED),
    (400, "UnknownOperationException", ""),
    (400, "ValidationException", INVALID_TOKEN),
    (400, "ValidationException", INVALID_PARAMETER),
    (400, "ThrottlingException", "Rate exceeded"),
    (500, "InternalFailure", BROKEN),
];

const REST_JSON: Usual = [
    (403, "AccessDeniedException", "{}"),
    (403, "UnrecognizedClientException", INVALID_CREDENTIALS),
    (403, "ExpiredTokenException", EXPIRED),
    (404, "UnknownOperationException", "Unknown operation"),
    (400, "ValidationException", INVALID_TOKEN),
    (400, "ValidationException", INVALID_PARAMETER),
    (429, "TooManyRequestsException", "Rate exceeded"),
    (500, "InternalFailure", BROKEN),
];

const REST_XML: Usual = [
    (403, "AccessDenied", "{}"),
    (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    (400, "ExpiredToken", "The provided token has expired."),
    (405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    (400, "InvalidArgument", INVALID_TOKEN),
    (400, "InvalidArgument", INVALID_PARAMETER),
    (503, "SlowDown", "Please reduce your request rate."),
    (500, "InternalError", BROKEN),
];

impl Refusal {
    /// The error that a service answers for a problem. If its message has a place for a detail, the detail is put
    /// there.
    pub(crate) fn of(service: &Service, problem: Problem, detail: &str) -> Self {
        let usual = match service.protocol() {
            Protocol::Ec2 => EC2,
            Protocol::Query => QUERY,
            Protocol::Json10 | Protocol::Json11 => JSON,
            Protocol::RestJson => REST_JSON,
            Protocol::RestXml => REST_XML,
        };
        let (status, code, message) = usual[problem as usize];
        let own = service.errors.iter().find(|it| it.problem == problem);
        let message = own.and_then(|it| it.message).unwrap_or(message);
        Self::new(status, own.map_or(code, |it| it.code), message.replace("{}", detail))
    }

    /// The caller may not do this.
    pub(crate) fn access_denied(service: &Service, message: &str) -> Self {
        Self::of(service, Problem::Denied, message)
    }

    /// The service does not have this operation.
    pub(crate) fn unknown_operation(service: &Service, operation: &str) -> Self {
        Self::of(service, Problem::UnknownOperation, operation)
    }

    /// A parameter is missing or wrong.
    pub(crate) fn invalid_parameter(service: &Service, name: &str) -> Self {
        Self::of(service, Problem::InvalidParameter, name)
    }

    /// Too many calls.
    pub(crate) fn throttled(service: &Service) -> Self {
        Self::of(service, Problem::Throttled, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::SERVICES;

    /// Status and code of a problem, as a service answers them.
    fn said(service: &str, problem: Problem) -> String {
        let service = SERVICES.iter().find(|it| it.name == service).unwrap();
        let Refusal { status, code, .. } = Refusal::of(service, problem, "x");
        format!("{status} {code}")
    }

    #[test]
    fn each_service_has_its_own_words() {
        for (service, problem, words) in [
            ("ec2", Problem::Denied, "403 UnauthorizedOperation"),
            ("sns", Problem::Denied, "403 AuthorizationError"),
            ("lambda", Problem::Denied, "403 AccessDeniedException"),
            ("kms", Problem::Denied, "400 AccessDeniedException"),
            ("s3control", Problem::UnknownCredentials, "403 InvalidAccessKeyId"),
            ("sqs", Problem::Expired, "400 ExpiredTokenException"),
            ("sts", Problem::UnknownOperation, "400 InvalidAction"),
            ("kms", Problem::InvalidToken, "400 InvalidMarkerException"),
            ("kms", Problem::InvalidParameter, "400 ValidationException"),
            ("organizations", Problem::Throttled, "400 TooManyRequestsException"),
            ("ecr", Problem::Throttled, "400 ThrottlingException"),
            ("sns", Problem::Internal, "500 InternalError"),
            ("iam", Problem::Internal, "500 ServiceFailure"),
            ("lambda", Problem::Internal, "500 ServiceException"),
        ] {
            assert_eq!(said(service, problem), words, "{service} {problem:?}");
        }
    }
}
