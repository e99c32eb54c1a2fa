//! What CloudFront answers: its list has most of a distribution, and GetDistributionConfig the rest.

use orgcensus_collect::Moment;
use serde::Deserialize;

use super::origins::Origin;
use super::parts::Several;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) items: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) id: Option<String>,
    #[serde(rename = "ARN")]
    pub(super) arn: Option<String>,
    pub(super) status: Option<String>,
    pub(super) last_modified_time: Option<Moment>,
    pub(super) domain_name: Option<String>,
    pub(super) aliases: Several<String>,
    pub(super) origins: Option<Several<Origin>>,
    pub(super) origin_groups: Several<OriginGroup>,
    pub(super) default_cache_behavior: Option<Behavior>,
    pub(super) cache_behaviors: Several<Behavior>,
    pub(super) comment: Option<String>,
    pub(super) price_class: Option<String>,
    pub(super) enabled: Option<bool>,
    pub(super) viewer_certificate: Certificate,
    pub(super) restrictions: Restrictions,
    #[serde(rename = "WebACLId")]
    pub(super) web_acl_id: Option<String>,
    pub(super) http_version: Option<String>,
    #[serde(rename = "IsIPV6Enabled")]
    pub(super) is_ipv6_enabled: Option<bool>,
    pub(super) staging: Option<bool>,
    pub(super) connection_mode: Option<String>,
    pub(super) viewer_mtls_config: Mtls,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OriginGroup {
    pub(super) id: Option<String>,
}

/// What happens to requests whose path fits.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Behavior {
    pub(super) target_origin_id: Option<String>,
    pub(super) viewer_protocol_policy: Option<String>,
    pub(super) trusted_signers: Switch,
    pub(super) trusted_key_groups: Switch,
    pub(super) realtime_log_config_arn: Option<String>,
    pub(super) field_level_encryption_id: Option<String>,
    pub(super) lambda_function_associations: Several<LambdaFunction>,
    pub(super) function_associations: Several<Function>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Switch {
    pub(super) enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LambdaFunction {
    #[serde(rename = "LambdaFunctionARN")]
    pub(super) arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Function {
    #[serde(rename = "FunctionARN")]
    pub(super) arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Certificate {
    pub(super) cloud_front_default_certificate: Option<bool>,
    #[serde(rename = "IAMCertificateId")]
    pub(super) iam_certificate_id: Option<String>,
    #[serde(rename = "ACMCertificateArn")]
    pub(super) acm_certificate_arn: Option<String>,
    #[serde(rename = "SSLSupportMethod")]
    pub(super) ssl_support_method: Option<String>,
    pub(super) minimum_protocol_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Restrictions {
    pub(super) geo_restriction: Geo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Geo {
    pub(super) restriction_type: Option<String>,
    pub(super) items: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Mtls {
    pub(super) mode: Option<String>,
}

/// What the list does not say.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Configured {
    pub(super) default_root_object: Option<String>,
    pub(super) logging: Logging,
    pub(super) continuous_deployment_policy_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Logging {
    pub(super) enabled: Option<bool>,
    pub(super) include_cookies: Option<bool>,
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<String>,
}

impl Listed {
    /// All its behaviours, the default first.
    pub(super) fn behaviors(&self) -> impl Iterator<Item = &Behavior> {
        self.default_cache_behavior.iter().chain(&self.cache_behaviors.items)
    }
}

impl Behavior {
    /// Whether a viewer needs a signed URL or cookie.
    pub(super) fn needs_signature(&self) -> bool {
        self.trusted_signers.enabled == Some(true) || self.trusted_key_groups.enabled == Some(true)
    }
}
