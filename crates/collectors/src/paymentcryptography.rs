//! Payment Cryptography.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::PAYMENT_CRYPTOGRAPHY_KEY;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Keys, with their policies.
    KEYS = listed(
        "payment_cryptography_keys",
        PAYMENT_CRYPTOGRAPHY_KEY,
        &[list("paymentcryptography", "ListKeys", "Keys", &[])],
        &[policy("paymentcryptography", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("KeyArn")
    .keeps(&[
        "KeyState",
        "Exportable",
        "Enabled",
        "MultiRegionKeyType",
        "KeyAttributes.KeyUsage",
        "KeyAttributes.KeyAlgorithm",
    ]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[KEYS];
