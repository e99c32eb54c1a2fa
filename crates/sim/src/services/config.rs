//! AWS Config.

use crate::service::{Service, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[list("DescribeAggregationAuthorizations", "AggregationAuthorizations", |context| {
        AGGREGATION_AUTHORIZATIONS.list(context, |it| {
            json!({
                "AggregationAuthorizationArn": it.arn,
                // AWS has none without an account; one that lets nobody in names nobody.
                "AuthorizedAccountId": it.accounts().first().map_or("", String::as_str),
                "AuthorizedAwsRegion": "us-east-1",
                "CreationTime": it.created(),
            })
        })
    })]],
    kinds: &[other(|place| AGGREGATION_AUTHORIZATIONS.planted(place))],
    ..Service::named("config")
};

const AGGREGATION_AUTHORIZATIONS: Things = kind_of(
    "config_aggregation_authorizations",
    "config",
    "aggregation-authorization/{id}/us-east-1",
    &["config:SelectAggregateResourceConfig"],
)
.shared()
.never_public();
