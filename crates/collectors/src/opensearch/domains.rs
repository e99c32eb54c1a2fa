//! OpenSearch domains: ListDomainNames, then DescribeDomains for five at a time.

mod described;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::OPENSEARCH_DOMAIN;
use orgcensus_collect::{Collector, Error, Gate, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::described::Described;
use crate::items::{Answer, Unread, details, given, policy_text_of, with_policies};

const LIST: Read<DomainNames> = reads("opensearch", "ListDomainNames").needs("es:ListDomainNames");
const DESCRIBE: Read<Domains> = reads("opensearch", "DescribeDomains").needs("es:DescribeDomains");

/// How many domains one call may name.
const AT_ONCE: usize = 5;

/// One domain of OpenSearch or Elasticsearch. Null: it could not be read, if nothing else is said.
#[derive(Debug, Serialize, Row)]
#[row(table = "opensearch_domains", key = "arn")]
pub struct Domain {
    /// The domain's ARN.
    pub arn: String,
    /// The domain's name.
    pub domain_name: String,
    /// The domain's id, the account's id and its name.
    pub domain_id: Option<String>,
    /// OpenSearch or Elasticsearch.
    pub engine_type: Option<String>,
    /// The engine with its version, OpenSearch_2.19.
    pub engine_version: Option<String>,
    /// Active, Creating, Modifying, Deleting … Null: AWS did not say.
    pub processing_status: Option<String>,
    /// Whether it is being deleted.
    pub is_deleted: Option<bool>,
    /// Whether it is in a VPC. Then nobody reaches it from outside, whatever its policy says.
    pub is_in_vpc: Option<bool>,
    /// The VPC that it is in. Null: none.
    pub vpc_id: Option<String>,
    /// Its subnets in the VPC.
    pub subnet_ids: Option<Vec<String>>,
    /// Its security groups in the VPC.
    pub security_group_ids: Option<Vec<String>>,
    /// The host to connect to. Null: it has none yet.
    pub endpoint_host: Option<String>,
    /// Another host that the account gave it. Null: none.
    pub custom_endpoint_host: Option<String>,
    /// ipv4 or dualstack.
    pub ip_address_type: Option<String>,
    /// Whether it is encrypted at rest.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// Whether its nodes speak to each other encrypted.
    pub is_node_to_node_encrypted: Option<bool>,
    /// Whether it answers encrypted connections only.
    pub is_https_enforced: Option<bool>,
    /// The least that it asks of encrypted connections, Policy-Min-TLS-1-2-PFS-2023-10.
    pub tls_policy: Option<String>,
    /// Whether fine-grained access control is on: a caller whom the policy admits must have a role within the domain too.
    pub has_fine_grained_access: Option<bool>,
    /// Whether it has users with passwords of its own.
    pub has_internal_user_database: Option<bool>,
    /// Whether fine-grained access control lets in callers who do not sign, until it is completely set up.
    pub is_anonymous_auth_enabled: Option<bool>,
    /// Whether people may sign in by SAML.
    pub is_saml_enabled: Option<bool>,
    /// Whether people sign in by Cognito.
    pub is_cognito_enabled: Option<bool>,
    /// Whether identities of Identity Center are let in.
    pub is_identity_center_enabled: Option<bool>,
    /// The logs that it writes: AUDIT_LOGS, ES_APPLICATION_LOGS, INDEX_SLOW_LOGS, SEARCH_SLOW_LOGS.
    pub log_types: Option<Vec<String>>,
    /// The log groups that it writes them to, by ARN.
    pub log_group_arns: Option<Vec<String>>,
    /// The type of its machines, r7g.large.search.
    pub instance_type: Option<String>,
    /// How many machines hold its data.
    pub instance_count: Option<i32>,
    /// Whether its machines are in several zones.
    pub is_zone_aware: Option<bool>,
    /// What each machine can hold, in GiB. Null: it has no EBS volumes.
    pub volume_gib: Option<i32>,
    /// The version of the service's software, R20250403.
    pub software_version: Option<String>,
    /// Whether there is newer software of the service.
    pub is_software_update_available: Option<bool>,
    /// ELIGIBLE, NOT_ELIGIBLE, PENDING_UPDATE, IN_PROGRESS or COMPLETED.
    pub software_update_status: Option<String>,
    /// Whether the service's software is installed on its own.
    pub has_auto_software_update: Option<bool>,
}

/// The domains of one region, with their policies.
pub const DOMAINS: Collector = Collector {
    name: "opensearch_domains",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call()],
    resources: &[OPENSEARCH_DOMAIN],
    tables: &[table::<Domain>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DomainNames {
    domain_names: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    domain_name: Option<String>,
    engine_type: Option<String>,
}

/// A domain by its name.
#[derive(Clone)]
struct Named {
    name: String,
    engine_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Domains {
    domain_status_list: Vec<Described>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut named = Vec::new();
    for listed in LIST.send(session, json!({})).await?.domain_names {
        let mut unread = Unread::default();
        match unread.value("DomainName", listed.domain_name) {
            Some(name) => named.push(Named { name, engine_type: listed.engine_type }),
            None => unread.lost(rows, with_policies([Domain::TABLE]), &LIST.call().name()),
        }
    }
    let some: Vec<Vec<Named>> = named.chunks(AT_ONCE).map(<[Named]>::to_vec).collect();
    let mut read = details(some, |named| read(session, named));
    while let Some(domains) = read.next().await {
        for (named, answer) in domains {
            push(session, rows, named, answer).await?;
        }
    }
    Ok(())
}

/// The answer about each of some domains. What the answer leaves out is no longer there, unless it says something of a
/// domain without naming it.
async fn read(session: &Session, named: Vec<Named>) -> Vec<(Named, Answer<Option<Described>>)> {
    let names: Vec<String> = named.iter().map(|it| it.name.clone()).collect();
    match DESCRIBE.send(session, json!({"DomainNames": names})).await {
        Ok(answer) => {
            let is_one_nameless = answer.domain_status_list.iter().any(|it| it.domain_name.is_none());
            let by_name = |it: Described| Some((it.domain_name.clone()?, it));
            let mut described: BTreeMap<_, _> = answer.domain_status_list.into_iter().filter_map(by_name).collect();
            let of = |it: Named| {
                let found = match described.remove(&it.name) {
                    None if is_one_nameless => given(None, &DESCRIBE.call().name(), "DomainName"),
                    found => Ok(found),
                };
                (it, found)
            };
            named.into_iter().map(of).collect()
        }
        Err(error) => named.into_iter().map(|it| (it, Err(error.clone()))).collect(),
    }
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    named: Named,
    answer: Answer<Option<Described>>,
) -> Result<(), Error> {
    let (mut described, error) = match answer {
        Ok(Some(described)) => (Some(described), None),
        Ok(None) => {
            rows.gone();
            return Ok(());
        }
        Err(error) => (None, Some(error)),
    };
    let arn = described.as_mut().and_then(|it| it.arn.take());
    let arn = arn.unwrap_or_else(|| session.arn("es", &format!("domain/{}", named.name)));
    // Without a policy it is empty.
    let policy = described.as_mut().and_then(|it| it.access_policies.take()).filter(|text| !text.is_empty());
    let text = policy_text_of(rows, &[Domain::TABLE], error.map_or(Ok(policy), Err))?;
    let is_in_vpc = described.as_ref().is_some_and(|it| it.vpc.id.is_some());
    let gate = is_in_vpc.then_some(Gate::VpcOnly);
    rows.policy(Policy { gate, ..Policy::of(&arn, OPENSEARCH_DOMAIN, text) }).await?;
    let mut unread = Unread::default();
    let is_read = described.is_some();
    let row = domain(arn, named, described, &mut unread);
    if is_read {
        unread.count(rows, Domain::TABLE, &DESCRIBE.call().name());
    }
    rows.push(row).await
}

fn domain(arn: String, named: Named, described: Option<Described>, unread: &mut Unread) -> Domain {
    let is_read = described.is_some();
    let it = described.unwrap_or_default();
    // In a VPC it has its host by another name.
    let endpoint = it.endpoint.or_else(|| it.endpoints.into_values().next());
    let logs = it.log_publishing_options.into_iter().filter(|(_, log)| log.enabled == Some(true));
    let (log_types, log_groups): (Vec<String>, Vec<Option<String>>) =
        logs.map(|(name, log)| (name, log.cloud_watch_logs_log_group_arn)).unzip();
    Domain {
        arn,
        domain_name: named.name,
        domain_id: unread.value("DomainId", it.domain_id),
        engine_type: named.engine_type,
        engine_version: unread.value("EngineVersion", it.engine_version),
        processing_status: it.domain_processing_status,
        is_deleted: it.deleted,
        is_in_vpc: is_read.then_some(it.vpc.id.is_some()),
        vpc_id: it.vpc.id,
        subnet_ids: is_read.then_some(it.vpc.subnet_ids),
        security_group_ids: is_read.then_some(it.vpc.security_group_ids),
        endpoint_host: endpoint,
        custom_endpoint_host: it.domain_endpoint_options.custom_endpoint,
        ip_address_type: it.ip_address_type,
        is_encrypted: it.encryption_at_rest_options.enabled,
        kms_key_id: it.encryption_at_rest_options.kms_key_id,
        is_node_to_node_encrypted: it.node_to_node_encryption_options.enabled,
        is_https_enforced: it.domain_endpoint_options.enforce_https,
        tls_policy: it.domain_endpoint_options.tls_policy,
        has_fine_grained_access: it.advanced_security_options.enabled,
        has_internal_user_database: it.advanced_security_options.internal_user_database_enabled,
        is_anonymous_auth_enabled: it.advanced_security_options.anonymous_auth_enabled,
        is_saml_enabled: it.advanced_security_options.saml.enabled,
        is_cognito_enabled: it.cognito_options.enabled,
        is_identity_center_enabled: it.identity_center_options.enabled,
        log_types: is_read.then_some(log_types),
        log_group_arns: is_read.then(|| log_groups.into_iter().flatten().collect()),
        instance_type: it.cluster_config.instance_type,
        instance_count: it.cluster_config.instance_count,
        is_zone_aware: it.cluster_config.zone_awareness_enabled,
        volume_gib: it.ebs.volume_size,
        software_version: it.service_software_options.current_version,
        is_software_update_available: it.service_software_options.update_available,
        software_update_status: it.service_software_options.update_status,
        has_auto_software_update: it.software_update_options.auto_software_update_enabled,
    }
}

#[cfg(test)]
mod tests;
