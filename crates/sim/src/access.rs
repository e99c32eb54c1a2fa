//! The troubles that keep a caller from an account's services, in AWS's words.

use crate::account::{Account, Trouble};
use crate::credentials::Caller;
use crate::organization::Organization;
use crate::protocol::{Refusal, Request, Service};
use crate::services::organizations;

/// Why a service cannot be read in an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    DeniedByScp,
    Denied,
    Unsupported,
    Failed,
}

impl Obstacle {
    /// The outcome of a task that meets it.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::DeniedByScp => "denied_by_scp",
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
        }
    }
}

/// The obstacle that keeps this service from being read there, if there is one.
pub(crate) fn obstacle(
    organization: &Organization,
    account: &Account,
    service: Service,
    region: &str,
) -> Option<Obstacle> {
    let is_last_region = organization.last_region() == Some(region);
    if is_last_region
        && !service.is_global()
        && account.is_in_sandbox()
        && organization.settings.troubles.region_denied_by_scp
    {
        return Some(Obstacle::DeniedByScp);
    }
    match (account.trouble?, service) {
        (Trouble::ServiceDeniedByScp, Service::Sqs) => Some(Obstacle::DeniedByScp),
        (Trouble::ServiceDeniedToRole, Service::Ecr) => Some(Obstacle::Denied),
        (Trouble::ServiceUnsupported, Service::Ecr) if is_last_region => Some(Obstacle::Unsupported),
        (Trouble::ServerErrors, Service::Sns) if is_last_region => Some(Obstacle::Failed),
        _ => None,
    }
}

/// Refuses a call that the account's trouble keeps from being answered.
pub(crate) fn check(organization: &Organization, caller: &Caller, request: &Request) -> Result<(), Refusal> {
    let service = request.service;
    let called = action(service, &request.operation);
    if organization.settings.denied_actions.iter().any(|(index, it)| *index == caller.account.index && *it == called) {
        let message = format!("User: {} is not authorized to perform: {called}", caller.arn);
        return Err(Refusal::access_denied(service, message));
    }
    match service {
        Service::Organizations => return check_delegated(organization, caller, request, None),
        // Member accounts may see that there is an instance, but nothing else.
        Service::IdentityStore | Service::SsoAdmin if request.operation != "ListInstances" => {
            return check_delegated(organization, caller, request, Some("sso.amazonaws.com"));
        }
        _ => {}
    }
    let Some(obstacle) = obstacle(organization, &caller.account, service, &request.region) else { return Ok(()) };
    let action = called;
    let resource = organization.arn(prefix(service), &request.region, &caller.account.id, "*");
    let not_authorized = format!("User: {} is not authorized to perform: {action}", caller.arn);
    Err(match obstacle {
        Obstacle::DeniedByScp => {
            let reason = "with an explicit deny in a service control policy";
            Refusal::access_denied(service, format!("{not_authorized} on resource: {resource} {reason}"))
        }
        Obstacle::Denied => {
            let reason = format!("because no identity-based policy allows the {action} action");
            Refusal::access_denied(service, format!("{not_authorized} on resource: {resource} {reason}"))
        }
        Obstacle::Unsupported => Refusal::unknown_operation(service, &request.operation),
        Obstacle::Failed => Refusal::internal(service),
    })
}

/// Allows only the management account and the delegated administrators of this service; with no service given, those of
/// any service.
fn check_delegated(
    organization: &Organization,
    caller: &Caller,
    request: &Request,
    service: Option<&str>,
) -> Result<(), Refusal> {
    let own = caller.account.index;
    let administers = |services: &[&str]| service.is_none_or(|service| services.contains(&service));
    let mut delegated = organizations::delegated(organization).into_iter();
    if own == 0 || delegated.any(|(index, services)| index == own && administers(&services)) {
        return Ok(());
    }
    let action = action(request.service, &request.operation);
    let reason = "because no resource-based policy allows the action";
    let message = format!("User: {} is not authorized to perform: {action} on resource: * {reason}", caller.arn);
    Err(Refusal::access_denied(request.service, message))
}

