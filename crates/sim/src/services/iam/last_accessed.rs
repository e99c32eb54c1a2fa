//! The services and actions that an identity last used: a job that a caller starts, and that is done at once.

use super::population::Iam;
use crate::clock::iso;
use crate::context::Context;
use crate::organization::Organization;
use crate::protocol::{Refusal, members};
use serde_json::{Value, json};

/// How much a job tells of: services alone, or their actions too.
const SERVICES_ALONE: &str = "SERVICE_LEVEL";
const ACTIONS: &str = "ACTION_LEVEL";

/// Services that an identity may use: namespace, name.
const SERVICES: [(&str, &str); 6] = [
    ("s3", "Amazon S3"),
    ("ec2", "Amazon EC2"),
    ("iam", "AWS Identity and Access Management"),
    ("sqs", "Amazon SQS"),
    ("logs", "Amazon CloudWatch Logs"),
    ("bedrock", "Amazon Bedrock"),
];

/// The actions that are tracked. PassRole is none of them, and sqs, logs and bedrock have none.
const TRACKED: [(&str, &[&str]); 3] = [
    ("s3", &["CreateBucket", "DeleteBucket", "PutBucketPolicy"]),
    ("ec2", &["RunInstances", "TerminateInstances"]),
    ("iam", &["CreateRole", "PutRolePolicy"]),
];

/// A service that an identity may use.
pub(crate) struct Access {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) used_millis: Option<i64>,
    /// The actions that are told of, each with the moment of its last use. None of a service that was not used.
    pub(crate) actions: Vec<(&'static str, Option<i64>)>,
}

/// The services that the policies of this identity allow.
pub(crate) fn accesses(organization: &Organization, arn: &str) -> Vec<Access> {
    let mut dice = organization.dice(&["last-accessed", arn]);
    let count = usize::try_from(dice.some(0, 6)).unwrap_or_default();
    let mut access = |&(namespace, name): &(&'static str, &'static str)| {
        let days = dice.chance(0.4).then(|| dice.between(0, 399));
        let used_millis = days.map(|days| organization.clock.days_ago(days, &mut dice));
        let actions = used_millis.map(|used| actions(organization, arn, namespace, used)).unwrap_or_default();
        Access { namespace, name, used_millis, actions }
    };
    SERVICES.iter().take(count).map(&mut access).collect()
}

/// Of the tracked actions one half was used, when the service was.
fn actions(organization: &Organization, arn: &str, namespace: &str, used: i64) -> Vec<(&'static str, Option<i64>)> {
    let mut dice = organization.dice(&["action-last-accessed", arn, namespace]);
    let names = TRACKED.iter().find(|(of, _)| *of == namespace).map(|(_, names)| *names).unwrap_or_default();
    names.iter().map(|name| (*name, dice.chance(0.5).then_some(used))).collect()
}

/// A job is named after its identity and what it tells of, so that the simulator need not store jobs.
fn job_id(organization: &Organization, arn: &str, granularity: &str) -> String {
    match granularity {
        ACTIONS => organization.dice(&["last-accessed-job-by-action", arn]).uuid(),
        _ => organization.dice(&["last-accessed-job", arn]).uuid(),
    }
}

fn find(context: &Context<'_>, is_wanted: impl Fn(&str) -> bool) -> Result<String, Refusal> {
    let iam = Iam::of(&context.place);
    let roles = iam.roles.iter().map(|role| &role.arn);
    let mut arns = iam.users.iter().map(|user| &user.arn).chain(roles);
    let found = arns.find(|arn| is_wanted(arn)).cloned();
    found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", "The entity or job cannot be found."))
}

pub(super) fn generate(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("Arn")?;
    let arn = find(context, |arn| arn == wanted)?;
    let granularity = context.request.text("Granularity").unwrap_or(SERVICES_ALONE);
    Ok(json!({ "JobId": job_id(context.organization(), &arn, granularity) }))
}

pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    let (organization, wanted) = (context.organization(), context.request.required("JobId")?);
    let of = |arn: &str| [SERVICES_ALONE, ACTIONS].into_iter().find(|it| job_id(organization, arn, it) == wanted);
    let arn = find(context, |arn| of(arn).is_some())?;
    let granularity = of(&arn).unwrap_or(SERVICES_ALONE);
    let page = context.page(accesses(organization, &arn))?;
    let now = iso(organization.clock.now_millis);
    let (is_truncated, next) = (page.is_truncated(), page.next);
    let action = |(name, used): (&str, Option<i64>)| {
        json!({
            "ActionName": name,
            "LastAccessedTime": used.map(iso),
            "LastAccessedEntity": used.map(|_| arn.as_str()),
            "LastAccessedRegion": used.map(|_| "us-east-1"),
        })
    };
    let service = |access: Access| {
        let tells = granularity == ACTIONS && !access.actions.is_empty();
        json!({
            "ServiceName": access.name,
            "ServiceNamespace": access.namespace,
            "LastAuthenticated": access.used_millis.map(iso),
            "LastAuthenticatedEntity": access.used_millis.map(|_| arn.as_str()),
            "LastAuthenticatedRegion": access.used_millis.map(|_| "us-east-1"),
            "TotalAuthenticatedEntities": u8::from(access.used_millis.is_some()),
            "TrackedActionsLastAccessed": tells.then(|| members(access.actions.into_iter().map(action))),
        })
    };
    Ok(json!({
        "JobStatus": "COMPLETED",
        "JobType": granularity,
        "JobCreationDate": now,
        "JobCompletionDate": now,
        "ServicesLastAccessed": members(page.elements.into_iter().map(service)),
        "IsTruncated": is_truncated,
        "Marker": next,
    }))
}

#[cfg(test)]
mod tests {
    use crate::Settings;
    use crate::testing::{Client, quiet};

    #[test]
    fn a_job_answers_of_its_identity_page_by_page() {
        let client = Client::new(Settings { page_size: Some(1), ..quiet(1, 4) });
        let arns = client.query("iam", "Action=ListRoles").elements("Arn");
        let start = |arn: &str| client.query("iam", &format!("Action=GenerateServiceLastAccessedDetails&Arn={arn}"));
        let job = start(&arns[0]).element("JobId");
        let (mut names, mut marker) = (Vec::new(), String::new());
        loop {
            let reply = client.query("iam", &format!("Action=GetServiceLastAccessedDetails&JobId={job}{marker}"));
            assert_eq!(reply.element("JobStatus"), "COMPLETED");
            names.extend(reply.elements("ServiceNamespace"));
            if reply.element("IsTruncated") == "false" {
                break;
            }
            marker = format!("&Marker={}", reply.element("Marker"));
        }
        let simulated = client.simulation.settings().clone();
        let organization = crate::organization::Organization::new(simulated);
        let expected: Vec<_> = super::accesses(&organization, &arns[0]).iter().map(|it| it.namespace).collect();
        assert_eq!(names, expected);
        assert_eq!(start("arn:aws:iam::1:role/none").element("Code"), "NoSuchEntity");
    }
}
