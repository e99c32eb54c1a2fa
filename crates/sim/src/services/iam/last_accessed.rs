//! The services that an identity last used: a job that a caller starts, and that is done at once.

use super::population::Iam;
use crate::clock::iso;
use crate::context::Context;
use crate::organization::Organization;
use crate::protocol::{Refusal, members};
use serde_json::{Value, json};

/// Services that an identity may use: namespace, name.
const SERVICES: [(&str, &str); 6] = [
    ("s3", "Amazon S3"),
    ("ec2", "Amazon EC2"),
    ("iam", "AWS Identity and Access Management"),
    ("sqs", "Amazon SQS"),
    ("logs", "Amazon CloudWatch Logs"),
    ("bedrock", "Amazon Bedrock"),
];

/// A service that an identity may use.
pub(crate) struct Access {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) used_millis: Option<i64>,
}

/// The services that the policies of this identity allow.
pub(crate) fn accesses(organization: &Organization, arn: &str) -> Vec<Access> {
    let mut dice = organization.dice(&["last-accessed", arn]);
    let count = usize::try_from(dice.between(0, 6)).unwrap_or_default();
    let mut access = |&(namespace, name): &(&'static str, &'static str)| {
        let days = dice.chance(0.4).then(|| dice.between(0, 399));
        Access { namespace, name, used_millis: days.map(|days| organization.clock.days_ago(days, &mut dice)) }
    };
    SERVICES.iter().take(count).map(&mut access).collect()
}

/// A job is named after its identity, so that the simulator need not store jobs.
fn job_id(organization: &Organization, arn: &str) -> String {
    organization.dice(&["last-accessed-job", arn]).uuid()
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
    Ok(json!({ "JobId": job_id(context.organization(), &arn) }))
}

pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    let (organization, wanted) = (context.organization(), context.request.required("JobId")?);
    let arn = find(context, |arn| job_id(organization, arn) == wanted)?;
    let page = context.page(accesses(organization, &arn))?;
    let now = iso(organization.clock.now_millis);
    let (is_truncated, next) = (page.is_truncated(), page.next);
    let service = |access: Access| {
        json!({
            "ServiceName": access.name,
            "ServiceNamespace": access.namespace,
            "LastAuthenticated": access.used_millis.map(iso),
            "LastAuthenticatedEntity": access.used_millis.map(|_| arn.as_str()),
            "LastAuthenticatedRegion": access.used_millis.map(|_| "us-east-1"),
            "TotalAuthenticatedEntities": u8::from(access.used_millis.is_some()),
        })
    };
    Ok(json!({
        "JobStatus": "COMPLETED",
        "JobType": "SERVICE_LEVEL",
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
