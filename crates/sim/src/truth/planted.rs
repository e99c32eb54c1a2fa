//! A resource as the truth counts it.

use crate::policies::{Named, ResourcePolicy, Verdict};
use crate::samples::Sampled;

/// One resource with what was planted in its policy.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) arn: String,
    pub(crate) verdict: Verdict,
    pub(crate) named: Named,
    pub(crate) rests_on_networks: bool,
    pub(crate) has_policy: bool,
    /// Whether the crawler's role may not read the policy.
    pub(crate) is_policy_hidden: bool,
    /// Public as the yearly study counts.
    pub(crate) is_study_public: bool,
    /// Whether its policy opens it to everyone, and something else shuts it again.
    pub(crate) is_gated: bool,
    /// The kind that it is of, if its things say it themselves.
    pub(crate) sampled: Option<Sampled>,
}

impl Planted {
    /// A resource that only its policy opens.
    pub(crate) fn by(arn: String, policy: ResourcePolicy) -> Self {
        Self {
            arn,
            verdict: policy.verdict,
            named: policy.named,
            rests_on_networks: policy.kind.rests_on_networks(),
            has_policy: policy.document.is_some(),
            is_policy_hidden: false,
            is_study_public: policy.kind.is_study_public(),
            is_gated: false,
            sampled: None,
        }
    }

    /// A resource of S3 before whose policy Block Public Access always stands: to whom S3 calls everyone, it is closed,
    /// unless callers come from a VPC of the account alone.
    pub(crate) fn blocked(arn: String, policy: ResourcePolicy, is_of_vpc: bool) -> Self {
        let is_public = policy.kind.is_s3_public();
        let mut planted = Self::by(arn, policy);
        planted.is_gated = is_public;
        if is_public {
            planted.verdict = if is_of_vpc { Verdict::IN_ORG } else { Verdict::CLOSED };
            planted.named.outside.clear();
        }
        planted
    }

    /// A resource whose verdict is known, whatever its policy says.
    pub(crate) fn known(arn: String, verdict: Verdict) -> Self {
        Self {
            arn,
            verdict,
            named: Named::default(),
            rests_on_networks: false,
            has_policy: true,
            is_policy_hidden: false,
            is_study_public: false,
            is_gated: false,
            sampled: None,
        }
    }
}
