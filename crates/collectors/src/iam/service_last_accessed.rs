//! Services and actions that users and roles last used: GenerateServiceLastAccessedDetails starts a job for each of them,
//! GetServiceLastAccessedDetails waits for it and reads it.
//!
//! Off unless the configuration names it. Calls for each account: one for each 1000 users and each 1000 roles, and at
//! least two for each user and role; rows: one for each service that an identity's policies allow, 300 and more for an
//! administrator, and as many for actions as AWS tracks of these services. Service-linked roles are left out: only their service uses them, and nobody can change what they may do.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AccessAdvisorUsageGranularityType, JobStatusType, ServiceLastAccessed as Listed};
use futures::StreamExt;
use orgcensus_aws::Class;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::action_last_accessed::{ActionLastAccessed, action_last_accessed};
use super::detail::GONE;
use crate::items::{Answer, Unread, details, given, is_gone, word};

/// How often the collector asks whether a job is done; most jobs are done within a second.
const POLLS: usize = 60;
/// How long it waits between two questions; not at all in tests.
const PAUSE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(1) };
const GET: &str = "iam:GetServiceLastAccessedDetails";

/// The tables that are short where a job cannot be read.
const TABLES: [&str; 2] = [ServiceLastAccessed::TABLE, ActionLastAccessed::TABLE];

/// One service that a user or role may use by its policies, and when it last did. AWS looks back 400 days, and counts
/// the identity's own policies alone: a boundary, a control policy or a resource's policy changes nothing.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_service_last_accessed", key = "principal_arn, service_namespace")]
pub struct ServiceLastAccessed {
    /// The ARN of the user or role.
    pub principal_arn: String,
    /// user or role.
    pub principal_type: String,
    /// The service as policies name it, s3.
    pub service_namespace: String,
    /// The service's name, Amazon S3.
    pub service_name: String,
    /// Whether AWS saw it used.
    pub is_used: bool,
    /// When the service was last used (UTC); null when AWS saw no use.
    pub last_authenticated_at: Option<Timestamp>,
    /// Days since then.
    pub last_authenticated_days: Option<i32>,
    /// The region of the last use.
    pub last_authenticated_region: Option<String>,
}

/// Services and actions that an account's users and roles last used.
pub const SERVICE_LAST_ACCESSED: Collector = Collector {
    name: "iam_service_last_accessed",
    scope: Scope::Account,
    runs: Runs::IfNamed("at least 2 calls, a job among them, for each user and role of each account"),
    calls: &[
        call("iam", "GenerateServiceLastAccessedDetails"),
        call("iam", "GetServiceLastAccessedDetails"),
        call("iam", "ListRoles"),
        call("iam", "ListUsers"),
    ],
    resources: &[],
    tables: &[table::<ServiceLastAccessed>(), table::<ActionLastAccessed>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let mut pages = iam.list_users().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let arns = page?.users.into_iter().map(|user| user.arn).collect();
        read(&iam, rows, ("user", "iam:ListUsers"), arns).await?;
    }
    let mut pages = iam.list_roles().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let roles = page?.roles.into_iter().filter(|role| !role.path.starts_with("/aws-service-role/"));
        read(&iam, rows, ("role", "iam:ListRoles"), roles.map(|role| role.arn).collect()).await?;
    }
    Ok(())
}

async fn read(iam: &Client, rows: &mut Rows<'_>, (kind, list): (&str, &str), listed: Vec<String>) -> Result<(), Error> {
    let mut arns = Vec::new();
    for arn in listed {
        arns.extend(rows.item(TABLES, given(word(&arn), list, "Arn"))?);
    }
    let mut told = details(arns, |arn| ask(iam, arn));
    while let Some((arn, services)) = told.next().await {
        if is_gone(GONE, &services) {
            rows.gone();
            continue;
        }
        for service in rows.item(TABLES, services)?.unwrap_or_default() {
            push(rows, &arn, kind, service).await?;
        }
    }
    Ok(())
}

