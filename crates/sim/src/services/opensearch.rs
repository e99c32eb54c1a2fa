//! OpenSearch: domains with their policies, on the internet or in a VPC.

use crate::context::Context;
use crate::ids::default_vpc_id;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::Class;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, Tally, resources};
use serde_json::{Value, json};

/// How many domains one call may name.
const NAMES_MAX: usize = 5;

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Internal.is("InternalException")],
    answers: &[&[
        get("DescribeDomains", describe_domains),
        list("ListDomainNames", "DomainNames", |context| {
            let named = |it: &Domain| json!({ "DomainName": it.name, "EngineType": it.engine_type });
            Ok(domains(&context.place).iter().map(named).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        let planted = |it: Domain| {
            let is_gated = it.is_in_vpc && it.policy.kind == Kind::Public;
            Planted { is_gated, ..Planted::by(it.arn, it.policy) }
        };
        domains(place).into_iter().map(planted).collect()
    })
    .rows("opensearch_domains")
    .sampled("opensearch_domains", &[])],
    counts: Some((At::Region, count)),
    ..Service::named("opensearch")
};

/// A domain.
#[derive(Debug)]
struct Domain {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    is_in_vpc: bool,
    engine_type: &'static str,
    version: &'static str,
    status: &'static str,
    is_encrypted: bool,
    is_https_enforced: bool,
    has_fine_grained_access: bool,
    has_audit_logs: bool,
}

fn domains(place: &Place<'_>) -> Vec<Domain> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("opensearch", rates.other_resources);
    let domain = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["logs", "products", "papers"]));
        let arn = place.arn("es", &format!("domain/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["es:ESHttpGet", "es:ESHttpPost"],
            resources: vec![format!("{arn}/*")],
            service: "firehose.amazonaws.com",
        };
        let sample = place.sample().filter(|_| number + 1 == count);
        let is_in_vpc = dice.chance(0.4);
        let inside = [Kind::None, Kind::SameAccount, Kind::InOrgAccount, Kind::ExternalAccount, Kind::Public];
        let kind = if is_in_vpc { dice.pick(&inside) } else { any_kind(&mut dice, rates.public_other_resources) };
        let is_in_vpc = sample.map_or(is_in_vpc, |class| class == Class::Gated);
        let kind = sample.map_or(kind, Class::kind);
        let mut policy = subject.policy(kind, &mut dice);
        // In a VPC an open policy admits only those who are in the VPC already.
        if is_in_vpc && kind == Kind::Public {
            policy.verdict = Verdict::IN_ORG;
            policy.named.outside.clear();
        }
        let (engine_type, version) =
            dice.pick(&[("OpenSearch", "OpenSearch_2.19"), ("Elasticsearch", "Elasticsearch_7.10")]);
        Domain {
            policy,
            is_in_vpc,
            engine_type,
            version,
            status: dice.weighted(&[("Active", 18), ("Modifying", 1), ("Levitating", 1)]),
            is_encrypted: dice.chance(0.8),
            is_https_enforced: dice.chance(0.8),
            has_fine_grained_access: dice.chance(0.5),
            has_audit_logs: dice.chance(0.3),
            name,
            arn,
        }
    };
    (0..count).map(domain).collect()
}

/// Adds the domains that the internet reaches, whomever they answer.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for it in domains(place).iter().filter(|it| !it.is_in_vpc) {
        tally.lists.add("G17", [&it.arn]);
    }
}

/// Names that do not exist are left out.
fn describe_domains(context: &Context<'_>) -> Result<Value, Refusal> {
    let names = context.request.texts("DomainNames");
    if names.is_empty() || names.len() > NAMES_MAX {
        return Err(Refusal::invalid_parameter(context.request.service, "DomainNames"));
    }
    let found = domains(&context.place).into_iter().filter(|it| names.contains(&it.name.as_str()));
    let described: Vec<_> = found.map(|it| describe(&context.place, &it)).collect();
    Ok(json!({ "DomainStatusList": described }))
}

fn describe(place: &Place<'_>, it: &Domain) -> Value {
    let account_id = &place.account.id;
    let host = format!("{}-abc.{}.es.amazonaws.com", it.name, place.region);
    let vpc = || {
        let vpc_id = default_vpc_id(place.organization, account_id);
        let (subnets, groups) = (["subnet-0123456789abcdef0"], ["sg-0123456789abcdef0"]);
        json!({ "VPCId": vpc_id, "SubnetIds": subnets, "SecurityGroupIds": groups })
    };
    let log_group = place.arn("logs", &format!("log-group:/aws/opensearch/{}", it.name));
    let audit = json!({ "AUDIT_LOGS": { "CloudWatchLogsLogGroupArn": log_group, "Enabled": true } });
    json!({
        "DomainId": format!("{account_id}/{}", it.name),
        "DomainName": it.name,
        "ARN": it.arn,
        "Created": true,
        "Deleted": false,
        "Endpoint": (!it.is_in_vpc).then(|| format!("search-{host}")),
        "Endpoints": it.is_in_vpc.then(|| json!({ "vpc": format!("vpc-{host}") })),
        "Processing": it.status != "Active",
        "DomainProcessingStatus": it.status,
        "EngineVersion": it.version,
        "ClusterConfig": { "InstanceType": "r7g.large.search", "InstanceCount": 1, "ZoneAwarenessEnabled": false },
        "EBSOptions": { "EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 100 },
        // Without a policy there is an empty text.
        "AccessPolicies": it.policy.document.as_deref().unwrap_or_default(),
        "IPAddressType": "ipv4",
        "VPCOptions": it.is_in_vpc.then(vpc),
        "CognitoOptions": { "Enabled": false },
        "EncryptionAtRestOptions": {
            "Enabled": it.is_encrypted,
            "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
        },
        "NodeToNodeEncryptionOptions": { "Enabled": it.is_encrypted },
        "LogPublishingOptions": it.has_audit_logs.then_some(audit),
        "ServiceSoftwareOptions": {
            "CurrentVersion": "R20250403",
            "UpdateAvailable": false,
            "UpdateStatus": "COMPLETED",
        },
        "DomainEndpointOptions": {
            "EnforceHTTPS": it.is_https_enforced,
            "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07",
            "CustomEndpointEnabled": false,
        },
        "AdvancedSecurityOptions": {
            "Enabled": it.has_fine_grained_access,
            "InternalUserDatabaseEnabled": false,
            "AnonymousAuthEnabled": false,
        },
        "SoftwareUpdateOptions": { "AutoSoftwareUpdateEnabled": true },
    })
}
