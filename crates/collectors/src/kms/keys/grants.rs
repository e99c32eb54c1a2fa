//! The grants of a region's keys: ListGrants for each key that is not AWS's own, called by the collector of keys.
//!
//! A key may have 50,000 grants; no more than [`GRANTS_MAX`] of one key are kept.

use std::collections::BTreeMap;

use orgcensus_collect::kinds::KMS_KEY;
use orgcensus_collect::{Class, Error, Moment, Policy, PolicyKind, PolicyText, Read, Rows, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::items::{Answer, Unread, given, policy_text_of};

pub(super) const LIST: Read<Page> = reads("kms", "ListGrants");

/// How many grants of one key are read. Whom all others let in is not known.
const GRANTS_MAX: usize = 10_000;

/// How many grants a page has.
const PAGE_GRANTS: usize = 100;

/// One grant of a KMS key: it lets someone use the key beside the key's policy. Grants of AWS's own keys are not read,
/// since only AWS's services use those keys, nor are those of one key beyond the first ten thousand: then the key's
/// verdict rests on less, and an answer that is not yes is null.
#[derive(Debug, Serialize, Row)]
#[row(table = "kms_grants", key = "key_arn, grant_id")]
pub struct Grant {
    /// The key's ARN.
    pub key_arn: String,
    /// The grant's id.
    pub grant_id: String,
    /// The grant's name. Null: it has none.
    pub grant_name: Option<String>,
    /// Who may use the key, as AWS says it: an ARN, the id of someone who was deleted, or a service. Null: the grant is
    /// for grantee_service_principal.
    pub grantee_principal: Option<String>,
    /// The service that may use the key, logs.amazonaws.com. Null: the grant is for grantee_principal.
    pub grantee_service_principal: Option<String>,
    /// Who may give the grant back, an ARN. Null: nobody is named, or a service.
    pub retiring_principal: Option<String>,
    /// The service that may give the grant back. Null: none is named.
    pub retiring_service_principal: Option<String>,
    /// The account that made the grant, as AWS says it: arn:aws:iam::111122223333:root.
    pub issuing_account: Option<String>,
    /// What the grant allows: Decrypt, GenerateDataKey, CreateGrant ….
    pub operations: Vec<String>,
    /// The keys of the encryption context that a request must have, as JSON: EncryptionContextSubset (these at least),
    /// EncryptionContextEquals (these and no others). Their values are not kept. Null: no such constraint.
    pub constraints_json: Option<String>,
    /// The resource on whose behalf a service must ask, its ARN. Null: no such constraint.
    pub source_arn: Option<String>,
    /// When the grant was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since the grant was made.
    pub age_days: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    grants: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    grant_id: Option<String>,
    name: Option<String>,
    grantee_principal: Option<String>,
    grantee_service_principal: Option<String>,
    retiring_principal: Option<String>,
    retiring_service_principal: Option<String>,
    issuing_account: Option<String>,
    operations: Vec<String>,
    constraints: Constraints,
    creation_date: Option<Moment>,
}

/// The constraints without the values of the encryption context.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Constraints {
    encryption_context_subset: Option<BTreeMap<String, IgnoredAny>>,
    encryption_context_equals: Option<BTreeMap<String, IgnoredAny>>,
    source_arn: Option<String>,
}

/// A key's grants, page by page. After a page that could not be read there is none.
pub(super) struct Grants(Vec<Answer<Page>>);

impl Grants {
    /// Whether KMS gave the first page.
    pub(super) fn is_answered(&self) -> bool {
        self.0.first().is_some_and(Result::is_ok)
    }
}

/// Reads a key's grants, until it is known whether there are more than are kept.
pub(super) async fn read(session: &Session, key_id: &str) -> Grants {
    let mut pages = LIST.pages(session, json!({"KeyId": key_id, "Limit": PAGE_GRANTS}));
    let (mut read, mut count) = (Vec::new(), 0);
    while count <= GRANTS_MAX {
        let Some(page) = pages.next().await else { break };
        count += page.as_ref().map_or(0, |it| it.grants.len());
        read.push(page);
    }
    Grants(read)
}

