//! Who can reach each visible resource, and its rows in the lists of part G.

use super::{Lists, ResourceTruth, is_visible};
use crate::account::Account;
use crate::organization::Organization;
use crate::policies::{Named, ResourcePolicy, Verdict};
use crate::protocol::Service;
use crate::services::iam::Iam;
use crate::services::{ec2, ecr, kms, lambda, s3, secretsmanager, sns, sqs};

/// One resource with what was planted in its policy.
struct Planted {
    arn: String,
    verdict: Verdict,
    named: Named,
    rests_on_networks: bool,
}

impl Planted {
    fn by(arn: String, policy: ResourcePolicy) -> Self {
        let rests_on_networks = policy.kind.rests_on_networks();
        Self { arn, verdict: policy.verdict, named: policy.named, rests_on_networks }
    }
}

/// The resources of an account, including those without a policy, and their rows in the lists.
pub(super) fn resources(
    organization: &Organization,
    account: &Account,
    iam: &Iam,
    lists: &mut Lists,
) -> Vec<ResourceTruth> {
    let mut found = Vec::new();
    for role in &iam.roles {
        for outsider in &role.trust.outsiders {
            lists.add("G3", [&role.arn, outsider]);
        }
        let (verdict, named) = (role.trust.verdict, role.trust.named.clone());
        found.push(Planted { arn: role.arn.clone(), verdict, named, rests_on_networks: false });
    }
    let account_block = s3::account_block(organization, account);
    for bucket in s3::buckets(organization, account) {
        if bucket.differs_from_status() {
            lists.add("V1", [&bucket.arn]);
        }
        let (verdict, named) = (bucket.verdict(account_block), bucket.named(account_block));
        let rests_on_networks = bucket.policy.kind.rests_on_networks();
        found.push(Planted { arn: bucket.arn, verdict, named, rests_on_networks });
    }
    for region in &organization.settings.regions {
        found.extend(regional(organization, account, region));
        found.extend(registry(organization, account, region));
    }
    if organization.is_opted_in(account) {
        found.extend(registry(organization, account, &organization.settings.opt_in_region));
    }
    found.into_iter().map(|it| truth(account, it, lists)).collect()
}

fn regional(organization: &Organization, account: &Account, region: &str) -> Vec<Planted> {
    let sees = |service| is_visible(organization, account, service, region);
    let mut found = Vec::new();
    if sees(Service::Ec2) {
        let endpoints = ec2::vpcs(organization, account, region).into_iter().flat_map(|vpc| vpc.endpoints);
        let closed = |arn| Planted { arn, verdict: Verdict::CLOSED, named: Named::default(), rests_on_networks: false };
        found.extend(endpoints.map(|endpoint| closed(endpoint.arn)));
    }
    if sees(Service::Sqs) {
        found.extend(sqs::queues(organization, account, region).into_iter().map(|it| Planted::by(it.arn, it.policy)));
    }
    if sees(Service::Sns) {
        found.extend(sns::topics(organization, account, region).into_iter().map(|it| Planted::by(it.arn, it.policy)));
    }
    if sees(Service::Kms) {
        for key in kms::keys(organization, account, region) {
            let (verdict, is_hidden) = (key.verdict(), key.is_policy_hidden);
            let seen = Planted::by(key.arn, key.policy);
            let named = if is_hidden { Named::default() } else { seen.named };
            found.push(Planted { verdict, named, ..seen });
        }
    }
    if sees(Service::Lambda) {
        let functions = lambda::functions(organization, account, region).into_iter();
        found.extend(functions.map(|it| Planted::by(it.arn, it.policy)));
    }
    if sees(Service::SecretsManager) {
        let secrets = secretsmanager::secrets(organization, account, region).into_iter();
        found.extend(secrets.map(|it| Planted::by(it.arn, it.policy)));
    }
    if sees(Service::Ecr) {
        let repositories = ecr::repositories(organization, account, region).into_iter();
        found.extend(repositories.map(|it| Planted::by(it.arn, it.policy)));
    }
    found
}

/// The registry that each account has in every region, even if it is empty.
fn registry(organization: &Organization, account: &Account, region: &str) -> Option<Planted> {
    let arn = organization.arn("ecr", region, &account.id, "registry");
    let planted = || Planted::by(arn, ecr::registry_policy(organization, account, region));
    is_visible(organization, account, Service::Ecr, region).then(planted)
}

fn truth(account: &Account, it: Planted, lists: &mut Lists) -> ResourceTruth {
    if it.verdict.is_public == Some(true) {
        lists.add("G1", [&it.arn]);
    }
    for (question, principals) in [("G2", &it.named.outside), ("G8", &it.named.dead), ("G9", &it.named.unscoped)] {
        for principal in principals {
            lists.add(question, [&it.arn, principal]);
        }
    }
    ResourceTruth {
        arn: it.arn,
        account_id: account.id.clone(),
        is_public: it.verdict.is_public,
        is_external: it.verdict.is_external,
        is_in_org: it.verdict.is_in_org,
        rests_on_networks: it.rests_on_networks,
    }
}
