//! Where a call goes, and what region and name its signature is for.
//!
//! The rule is `https://{host}.{region}.{dns}`, with `-fips` behind the host and the partition's other suffix for dual
//! stack, signed for the region asked. Exceptions are lines of the table: for a region, a partition, or everywhere. The
//! most exact line wins.

use crate::table::{self, Operation, Partition};

/// Which of its hosts a service is asked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Variant {
    /// The host with validated cryptography.
    pub is_fips: bool,
    /// The host that speaks IPv6 as well.
    pub is_dual_stack: bool,
}

impl Variant {
    fn word(self) -> &'static str {
        match (self.is_fips, self.is_dual_stack) {
            (false, false) => "-",
            (true, false) => "fips",
            (false, true) => "dual",
            (true, true) => "fips+dual",
        }
    }
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `https://sqs.eu-west-1.amazonaws.com`.
    pub url: String,
    /// The region that the signature is for.
    pub signing_region: String,
    /// The service's name that the signature is for.
    pub signing_name: &'static str,
}

/// Why a host cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The service, or the partition, has no such hosts.
    #[error("{call} has no {variant} host in {partition}")]
    NoVariant {
        /// `sqs:ListQueues`.
        call: String,
        /// `aws-iso-e`.
        partition: &'static str,
        /// `fips`, `dual`, `fips+dual`.
        variant: &'static str,
    },
    /// The host names the account, and none was given.
    #[error("{operation}: the host begins with the account's id, which must be 12 digits: {account_id:?}")]
    NoAccount {
        /// `ListAccessPoints`.
        operation: &'static str,
        /// What was given instead.
        account_id: String,
    },
}

/// Where a call of an account goes in a region.
pub fn endpoint(
    operation: &Operation,
    account_id: &str,
    region: &str,
    variant: Variant,
) -> Result<Endpoint, EndpointError> {
    let (service, partition) = (operation.service, table::partition(region));
    let is_none = (variant.is_fips && !partition.has_fips) || (variant.is_dual_stack && !partition.has_dual_stack);
    let mut places = [region, partition.id, "*"].into_iter();
    let (host, signing_region) = match places.find_map(|place| table::exception(service.name, variant.word(), place)) {
        Some(found) => (found.host.map(str::to_owned), found.signing_region),
        None => (Some(rule(service.host, variant)), None),
    };
    let Some(host) = host.filter(|_| !is_none) else {
        let call = format!("{}:{}", service.name, operation.name);
        return Err(EndpointError::NoVariant { call, partition: partition.id, variant: variant.word() });
    };
    if host.contains(ACCOUNT) && !(account_id.len() == 12 && account_id.bytes().all(|it| it.is_ascii_digit())) {
        return Err(EndpointError::NoAccount { operation: operation.name, account_id: account_id.to_owned() });
    }
    Ok(Endpoint {
        url: format!("https://{}", filled(&host, region, partition).replace(ACCOUNT, account_id)),
        signing_region: filled(signing_region.unwrap_or("{region}"), region, partition),
        signing_name: service.signing_name,
    })
}

const ACCOUNT: &str = "{AccountId}";

fn rule(host: &str, variant: Variant) -> String {
    let fips = if variant.is_fips { "-fips" } else { "" };
    let suffix = if variant.is_dual_stack { "{dual}" } else { "{dns}" };
    format!("{host}{fips}.{{region}}.{suffix}")
}

fn filled(template: &str, region: &str, partition: &Partition) -> String {
    template
        .replace("{region}", region)
        .replace("{global}", partition.global_region)
        .replace("{dns}", partition.dns)
        .replace("{dual}", partition.dual_stack_dns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation;

    fn host(service: &str, name: &str, region: &str, is_fips: bool, is_dual_stack: bool) -> String {
        let variant = Variant { is_fips, is_dual_stack };
        let endpoint = endpoint(operation(service, name).unwrap(), "111122223333", region, variant).unwrap();
        format!("{} {} {}", endpoint.url.trim_start_matches("https://"), endpoint.signing_name, endpoint.signing_region)
    }

    #[test]
    fn hosts_follow_the_rule_or_a_line_of_the_table() {
        let plain = |service, name, region| host(service, name, region, false, false);
        assert_eq!(plain("sqs", "ListQueues", "eu-west-1"), "sqs.eu-west-1.amazonaws.com sqs eu-west-1");
        assert_eq!(plain("sqs", "ListQueues", "cn-north-1"), "sqs.cn-north-1.amazonaws.com.cn sqs cn-north-1");
        assert_eq!(plain("ecr", "DescribeRepositories", "eu-west-1"), "api.ecr.eu-west-1.amazonaws.com ecr eu-west-1");
        assert_eq!(
            plain("cloudfront", "ListDistributions", "eu-west-1"),
            "cloudfront.amazonaws.com cloudfront us-east-1"
        );
        assert_eq!(
            plain("s3control", "ListAccessPoints", "eusc-de-east-1"),
            "111122223333.s3-control.eusc-de-east-1.amazonaws.eu s3 eusc-de-east-1"
        );
        assert_eq!(
            host("kms", "ListKeys", "us-gov-west-1", true, false),
            "kms-fips.us-gov-west-1.amazonaws.com kms us-gov-west-1"
        );
        assert_eq!(host("kms", "ListKeys", "us-east-1", true, true), "kms-fips.us-east-1.api.aws kms us-east-1");
    }

    #[test]
    fn calls_of_one_model_may_go_elsewhere_by_another_name() {
        let point = |service, is_fips, is_dual| host(service, "GetAccessPoint", "us-east-1", is_fips, is_dual);
        assert_eq!(point("s3control", false, false), "111122223333.s3-control.us-east-1.amazonaws.com s3 us-east-1");
        assert_eq!(
            point("s3expresscontrol", true, false),
            "s3express-control-fips.us-east-1.amazonaws.com s3express us-east-1"
        );
        assert_eq!(point("s3outpostscontrol", false, true), "s3-outposts.us-east-1.api.aws s3-outposts us-east-1");
    }

    #[test]
    fn a_service_may_have_no_such_host() {
        let call = operation("s3expresscontrol", "GetAccessPoint").unwrap();
        let dual = Variant { is_fips: false, is_dual_stack: true };
        let error = endpoint(call, "111122223333", "us-east-1", dual).unwrap_err();
        assert!(error.to_string().contains("no dual host"), "{error}");
    }

    #[test]
    fn a_host_that_cannot_be_told_is_an_error() {
        let points = operation("s3control", "ListAccessPoints").unwrap();
        for account_id in ["", "12", "x.evil.example"] {
            let error = endpoint(points, account_id, "eu-west-1", Variant::default()).unwrap_err();
            assert!(matches!(error, EndpointError::NoAccount { .. }), "{error}");
        }
    }
}
