//! The services: one file each, with what exists, how it is made from the seed, and how it is answered.

pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod iam;
pub(crate) mod identity_center;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod organizations;
pub(crate) mod s3;
pub(crate) mod s3control;
pub(crate) mod secretsmanager;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod sts;

use crate::account::Account;
use crate::credentials::Caller;
use crate::dice::Dice;
use crate::organization::Organization;
use crate::protocol::{Answer, Limits, Page, Refusal, Request, Service, page};
use iam::ReportPolls;

/// One call: who asks what of which organization.
pub(crate) struct Context<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) caller: Caller,
    pub(crate) request: &'a Request,
    pub(crate) report_polls: &'a ReportPolls,
}

impl Context<'_> {
    /// The account that is asked: the caller's.
    pub(crate) fn account(&self) -> &Account {
        &self.caller.account
    }

    /// The region that is asked.
    pub(crate) fn region(&self) -> &str {
        &self.request.region
    }

    /// The page of a list that this call asks for.
    pub(crate) fn page<T>(&self, limits: &Limits, elements: Vec<T>) -> Result<Page<T>, Refusal> {
        page(self.request, limits, self.organization.settings.page_size, elements)
    }

    /// The refusal of an operation that is not simulated.
    pub(crate) fn unknown_operation(&self) -> Refusal {
        Refusal::unknown_operation(self.request.service, &self.request.operation)
    }
}

/// Answers a call that is authentic and allowed.
pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    match context.request.service {
        Service::Ec2 => ec2::answer(context),
        Service::Ecr => ecr::answer(context),
        Service::Iam => iam::answer(context),
        Service::IdentityStore => identity_center::identitystore::answer(context),
        Service::Kms => kms::answer(context),
        Service::Lambda => lambda::answer(context),
        Service::Organizations => organizations::answer(context),
        Service::S3 => s3::answer(context),
        Service::S3Control => s3control::answer(context),
        Service::SecretsManager => secretsmanager::answer(context),
        Service::Sns => sns::answer(context),
        Service::Sqs => sqs::answer(context),
        Service::SsoAdmin => identity_center::ssoadmin::answer(context),
        Service::Sts => sts::answer(context),
    }
}

/// The choices for the resources of one service in one region of an account, and how many there are of them: none in
/// a region that holds no resources.
pub(crate) fn population(
    organization: &Organization,
    account: &Account,
    service: &str,
    region: &str,
    mean: u64,
) -> (Dice, u64) {
    let mut dice = organization.dice(&[service, &account.id, region]);
    let is_settled = organization.settings.regions.iter().any(|settled| settled == region);
    let count = if is_settled { dice.count(mean) } else { 0 };
    (dice, count)
}

/// A few tags, or none.
pub(crate) fn some_tags(dice: &mut Dice) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    if dice.chance(0.6) {
        tags.push(("team".to_owned(), dice.pick(&["billing", "search", "data", "platform"]).to_owned()));
    }
    if dice.chance(0.3) {
        tags.push(("cost:center & more".to_owned(), format!("cc-{}", dice.between(100, 999))));
    }
    tags
}
