//! Glue: the policies of the Data Catalog.

use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::Problem;
use crate::samples::UNGATED;
use crate::service::{Service, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidInputException"),
        Problem::InvalidParameter.is("InvalidInputException"),
        Problem::Internal.is("InternalServiceException"),
    ],
    answers: &[&[list("GetResourcePolicies", "GetResourcePoliciesResponseList", |context| {
        let documents = policies(&context.place).into_iter().filter_map(|it| it.document);
        let describe = |(number, document): (usize, String)| {
            let hash = format!("{number}CJrCvGvzdCTRXV8/oPA==");
            json!({ "PolicyInJson": document, "PolicyHash": hash })
        };
        Ok(documents.enumerate().map(describe).collect::<Vec<Value>>())
    })]],
    // Each account has a catalogue in every region, even if it is empty.
    kinds: &[resources(At::Region, |place| {
        let first = policies(place).into_iter().next();
        first.into_iter().map(|it| Planted::by(place.arn("glue", "catalog"), it)).collect()
    })
    .sampled("glue_catalogs", UNGATED)],
    ..Service::named("glue")
};

/// The policies of a region's catalogue: one of any kind, and sometimes one more that lets in nobody else.
fn policies(place: &Place<'_>) -> Vec<ResourcePolicy> {
    let rates = &place.organization.settings.rates;
    let mut dice = place.dice("glue-catalog");
    let subject = Subject {
        place: *place,
        actions: &["glue:GetDatabases", "glue:GetTables"],
        resources: vec![place.arn("glue", "catalog"), place.arn("glue", "database/*"), place.arn("glue", "table/*")],
        service: "ram.amazonaws.com",
    };
    let kind = if place.is_settled() { any_kind(&mut dice, rates.public_other_resources) } else { Kind::None };
    let first = subject.policy(place.shown(kind, true), &mut dice);
    let has_second = first.document.is_some() && dice.chance(0.3);
    let second = has_second.then(|| subject.policy(Kind::SameAccount, &mut dice));
    std::iter::once(first).chain(second).collect()
}
