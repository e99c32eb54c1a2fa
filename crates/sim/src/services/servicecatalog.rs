//! Service Catalog.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListPortfolios", "PortfolioDetails", |context| {
            PORTFOLIOS.list(context, |it| {
                json!({
                    "Id": it.id,
                    "ARN": it.arn,
                    "DisplayName": it.name,
                    "CreatedTime": it.created(),
                    "ProviderName": "platform",
                })
            })
        }),
        get("ListPortfolioAccess", |context| {
            Ok(
                json!({"AccountIds": PORTFOLIOS.wanted(context, "PortfolioId", "ResourceNotFoundException")?.accounts()}),
            )
        }),
    ]],
    kinds: &[other(|place| PORTFOLIOS.planted(place))],
    ..Service::named("servicecatalog")
};

const PORTFOLIOS: Things =
    kind_of("servicecatalog_portfolios", "catalog", "portfolio/port-{id}", &["servicecatalog:AcceptPortfolioShare"])
        .shared()
        .never_public();
