//! Versions of Lambda layers: ListLayers, ListLayerVersions for each, then GetLayerVersionPolicy for each of the newest.

use std::cmp::Reverse;

use futures::StreamExt;
use orgcensus_collect::kinds::LAMBDA_LAYER;
use orgcensus_collect::{
    Class, Collector, Error, Moment, Optional, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope,
    Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policies::{GONE, ItsPolicy};
use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text};

const LIST: Read<Page> = reads("lambda", "ListLayers");
const VERSIONS: Read<VersionPage> = reads("lambda", "ListLayerVersions");
const POLICY: Read<ItsPolicy> = reads("lambda", "GetLayerVersionPolicy");

/// Of so many versions of a layer, the newest, the policies are read: each costs a call of a service that allows fifteen
/// a second.
const ASKED_MAX: usize = 20;

/// One version of a layer: code that functions share. Its policy says who may use it. Only the policies of the newest
/// twenty versions of a layer are read: those of older ones are unread in policy_documents, with the code NotAsked.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_layer_versions", key = "arn", resource = LAMBDA_LAYER.resource_type, name = "layer_name")]
pub struct LayerVersion {
    /// The version's ARN: the layer's, and the version's number.
    pub arn: String,
    /// The layer's ARN.
    pub layer_arn: String,
    /// The layer's name.
    pub layer_name: String,
    /// The version's number.
    pub layer_version: i64,
    /// What its author says of it. Null: nothing.
    pub description: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// The architectures that it is for: x86_64, arm64. Empty: its author does not say.
    pub compatible_architectures: Vec<String>,
    /// The runtimes that it is for, python3.13. Empty: its author does not say.
    pub compatible_runtimes: Vec<String>,
    /// The licence, as its author says it. Null: not said.
    pub license_info: Option<String>,
}

/// The versions of the layers of one region, with the policies of the newest.
pub const LAYERS: Collector = Collector {
    name: "lambda_layers",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), VERSIONS.call(), POLICY.call()],
    resources: &[LAMBDA_LAYER],
    tables: &[table::<LayerVersion>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    layers: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    layer_name: Option<String>,
    layer_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct VersionPage {
    layer_versions: Vec<Published>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Published {
    layer_version_arn: Option<String>,
    version: Option<i64>,
    description: Option<String>,
    created_date: Option<Moment>,
    compatible_architectures: Vec<String>,
    compatible_runtimes: Vec<String>,
    license_info: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 50}));
    while let Some(page) = pages.next().await {
        let mut layers = details(page?.layers, |listed| read(session, listed));
        while let Some((layer, versions)) = layers.next().await {
            push(rows, &layer, versions).await?;
        }
    }
    Ok(())
}

/// A layer.
struct Named {
    name: String,
    arn: String,
}

/// A version with its policy, if that was asked for.
struct Details {
    arn: String,
    number: i64,
    published: Published,
    policy: Option<Answer<Option<String>>>,
}

async fn read(session: &Session, listed: Listed) -> (Named, Answer<Vec<Details>>) {
    // Without a name its versions are not asked for, which counts.
    let name = listed.layer_name.unwrap_or_default();
    let arn = listed.layer_arn.unwrap_or_else(|| session.arn("lambda", &format!("layer:{name}")));
    let layer = Named { name, arn };
    let versions = versions(session, &layer).await;
    (layer, versions)
}

/// The layer's versions, the newest first.
async fn versions(session: &Session, layer: &Named) -> Answer<Vec<Details>> {
    let input = json!({"LayerName": layer.name, "MaxItems": 50});
    let mut listed = all(&VERSIONS, session, input, |page| page.layer_versions).await?;
    listed.sort_by_key(|it| Reverse(it.version));
    let mut versions = Vec::new();
    for (place, mut published) in listed.into_iter().enumerate() {
        let number = given(published.version, &VERSIONS.call().name(), "Version")?;
        let arn = published.layer_version_arn.take().unwrap_or_else(|| format!("{}:{number}", layer.arn));
        let policy = if place < ASKED_MAX { Some(policy(session, layer, number).await) } else { None };
        versions.push(Details { arn, number, published, policy });
    }
    Ok(versions)
}

async fn policy(session: &Session, layer: &Named, number: i64) -> Answer<Option<String>> {
    let input = json!({"LayerName": layer.name, "VersionNumber": number});
    let answer = POLICY.send(session, input).await.optional(GONE)?;
    answer.map(|it| given(it.policy, &POLICY.call().name(), "Policy")).transpose()
}

async fn push(rows: &mut Rows<'_>, layer: &Named, versions: Answer<Vec<Details>>) -> Result<(), Error> {
    if is_gone(GONE, &versions) {
        rows.gone();
        return Ok(());
    }
    let tables = POLICY_TABLE_NAMES.into_iter().chain([LayerVersion::TABLE]);
    for Details { arn, number, published, policy } in rows.item(tables, versions)?.unwrap_or_default() {
        let text = match policy {
            Some(policy) => policy_text(rows, policy)?,
            None => not_asked(),
        };
        rows.policy(Policy::of(&arn, LAMBDA_LAYER, text)).await?;
        let mut unread = Unread::default();
        let created = unread.value("CreatedDate", published.created_date.as_ref());
        let created_at = unread.moment("CreatedDate", created);
        let row = LayerVersion {
            arn,
            layer_arn: layer.arn.clone(),
            layer_name: layer.name.clone(),
            layer_version: number,
            description: published.description.filter(|text| !text.is_empty()),
            created_at,
            age_days: created_at.map(|at| at.days_until(rows.captured_at())),
            compatible_architectures: published.compatible_architectures,
            compatible_runtimes: published.compatible_runtimes,
            license_info: published.license_info.filter(|text| !text.is_empty()),
        };
        unread.count(rows, LayerVersion::TABLE, &VERSIONS.call().name());
        rows.push(row).await?;
    }
    Ok(())
}

/// Nothing was missed: no one asks for the policies of old versions.
fn not_asked() -> PolicyText {
    let message = format!("only the policies of the newest {ASKED_MAX} versions of a layer are read");
    PolicyText::Unread(orgcensus_aws::Error::new(Class::Unsupported, "NotAsked", message))
}

#[cfg(test)]
mod tests;
