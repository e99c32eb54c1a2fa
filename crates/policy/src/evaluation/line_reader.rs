//! A line of `may --jsonl` as a request. A member that is left out is not there; a policy, a list or a document that is
//! null was not read.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::raw::{
    Given, RawAccessPoint, RawAccount, RawAcl, RawAttachment, RawConstraints, RawEndpoint, RawGrant, RawIdentity,
    RawKind, RawOrganization, RawQuestion, RawResource, RawUnit, RawUrl, RawVpc, Text,
};
use super::request::{
    AccessPoint, Account, AclEntry, Attachment, Endpoint, FunctionUrl, Identity, IdentityKind, KeyGrant, Listed,
    NamedPolicy, Organization, Question, Request, Resource, Unit, Vpc,
};
use crate::document::Document;
use crate::function_url::url_created_at;
use crate::line::{LineError, policy};
use crate::s3::PublicAccessBlock;

type Readable<T> = Result<T, String>;

/// The request that a line has.
pub(super) fn request(organization: Option<RawOrganization>, question: RawQuestion) -> Readable<Request> {
    let raw = organization.unwrap_or_default();
    let unit = |_, it: RawUnit| Ok(Unit { id: it.id, parent: it.parent });
    let account =
        |_, it: RawAccount| Ok(Account { id: it.id, unit: it.unit, is_management: it.management.unwrap_or_default() });
    let organization = Organization {
        id: raw.id,
        management: raw.management,
        units: listed(raw.units, unit)?,
        accounts: listed(raw.accounts, account)?,
        scps: attachments(raw.scps, "scps")?,
        rcps: attachments(raw.rcps, "rcps")?,
        full_aws_access_detached_from: listed(raw.full_aws_access_detached_from, |_, it| Ok(it))?,
    };
    Ok(Request {
        organization,
        identities: listed(raw.identities, identity)?,
        resource: match raw.resource {
            Given::LeftOut => None,
            Given::Null => Some(resource(RawResource::unread())?),
            Given::Is(it) => Some(resource(it)?),
        },
        endpoints: listed(raw.endpoints, endpoint)?,
        // Of those that were not read no more is known than of those that are not listed.
        vpcs: listed(raw.vpcs, |_, it: RawVpc| Ok(Vpc { id: it.id, endpoints: listed(it.endpoints, endpoint)? }))?
            .items,
        question: self::question(question)?,
    })
}

fn listed<T, U>(given: Given<Vec<T>>, read: impl Fn(usize, T) -> Readable<U>) -> Readable<Listed<U>> {
    match given {
        Given::LeftOut => Ok(Listed::default()),
        Given::Null => Ok(Listed::unread()),
        Given::Is(items) => {
            let items = items.into_iter().enumerate().map(|(place, item)| read(place, item));
            Ok(Listed::of(items.collect::<Readable<Vec<U>>>()?))
        }
    }
}

/// A policy that IAM takes.
fn document(text: &RawValue, name: &str) -> Readable<Document> {
    policy(Some(text)).map_err(|error| match error {
        LineError::Policy(why) => format!("{name}: {why}"),
        error => format!("{name}: {error}"),
    })
}

fn attachments(given: Given<Vec<RawAttachment>>, list: &str) -> Readable<Listed<Attachment>> {
    listed(given, |place, it| {
        let name = format!("{list}[{place}]");
        let document = it.document.map(|text| document(&text, &name)).transpose()?;
        Ok(Attachment { target: it.target, name, document })
    })
}

/// Policies by their names, of which those that are null were not read.
fn policies(named: impl Iterator<Item = (String, Option<Text>)>) -> Readable<Listed<NamedPolicy>> {
    let mut policies = Listed::default();
    for (name, text) in named {
        match text {
            None => policies.has_unread = true,
            Some(text) => {
                let document = document(&text, &name)?;
                policies.items.push(NamedPolicy { name, document });
            }
        }
    }
    Ok(policies)
}

fn list(given: Given<Vec<Option<Text>>>, name: &str) -> Readable<Listed<NamedPolicy>> {
    match given {
        Given::LeftOut => Ok(Listed::default()),
        Given::Null => Ok(Listed::unread()),
        Given::Is(texts) => {
            policies(texts.into_iter().enumerate().map(|(place, text)| (format!("{name}[{place}]"), text)))
        }
    }
}

/// One policy; `None` if there is none.
fn single(given: Given<Text>, name: &str) -> Readable<Option<Listed<NamedPolicy>>> {
    match given {
        Given::LeftOut => Ok(None),
        Given::Null => Ok(Some(Listed::unread())),
        Given::Is(text) => policies(std::iter::once((name.to_owned(), Some(text)))).map(Some),
    }
}

/// The policies of two lists.
fn both(mut one: Listed<NamedPolicy>, other: Listed<NamedPolicy>) -> Listed<NamedPolicy> {
    one.items.extend(other.items);
    one.has_unread |= other.has_unread;
    one
}

fn tags(given: Given<BTreeMap<String, String>>) -> Listed<(String, String)> {
    match given {
        Given::LeftOut => Listed::default(),
        Given::Null => Listed::unread(),
        Given::Is(tags) => Listed::of(tags.into_iter().collect()),
    }
}

