//! Who can reach each resource that can be seen.

use super::{ResourceTruth, is_visible};
use crate::account::Account;
use crate::organization::Organization;
use crate::policies::Verdict;
use crate::protocol::Service;
use crate::services::iam::Iam;
use crate::services::{ecr, kms, lambda, s3, secretsmanager, sns, sqs};

/// The resources of an account, those without a policy too.
pub(super) fn resources(organization: &Organization, account: &Account, iam: &Iam) -> Vec<ResourceTruth> {
    let account_block = s3::account_block(organization, account);
    let roles = iam.roles.iter().map(|role| (role.arn.clone(), role.trust.verdict));
    let buckets = s3::buckets(organization, account).into_iter();
    let mut found: Vec<(String, Verdict)> =
        roles.chain(buckets.map(|bucket| (bucket.arn.clone(), bucket.verdict(account_block)))).collect();
    for region in &organization.settings.regions {
        let sees = |service| is_visible(organization, account, service, region);
        if sees(Service::Sqs) {
            let queues = sqs::queues(organization, account, region).into_iter();
            found.extend(queues.map(|queue| (queue.arn, queue.policy.verdict)));
        }
        if sees(Service::Sns) {
            let topics = sns::topics(organization, account, region).into_iter();
            found.extend(topics.map(|topic| (topic.arn, topic.policy.verdict)));
        }
        if sees(Service::Kms) {
            found.extend(kms::keys(organization, account, region).iter().map(|key| (key.arn.clone(), key.verdict())));
        }
        if sees(Service::Lambda) {
            let functions = lambda::functions(organization, account, region).into_iter();
            found.extend(functions.map(|function| (function.arn, function.policy.verdict)));
        }
        if sees(Service::SecretsManager) {
            let secrets = secretsmanager::secrets(organization, account, region).into_iter();
            found.extend(secrets.map(|secret| (secret.arn, secret.policy.verdict)));
        }
        if sees(Service::Ecr) {
            let repositories = ecr::repositories(organization, account, region).into_iter();
            found.extend(repositories.map(|repository| (repository.arn, repository.policy.verdict)));
        }
    }
    let truth = |(arn, verdict): (String, Verdict)| ResourceTruth {
        arn,
        account_id: account.id.clone(),
        is_public: verdict.is_public,
        is_external: verdict.is_external,
        is_in_org: verdict.is_in_org,
    };
    found.into_iter().map(truth).collect()
}
