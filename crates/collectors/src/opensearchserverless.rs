//! OpenSearch Serverless.

use orgcensus_collect::kinds::{AOSS_ACCESS_POLICY, AOSS_NETWORK_POLICY};
use orgcensus_collect::{Collector, Language};

use crate::listed::Input::{Of, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Policies of access to data, in the language of the service.
    ACCESS_POLICIES = listed(
        "aoss_access_policies",
        AOSS_ACCESS_POLICY,
        &[list("opensearchserverless", "ListAccessPolicies", "accessPolicySummaries", &[("type", Text("data"))])],
        &[policy(
            "opensearchserverless",
            "GetAccessPolicy",
            &[("type", Text("data")), ("name", Of("name"))],
            "accessPolicyDetail.policy",
        )
        .language(Language::OpenSearchServerless)],
    )
    .arn("aoss:access-policy/data/{name}")
    .name("name")
    .keeps(&["policyVersion", "description", "createdDate", "lastModifiedDate"]);
    /// Policies of networks, in the language of the service.
    NETWORK_POLICIES = listed(
        "aoss_network_policies",
        AOSS_NETWORK_POLICY,
        &[list("opensearchserverless", "ListSecurityPolicies", "securityPolicySummaries", &[("type", Text("network"))])],
        &[policy(
            "opensearchserverless",
            "GetSecurityPolicy",
            &[("type", Text("network")), ("name", Of("name"))],
            "securityPolicyDetail.policy",
        )
        .language(Language::OpenSearchServerless)],
    )
    .arn("aoss:security-policy/network/{name}")
    .name("name")
    .keeps(&["policyVersion", "description", "createdDate", "lastModifiedDate"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[ACCESS_POLICIES, NETWORK_POLICIES];
