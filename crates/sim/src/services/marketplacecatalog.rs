//! The catalogue of AWS Marketplace: products and offers of an account, with their policies.

use crate::service::{Scope, Service, get, list};
use crate::things::{Thing, Things, kind_of, of_kinds};
use crate::truth::{At, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    // It answers in one region for the whole account.
    scope: Scope::Global,
    answers: &[&[
        list("ListEntities", "EntitySummaryList", |context| match context.request.required("EntityType")? {
            "Offer" => OFFERS.list(context, |it| describe(it, "Offer")),
            "SaaSProduct" => PRODUCTS.list(context, |it| describe(it, "SaaSProduct")),
            _ => Ok(Vec::new()),
        }),
        get("GetResourcePolicy", |context| {
            of_kinds(&[&OFFERS, &PRODUCTS], context, "resourceArn", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[
        resources(At::Account, |place| OFFERS.planted(place)).rows("marketplace_entities"),
        resources(At::Account, |place| PRODUCTS.planted(place)).rows("marketplace_entities"),
    ],
    ..Service::named("marketplacecatalog")
};

const OFFERS: Things = kind_of(
    "marketplace_offers",
    "aws-marketplace",
    "AWSMarketplace/Offer/offer-{id}",
    &["aws-marketplace:DescribeEntity"],
);

const PRODUCTS: Things = kind_of(
    "marketplace_products",
    "aws-marketplace",
    "AWSMarketplace/SaaSProduct/prod-{id}",
    &["aws-marketplace:DescribeEntity", "aws-marketplace:StartChangeSet"],
);

fn describe(it: &Thing, entity_type: &str) -> Value {
    json!({
        "EntityArn": it.arn,
        "EntityId": it.arn.rsplit('/').next(),
        "EntityType": entity_type,
        "Name": it.name,
        "Visibility": if it.number < 50 { "Public" } else { "Limited" },
        "LastModifiedDate": it.created_text(),
    })
}
