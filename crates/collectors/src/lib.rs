//! Every collector, one file each. A service's folder has the list of its own, and here is the list of services.

use orgcensus_collect::Collector;

pub mod findings;
mod items;
pub mod listed;
mod secret_names;
mod shares;
#[cfg(test)]
mod testing;

// Made by scripts/services, from here …
pub mod accessanalyzer;
pub mod account;
pub mod accountaccess;
pub mod acmpca;
pub mod aiops;
pub mod amp;
pub mod apigateway;
pub mod apigatewayv2;
pub mod appstream;
pub mod autoscaling;
pub mod backup;
pub mod bedrock;
pub mod bedrockagent;
pub mod bedrockagentcorecontrol;
pub mod cleanroomsml;
pub mod cloudfront;
pub mod cloudhsmv2;
pub mod cloudtrail;
pub mod cloudwatchlogs;
pub mod codeartifact;
pub mod codebuild;
pub mod cognitoidentity;
pub mod comprehend;
pub mod config;
pub mod detective;
pub mod directory;
pub mod dsql;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod eks;
pub mod elasticloadbalancing;
pub mod elasticloadbalancingv2;
pub mod emr;
pub mod entityresolution;
pub mod eventbridge;
pub mod eventbridgev2;
pub mod glacier;
pub mod glue;
pub mod guardduty;
pub mod iam;
pub mod identity_center;
pub mod imagebuilder;
pub mod inspector2;
pub mod iot;
pub mod kafka;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod lambdaweb;
pub mod lexmodelsv2;
pub mod lightsail;
pub mod macie2;
pub mod marketplacecatalog;
pub mod mediapackagev2;
pub mod mediatailor;
pub mod migrationhubrefactorspaces;
pub mod networkfirewall;
pub mod networkmanager;
pub mod oam;
pub mod omics;
pub mod opensearch;
pub mod opensearchserverless;
pub mod organizations;
pub mod osis;
pub mod paymentcryptography;
pub mod pinpointsmsvoicev2;
pub mod ram;
pub mod rds;
pub mod redshift;
pub mod redshiftserverless;
pub mod rekognition;
pub mod route53resolver;
pub mod rum;
pub mod s3;
pub mod s3files;
pub mod s3tables;
pub mod s3vectors;
pub mod sagemaker;
pub mod schemas;
pub mod secretsmanager;
pub mod securityhub;
pub mod serverlessapplicationrepository;
pub mod servicecatalog;
pub mod sesv2;
pub mod shield;
pub mod signer;
pub mod signin;
pub mod sns;
pub mod sqs;
pub mod ssm;
pub mod ssmcontacts;
pub mod ssmincidents;
pub mod tagging;
pub mod vpclattice;
pub mod wafv2;
pub mod workspaces;
pub mod xray;

/// The services, each with its collectors.
const SERVICES: &[&[Collector]] = &[
    accessanalyzer::COLLECTORS,
    account::COLLECTORS,
    accountaccess::COLLECTORS,
    acmpca::COLLECTORS,
    aiops::COLLECTORS,
    amp::COLLECTORS,
    apigateway::COLLECTORS,
    apigatewayv2::COLLECTORS,
    appstream::COLLECTORS,
    autoscaling::COLLECTORS,
    backup::COLLECTORS,
    bedrock::COLLECTORS,
    bedrockagent::COLLECTORS,
    bedrockagentcorecontrol::COLLECTORS,
    cleanroomsml::COLLECTORS,
    cloudfront::COLLECTORS,
    cloudhsmv2::COLLECTORS,
    cloudtrail::COLLECTORS,
    cloudwatchlogs::COLLECTORS,
    codeartifact::COLLECTORS,
    codebuild::COLLECTORS,
    cognitoidentity::COLLECTORS,
    comprehend::COLLECTORS,
    config::COLLECTORS,
    detective::COLLECTORS,
    directory::COLLECTORS,
    dsql::COLLECTORS,
    dynamodb::COLLECTORS,
    ec2::COLLECTORS,
    ecr::COLLECTORS,
    ecs::COLLECTORS,
    efs::COLLECTORS,
    eks::COLLECTORS,
    elasticloadbalancing::COLLECTORS,
    elasticloadbalancingv2::COLLECTORS,
    emr::COLLECTORS,
    entityresolution::COLLECTORS,
    eventbridge::COLLECTORS,
    eventbridgev2::COLLECTORS,
    glacier::COLLECTORS,
    glue::COLLECTORS,
    guardduty::COLLECTORS,
    iam::COLLECTORS,
    identity_center::COLLECTORS,
    imagebuilder::COLLECTORS,
    inspector2::COLLECTORS,
    iot::COLLECTORS,
    kafka::COLLECTORS,
    kinesis::COLLECTORS,
    kms::COLLECTORS,
    lambda::COLLECTORS,
    lambdaweb::COLLECTORS,
    lexmodelsv2::COLLECTORS,
    lightsail::COLLECTORS,
    macie2::COLLECTORS,
    marketplacecatalog::COLLECTORS,
    mediapackagev2::COLLECTORS,
    mediatailor::COLLECTORS,
    migrationhubrefactorspaces::COLLECTORS,
    networkfirewall::COLLECTORS,
    networkmanager::COLLECTORS,
    oam::COLLECTORS,
    omics::COLLECTORS,
    opensearch::COLLECTORS,
    opensearchserverless::COLLECTORS,
    organizations::COLLECTORS,
    osis::COLLECTORS,
    paymentcryptography::COLLECTORS,
    pinpointsmsvoicev2::COLLECTORS,
    ram::COLLECTORS,
    rds::COLLECTORS,
    redshift::COLLECTORS,
    redshiftserverless::COLLECTORS,
    rekognition::COLLECTORS,
    route53resolver::COLLECTORS,
    rum::COLLECTORS,
    s3::COLLECTORS,
    s3files::COLLECTORS,
    s3tables::COLLECTORS,
    s3vectors::COLLECTORS,
    sagemaker::COLLECTORS,
    schemas::COLLECTORS,
    secretsmanager::COLLECTORS,
    securityhub::COLLECTORS,
    serverlessapplicationrepository::COLLECTORS,
    servicecatalog::COLLECTORS,
    sesv2::COLLECTORS,
    shield::COLLECTORS,
    signer::COLLECTORS,
    signin::COLLECTORS,
    sns::COLLECTORS,
    sqs::COLLECTORS,
    ssm::COLLECTORS,
    ssmcontacts::COLLECTORS,
    ssmincidents::COLLECTORS,
    tagging::COLLECTORS,
    vpclattice::COLLECTORS,
    wafv2::COLLECTORS,
    workspaces::COLLECTORS,
    xray::COLLECTORS,
];
// … to here.

