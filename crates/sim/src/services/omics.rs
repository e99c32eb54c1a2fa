//! HealthOmics.

use crate::service::{Service, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[list("ListShares", "shares", |context| {
        SHARES.list(context, |it| {
            json!({
                "shareId": it.id,
                "shareName": it.name,
                "resourceArn": it.arn,
                // AWS has none without a subscriber; one that lets nobody in names nobody.
                "principalSubscriber": it.accounts().first().map_or("", String::as_str),
                "ownerId": context.place.account.id,
                "status": "ACTIVE",
                "creationTime": it.created_text(),
            })
        })
    })]],
    kinds: &[other(|place| SHARES.planted(place))],
    ..Service::named("omics")
};

const SHARES: Things = kind_of("omics_shares", "omics", "share/{id}", &["omics:AcceptShare"]).shared().never_public();
