//! Projects of CodeBuild: ListProjects, BatchGetProjects for a page of names, then GetResourcePolicy for each.

mod described;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::CODEBUILD_PROJECT;
use orgcensus_collect::{Collector, Error, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policy::{POLICY, policy_of};
use crate::items::{Answer, Unread, details, policy_text, with_policies};
use crate::secret_names::secret_like;
use described::{Described, Projects, is_enabled, without_user};

const LIST: Read<Page> = reads("codebuild", "ListProjects");
const DESCRIBE: Read<Projects> = reads("codebuild", "BatchGetProjects");

/// One project of CodeBuild.
#[derive(Debug, Serialize, Row)]
#[row(table = "codebuild_projects", key = "arn")]
pub struct Project {
    /// The project's ARN.
    pub arn: String,
    /// The project's name.
    pub project_name: String,
    /// Its description. Null: none.
    pub description: Option<String>,
    /// PUBLIC_READ (everyone may see its builds, their logs and artifacts) or PRIVATE. Null: AWS did not say.
    pub project_visibility: Option<String>,
    /// Whether everyone may see its builds. Null: AWS did not say.
    pub is_public: Option<bool>,
    /// The name in the address of its public builds. Null: they are not public.
    pub public_project_alias: Option<String>,
    /// The role by which everyone sees logs and artifacts of public builds. Null: none.
    pub resource_access_role_arn: Option<String>,
    /// The role that builds have. Null: AWS did not say.
    pub service_role_arn: Option<String>,
    /// Where the source is: GITHUB, CODECOMMIT, S3 … Null: AWS did not say.
    pub source_type: Option<String>,
    /// The address of the source, without name and password. Null: none, as of a pipeline.
    pub source_location: Option<String>,
    /// How the source is reached: OAUTH, CODECONNECTIONS or SECRETS_MANAGER. Null: AWS did not say.
    pub source_auth_type: Option<String>,
    /// Whether certificates of the source's server are not checked. Null: AWS did not say.
    pub has_insecure_ssl: Option<bool>,
    /// Whether a webhook starts builds.
    pub has_webhook: bool,
    /// Which pull requests need a comment before they are built: DISABLED, ALL_PULL_REQUESTS or FORK_PULL_REQUESTS.
    /// Null: AWS did not say, or no webhook.
    pub pull_request_approval: Option<String>,
    /// The machine's type: LINUX_CONTAINER, ARM_CONTAINER … Null: AWS did not say.
    pub environment_type: Option<String>,
    /// The image that builds run in. Null: AWS did not say.
    pub image: Option<String>,
    /// Whether builds may run Docker, as root of their machine. Null: AWS did not say.
    pub is_privileged: Option<bool>,
    /// The names of the environment's variables. Values are not read.
    pub environment_names: Vec<String>,
    /// Those of them whose values stand in the project itself (PLAINTEXT), and not in a store of secrets or parameters.
    pub plaintext_environment_names: Vec<String>,
    /// The VPC in which builds run. Null: none of the account's.
    pub vpc_id: Option<String>,
    /// Where artifacts go: S3, CODEPIPELINE or NO_ARTIFACTS. Null: AWS did not say.
    pub artifacts_type: Option<String>,
    /// The bucket that gets them. Null: none.
    pub artifacts_location: Option<String>,
    /// Whether artifacts are not encrypted. Null: AWS did not say.
    pub is_artifacts_encryption_disabled: Option<bool>,
    /// Whether logs go to CloudWatch Logs or to a bucket. Null: AWS did not say.
    pub has_logs: Option<bool>,
    /// The KMS key that encrypts artifacts, by ARN or alias. Null: AWS did not say.
    pub kms_key_id: Option<String>,
    /// Whether its state is shown to everyone as a badge. Null: AWS did not say.
    pub has_badge: Option<bool>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_modified_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Those of the names of plaintext variables that look like a secret's.
    pub secret_like_variables: Vec<String>,
    /// Whether there is one.
    pub has_secret_like_variable: bool,
}

/// The projects of one region, with their policies.
pub const PROJECTS: Collector = Collector {
    name: "codebuild_projects",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call(), POLICY.call()],
    resources: &[CODEBUILD_PROJECT],
    tables: &[table::<Project>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    projects: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({}));
    while let Some(page) = pages.next().await {
        // A page of the list has at most as many names as one call takes.
        let names = page?.projects;
        if names.is_empty() {
            continue;
        }
        let described = DESCRIBE.send(session, json!({"names": names})).await?;
        described.projects_not_found.iter().for_each(|_| rows.gone());
        let mut projects = details(described.projects, |project| read(session, project));
        while let Some((project, arn, policy)) = projects.next().await {
            push(rows, project, arn, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, mut project: Described) -> (Described, Option<String>, Answer<Option<String>>) {
    let usual = |name: &str| session.arn("codebuild", &format!("project/{name}"));
    let arn = project.arn.take().or_else(|| project.name.as_deref().map(usual));
    let policy = policy_of(session, arn.as_deref()).await;
    (project, arn, policy)
}

async fn push(
    rows: &mut Rows<'_>,
    project: Described,
    arn: Option<String>,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    unread.value("name", project.name.as_ref());
    let Some(arn) = arn else {
        unread.lost(rows, with_policies([Project::TABLE]), &DESCRIBE.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, CODEBUILD_PROJECT, text)).await?;
    let row = row(arn, project, rows.captured_at(), &mut unread);
    unread.count(rows, Project::TABLE, &DESCRIBE.call().name());
    rows.push(row).await
}

fn row(arn: String, it: Described, now: Timestamp, unread: &mut Unread) -> Project {
    let created_at = unread.moment("created", it.created.as_ref());
    let (source, environment, artifacts) = (it.source, it.environment, it.artifacts);
    let webhook = it.webhook.as_ref();
    let approval = webhook.and_then(|it| it.pull_request_build_policy.requires_comment_approval.clone());
    let plaintext = environment.environment_variables.iter().filter(|it| it.is_plaintext());
    let plaintext: Vec<String> = plaintext.filter_map(|it| it.name.clone()).collect();
    let secrets = secret_like(&plaintext);
    Project {
        arn,
        project_name: it.name.unwrap_or_default(),
        description: it.description.filter(|text| !text.is_empty()),
        is_public: it.project_visibility.as_deref().map(|visibility| visibility == "PUBLIC_READ"),
        project_visibility: it.project_visibility,
        public_project_alias: it.public_project_alias,
        resource_access_role_arn: it.resource_access_role,
        service_role_arn: it.service_role,
        source_type: source.source_type,
        source_location: source.location.as_deref().map(without_user),
        source_auth_type: source.auth.auth_type,
        has_insecure_ssl: source.insecure_ssl,
        has_webhook: webhook.is_some(),
        pull_request_approval: approval,
        plaintext_environment_names: plaintext,
        environment_names: environment.environment_variables.into_iter().filter_map(|it| it.name).collect(),
        environment_type: environment.environment_type,
        image: environment.image,
        is_privileged: environment.privileged_mode,
        vpc_id: it.vpc_config.vpc_id.filter(|id| !id.is_empty()),
        artifacts_type: artifacts.artifacts_type,
        artifacts_location: artifacts.location,
        is_artifacts_encryption_disabled: artifacts.encryption_disabled,
        has_logs: it.logs_config.map(|logs| is_enabled(&logs.cloud_watch_logs) || is_enabled(&logs.s3_logs)),
        kms_key_id: it.encryption_key,
        has_badge: it.badge.badge_enabled,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at: unread.moment("lastModified", it.last_modified.as_ref()),
        tags: it.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        has_secret_like_variable: !secrets.is_empty(),
        secret_like_variables: secrets,
    }
}

#[cfg(test)]
mod tests;
