//! The yearly study's seventeen facts.

use super::Fact;
use super::tally::Tally;

/// The facts of one organization. A fact about organizations is one of one, or none.
pub(super) fn facts(accounts: u64, tally: &Tally) -> Vec<Fact> {
    let study = |id, of, numerator, denominator| Fact { id, of, definition: "study", numerator, denominator };
    let lake = |id, of, numerator, denominator| Fact { id, of, definition: "lake", numerator, denominator };
    let any = |count: u64| u64::from(count > 0);
    vec![
        study("F1", "organizations", u64::from(accounts > 1), 1),
        study("F2", "organizations_10_or_more", u64::from(accounts >= 10), 1),
        study("F2", "organizations_over_100", u64::from(accounts > 100), 1),
        study("F3", "users", tally.users_inactive, tally.users),
        study("F4", "organizations", any(tally.users_inactive), 1),
        study("F5", "users_with_active_key", tally.users_key_old_and_idle, tally.users_with_active_key),
        study("F5", "users", tally.users_key_old_and_idle, tally.users),
        study("F6", "users", tally.users_key_over_90_days, tally.users),
        study("F7", "users_with_active_key", tally.users_key_over_90_days, tally.users_with_active_key),
        study("F8", "organizations", any(tally.users_console_without_mfa), 1),
        study("F9", "users", tally.users_console_without_mfa, tally.users),
        study("F10", "organizations", any(tally.accounts_with_root_key), 1),
        study("F11", "accounts", tally.accounts_with_root_key, tally.accounts_seen),
        study("F12", "organizations", any(tally.accounts_with_root_used), 1),
        study("F13", "instances", tally.instances_imds_optional, tally.instances),
        study("F14", "organizations_with_ec2", any(tally.instances_imds_optional), any(tally.instances)),
        study("F15", "organizations_with_s3", any(tally.buckets_study_public), any(tally.buckets)),
        study("F15", "buckets", tally.buckets_study_public, tally.buckets),
        lake("F15", "organizations_with_s3", any(tally.buckets_public), any(tally.buckets)),
        lake("F15", "buckets", tally.buckets_public, tally.buckets),
        study("F16", "organizations_with_sns", any(tally.topics_study_public), any(tally.topics)),
        lake("F16", "organizations_with_sns", any(tally.topics_public), any(tally.topics)),
        study("F17", "organizations_with_sqs", any(tally.queues_study_public), any(tally.queues)),
        lake("F17", "organizations_with_sqs", any(tally.queues_public), any(tally.queues)),
    ]
}