/// Every collector, by name.
///
/// A static, so that the collectors are compiled here, once: a constant is compiled again in each crate that uses it, with
/// everything that it calls.
pub static COLLECTORS: &[Collector] = &sorted::<{ count() }>();

const fn count() -> usize {
    let (mut count, mut service) = (0, 0);
    while service < SERVICES.len() {
        count += SERVICES[service].len();
        service += 1;
    }
    count
}

/// The services' lists as one, each collector put where its name belongs.
const fn sorted<const N: usize>() -> [Collector; N] {
    let mut all = [SERVICES[0][0]; N];
    let (mut filled, mut service) = (0, 0);
    while service < SERVICES.len() {
        let mut number = 0;
        while number < SERVICES[service].len() {
            let collector = SERVICES[service][number];
            let mut place = filled;
            while place > 0 && is_before(collector.name.as_bytes(), all[place - 1].name.as_bytes()) {
                all[place] = all[place - 1];
                place -= 1;
            }
            all[place] = collector;
            filled += 1;
            number += 1;
        }
        service += 1;
    }
    all
}

const fn is_before(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::COLLECTORS;

    #[test]
    fn the_list_is_sorted_and_no_name_or_table_comes_twice() {
        let names: Vec<_> = COLLECTORS.iter().map(|collector| collector.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        let tables = COLLECTORS.iter().flat_map(|it| it.tables).map(|table| table.name);
        // Many kinds share the first, and services the second; of the others there is a part that another collector
        // reads, in another region.
        let shared = ["other_resources", "security_findings", "wafv2_web_acls", "wafv2_web_acl_rules"];
        let tables: Vec<_> = tables.filter(|name| !shared.contains(name)).collect();
        assert_eq!(tables.len(), tables.iter().collect::<BTreeSet<_>>().len(), "{tables:?}");
    }

    #[test]
    fn the_policies_of_a_type_of_resource_are_read_by_one_collector() {
        let types = COLLECTORS.iter().flat_map(|it| it.resources).map(|it| it.resource_type);
        // A function's own policy, its versions' and its aliases' are each read by a collector, under ARNs of their own.
        // So are rule groups of WAF, those of each region and those for CloudFront.
        let several = ["lambda_function", "wafv2_rule_group"];
        let types: Vec<_> = types.filter(|it| !several.contains(it)).collect();
        assert_eq!(types.len(), types.iter().collect::<BTreeSet<_>>().len(), "{types:?}");
        for collector in COLLECTORS.iter().filter(|it| it.tables.is_empty()) {
            assert!(!collector.resources.is_empty(), "{} fills nothing", collector.name);
        }
    }

    #[test]
    fn every_call_is_a_read() {
        for call in COLLECTORS.iter().flat_map(|collector| collector.calls) {
            // IAM's two "Generate…" make reports and change nothing.
            let verbs = [
                "BatchGet",
                "Describe",
                "GenerateCredentialReport",
                "GenerateServiceLastAccessedDetails",
                "Get",
                "List",
                "Lookup",
            ];
            assert!(verbs.iter().any(|verb| call.operation.starts_with(verb)), "{call:?}");
        }
    }
}
