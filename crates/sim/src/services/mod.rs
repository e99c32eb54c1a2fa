//! The services: one file for each, with its things, how the seed makes them, and its answers.

use crate::credentials::Caller;
use crate::dice::Dice;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::{Answer, Page, Refusal, Request, page, paged};
use crate::service::{Answering, Operation, Service};
use iam::ReportPolls;

// Made by scripts/services, from here …
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod efs;
pub(crate) mod iam;
pub(crate) mod identity_center;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod organizations;
pub(crate) mod rds;
pub(crate) mod s3;
pub(crate) mod s3control;
pub(crate) mod secretsmanager;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod sts;

/// All services.
pub(crate) static SERVICES: &[&Service] = &[
    &ec2::SERVICE,
    &ecr::SERVICE,
    &efs::SERVICE,
    &iam::SERVICE,
    &identity_center::identitystore::SERVICE,
    &kms::SERVICE,
    &lambda::SERVICE,
    &organizations::SERVICE,
    &rds::SERVICE,
    &s3::SERVICE,
    &s3control::SERVICE,
    &secretsmanager::SERVICE,
    &sns::SERVICE,
    &sqs::SERVICE,
    &identity_center::ssoadmin::SERVICE,
    &sts::SERVICE,
];
// … to here.

/// One call: the caller, the place that is asked, and the request.
pub(crate) struct Context<'a> {
    pub(crate) caller: &'a Caller,
    /// The caller's account, in the region that is asked.
    pub(crate) place: Place<'a>,
    pub(crate) request: &'a Request,
    pub(crate) report_polls: &'a ReportPolls,
    operation: &'static Operation,
}

impl<'a> Context<'a> {
    /// The organization that is asked.
    pub(crate) fn organization(&self) -> &'a Organization {
        self.place.organization
    }

    /// The page of a list that this call asks for.
    pub(crate) fn page<T>(&self, elements: Vec<T>) -> Result<Page<T>, Refusal> {
        let usual = self.request.service.page;
        let most = self.request.wire().and_then(|wire| wire.limit_max).and_then(|most| usize::try_from(most).ok());
        let sizes = self.operation.sizes.unwrap_or((usual, most.unwrap_or(usual)));
        page(self.request, sizes, self.organization().settings.page_size, elements)
    }
}

/// Answers a call that is authentic and allowed.
pub(crate) fn answer(
    organization: &Organization,
    caller: &Caller,
    request: &Request,
    report_polls: &ReportPolls,
) -> Result<Answer, Refusal> {
    let unknown = || Refusal::unknown_operation(request.service, &request.operation);
    let operation = request.service.operation(&request.operation).ok_or_else(unknown)?;
    let place = Place { organization, account: &caller.account, region: &request.region };
    let context = Context { caller, place, request, report_polls, operation };
    match operation.answer {
        Answering::List(member, all) => {
            let page = context.page(all(&context)?)?;
            Ok(Answer::Members(paged(request, member, page)))
        }
        Answering::Members(members) => members(&context).map(Answer::Members),
        Answering::Body(body) => body(&context).map(Answer::Body),
    }
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
