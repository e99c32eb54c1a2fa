//! Documents of Systems Manager: GetServiceSetting once, ListDocuments, then DescribeDocumentPermission for each: with
//! whom it is shared.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::SSM_DOCUMENT;
use orgcensus_collect::{
    Collector, Error, Gate, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, all, by_key, details, is_gone, with_policies};

const SETTING: Read<Setting> = reads("ssm", "GetServiceSetting");
const LIST: Read<Page> = reads("ssm", "ListDocuments");
const PERMISSION: Read<Permission> = reads("ssm", "DescribeDocumentPermission");

/// How Systems Manager says that there is no such document.
const GONE: &[&str] = &["InvalidDocument"];

/// The setting by which a region's documents can no longer be made public.
const PUBLIC_SHARING: &str = "/ssm/documents/console/public-sharing-permission";

/// Whether documents of one account and region can be made public.
#[derive(Debug, Serialize, Row)]
#[row(table = "ssm_document_settings")]
pub struct DocumentSetting {
    /// Enable (a document can be made public) or Disable. Null: AWS did not say.
    pub public_sharing_permission: Option<String>,
    /// Whether no further document can be made public. Those that are public stay so.
    pub is_public_sharing_blocked: Option<bool>,
    /// Default, Customized or PendingUpdate. Null: AWS did not say.
    pub setting_status: Option<String>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_modified_at: Option<Timestamp>,
    /// Who changed it last, by ARN; System for AWS. Null: AWS did not say.
    pub last_modified_by: Option<String>,
}

