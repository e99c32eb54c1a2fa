//! The services: one file for each, with its things, how the seed makes them, and its answers.

use crate::context::Context;
use crate::credentials::Caller;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::{Answer, Refusal, Request, paged};
use crate::report_polls::ReportPolls;
use crate::service::{Answering, Service};

// Made by scripts/services, from here …
pub(crate) mod backup;
pub(crate) mod cloudwatchlogs;
pub(crate) mod codebuild;
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod efs;
pub(crate) mod eventbridge;
pub(crate) mod glue;
pub(crate) mod iam;
pub(crate) mod identity_center;
pub(crate) mod kafka;
pub(crate) mod kinesis;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod organizations;
pub(crate) mod ram;
pub(crate) mod rds;
pub(crate) mod s3;
pub(crate) mod s3control;
pub(crate) mod secretsmanager;
pub(crate) mod sesv2;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod ssm;
pub(crate) mod sts;

/// All services.
pub(crate) static SERVICES: &[&Service] = &[
    &backup::SERVICE,
    &cloudwatchlogs::SERVICE,
    &codebuild::SERVICE,
    &ec2::SERVICE,
    &ecr::SERVICE,
    &efs::SERVICE,
    &eventbridge::SERVICE,
    &glue::SERVICE,
    &iam::SERVICE,
    &identity_center::identitystore::SERVICE,
    &kafka::SERVICE,
    &kinesis::SERVICE,
    &kms::SERVICE,
    &lambda::SERVICE,
    &organizations::SERVICE,
    &ram::SERVICE,
    &rds::SERVICE,
    &s3::SERVICE,
    &s3control::SERVICE,
    &secretsmanager::SERVICE,
    &sesv2::SERVICE,
    &sns::SERVICE,
    &sqs::SERVICE,
    &ssm::SERVICE,
    &identity_center::ssoadmin::SERVICE,
    &sts::SERVICE,
];
// … to here.

/// Answers a call that is authentic and allowed.
pub(crate) fn answer(
    organization: &Organization,
    caller: &Caller,
    request: &Request,
    report_polls: &ReportPolls,
) -> Result<Answer, Refusal> {
    let unknown = || Refusal::unknown_operation(request.service, &request.operation);
    let operation = request.service.operation(&request.operation).ok_or_else(unknown)?;
    let place = Place { organization, account: &caller.account, region: &request.region };
    let context = Context { caller, place, request, report_polls, operation };
    match operation.answer {
        Answering::List(member, all) => {
            let page = context.page(all(&context)?)?;
            Ok(Answer::Members(paged(request, member, page)))
        }
        Answering::Members(members) => members(&context).map(Answer::Members),
        Answering::Body(body) => body(&context).map(Answer::Body),
    }
}
