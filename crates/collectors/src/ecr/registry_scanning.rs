//! How ECR scans images: GetRegistryScanningConfiguration for a region's registry, then DescribeRepositories and
//! BatchGetRepositoryScanningConfiguration, by which ECR says what its rules come to for each repository.

use orgcensus_collect::{Class, Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all};

const SETTING: Read<Setting> = reads("ecr", "GetRegistryScanningConfiguration");
const LIST: Read<Page> = reads("ecr", "DescribeRepositories");
const BATCH: Read<Batch> = reads("ecr", "BatchGetRepositoryScanningConfiguration");

/// The most repositories that one call about their scanning takes.
const AT_ONCE: usize = 25;

/// How ECR says that there is no such repository.
const NOT_FOUND: &str = "REPOSITORY_NOT_FOUND";

/// How the private registry of one account and region scans images.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecr_registry_scanning")]
pub struct RegistryScanning {
    /// BASIC (by ECR) or ENHANCED (by Inspector). Null: AWS did not say.
    pub scan_type: Option<String>,
    /// Whether Inspector scans. Null: AWS did not say.
    pub is_enhanced: Option<bool>,
    /// How many rules say what is scanned and when.
    pub rule_count: i32,
    /// The repositories whose images are scanned as they are pushed: their names, with * for any letters.
    pub scan_on_push_filters: Vec<String>,
    /// Those whose images are scanned again and again.
    pub continuous_scan_filters: Vec<String>,
    /// Whether a rule scans all repositories. Where none does, a repository may still be scanned by a narrower rule, or
    /// by its own setting.
    pub is_every_repository_scanned: bool,
}

/// How ECR scans the images of one private repository: what the registry's rules and its own setting come to.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecr_repository_scanning", key = "arn", resource = "none")]
pub struct RepositoryScanning {
    /// The repository's ARN.
    pub arn: String,
    /// The repository's name, with its namespaces.
    pub repository_name: String,
    /// SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL (only when someone asks). Null: AWS did not say.
    pub scan_frequency: Option<String>,
    /// Whether images are scanned as they are pushed. Null: AWS did not say.
    pub is_scan_on_push: Option<bool>,
    /// Whether images are scanned without anyone asking: the frequency is not MANUAL. Null: AWS did not say.
    pub is_scanned: Option<bool>,
    /// The filters of the registry's rules that take it in.
    pub applied_filters: Vec<String>,
}

/// How images of one region are scanned.
pub const REGISTRY_SCANNING: Collector = Collector {
    name: "ecr_registry_scanning",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[SETTING.call(), LIST.call(), BATCH.call()],
    resources: &[],
    tables: &[table::<RegistryScanning>(), table::<RepositoryScanning>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Setting {
    scanning_configuration: Scanning,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Scanning {
    scan_type: Option<String>,
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    scan_frequency: Option<String>,
    repository_filters: Vec<Filter>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Filter {
    filter: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    repositories: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    repository_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Batch {
    scanning_configurations: Vec<Repository>,
    failures: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Repository {
    repository_arn: Option<String>,
    repository_name: Option<String>,
    scan_on_push: Option<bool>,
    scan_frequency: Option<String>,
    applied_scan_filters: Vec<Filter>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Failure {
    failure_code: Option<String>,
    failure_reason: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let setting = SETTING.send(session, json!({})).await;
    if let Some(it) = rows.part([RegistryScanning::TABLE], setting)? {
        let mut unread = Unread::default();
        let row = registry(it.scanning_configuration, &mut unread);
        unread.count(rows, RegistryScanning::TABLE, &SETTING.call().name());
        rows.push(row).await?;
    }
    let mut unread = Unread::default();
    let batches = batches(session, &mut unread).await;
    unread.count(rows, RepositoryScanning::TABLE, &LIST.call().name());
    for batch in rows.part([RepositoryScanning::TABLE], batches)?.unwrap_or_default() {
        push(session, rows, batch).await?;
    }
    Ok(())
}

/// What ECR says of all repositories. If one call is refused, that of all fails.
async fn batches(session: &Session, unread: &mut Unread) -> Answer<Vec<Batch>> {
    let listed = all(&LIST, session, json!({"maxResults": 1000}), |page| page.repositories).await?;
    let names = listed.into_iter().filter_map(|it| unread.value("repositoryName", it.repository_name));
    let names: Vec<String> = names.collect();
    let mut batches = Vec::new();
    for names in names.chunks(AT_ONCE) {
        batches.push(BATCH.send(session, json!({"repositoryNames": names})).await?);
    }
    Ok(batches)
}

async fn push(session: &Session, rows: &mut Rows<'_>, batch: Batch) -> Result<(), Error> {
    for it in batch.failures {
        if it.failure_code.as_deref() == Some(NOT_FOUND) {
            rows.gone();
        } else {
            rows.miss([RepositoryScanning::TABLE], failed(it));
        }
    }
    for it in batch.scanning_configurations {
        let mut unread = Unread::default();
        let row = repository(session, it, &mut unread);
        unread.push(rows, &BATCH.call().name(), row).await?;
    }
    Ok(())
}

/// A repository of which ECR says in its answer that it could not read it.
fn failed(it: Failure) -> orgcensus_aws::Error {
    let code = it.failure_code.as_deref().unwrap_or("Unknown");
    let message = it.failure_reason.unwrap_or_default();
    orgcensus_aws::Error::new(Class::Failed, code, message).during(&BATCH.call().name())
}

fn registry(it: Scanning, unread: &mut Unread) -> RegistryScanning {
    let scan_type = unread.value("scanType", it.scan_type);
    let of = |frequency: &str| -> Vec<String> {
        let rules = it.rules.iter().filter(|rule| rule.scan_frequency.as_deref() == Some(frequency));
        rules.flat_map(|rule| &rule.repository_filters).filter_map(|filter| filter.filter.clone()).collect()
    };
    let (on_push, continuous) = (of("SCAN_ON_PUSH"), of("CONTINUOUS_SCAN"));
    RegistryScanning {
        is_enhanced: scan_type.as_deref().map(|of| of == "ENHANCED"),
        scan_type,
        rule_count: i32::try_from(it.rules.len()).unwrap_or(i32::MAX),
        is_every_repository_scanned: on_push.iter().chain(&continuous).any(|filter| filter == "*"),
        scan_on_push_filters: on_push,
        continuous_scan_filters: continuous,
    }
}

fn repository(session: &Session, it: Repository, unread: &mut Unread) -> Option<RepositoryScanning> {
    let made = |name: &str| session.arn("ecr", &format!("repository/{name}"));
    let (arn, repository_name) = unread.identity("repositoryName", it.repository_name, it.repository_arn, made)?;
    Some(RepositoryScanning {
        arn,
        repository_name,
        is_scanned: it.scan_frequency.as_deref().map(|frequency| frequency != "MANUAL"),
        scan_frequency: it.scan_frequency,
        is_scan_on_push: it.scan_on_push,
        applied_filters: it.applied_scan_filters.into_iter().filter_map(|filter| filter.filter).collect(),
    })
}

#[cfg(test)]
mod tests;
