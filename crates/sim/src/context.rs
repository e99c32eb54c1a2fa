//! What an operation's answer is made from: the caller, the place and the request.

use crate::credentials::Caller;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::{Page, Refusal, Request, page};
use crate::report_polls::ReportPolls;
use crate::service::Operation;

/// One call: the caller, the place that is asked, and the request.
pub(crate) struct Context<'a> {
    pub(crate) caller: &'a Caller,
    /// The caller's account, in the region that is asked.
    pub(crate) place: Place<'a>,
    pub(crate) request: &'a Request,
    pub(crate) report_polls: &'a ReportPolls,
    /// The operation as its service declares it.
    pub(crate) operation: &'static Operation,
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