/// Adds the rows of a key's grants, and a share for each: its name is the grant's id. If there is no grant, or if some
/// could not be read, a share without a name says so.
pub(super) async fn push(rows: &mut Rows<'_>, key_arn: &str, grants: Grants) -> Result<(), Error> {
    let mut count = 0;
    for page in grants.0 {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                let text = policy_text_of(rows, &[Grant::TABLE], Err(error))?;
                return share(rows, key_arn, "", text).await;
            }
        };
        for listed in page.grants {
            if count == GRANTS_MAX {
                return share(rows, key_arn, "", not_asked()).await;
            }
            count += 1;
            push_one(rows, key_arn, listed).await?;
        }
    }
    if count == 0 { share(rows, key_arn, "", PolicyText::Absent).await } else { Ok(()) }
}

/// Nothing was missed: no one asks for more grants.
fn not_asked() -> PolicyText {
    let message = format!("of the grants of a key only {GRANTS_MAX} are read");
    PolicyText::Unread(orgcensus_aws::Error::new(Class::Unsupported, "NotAsked", message))
}

async fn push_one(rows: &mut Rows<'_>, key_arn: &str, listed: Listed) -> Result<(), Error> {
    let text = policy_text_of(rows, &[Grant::TABLE], document(key_arn, &listed).map(Some))?;
    let mut unread = Unread::default();
    let row = grant(key_arn, listed, rows.captured_at(), &mut unread);
    unread.count(rows, Grant::TABLE, &LIST.call().name());
    share(rows, key_arn, &row.grant_id, text).await?;
    rows.push(row).await
}

async fn share(rows: &mut Rows<'_>, key_arn: &str, name: &str, text: PolicyText) -> Result<(), Error> {
    rows.policy(Policy { kind: PolicyKind::Grant, name, ..Policy::of(key_arn, KMS_KEY, text) }).await
}

/// The grant as a policy. What it demands of the encryption context is left out: the caller chooses that.
fn document(key_arn: &str, listed: &Listed) -> Answer<String> {
    let call = LIST.call().name();
    let services = [&listed.grantee_service_principal, &listed.grantee_principal];
    let service = services.into_iter().flatten().find(|name| is_service(name));
    let principal = match service {
        Some(service) => json!({"Service": service}),
        None => json!({"AWS": given(listed.grantee_principal.as_deref(), &call, "GranteePrincipal")?}),
    };
    let operations = Some(&listed.operations).filter(|operations| !operations.is_empty());
    let actions: Vec<String> =
        given(operations, &call, "Operations")?.iter().map(|operation| format!("kms:{operation}")).collect();
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": key_arn});
    if let Some(source_arn) = &listed.constraints.source_arn {
        statement["Condition"] = json!({"ArnLike": {"aws:SourceArn": source_arn}});
    }
    Ok(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
}

/// Whether a grantee is a service, `workmail.eu-west-1.amazonaws.com`.
fn is_service(grantee: &str) -> bool {
    let name = grantee.strip_suffix(".cn").unwrap_or(grantee);
    name.ends_with(".amazonaws.com") && !name.contains(':')
}

fn grant(key_arn: &str, it: Listed, now: Timestamp, unread: &mut Unread) -> Grant {
    let created = unread.value("CreationDate", it.creation_date.as_ref());
    let created_at = unread.moment("CreationDate", created);
    Grant {
        key_arn: key_arn.to_owned(),
        grant_id: unread.value("GrantId", it.grant_id).unwrap_or_default(),
        grant_name: it.name.filter(|name| !name.is_empty()),
        grantee_principal: it.grantee_principal,
        grantee_service_principal: it.grantee_service_principal,
        retiring_principal: it.retiring_principal,
        retiring_service_principal: it.retiring_service_principal,
        issuing_account: unread.value("IssuingAccount", it.issuing_account),
        operations: it.operations,
        source_arn: it.constraints.source_arn.clone(),
        constraints_json: constraints_json(it.constraints),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

/// `{"EncryptionContextSubset": ["aws:s3:arn"]}`.
fn constraints_json(it: Constraints) -> Option<String> {
    let keys = |context: BTreeMap<String, IgnoredAny>| context.into_keys().map(Value::String).collect::<Value>();
    let named = [
        ("EncryptionContextEquals", it.encryption_context_equals),
        ("EncryptionContextSubset", it.encryption_context_subset),
    ];
    let found = named.into_iter().filter_map(|(name, context)| Some((name.to_owned(), keys(context?))));
    let found: serde_json::Map<String, Value> = found.collect();
    (!found.is_empty()).then(|| Value::Object(found).to_string())
}

#[cfg(test)]
mod tests;
