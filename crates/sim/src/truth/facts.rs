//! The yearly study's seventeen facts.

use orgcensus_policy::kinds::{S3_BUCKET, SNS_TOPIC, SQS_QUEUE};

use super::parts::Fact;
use super::tally::Tally;

/// The facts of one organization. In a fact about organizations, numerator and denominator are 0 or 1.
pub(super) fn facts(accounts: u64, tally: &Tally) -> Vec<Fact> {
    let study = |id, of, numerator, denominator| Fact { id, of, definition: "study", numerator, denominator };
    let lake = |id, of, numerator, denominator| Fact { id, of, definition: "lake", numerator, denominator };
    let any = |count: u64| u64::from(count > 0);
    let (buckets, topics, queues) = (tally.exposure(S3_BUCKET), tally.exposure(SNS_TOPIC), tally.exposure(SQS_QUEUE));
    vec![
        study("F1", "organizations", u64::from(accounts > 1), 1),
        study("F2", "organizations_10_or_more", u64::from(accounts >= 10), 1),
        study("F2", "organizations_100_or_more", u64::from(accounts >= 100), 1),
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
        study("F15", "organizations_with_s3", any(buckets.study_public), any(buckets.count)),
        study("F15", "buckets", buckets.study_public, buckets.count),
        lake("F15", "organizations_with_s3", any(buckets.public), any(buckets.count)),
        lake("F15", "buckets", buckets.public, buckets.count),
        study("F16", "organizations_with_sns", any(topics.study_public), any(topics.count)),
        lake("F16", "organizations_with_sns", any(topics.public), any(topics.count)),
        study("F17", "organizations_with_sqs", any(queues.study_public), any(queues.count)),
        lake("F17", "organizations_with_sqs", any(queues.public), any(queues.count)),
    ]
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use crate::{Rates, Settings, Simulation};

    fn fact(simulation: &Simulation, id: &str, of: &str, definition: &str) -> (u64, u64) {
        let facts = simulation.truth().facts;
        let mut found = facts.iter().filter(|fact| (fact.id, fact.of, fact.definition) == (id, of, definition));
        let fact = found.next().unwrap();
        (fact.numerator, fact.denominator)
    }

    #[test]
    fn the_defaults_come_near_the_studys_shares() {
        let simulation = Simulation::new(quiet(200, 5));
        let shares = [
            ("F3", "users", 39),
            ("F5", "users_with_active_key", 25),
            ("F6", "users", 60),
            ("F7", "users_with_active_key", 76),
            ("F9", "users", 11),
            ("F11", "accounts", 3),
            ("F13", "instances", 93),
        ];
        for (id, of, percent) in shares {
            let (numerator, denominator) = fact(&simulation, id, of, "study");
            let found = numerator * 100 / denominator;
            assert!(found.abs_diff(percent) <= 3, "{id} of {of}: {found} %, the study says {percent} %");
        }
    }

    #[test]
    fn rates_of_all_and_nothing_are_kept() {
        let with = |rates| Simulation::new(Settings { rates, ..quiet(20, 1) });
        let all = with(Rates { root_key: 1.0, public_queues: 1.0, imds_optional: 1.0, ..Rates::default() });
        assert_eq!(fact(&all, "F11", "accounts", "study"), (20, 20));
        assert_eq!(fact(&all, "F17", "organizations_with_sqs", "lake"), (1, 1));
        let (numerator, denominator) = fact(&all, "F13", "instances", "study");
        assert_eq!(numerator, denominator);
        let none = with(Rates { root_key: 0.0, queues: 0, imds_optional: 0.0, ..Rates::default() });
        assert_eq!(fact(&none, "F11", "accounts", "study"), (0, 20));
        assert_eq!(fact(&none, "F17", "organizations_with_sqs", "study"), (0, 0));
        assert_eq!(fact(&none, "F14", "organizations_with_ec2", "study"), (0, 1));
    }

    #[test]
    fn equal_settings_make_equal_worlds_and_calls_change_nothing() {
        let client = Client::new(quiet(30, 8));
        let before = client.simulation.truth();
        let _ = client.query("iam", "Action=GenerateCredentialReport");
        assert_eq!(client.simulation.truth(), before);
        assert_eq!(Simulation::new(quiet(30, 8)).truth(), before);
        assert_ne!(Simulation::new(quiet(30, 9)).truth(), before);
    }
}
