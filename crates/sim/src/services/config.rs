//! AWS Config: authorizations to aggregate, recorders with their delivery channels, rules.

mod recorders;
mod rules;

use crate::place::Place;
use crate::service::{Service, list};
use crate::things::{Things, kind_of, other};
use crate::truth::{At, Tally, things};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[
        recorders::ANSWERS,
        rules::ANSWERS,
        &[list("DescribeAggregationAuthorizations", "AggregationAuthorizations", |context| {
            AGGREGATION_AUTHORIZATIONS.list(context, |it| {
                json!({
                    "AggregationAuthorizationArn": it.arn,
                    // AWS has none without an account; one that lets nobody in names nobody.
                    "AuthorizedAccountId": it.accounts().first().map_or("", String::as_str),
                    "AuthorizedAwsRegion": "us-east-1",
                    "CreationTime": it.created(),
                })
            })
        })],
    ],
    kinds: &[
        other(|place| AGGREGATION_AUTHORIZATIONS.planted(place)),
        things(At::Region, "config_recorders", |place| usize::from(recorders::recorder(place).is_some())),
        things(At::Region, "config_delivery_channels", |place| usize::from(recorders::recorder(place).is_some())),
        things(At::Region, "config_rules", |place| rules::rules(place).len()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("config")
};

fn count(place: &Place<'_>, tally: &mut Tally) {
    recorders::count(place, tally);
    rules::count(place, tally);
}

const AGGREGATION_AUTHORIZATIONS: Things = kind_of(
    "config_aggregation_authorizations",
    "config",
    "aggregation-authorization/{id}/us-east-1",
    &["config:SelectAggregateResourceConfig"],
)
.shared()
.never_public();
