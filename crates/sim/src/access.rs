//! The troubles that keep a caller from an account's services, in AWS's words.

use crate::account::Trouble;
use crate::credentials::Caller;
use crate::delegates::delegated;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::{Problem, Refusal, Request};
use crate::service::{Callers, Open, Service};

/// Why a service cannot be read in an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    DeniedByScp,
    Denied,
    Unsupported,
    Failed,
}

impl Obstacle {
    /// The outcome of a task that meets this obstacle.
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
pub(crate) fn obstacle(place: &Place<'_>, service: &Service) -> Option<Obstacle> {
    let organization = place.organization;
    let is_in_sandbox = place.account.is_in_sandbox() && organization.settings.troubles.region_denied_by_scp;
    let is_denied = is_in_sandbox || organization.is_region_denied(place.account);
    if place.is_last_region() && !service.is_global() && is_denied {
        return Some(Obstacle::DeniedByScp);
    }
    let trouble = place.account.trouble.filter(|trouble| service.troubles.contains(trouble))?;
    match trouble {
        Trouble::ServiceDeniedByScp => Some(Obstacle::DeniedByScp),
        Trouble::ServiceDeniedToRole => Some(Obstacle::Denied),
        Trouble::ServiceUnsupported => place.is_last_region().then_some(Obstacle::Unsupported),
        Trouble::ServerErrors => place.is_last_region().then_some(Obstacle::Failed),
        Trouble::Suspended | Trouble::Closed | Trouble::RoleMissing | Trouble::KeyPolicyDenied => None,
    }
}

/// Whether a census should read this service there and cannot.
pub(crate) fn is_unread(place: &Place<'_>, service: &Service) -> bool {
    let is_obstructed = || obstacle(place, service).is_some_and(|it| it != Obstacle::Unsupported);
    place.organization.state(place.account) == "ACTIVE" && (!place.account.is_reachable() || is_obstructed())
}

/// Refuses a call if the service is not open to the caller, or if the account's trouble prevents an answer.
pub(crate) fn check(organization: &Organization, caller: &Caller, request: &Request) -> Result<(), Refusal> {
    let service = request.service;
    let open = service.operation(&request.operation).map_or(Open::No, |it| it.open);
    if open == Open::ToAnyone {
        return Ok(());
    }
    let action = service.action(&request.operation);
    let not_authorized = format!("User: {} is not authorized to perform: {action}", caller.arn);
    if organization.settings.denied_actions.iter().any(|(index, it)| *index == caller.account.index && *it == action) {
        return Err(Refusal::access_denied(service, &not_authorized));
    }
    if service.callers != Callers::Accounts && open == Open::No {
        let reason = "because no resource-based policy allows the action";
        let denied = || Refusal::access_denied(service, &format!("{not_authorized} on resource: * {reason}"));
        return if is_administrator(organization, caller, service.callers) { Ok(()) } else { Err(denied()) };
    }
    let place = Place { organization, account: &caller.account, region: &request.region };
    let Some(obstacle) = obstacle(&place, service) else { return Ok(()) };
    let resource = place.arn(service.signing_name(), "*");
    let denied =
        |reason: &str| Refusal::access_denied(service, &format!("{not_authorized} on resource: {resource} {reason}"));
    Err(match obstacle {
        Obstacle::DeniedByScp => denied("with an explicit deny in a service control policy"),
        Obstacle::Denied => denied(&format!("because no identity-based policy allows the {action} action")),
        Obstacle::Unsupported => Refusal::unknown_operation(service, &request.operation),
        Obstacle::Failed => Refusal::of(service, Problem::Internal, ""),
    })
}

/// Whether the caller belongs to the management account, or to an account that administers such a service for the
/// organization.
fn is_administrator(organization: &Organization, caller: &Caller, callers: Callers) -> bool {
    let own = caller.account.index;
    let administers = |services: &[&str]| match callers {
        Callers::AdministratorsOf(service) => services.contains(&service),
        Callers::Accounts | Callers::Administrators => true,
    };
    let mut delegates = delegated(organization).into_iter();
    own == 0 || delegates.any(|(index, services)| index == own && administers(&services))
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
