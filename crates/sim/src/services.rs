//! The services: one file for each, with its things, how the seed makes them, and its answers.

use crate::context::Context;
use crate::credentials::Caller;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::{Answer, Refusal, Request, paged};
use crate::report_polls::ReportPolls;
use crate::service::{Answering, Service};

// Made by scripts/services, from here …
pub(crate) mod accessanalyzer;
pub(crate) mod account;
pub(crate) mod accountaccess;
pub(crate) mod acmpca;
pub(crate) mod aiops;
pub(crate) mod amp;
pub(crate) mod apigateway;
pub(crate) mod apigatewayv2;
pub(crate) mod appstream;
pub(crate) mod autoscaling;
pub(crate) mod backup;
pub(crate) mod bedrock;
pub(crate) mod bedrockagent;
pub(crate) mod bedrockagentcorecontrol;
pub(crate) mod cleanroomsml;
pub(crate) mod cloudfront;
pub(crate) mod cloudhsmv2;
pub(crate) mod cloudtrail;
pub(crate) mod cloudwatchlogs;
pub(crate) mod codeartifact;
pub(crate) mod codebuild;
pub(crate) mod cognitoidentity;
pub(crate) mod comprehend;
pub(crate) mod config;
pub(crate) mod detective;
pub(crate) mod directory;
pub(crate) mod dsql;
pub(crate) mod dynamodb;
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod ecrpublic;
pub(crate) mod ecs;
pub(crate) mod efs;
pub(crate) mod eks;
pub(crate) mod elasticloadbalancing;
pub(crate) mod elasticloadbalancingv2;
pub(crate) mod emr;
pub(crate) mod entityresolution;
pub(crate) mod eventbridge;
pub(crate) mod glacier;
pub(crate) mod glue;
pub(crate) mod guardduty;
pub(crate) mod iam;
pub(crate) mod identity_center;
pub(crate) mod imagebuilder;
pub(crate) mod inspector2;
pub(crate) mod iot;
pub(crate) mod kafka;
pub(crate) mod kinesis;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod lambdaweb;
pub(crate) mod lexmodelsv2;
pub(crate) mod lightsail;
pub(crate) mod macie2;
pub(crate) mod marketplacecatalog;
pub(crate) mod mediapackagev2;
pub(crate) mod mediatailor;
pub(crate) mod migrationhubrefactorspaces;
pub(crate) mod networkfirewall;
pub(crate) mod networkmanager;
pub(crate) mod oam;
pub(crate) mod omics;
pub(crate) mod omicsstorage;
pub(crate) mod opensearch;
pub(crate) mod opensearchserverless;
pub(crate) mod organizations;
pub(crate) mod osis;
pub(crate) mod paymentcryptography;
pub(crate) mod pinpointsmsvoicev2;
pub(crate) mod ram;
pub(crate) mod rds;
pub(crate) mod redshift;
pub(crate) mod redshiftserverless;
pub(crate) mod rekognition;
pub(crate) mod route53resolver;
pub(crate) mod rum;
pub(crate) mod s3;
pub(crate) mod s3control;
pub(crate) mod s3express;
pub(crate) mod s3expresscontrol;
pub(crate) mod s3files;
pub(crate) mod s3outposts;
pub(crate) mod s3outpostscontrol;
pub(crate) mod s3tables;
pub(crate) mod s3vectors;
pub(crate) mod sagemaker;
pub(crate) mod schemas;
pub(crate) mod secretsmanager;
pub(crate) mod securityhub;
pub(crate) mod serverlessapplicationrepository;
pub(crate) mod servicecatalog;
pub(crate) mod sesv2;
pub(crate) mod shield;
pub(crate) mod signer;
pub(crate) mod signin;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod ssm;
pub(crate) mod ssmcontacts;
pub(crate) mod ssmincidents;
pub(crate) mod sts;
pub(crate) mod tagging;
pub(crate) mod vpclattice;
pub(crate) mod wafv2;
pub(crate) mod workspaces;
pub(crate) mod xray;

