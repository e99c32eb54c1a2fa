//! ECR repositories: DescribeRepositories, then GetRepositoryPolicy and ListTagsForResource for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::ECR_REPOSITORY;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, by_key, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("ecr", "DescribeRepositories");
const POLICY: Read<ItsPolicy> = reads("ecr", "GetRepositoryPolicy");
const TAGS: Read<Tags> = reads("ecr", "ListTagsForResource");

/// How ECR says that there is no such repository.
const GONE: &[&str] = &["RepositoryNotFoundException"];

/// One private ECR repository.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecr_repositories", key = "arn")]
pub struct Repository {
    /// The repository's ARN.
    pub arn: String,
    /// The repository's name, with its namespaces.
    pub repository_name: String,
    /// The registry that it is in: an account's id.
    pub registry_id: Option<String>,
    /// The URI to push and pull images.
    pub repository_uri: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// MUTABLE, IMMUTABLE, or either with exclusions: whether an image's tag may move.
    pub image_tag_mutability: Option<String>,
    /// Whether the repository itself asks for a scan of each image pushed. The registry's own scanning may do more.
    pub is_scan_on_push: Option<bool>,
    /// AES256, KMS or KMS_DSSE.
    pub encryption_type: Option<String>,
    /// The KMS key that encrypts images. Null: none.
    pub kms_key_arn: Option<String>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The private repositories of one region.
pub const REPOSITORIES: Collector = Collector {
    name: "ecr_repositories",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), TAGS.call()],
    resources: &[ECR_REPOSITORY],
    tables: &[table::<Repository>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    repositories: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    repository_arn: Option<String>,
    repository_name: Option<String>,
    registry_id: Option<String>,
    repository_uri: Option<String>,
    created_at: Option<Moment>,
    image_tag_mutability: Option<String>,
    image_scanning_configuration: Option<Scanning>,
    encryption_configuration: Option<Encryption>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Scanning {
    scan_on_push: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    encryption_type: Option<String>,
    kms_key: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsPolicy {
    policy_text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Tags {
    tags: Vec<Tag>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut repositories = details(page?.repositories, |described| read(session, described));
        while let Some(repository) = repositories.next().await {
            push(session, rows, repository).await?;
        }
    }
    Ok(())
}

struct Details {
    repository: Described,
    policy: Answer<Option<String>>,
    tags: Answer<Tags>,
}

async fn read(session: &Session, repository: Described) -> Details {
    let policy = POLICY.send(session, json!({"repositoryName": repository.repository_name})).await;
    let tags = TAGS.send(session, json!({"resourceArn": repository.repository_arn})).await;
    let policy = policy.optional(&["RepositoryPolicyNotFoundException"]);
    let policy = given_if_set(policy, |it| it.policy_text, "ecr:GetRepositoryPolicy", "policyText");
    Details { repository, policy, tags }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut repository, policy, tags } = details;
    if is_gone(GONE, &policy) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("ecr", &format!("repository/{name}"));
    let (name, arn) = (repository.repository_name.take(), repository.repository_arn.take());
    let Some((arn, name)) = unread.identity("repositoryName", name, arn, made) else {
        unread.lost(rows, with_policies([Repository::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, ECR_REPOSITORY, text)).await?;
    let tags = rows.item([Repository::TABLE], tags)?;
    let row = row(arn, name, repository, tags, rows.captured_at(), &mut unread);
    unread.count(rows, Repository::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn row(
    arn: String,
    repository_name: String,
    it: Described,
    tags: Option<Tags>,
    now: Timestamp,
    unread: &mut Unread,
) -> Repository {
    let created_at = unread.moment("createdAt", it.created_at.as_ref());
    let scanning = it.image_scanning_configuration;
    let encryption = it.encryption_configuration.unwrap_or_default();
    Repository {
        arn,
        repository_name,
        registry_id: it.registry_id,
        repository_uri: it.repository_uri,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        image_tag_mutability: it.image_tag_mutability,
        is_scan_on_push: scanning.and_then(|scanning| unread.value("scanOnPush", scanning.scan_on_push)),
        encryption_type: encryption.encryption_type,
        kms_key_arn: encryption.kms_key,
        tags: tags.map(|it| by_key(it.tags)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;

    use super::REPOSITORIES;

    const DENIED: &str = r#"{"__type": "AccessDeniedException", "message": "not authorized"}"#;
    const NO_POLICY: &str = r#"{"__type": "RepositoryPolicyNotFoundException", "message": "none"}"#;
    const GONE: &str = r#"{"__type": "RepositoryNotFoundException", "message": "gone"}"#;

    fn repository(name: &str, more: &str) -> String {
        let arn = format!("arn:aws:ecr:eu-west-1:111122223333:repository/{name}");
        format!(r#"{{"repositoryArn": "{arn}", "repositoryName": "{name}"{more}}}"#)
    }

    fn recorded() -> Recorded {
        let shop = repository(
            "shop/web",
            r#", "createdAt": 1766361600, "imageTagMutability": "FROZEN",
            "imageScanningConfiguration": {"scanOnPush": true}, "encryptionConfiguration": {"encryptionType": "AES256"}"#,
        );
        let (gone, secret, plain) = (repository("gone", ""), repository("secret", ""), repository("plain", ""));
        let policy =
            r#"{"policyText": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:*\"}]}"}"#;
        let tags = r#"{"tags": [{"Key": "team", "Value": "shop"}]}"#;
        Recorded::new()
            .answer("DescribeRepositories", &format!(r#"{{"repositories": [{shop}, {gone}], "nextToken": "second"}}"#))
            .answer_to("DescribeRepositories", "second", &format!(r#"{{"repositories": [{secret}, {plain}, {{}}]}}"#))
            .answer_to("GetRepositoryPolicy", "shop", policy)
            .answer_to("ListTagsForResource", "shop", tags)
            .refuse("GetRepositoryPolicy", "gone", 400, GONE)
            .refuse("ListTagsForResource", "gone", 400, GONE)
            .refuse("GetRepositoryPolicy", "secret", 400, DENIED)
            .refuse("ListTagsForResource", "secret", 400, DENIED)
            .refuse("GetRepositoryPolicy", "plain", 400, NO_POLICY)
            .answer_to("ListTagsForResource", "plain", "{}")
    }

    #[tokio::test]
    async fn repositories_of_two_pages_one_gone_one_denied() {
        let collected = recorded().run(&REPOSITORIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&REPOSITORIES);
        // A policy, tags, and a repository without a name.
        assert_eq!(collected.short(), (3, vec!["ecr_repositories", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);

        let repositories = collected.table("ecr_repositories");
        assert_eq!(repositories.len(), 3);
        assert_eq!(repositories[0]["image_tag_mutability"], "FROZEN");
        assert_eq!(repositories[0]["age_days"], 10);
        assert_eq!(repositories[0]["is_scan_on_push"], true);
        assert_eq!(repositories[0]["tags"]["team"], "shop");
        assert!(repositories[1]["tags"].is_null());
        assert!(repositories[2]["is_scan_on_push"].is_null());
    }

    #[tokio::test]
    async fn a_scan_that_is_not_said_is_unknown_and_a_policy_that_is_not_found_otherwise_is_unread() {
        let silent = repository("silent", r#", "imageScanningConfiguration": {}"#);
        let loud = repository("loud", r#", "imageScanningConfiguration": {"scanOnPush": false}"#);
        let odd = r#"{"__type": "ResourceNotFoundException", "message": "odd"}"#;
        let recorded = Recorded::new()
            .answer("DescribeRepositories", &format!(r#"{{"repositories": [{silent}, {loud}]}}"#))
            .refuse("GetRepositoryPolicy", "silent", 400, odd)
            .refuse("ListTagsForResource", "silent", 400, odd)
            .answer_to("GetRepositoryPolicy", "loud", "{}")
            .answer_to("ListTagsForResource", "loud", "{}");
        let collected = recorded.run(&REPOSITORIES).await;
        collected.result.as_ref().unwrap();
        let repositories = collected.table("ecr_repositories");
        assert!(repositories[0]["is_scan_on_push"].is_null());
        assert_eq!(repositories[1]["is_scan_on_push"], false);
        assert_eq!((collected.short().0, collected.gone), (4, 0), "a scan, two policies, tags");
    }

    #[tokio::test]
    async fn no_policy_is_absent_and_a_denied_one_unread() {
        let collected = recorded().run(&REPOSITORIES).await;
        let states: Vec<_> = collected.table("policy_documents").iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["read", "unread", "absent"]);
    }
}