/// One document of Systems Manager that the account owns.
#[derive(Debug, Serialize, Row)]
#[row(table = "ssm_documents", key = "arn")]
pub struct Document {
    /// The document's ARN.
    pub arn: String,
    /// The document's name.
    pub document_name: String,
    /// The name that people see. Null: none.
    pub display_name: Option<String>,
    /// The account that owns it, 12 digits. Null: AWS did not say.
    pub owner_id: Option<String>,
    /// Command, Automation, Session, Policy, Package … Null: AWS did not say.
    pub document_type: Option<String>,
    /// YAML, JSON or TEXT. Null: AWS did not say.
    pub document_format: Option<String>,
    /// The version that is used by default. Null: AWS did not say.
    pub document_version: Option<String>,
    /// The name of that version. Null: none.
    pub version_name: Option<String>,
    /// The version of its schema, 2.2. Null: AWS did not say.
    pub schema_version: Option<String>,
    /// The type of resource that it may run on, /AWS::EC2::Instance. Null: none.
    pub target_type: Option<String>,
    /// The operating systems that it is for: Windows, Linux, MacOS.
    pub platform_types: Vec<String>,
    /// The documents that it needs, by name.
    pub required_document_names: Vec<String>,
    /// Who wrote it. Null: AWS did not say.
    pub author: Option<String>,
    /// APPROVED, NOT_REVIEWED, PENDING or REJECTED. Null: it is not reviewed.
    pub review_status: Option<String>,
    /// Whether it is shared with everyone. Null: it could not be read.
    pub is_public: Option<bool>,
    /// How many accounts it is shared with by name. Null: it could not be read.
    pub shared_account_count: Option<i32>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The own documents of one region, and whether they can be made public.
pub const DOCUMENTS: Collector = Collector {
    name: "ssm_documents",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[SETTING.call(), LIST.call(), PERMISSION.call()],
    resources: &[SSM_DOCUMENT],
    tables: &[table::<DocumentSetting>(), table::<Document>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Setting {
    service_setting: ServiceSetting,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ServiceSetting {
    setting_value: Option<String>,
    last_modified_date: Option<Moment>,
    last_modified_user: Option<String>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    document_identifiers: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    created_date: Option<Moment>,
    display_name: Option<String>,
    owner: Option<String>,
    version_name: Option<String>,
    platform_types: Vec<String>,
    document_version: Option<String>,
    document_type: Option<String>,
    schema_version: Option<String>,
    document_format: Option<String>,
    target_type: Option<String>,
    tags: Vec<Tag>,
    requires: Vec<Required>,
    review_status: Option<String>,
    author: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Required {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Permission {
    account_ids: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let gate = setting(session, rows).await?;
    let own = json!({"Filters": [{"Key": "Owner", "Values": ["Self"]}], "MaxResults": 50});
    let mut pages = LIST.pages(session, own);
    while let Some(page) = pages.next().await {
        let mut documents = details(page?.document_identifiers, |listed| read(session, listed));
        while let Some((listed, shared)) = documents.next().await {
            push(session, rows, listed, shared, gate).await?;
        }
    }
    Ok(())
}

/// The region's setting, and the gate that it is. A gate that could not be read is none: it is only noted.
async fn setting(session: &Session, rows: &mut Rows<'_>) -> Result<Option<Gate>, Error> {
    let answer = SETTING.send(session, json!({"SettingId": PUBLIC_SHARING})).await;
    let Some(answer) = rows.item([DocumentSetting::TABLE], answer)? else { return Ok(None) };
    let it = answer.service_setting;
    let mut unread = Unread::default();
    let public_sharing_permission = unread.value("SettingValue", it.setting_value);
    let last_modified_at = unread.moment("LastModifiedDate", it.last_modified_date.as_ref());
    unread.count(rows, DocumentSetting::TABLE, &SETTING.call().name());
    let is_blocked = public_sharing_permission.as_deref().map(|value| value.eq_ignore_ascii_case("Disable"));
    rows.push(DocumentSetting {
        public_sharing_permission,
        is_public_sharing_blocked: is_blocked,
        setting_status: it.status,
        last_modified_at,
        last_modified_by: it.last_modified_user,
    })
    .await?;
    Ok(is_blocked.filter(|is_so| *is_so).map(|_| Gate::DocumentBlockPublicSharing))
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Vec<String>>) {
    let input = json!({"Name": listed.name, "PermissionType": "Share", "MaxResults": 200});
    let shared = all(&PERMISSION, session, input, |page| page.account_ids).await;
    (listed, shared)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut listed: Listed,
    shared: Answer<Vec<String>>,
    gate: Option<Gate>,
) -> Result<(), Error> {
    if is_gone(GONE, &shared) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(name) = unread.value("Name", listed.name.take()) else {
        unread.lost(rows, with_policies([Document::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let arn = session.arn("ssm", &format!("document/{name}"));
    let failed = shared.as_ref().err().cloned();
    let shared = rows.item(with_policies([Document::TABLE]), shared)?;
    let sharees = match failed {
        Some(error) => Err(error),
        None => Ok(shared.iter().flatten().map(|id| Sharee::named(id)).collect()),
    };
    let share = Share {
        resource_arn: &arn,
        resource: SSM_DOCUMENT,
        origin: PolicyKind::Share,
        name: "",
        actions: &["ssm:DescribeDocument", "ssm:GetDocument"],
        gate,
    };
    rows.share(share, sharees).await?;
    let row = document((arn, name), listed, shared.as_deref(), rows.captured_at(), &mut unread);
    unread.count(rows, Document::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn document(
    (arn, document_name): (String, String),
    it: Listed,
    shared: Option<&[String]>,
    now: Timestamp,
    unread: &mut Unread,
) -> Document {
    let created_at = unread.moment("CreatedDate", it.created_date.as_ref());
    let count = |ids: &[String]| i32::try_from(ids.iter().filter(|id| *id != "all").count()).unwrap_or(i32::MAX);
    Document {
        arn,
        document_name,
        display_name: it.display_name,
        owner_id: it.owner,
        document_type: it.document_type,
        document_format: it.document_format,
        document_version: it.document_version,
        version_name: it.version_name,
        schema_version: it.schema_version,
        target_type: it.target_type,
        platform_types: it.platform_types,
        required_document_names: it.requires.into_iter().filter_map(|required| required.name).collect(),
        author: it.author,
        review_status: it.review_status,
        is_public: shared.map(|ids| ids.iter().any(|id| id == "all")),
        shared_account_count: shared.map(count),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: by_key(it.tags),
    }
}

#[cfg(test)]
mod tests;
