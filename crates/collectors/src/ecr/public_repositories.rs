//! Public ECR repositories: DescribeRepositories of ECR Public, then GetRepositoryPolicy and ListTagsForResource for each.
//!
//! ECR Public is one service for an account, and it answers in one region, of one partition.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::ECR_PUBLIC_REPOSITORY;
use orgcensus_collect::{
    Class, Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, by_key, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("ecrpublic", "DescribeRepositories").needs("ecr-public:DescribeRepositories");
const POLICY: Read<ItsPolicy> = reads("ecrpublic", "GetRepositoryPolicy").needs("ecr-public:GetRepositoryPolicy");
const TAGS: Read<Tags> = reads("ecrpublic", "ListTagsForResource").needs("ecr-public:ListTagsForResource");

/// Where ECR Public answers.
const REGION: &str = "us-east-1";
const PARTITION: &str = "aws";

/// How ECR Public says that there is no such repository.
const GONE: &[&str] = &["RepositoryNotFoundException"];

/// How ECR Public says that a repository has no policy.
const NO_POLICY: &[&str] = &["RepositoryPolicyNotFoundException"];

/// One public ECR repository. Anyone may pull its images; its policy says who may push.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecr_public_repositories", key = "arn")]
pub struct PublicRepository {
    /// The repository's ARN.
    pub arn: String,
    /// The repository's name, with its namespaces.
    pub repository_name: String,
    /// The registry that it is in: an account's id.
    pub registry_id: Option<String>,
    /// The URI to pull images: public.ecr.aws/….
    pub repository_uri: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The public repositories of one account.
pub const PUBLIC_REPOSITORIES: Collector = Collector {
    name: "ecr_public_repositories",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), TAGS.call()],
    resources: &[ECR_PUBLIC_REPOSITORY],
    tables: &[table::<PublicRepository>()],
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
    if session.partition() != PARTITION {
        let message = format!("ECR Public is in no other partition than {PARTITION}");
        return Err(orgcensus_aws::Error::new(Class::Unsupported, "NotInPartition", message).into());
    }
    let session = session.in_region(REGION);
    let mut pages = LIST.pages(&session, json!({"maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut repositories = details(page?.repositories, |described| read(&session, described));
        while let Some(repository) = repositories.next().await {
            push(&session, rows, repository).await?;
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
    let name = repository.repository_name.as_deref();
    let answer = POLICY.send(session, json!({"repositoryName": name})).await.optional(NO_POLICY);
    let policy = given_if_set(answer, |it| it.policy_text, &POLICY.call().name(), "policyText");
    let arn = repository.repository_arn.clone().or_else(|| name.map(|name| arn(session, name)));
    let tags = TAGS.send(session, json!({"resourceArn": arn})).await;
    Details { repository, policy, tags }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { repository: it, policy, tags } = details;
    if is_gone(GONE, &policy) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| arn(session, name);
    let identity = unread.identity("repositoryName", it.repository_name, it.repository_arn, made);
    let Some((arn, repository_name)) = identity else {
        unread.lost(rows, with_policies([PublicRepository::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, ECR_PUBLIC_REPOSITORY, text)).await?;
    let tags = rows.item([PublicRepository::TABLE], tags)?;
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let row = PublicRepository {
        arn,
        repository_name,
        registry_id: it.registry_id,
        repository_uri: it.repository_uri,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        tags: tags.map(|it| by_key(it.tags)),
    };
    unread.count(rows, PublicRepository::TABLE, &LIST.call().name());
    rows.push(row).await
}

/// The ARN names no region.
fn arn(session: &Session, name: &str) -> String {
    format!("arn:{}:ecr-public::{}:repository/{name}", session.partition(), session.account_id())
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::PUBLIC_REPOSITORIES;
    use crate::testing::{columns, json_error};

    const ARN: &str = "arn:aws:ecr-public::111122223333:repository";
    const POLICY: &str =
        r#"{"policyText":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr-public:*\"}]}"}"#;

    fn repository(name: &str, more: &str) -> String {
        format!(r#"{{"repositoryArn":"{ARN}/{name}","repositoryName":"{name}"{more}}}"#)
    }

    fn recorded() -> Recorded {
        let (gone, denied) = (json_error("RepositoryNotFoundException"), json_error("AccessDeniedException"));
        let no_policy = json_error("RepositoryPolicyNotFoundException");
        let web = repository("web", r#","createdAt":1766361600,"repositoryUri":"public.ecr.aws/a/web""#);
        let (first, second) = (repository("gone", ""), repository("denied", r#","createdAt":1766361600"#));
        let bare = r#"{"repositoryName":"bare"}"#;
        Recorded::new()
            .answer("DescribeRepositories", &format!(r#"{{"repositories":[{web},{first}],"nextToken":"second"}}"#))
            .answer_to("DescribeRepositories", "second", &format!(r#"{{"repositories":[{second},{bare},{{}}]}}"#))
            .answer_to("GetRepositoryPolicy", "web", POLICY)
            .answer_to("ListTagsForResource", "web", r#"{"tags":[{"Key":"team","Value":"shop"}]}"#)
            .refuse("GetRepositoryPolicy", "gone", 400, &gone)
            .refuse("ListTagsForResource", "gone", 400, &gone)
            .refuse("GetRepositoryPolicy", "denied", 400, &denied)
            .answer_to("ListTagsForResource", "denied", r#"{"tags":[]}"#)
            .refuse("GetRepositoryPolicy", "bare", 400, &no_policy)
            .refuse("ListTagsForResource", "", 400, &json_error("UnsupportedCommandException"))
    }

    #[tokio::test]
    async fn repositories_of_two_pages_one_gone_one_denied() {
        let collected = recorded().run(&PUBLIC_REPOSITORIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PUBLIC_REPOSITORIES);
        assert_eq!(
            columns(&collected, "ecr_public_repositories", &["arn", "repository_uri", "age_days", "tags"]),
            [
                json!([format!("{ARN}/web"), "public.ecr.aws/a/web", 10, {"team": "shop"}]),
                json!([format!("{ARN}/denied"), null, 10, {}]),
                json!([format!("{ARN}/bare"), null, null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [json!(["read", null]), json!(["unread", "AccessDeniedException"]), json!(["absent", null])]
        );
        // A policy, a moment, tags, and a repository without a name.
        assert_eq!(collected.short(), (4, vec!["ecr_public_repositories", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn it_is_asked_in_its_own_region() {
        let recorded = Recorded::new().answer_to("DescribeRepositories", "us-east-1", r#"{"repositories":[]}"#);
        recorded.run(&PUBLIC_REPOSITORIES).await.result.unwrap();
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected =
            Recorded::new().refuse("DescribeRepositories", "", 400, &denied).run(&PUBLIC_REPOSITORIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
