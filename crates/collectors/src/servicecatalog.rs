//! Service Catalog.

use orgcensus_collect::kinds::SERVICECATALOG_PORTFOLIO;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Portfolios, with the accounts that they are shared with.
    PORTFOLIOS = listed(
        "servicecatalog_portfolios",
        SERVICECATALOG_PORTFOLIO,
        &[list("servicecatalog", "ListPortfolios", "PortfolioDetails", &[])],
        &[policy("servicecatalog", "ListPortfolioAccess", &[("PortfolioId", Of("Id"))], "AccountIds")
            .shares(PolicyKind::Share, &["servicecatalog:AcceptPortfolioShare"])],
    )
    .arn("ARN")
    .name("DisplayName")
    .created("CreatedTime")
    .keeps(&["Id", "Description", "ProviderName"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[PORTFOLIOS];
