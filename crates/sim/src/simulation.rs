//! The simulated organization as a whole: a request in, a response out.

use crate::access;
use crate::calls::{Call, Calls};
use crate::credentials::{Caller, authenticate};
use crate::delivery::Delivery;
use crate::fate::{Fate, Fates};
use crate::organization::Organization;
use crate::protocol::{Answer, Problem, Refusal, Request, Signature, render, render_refusal};
use crate::quotas::{Quotas, Turn};
use crate::report_polls::ReportPolls;
use crate::service::Service;
use crate::services::{self, SERVICES, sts};
use crate::settings::Settings;
use crate::truth::{MayTruth, Truth, may};
use bytes::Bytes;
use http::Response;
use std::sync::Arc;
use std::time::Duration;

/// A simulated organization. Clones share their counters.
#[derive(Debug, Clone)]
pub struct Simulation(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    organization: Organization,
    calls: Calls,
    report_polls: ReportPolls,
    quotas: Quotas,
    fates: Fates,
}

impl Simulation {
    /// The organization that these settings describe.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let organization = Organization::new(settings);
        Self(Arc::new(Shared {
            organization,
            calls: Calls::default(),
            report_polls: ReportPolls::default(),
            quotas: Quotas::default(),
            fates: Fates::default(),
        }))
    }

    /// The settings that the organization was made from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.organization.settings
    }

    /// The organization's id, `o-…`.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        &self.0.organization.id
    }

    /// The id of the account at this place; the management account is at 0.
    #[must_use]
    pub fn account_id(&self, index: u64) -> String {
        self.0.organization.account_id(index)
    }

    /// Answers a request as AWS would, but at once, whatever the network and the rate.
    #[must_use]
    pub fn answer(&self, request: http::Request<Bytes>) -> Response<Bytes> {
        match read(&request) {
            Err((service, refusal)) => render_refusal(service, &refusal),
            Ok(request) => self.respond(&request, Ok(())),
        }
    }

    /// Answers a request over the simulated network: after the latency, if the rate allows it, and if no fault occurs.
    pub(crate) async fn deliver(&self, request: http::Request<Bytes>) -> Delivery {
        let network = &self.settings().network;
        let request = match read(&request) {
            Err((service, refusal)) => return Delivery::Whole(render_refusal(service, &refusal)),
            Ok(request) => request,
        };
        let fate = self.0.fates.next(&network.faults);
        let turn = self.begin(&request);
        let slow = if fate == Fate::Slow { network.faults.slow_for } else { Duration::ZERO };
        if !(network.latency + slow).is_zero() {
            tokio::time::sleep(network.latency + slow).await;
        }
        let verdict = match (fate, &turn) {
            (Fate::Throttled, _) => Err(Refusal::throttled(request.service)),
            (Fate::ServerError, _) => Err(Refusal::of(request.service, Problem::Internal, "")),
            (_, Err(refusal)) => Err(refusal.clone()),
            (_, Ok(_)) => Ok(()),
        };
        let response = self.respond(&request, verdict);
        match fate {
            Fate::Reset => Delivery::Reset,
            Fate::Truncated => Delivery::Truncated(response),
            _ => Delivery::Whole(response),
        }
    }

    /// Every operation that was called, refused or not, and how often.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.0.calls.all()
    }

    /// What a perfect census of this organization finds.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth::of(&self.0.organization, SERVICES)
    }

    /// Who may do single actions on resources of the accounts at the first so many places.
    #[must_use]
    pub fn may(&self, accounts: u64) -> Vec<MayTruth> {
        may(&self.0.organization, accounts)
    }

    /// Takes the call from its bucket if rates are enforced, and begins a turn if calls must not overlap.
    fn begin(&self, request: &Request) -> Result<Option<Turn<'_>>, Refusal> {
        let network = &self.settings().network;
        if !network.enforces_limits && network.hot_account.is_none() {
            return Ok(None);
        }
        let Ok(Caller { account, .. }) = authenticate(&self.0.organization, request) else { return Ok(None) };
        if network.hot_account == Some(account.index) && !account.is_management() {
            return Err(Refusal::throttled(request.service));
        }
        if !network.enforces_limits {
            return Ok(None);
        }
        let Request { service, operation, region, .. } = request;
        let turn = self.0.quotas.begin(&account.id, service, operation)?;
        self.0.quotas.draw(&account.id, region, service, operation)?;
        Ok(turn)
    }

    fn respond(&self, request: &Request, verdict: Result<(), Refusal>) -> Response<Bytes> {
        let answer = verdict.and_then(|()| self.decide(request));
        self.0.calls.record(request.service.in_table(), &request.operation, answer.is_ok());
        match answer {
            Ok(answer) => render(request, answer),
            Err(refusal) => render_refusal(request.service, &refusal),
        }
    }

    fn decide(&self, request: &Request) -> Result<Answer, Refusal> {
        let organization = &self.0.organization;
        let caller = authenticate(organization, request)?;
        access::check(organization, &caller, request)?;
        services::answer(organization, &caller, request, &self.0.report_polls)
    }
}

/// Reads a request. If it cannot be read, returns the refusal, and the service that refuses.
fn read(request: &http::Request<Bytes>) -> Result<Request, (&'static Service, Refusal)> {
    let signature = Signature::of(SERVICES, request).ok_or_else(|| (&sts::SERVICE, Refusal::unsigned()))?;
    let service = signature.service();
    Request::read(signature, request).map_err(|refusal| (service, refusal))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use bytes::Bytes;

    #[test]
    fn every_call_is_counted_refused_or_not() {
        let client = Client::new(quiet(2, 1));
        let _ = client.query("sts", "Action=GetCallerIdentity");
        let _ = client.query("sts", "Action=GetCallerIdentity");
        let _ = client.with_key("AKIAUNKNOWN").query("sts", "Action=GetCallerIdentity");
        let _ = client.query("iam", "Action=DeleteEverything");
        let calls = client.simulation.calls();
        let counts: Vec<_> =
            calls.iter().map(|it| (it.service.as_str(), it.operation.as_str(), it.allowed, it.refused)).collect();
        assert_eq!(counts, [("iam", "DeleteEverything", 0, 1), ("sts", "GetCallerIdentity", 2, 1)]);
    }

    #[test]
    fn a_request_without_signature_is_refused() {
        let client = Client::new(quiet(1, 1));
        let request = http::Request::builder().uri("http://127.0.0.1/").body(Bytes::new()).unwrap();
        assert_eq!(client.simulation.answer(request).status(), 403);
    }
}
