//! Errors as each service names them.

use super::Service;

/// An error that a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Headers that belong to this error, beside the protocol's own.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), headers: Vec::new() }
    }

    /// The caller may not do this.
    pub(crate) fn access_denied(service: Service, message: impl Into<String>) -> Self {
        let (status, code) = match service {
            Service::Ec2 => (403, "UnauthorizedOperation"),
            Service::Iam | Service::Sts | Service::S3 | Service::S3Control => (403, "AccessDenied"),
            Service::Sns => (403, "AuthorizationError"),
            Service::Lambda => (403, "AccessDeniedException"),
            _ => (400, "AccessDeniedException"),
        };
        let message = message.into();
        match service {
            Service::Ec2 => {
                Self::new(status, code, format!("You are not authorized to perform this operation. {message}"))
            }
            _ => Self::new(status, code, message),
        }
    }

    /// The credentials are unknown, here or at all.
    pub(crate) fn unknown_credentials(service: Service) -> Self {
        let invalid = "The security token included in the request is invalid.";
        match service {
            Service::Ec2 => {
                Self::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
            }
            Service::Iam | Service::Sts | Service::Sns => Self::new(403, "InvalidClientTokenId", invalid),
            Service::S3 | Service::S3Control => {
                let message = "The AWS Access Key Id you provided does not exist in our records.";
                Self::new(403, "InvalidAccessKeyId", message)
            }
            Service::Lambda => Self::new(403, "UnrecognizedClientException", invalid),
            _ => Self::new(400, "UnrecognizedClientException", invalid),
        }
    }

    /// The session's time is over.
    pub(crate) fn expired(service: Service) -> Self {
        let message = "The security token included in the request is expired";
        match service {
            Service::Ec2 => Self::new(400, "RequestExpired", "Request has expired."),
            Service::Iam | Service::Sts | Service::Sns => Self::new(403, "ExpiredToken", message),
            Service::S3 | Service::S3Control => Self::new(400, "ExpiredToken", "The provided token has expired."),
            Service::Lambda => Self::new(403, "ExpiredTokenException", message),
            _ => Self::new(400, "ExpiredTokenException", message),
        }
    }

    /// The request carries no signature.
    pub(crate) fn unsigned() -> Self {
        Self::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    }

    /// The service does not have this operation.
    pub(crate) fn unknown_operation(service: Service, operation: &str) -> Self {
        match service {
            Service::Ec2 | Service::Iam | Service::Sns | Service::Sts => {
                Self::new(400, "InvalidAction", format!("Could not find operation {operation}"))
            }
            Service::S3 | Service::S3Control => {
                Self::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
            }
            Service::Lambda => Self::new(404, "UnknownOperationException", "Unknown operation"),
            _ => Self::new(400, "UnknownOperationException", ""),
        }
    }

    /// The token of a next page is not one that this list gave.
    pub(crate) fn invalid_token(service: Service) -> Self {
        let code = match service {
            Service::Ec2 => "InvalidNextToken",
            Service::Ecr | Service::Sns => "InvalidParameter",
            Service::Iam | Service::Sts => "ValidationError",
            Service::IdentityStore | Service::SsoAdmin => "ValidationException",
            Service::Kms => "InvalidMarkerException",
            Service::Lambda => "InvalidParameterValueException",
            Service::Organizations => "InvalidInputException",
            Service::S3 | Service::S3Control => "InvalidArgument",
            Service::SecretsManager => "InvalidNextTokenException",
            Service::Sqs => "InvalidParameterValue",
        };
        Self::new(400, code, "The token for the next page is invalid.")
    }

    /// A parameter is missing or wrong.
    pub(crate) fn invalid_parameter(service: Service, name: &str) -> Self {
        let code = match service {
            Service::Ec2 => "InvalidParameterValue",
            Service::Iam | Service::Sts => "ValidationError",
            Service::Lambda => "InvalidParameterValueException",
            Service::Organizations => "InvalidInputException",
            Service::S3 | Service::S3Control => "InvalidArgument",
            Service::Ecr | Service::SecretsManager => "InvalidParameterException",
            Service::IdentityStore | Service::Kms | Service::SsoAdmin => "ValidationException",
            Service::Sns => "InvalidParameter",
            Service::Sqs => "InvalidParameterValue",
        };
        Self::new(400, code, format!("Value of the parameter {name} is missing or not valid."))
    }

    /// Too many calls.
    pub(crate) fn throttled(service: Service) -> Self {
        let (status, code, message) = match service {
            Service::Ec2 => (503, "RequestLimitExceeded", "Request limit exceeded."),
            Service::Iam | Service::Sts | Service::Sns => (400, "Throttling", "Rate exceeded"),
            Service::S3 | Service::S3Control => (503, "SlowDown", "Please reduce your request rate."),
            Service::Lambda => (429, "TooManyRequestsException", "Rate exceeded"),
            Service::Organizations => (
                400,
                "TooManyRequestsException",
                "AWS Organizations can't complete your request because another request is already in progress.",
            ),
            _ => (400, "ThrottlingException", "Rate exceeded"),
        };
        Self::new(status, code, message)
    }

    /// The service is broken.
    pub(crate) fn internal(service: Service) -> Self {
        let code = match service {
            Service::Iam | Service::Sts => "ServiceFailure",
            Service::Ec2 | Service::S3 | Service::S3Control | Service::Sns => "InternalError",
            Service::Lambda => "ServiceException",
            _ => "InternalFailure",
        };
        Self::new(500, code, "The request processing has failed because of an unknown error, exception or failure.")
    }
}
