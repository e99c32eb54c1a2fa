//! CodeArtifact.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{CODEARTIFACT_DOMAIN, CODEARTIFACT_REPOSITORY};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Domains, with their policies.
    DOMAINS = listed(
        "codeartifact_domains",
        CODEARTIFACT_DOMAIN,
        &[list("codeartifact", "ListDomains", "domains", &[])],
        &[policy(
            "codeartifact",
            "GetDomainPermissionsPolicy",
            &[("domain", Of("name")), ("domain-owner", Of("owner"))],
            "policy.document",
        )
        .none(&["ResourceNotFoundException"])],
    )
    .arn("arn")
    .name("name")
    .created("createdTime")
    .key("encryptionKey")
    .keeps(&["owner", "status"]);
    /// Repositories, with their policies.
    REPOSITORIES = listed(
        "codeartifact_repositories",
        CODEARTIFACT_REPOSITORY,
        &[list("codeartifact", "ListRepositories", "repositories", &[])],
        &[policy(
            "codeartifact",
            "GetRepositoryPermissionsPolicy",
            &[("domain", Of("domainName")), ("repository", Of("name")), ("domain-owner", Of("domainOwner"))],
            "policy.document",
        )
        .none(&["ResourceNotFoundException"])],
    )
    .arn("arn")
    .name("name")
    .created("createdTime")
    .keeps(&["domainName", "domainOwner", "administratorAccount", "description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[DOMAINS, REPOSITORIES];
