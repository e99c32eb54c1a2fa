//! The services that are simulated, with their names and protocols.

/// A service. Its name is the suffix of its SDK crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    Ec2,
    Ecr,
    Iam,
    IdentityStore,
    Kms,
    Lambda,
    Organizations,
    S3,
    S3Control,
    SecretsManager,
    Sns,
    Sqs,
    SsoAdmin,
    Sts,
}

/// How a service's requests and answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson1_0 and awsJson1_1: the operation in `X-Amz-Target`, JSON in the body.
    Json(&'static str),
    /// awsQuery: a form in the body, XML of this namespace back.
    Query(&'static str),
    /// ec2Query: a form in the body, EC2's XML back.
    Ec2,
    /// restJson1: the operation in the path, JSON back.
    RestJson,
    /// restXml: the operation in the path and query, XML back.
    RestXml,
}

impl Service {
    /// All of them.
    const ALL: [Self; 14] = [
        Self::Ec2,
        Self::Ecr,
        Self::Iam,
        Self::IdentityStore,
        Self::Kms,
        Self::Lambda,
        Self::Organizations,
        Self::S3,
        Self::S3Control,
        Self::SecretsManager,
        Self::Sns,
        Self::Sqs,
        Self::SsoAdmin,
        Self::Sts,
    ];

    /// The suffix of the service's SDK crate. It is also the name in signatures, except that S3 Control signs as S3,
    /// and SSO Admin as SSO.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Ecr => "ecr",
            Self::Iam => "iam",
            Self::IdentityStore => "identitystore",
            Self::Kms => "kms",
            Self::Lambda => "lambda",
            Self::Organizations => "organizations",
            Self::S3 => "s3",
            Self::S3Control => "s3control",
            Self::SecretsManager => "secretsmanager",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::SsoAdmin => "ssoadmin",
            Self::Sts => "sts",
        }
    }

    /// The service of a signature's credential scope. The path tells S3 Control from S3.
    pub(crate) fn signed_as(name: &str, path: &str) -> Option<Self> {
        if name == "s3" && path.starts_with("/v20180820/") {
            return Some(Self::S3Control);
        }
        if name == "sso" {
            return Some(Self::SsoAdmin);
        }
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Ec2 => Protocol::Ec2,
            Self::Iam => Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
            Self::Sts => Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
            Self::Sns => Protocol::Query("http://sns.amazonaws.com/doc/2010-03-31/"),
            Self::Lambda => Protocol::RestJson,
            Self::S3 | Self::S3Control => Protocol::RestXml,
            Self::Sqs => Protocol::Json("application/x-amz-json-1.0"),
            Self::Ecr
            | Self::IdentityStore
            | Self::Kms
            | Self::Organizations
            | Self::SecretsManager
            | Self::SsoAdmin => Protocol::Json("application/x-amz-json-1.1"),
        }
    }

    /// Whether the service answers for a whole account at once, whatever region signs.
    pub(crate) fn is_global(self) -> bool {
        matches!(self, Self::Iam | Self::Organizations | Self::Sts)
    }
}