/// Adds a service, and the actions that AWS tracks of it.
async fn push(rows: &mut Rows<'_>, arn: &str, kind: &str, mut service: Listed) -> Result<(), Error> {
    let actions = service.tracked_actions_last_accessed.take().unwrap_or_default();
    let mut unread = Unread::default();
    let row = service_last_accessed(arn, kind, service, rows.captured_at(), &mut unread);
    let Some(namespace) = row.as_ref().map(|row| row.service_namespace.clone()) else {
        unread.lost(rows, TABLES, GET);
        return Ok(());
    };
    unread.push(rows, GET, row).await?;
    for listed in actions {
        let mut unread = Unread::default();
        let row = action_last_accessed((arn, kind, &namespace), listed, rows.captured_at(), &mut unread);
        unread.push(rows, GET, row).await?;
    }
    Ok(())
}

async fn ask(iam: &Client, arn: String) -> (String, Answer<Vec<Listed>>) {
    let services = services(iam, &arn).await;
    (arn, services)
}

/// Starts a job and reads what it found.
async fn services(iam: &Client, arn: &str) -> Answer<Vec<Listed>> {
    let by_action = AccessAdvisorUsageGranularityType::ActionLevel;
    let started = iam.generate_service_last_accessed_details().arn(arn).granularity(by_action).send().await?;
    let job_id = given(started.job_id, "iam:GenerateServiceLastAccessedDetails", "JobId")?;
    let (mut found, mut marker) = (Vec::new(), None);
    for _ in 0..POLLS {
        let get = iam.get_service_last_accessed_details().job_id(&job_id).max_items(1000);
        let answer = get.set_marker(marker.clone()).send().await?;
        match answer.job_status {
            JobStatusType::Completed => {}
            JobStatusType::Failed => {
                let (code, why) = answer.error.map(|it| (it.code, it.message)).unwrap_or_default();
                return Err(orgcensus_aws::Error::new(Class::Failed, "JobFailed", format!("{code}: {why}")).during(GET));
            }
            // The job is in progress, or its state is a word that this version does not know.
            _ => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        found.extend(answer.services_last_accessed);
        let next = answer.marker.filter(|_| answer.is_truncated);
        if next.is_none() {
            return Ok(found);
        }
        marker = next;
    }
    let message = format!("AWS did not finish the job in {POLLS} polls, {} s apart", PAUSE.as_secs());
    Err(orgcensus_aws::Error::new(Class::Failed, "JobNotReady", message).during(GET))
}

fn service_last_accessed(
    arn: &str,
    kind: &str,
    listed: Listed,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<ServiceLastAccessed> {
    let service_namespace = unread.value("ServiceNamespace", word(&listed.service_namespace))?;
    let last_authenticated_at = listed.last_authenticated.as_ref().and_then(timestamp);
    Some(ServiceLastAccessed {
        principal_arn: arn.to_owned(),
        principal_type: kind.to_owned(),
        service_namespace,
        service_name: unread.value("ServiceName", word(&listed.service_name)).unwrap_or_default(),
        is_used: last_authenticated_at.is_some(),
        last_authenticated_at,
        last_authenticated_days: last_authenticated_at.map(|at| at.days_until(now)),
        last_authenticated_region: listed.last_authenticated_region,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const START: &str = "GenerateServiceLastAccessedDetails";
    const READ: &str = "GetServiceLastAccessedDetails";

    fn users(names: &[&str]) -> String {
        let user = |name: &&str| {
            format!("<member><UserName>{name}</UserName><Arn>arn:aws:iam::111122223333:user/{name}</Arn></member>")
        };
        let users: String = names.iter().map(user).collect();
        format!("<ListUsersResponse><ListUsersResult><Users>{users}</Users></ListUsersResult></ListUsersResponse>")
    }

    fn roles() -> String {
        let role = |path: &str, name: &str| {
            let arn = format!("<Arn>arn:aws:iam::111122223333:role{path}{name}</Arn>");
            format!("<member><Path>{path}</Path><RoleName>{name}</RoleName>{arn}</member>")
        };
        let roles = role("/aws-service-role/x/", "Linked") + &role("/", "web") + "<member/>";
        format!("<ListRolesResponse><ListRolesResult><Roles>{roles}</Roles></ListRolesResult></ListRolesResponse>")
    }

    fn started(job_id: &str) -> String {
        format!("<{START}Response><{START}Result><JobId>{job_id}</JobId></{START}Result></{START}Response>")
    }

    fn job(status: &str, services: &[(&str, &str)], rest: &str) -> String {
        let service = |(name, used): &(&str, &str)| {
            format!(
                "<member><ServiceName>The {name}</ServiceName><ServiceNamespace>{name}</ServiceNamespace>{used}</member>"
            )
        };
        let services: String = services.iter().map(service).collect();
        format!(
            "<{READ}Response><{READ}Result><JobStatus>{status}</JobStatus><ServicesLastAccessed>{services}\
             </ServicesLastAccessed>{rest}</{READ}Result></{READ}Response>"
        )
    }

    #[tokio::test]
    async fn jobs_are_waited_for_and_paged() {
        let used = "<LastAuthenticated>2025-12-02T00:00:00Z</LastAuthenticated>\
                    <LastAuthenticatedRegion>eu-west-1</LastAuthenticatedRegion>";
        let action = |rest: &str| format!("<member>{rest}</member>");
        let when = "<LastAccessedTime>2025-10-03T00:00:00Z</LastAccessedTime>\
                    <LastAccessedRegion>eu-west-1</LastAccessedRegion>";
        let actions = action(&format!("<ActionName>CreateBucket</ActionName>{when}"))
            + &action("<ActionName>s3:DeleteBucket</ActionName>");
        let tracked = |actions: &str| format!("<TrackedActionsLastAccessed>{actions}</TrackedActionsLastAccessed>");
        let used_by_action = format!("{used}{}", tracked(&actions));
        let failed = "<Error><Code>E1</Code><Message>no</Message></Error>";
        let recorded = Recorded::new()
            .answer("ListUsers", &users(&["ana", "gone", "odd"]))
            .answer("ListRoles", &roles())
            .answer_to(START, "user%2Fana&Granularity=ACTION_LEVEL", &started("J1"))
            .refuse(START, "user%2Fgone", 404, &xml_error("NoSuchEntity"))
            .answer_to(START, "user%2Fodd", &started("J2"))
            .answer_to(START, "role%2Fweb", &started("J3"))
            .answer_to(READ, "JobId=J1", &job("IN_PROGRESS", &[], ""))
            .answer_to(
                READ,
                "JobId=J1",
                &job("COMPLETED", &[("s3", &used_by_action)], "<IsTruncated>true</IsTruncated><Marker>M</Marker>"),
            )
            .answer_to(READ, "Marker=M", &job("COMPLETED", &[("sqs", "")], ""))
            .answer_to(READ, "JobId=J2", &job("FAILED", &[], failed))
            .answer_to(READ, "JobId=J3", &job("COMPLETED", &[("", ""), ("logs", &tracked(&action("")))], ""));
        let collected = recorded.run(&SERVICE_LAST_ACCESSED).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SERVICE_LAST_ACCESSED);
        let names =
            ["principal_type", "service_namespace", "is_used", "last_authenticated_days", "last_authenticated_region"];
        assert_eq!(
            columns(&collected, "iam_service_last_accessed", &names),
            [
                json!(["user", "s3", true, 30, "eu-west-1"]),
                json!(["user", "sqs", false, null, null]),
                json!(["role", "logs", false, null, null]),
            ]
        );
        let names = ["principal_arn", "action", "is_used", "last_accessed_days", "last_accessed_region"];
        let ana = "arn:aws:iam::111122223333:user/ana";
        assert_eq!(
            columns(&collected, "iam_action_last_accessed", &names),
            [
                json!([ana, "s3:CreateBucket", true, 90, "eu-west-1"]),
                json!([ana, "s3:DeleteBucket", false, null, null]),
            ]
        );
        assert_eq!(collected.short().1, TABLES.into_iter().rev().collect::<Vec<_>>());
        let missed = collected.missed.unwrap();
        // A job, a role without an ARN, a service and an action without names.
        assert_eq!((missed.items, missed.first.to_string()), (4, format!("{GET}: JobFailed: E1: no")));
    }

    #[tokio::test]
    async fn a_job_that_never_ends_is_missed() {
        let mut recorded =
            Recorded::new().answer("ListUsers", &users(&["ana"])).answer_to(START, "ana", &started("J1"));
        for _ in 0..POLLS {
            recorded = recorded.answer(READ, &job("IN_PROGRESS", &[], ""));
        }
        let none = "<ListRolesResponse><ListRolesResult><Roles/></ListRolesResult></ListRolesResponse>";
        let collected = recorded.answer("ListRoles", none).run(&SERVICE_LAST_ACCESSED).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.missed.unwrap().first.code, "JobNotReady");
    }
}
