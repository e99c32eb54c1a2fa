//! CodeArtifact.

use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListDomains", "domains", |context| {
            DOMAINS.list(context, |it| {
                json!({
                    "name": it.name,
                    "owner": context.place.account.id,
                    "arn": it.arn,
                    "status": "Active",
                    "createdTime": it.created(),
                    "encryptionKey": context.place.arn("kms", "key/00000000-0000-4000-8000-000000000000"),
                })
            })
        }),
        get("GetDomainPermissionsPolicy", |context| {
            let it = DOMAINS.wanted(context, "domain", "ResourceNotFoundException")?;
            let none = || Refusal::new(404, "ResourceNotFoundException", format!("{} has no policy.", it.arn));
            let document = it.policy.document.as_deref().ok_or_else(none)?;
            Ok(json!({"policy": {"resourceArn": it.arn, "document": document}}))
        }),
        list("ListRepositories", "repositories", |context| {
            REPOSITORIES.list(context, |it| {
                json!({
                    "name": it.name,
                    "administratorAccount": context.place.account.id,
                    "domainName": "main",
                    "domainOwner": context.place.account.id,
                    "arn": it.arn,
                    "createdTime": it.created(),
                })
            })
        }),
        get("GetRepositoryPermissionsPolicy", |context| {
            let it = REPOSITORIES.wanted(context, "repository", "ResourceNotFoundException")?;
            let none = || Refusal::new(404, "ResourceNotFoundException", format!("{} has no policy.", it.arn));
            let document = it.policy.document.as_deref().ok_or_else(none)?;
            Ok(json!({"policy": {"resourceArn": it.arn, "document": document}}))
        }),
    ]],
    kinds: &[other(|place| DOMAINS.planted(place)), other(|place| REPOSITORIES.planted(place))],
    ..Service::named("codeartifact")
};

const DOMAINS: Things = kind_of(
    "codeartifact_domains",
    "codeartifact",
    "domain/{name}",
    &["codeartifact:CreateRepository", "codeartifact:GetDomainPermissionsPolicy"],
);
const REPOSITORIES: Things = kind_of(
    "codeartifact_repositories",
    "codeartifact",
    "repository/main/{name}",
    &["codeartifact:ReadFromRepository", "codeartifact:PublishPackageVersion"],
);