/// The IAM action that an operation needs. Most have the operation's name.
pub(crate) fn action(service: Service, operation: &str) -> String {
    let name = match (service, operation) {
        (Service::S3, "ListBuckets") => "ListAllMyBuckets",
        (Service::S3, "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
        (Service::S3, "GetBucketEncryption") => "GetEncryptionConfiguration",
        (Service::S3Control, "GetPublicAccessBlock") => "GetAccountPublicAccessBlock",
        (_, operation) => operation,
    };
    format!("{}:{name}", prefix(service))
}

fn prefix(service: Service) -> &'static str {
    match service {
        Service::S3Control => "s3",
        Service::SsoAdmin => "sso",
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;
    use crate::testing::{Client, Reply};
    use serde_json::json;

    fn code(reply: &Reply) -> (u16, String, String) {
        let body = reply.json();
        (reply.status, body["__type"].to_string(), body["message"].to_string())
    }

    #[test]
    fn each_trouble_speaks_as_aws_does() {
        let client = Client::new(Settings::new(40, 1));
        let queues = client.assume(11, "").unwrap().json("sqs", "ListQueues", &json!({}));
        let (status, name, message) = code(&queues);
        assert_eq!((status, name.as_str()), (400, "\"AccessDeniedException\""));
        assert!(message.contains("perform: sqs:ListQueues on resource:"), "{message}");
        assert!(message.contains("with an explicit deny in a service control policy"), "{message}");

        let repositories = client.assume(14, "").unwrap().json("ecr", "DescribeRepositories", &json!({}));
        assert!(code(&repositories).2.contains("no identity-based policy allows the ecr:DescribeRepositories"));

        let last = "ap-southeast-2";
        let unknown = client.assume(20, "").unwrap().in_region(last).json("ecr", "DescribeRepositories", &json!({}));
        assert_eq!(code(&unknown).1, "\"UnknownOperationException\"");
        let broken = client.assume(22, "").unwrap().in_region(last).query("sns", "Action=ListTopics");
        assert_eq!((broken.status, broken.element("Code")), (500, "InternalError".to_owned()));

        let sandbox = client.assume(35, "").unwrap();
        let denied = sandbox.in_region(last).query("ec2", "Action=DescribeInstances");
        assert_eq!((denied.status, denied.element("Code")), (403, "UnauthorizedOperation".to_owned()));
        assert_eq!(sandbox.query("ec2", "Action=DescribeInstances").status, 200);
    }

    #[test]
    fn a_region_that_is_off_knows_nobody() {
        let client = Client::new(Settings::new(40, 1));
        let off = client.assume(1, "").unwrap();
        let statuses = off.query("ec2", "Action=DescribeRegions&AllRegions=true").elements("optInStatus");
        assert_eq!(statuses.last().map(String::as_str), Some("not-opted-in"));
        assert_eq!(off.query("ec2", "Action=DescribeRegions").elements("regionName").len(), 3);
        let there = off.in_region("me-south-1");
        assert_eq!(there.query("ec2", "Action=DescribeInstances").element("Code"), "AuthFailure");
        let on = client.assume(3, "").unwrap().in_region("me-south-1");
        assert_eq!(on.query("ec2", "Action=DescribeInstances").status, 200);
    }

    #[test]
    fn one_key_hides_its_policy_from_the_role() {
        let role = Client::new(Settings::new(40, 1)).assume(17, "").unwrap();
        let keys = role.json("kms", "ListKeys", &json!({})).json();
        let body = json!({ "KeyId": keys["Keys"][0]["KeyId"], "PolicyName": "default" });
        let (_, name, message) = code(&role.json("kms", "GetKeyPolicy", &body));
        assert_eq!(name, "\"AccessDeniedException\"");
        assert!(message.contains("no resource-based policy allows the kms:GetKeyPolicy action"), "{message}");
        assert_eq!(role.json("kms", "DescribeKey", &body).status, 200);
    }
}