fn identity(place: usize, raw: RawIdentity) -> Readable<Identity> {
    let name = format!("identities[{place}]");
    let is_role = match raw.kind {
        Some(RawKind::Role) => true,
        Some(RawKind::User) => false,
        None => raw.arn.contains(":role/"),
    };
    let own = list(raw.policies, &format!("{name}.policies"))?;
    let of_groups = list(raw.groups, &format!("{name}.groups"))?;
    Ok(Identity {
        arn: raw.arn,
        kind: if is_role { IdentityKind::Role } else { IdentityKind::User },
        policies: both(own, of_groups),
        boundary: single(raw.boundary, &format!("{name}.boundary"))?,
        session_policy: single(raw.session_policy, &format!("{name}.session_policy"))?,
        tags: tags(raw.tags),
        // A line says nothing of the trust policies of identities.
        may_tag_sessions: false,
    })
}

fn resource(raw: RawResource) -> Readable<Resource> {
    let one = single(raw.policy, "resource.policy")?.unwrap_or_default();
    let several = match raw.policies {
        Given::LeftOut => Listed::default(),
        Given::Null => Listed::unread(),
        Given::Is(named) => {
            policies(named.into_iter().map(|(name, text)| (format!("resource.policies.{name}"), text)))?
        }
    };
    let block_public_access = match raw.block_public_access {
        Given::LeftOut => Some(PublicAccessBlock::default()),
        Given::Null => None,
        Given::Is(block) => Some(PublicAccessBlock {
            block_public_acls: block.block_public_acls.unwrap_or_default(),
            ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
            block_public_policy: block.block_public_policy.unwrap_or_default(),
            restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
        }),
    };
    let url = |it: RawUrl| {
        let created_at = it.created_at.map(|text| moment(&text, "resource.function_url.created_at")).transpose()?;
        Ok::<_, String>(FunctionUrl { auth_type: it.auth_type, created_at })
    };
    let (account, has_unread_account) = match raw.account {
        Given::LeftOut => (None, false),
        Given::Null => (None, true),
        Given::Is(account) => (Some(account), false),
    };
    Ok(Resource {
        arn: raw.arn,
        account,
        has_unread_account,
        policies: both(one, several),
        grants: grants(raw.grants)?,
        block_public_access,
        access_point: raw.access_point.map(access_point).transpose()?,
        acl: listed(raw.acl, |_, it: RawAcl| Ok(AclEntry { grantee: it.grantee, permission: it.permission }))?,
        is_abac: match raw.abac {
            Given::LeftOut => Some(false),
            Given::Null => None,
            Given::Is(is_abac) => Some(is_abac),
        },
        tags: tags(raw.tags),
        function_url: match raw.function_url {
            Given::LeftOut => None,
            // There may be one, of any kind and age.
            Given::Null => Some(url(RawUrl::default())?),
            Given::Is(it) => Some(url(it)?),
        },
    })
}

fn grants(given: Given<Vec<RawGrant>>) -> Readable<Listed<KeyGrant>> {
    let mut has_unread = false;
    let mut items = Vec::new();
    let raws = match given {
        Given::LeftOut => Vec::new(),
        Given::Null => return Ok(Listed::unread()),
        Given::Is(raws) => raws,
    };
    for (place, raw) in raws.into_iter().enumerate() {
        let has_unread_context = matches!(raw.constraints, Given::Null);
        let constraints = match raw.constraints {
            Given::LeftOut | Given::Null => RawConstraints::default(),
            Given::Is(constraints) => constraints,
        };
        let operations = match raw.operations {
            Given::Is(operations) => operations,
            Given::LeftOut => continue,
            Given::Null => {
                has_unread = true;
                continue;
            }
        };
        items.push(KeyGrant {
            name: format!("grants[{place}]"),
            grantee: raw.grantee_principal,
            operations,
            context_subset: constraints.encryption_context_subset.into_iter().flatten().collect(),
            context_equals: constraints.encryption_context_equals.map(|pairs| pairs.into_iter().collect()),
            has_unread_context,
            source_arn: constraints.source_arn,
        });
    }
    Ok(Listed { items, has_unread })
}

fn access_point(raw: RawAccessPoint) -> Readable<AccessPoint> {
    let policies = single(raw.policy, "access_point.policy")?.unwrap_or_default();
    Ok(AccessPoint { arn: raw.arn, account: raw.account, policies, vpc_id: raw.vpc_id })
}

fn endpoint(place: usize, raw: RawEndpoint) -> Readable<Endpoint> {
    let policies = single(raw.policy, &format!("endpoints[{place}].policy"))?;
    Ok(Endpoint { id: raw.id, account: raw.account, policies })
}

fn moment(text: &str, field: &str) -> Readable<chrono::DateTime<chrono::Utc>> {
    url_created_at(text.trim()).ok_or_else(|| format!("{field}: expected a date, or a time as RFC 3339 has it"))
}

fn question(raw: RawQuestion) -> Readable<Question> {
    let mut context = Vec::new();
    for (key, value) in raw.context.into_iter().flatten() {
        let values = match value {
            Value::Array(values) => values,
            // Not known, as a key that is left out.
            Value::Null => continue,
            value => vec![value],
        };
        let texts: Option<Vec<String>> = values.into_iter().map(text).collect();
        let texts = texts.ok_or_else(|| format!("question.context.{key}: expected a list of strings"))?;
        context.push((key, texts));
    }
    Ok(Question {
        principal: raw.principal,
        action: raw.action,
        resource: raw.resource,
        context,
        at: raw.at.map(|text| moment(&text, "question.at")).transpose()?,
    })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