/// All services.
pub(crate) static SERVICES: &[&Service] = &[
    &accessanalyzer::SERVICE,
    &account::SERVICE,
    &accountaccess::SERVICE,
    &acmpca::SERVICE,
    &aiops::SERVICE,
    &amp::SERVICE,
    &apigateway::SERVICE,
    &apigatewayv2::SERVICE,
    &appstream::SERVICE,
    &autoscaling::SERVICE,
    &backup::SERVICE,
    &bedrock::SERVICE,
    &bedrockagent::SERVICE,
    &bedrockagentcorecontrol::SERVICE,
    &cleanroomsml::SERVICE,
    &cloudfront::SERVICE,
    &cloudhsmv2::SERVICE,
    &cloudtrail::SERVICE,
    &cloudwatchlogs::SERVICE,
    &codeartifact::SERVICE,
    &codebuild::SERVICE,
    &cognitoidentity::SERVICE,
    &comprehend::SERVICE,
    &config::SERVICE,
    &detective::SERVICE,
    &directory::SERVICE,
    &dsql::SERVICE,
    &dynamodb::SERVICE,
    &ec2::SERVICE,
    &ecr::SERVICE,
    &ecrpublic::SERVICE,
    &ecs::SERVICE,
    &efs::SERVICE,
    &eks::SERVICE,
    &elasticloadbalancing::SERVICE,
    &elasticloadbalancingv2::SERVICE,
    &emr::SERVICE,
    &entityresolution::SERVICE,
    &eventbridge::SERVICE,
    &glacier::SERVICE,
    &glue::SERVICE,
    &guardduty::SERVICE,
    &iam::SERVICE,
    &identity_center::identitystore::SERVICE,
    &imagebuilder::SERVICE,
    &inspector2::SERVICE,
    &iot::SERVICE,
    &kafka::SERVICE,
    &kinesis::SERVICE,
    &kms::SERVICE,
    &lambda::SERVICE,
    &lambdaweb::SERVICE,
    &lexmodelsv2::SERVICE,
    &lightsail::SERVICE,
    &macie2::SERVICE,
    &marketplacecatalog::SERVICE,
    &mediapackagev2::SERVICE,
    &mediatailor::SERVICE,
    &migrationhubrefactorspaces::SERVICE,
    &networkfirewall::SERVICE,
    &networkmanager::SERVICE,
    &oam::SERVICE,
    &omics::SERVICE,
    &omicsstorage::SERVICE,
    &opensearch::SERVICE,
    &opensearchserverless::SERVICE,
    &organizations::SERVICE,
    &osis::SERVICE,
    &paymentcryptography::SERVICE,
    &pinpointsmsvoicev2::SERVICE,
    &ram::SERVICE,
    &rds::SERVICE,
    &redshift::SERVICE,
    &redshiftserverless::SERVICE,
    &rekognition::SERVICE,
    &route53resolver::SERVICE,
    &rum::SERVICE,
    &s3::SERVICE,
    &s3control::SERVICE,
    &s3express::SERVICE,
    &s3expresscontrol::SERVICE,
    &s3files::SERVICE,
    &s3outposts::SERVICE,
    &s3outpostscontrol::SERVICE,
    &s3tables::SERVICE,
    &s3vectors::SERVICE,
    &sagemaker::SERVICE,
    &schemas::SERVICE,
    &secretsmanager::SERVICE,
    &securityhub::SERVICE,
    &serverlessapplicationrepository::SERVICE,
    &servicecatalog::SERVICE,
    &sesv2::SERVICE,
    &shield::SERVICE,
    &signer::SERVICE,
    &signin::SERVICE,
    &sns::SERVICE,
    &sqs::SERVICE,
    &ssm::SERVICE,
    &ssmcontacts::SERVICE,
    &ssmincidents::SERVICE,
    &identity_center::ssoadmin::SERVICE,
    &sts::SERVICE,
    &tagging::SERVICE,
    &vpclattice::SERVICE,
    &wafv2::SERVICE,
    &workspaces::SERVICE,
    &xray::SERVICE,
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
