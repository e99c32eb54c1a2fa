//! Resource Groups Tagging API: what is tagged, of a service that is simulated and of one that is not.

use super::sqs;
use crate::dice::some_tags;
use crate::place::Place;
use crate::protocol::{Problem, tags};
use crate::service::{Service, list};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("PaginationTokenExpiredException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
    ],
    answers: &[&[list("GetResources", "ResourceTagMappingList", |context| {
        let tagged = sqs::tagged(&context.place).into_iter().chain(applications(&context.place));
        Ok(tagged.map(|(arn, its)| json!({ "ResourceARN": arn, "Tags": tags(&its) })).collect())
    })
    .pages(50, 100)
    .needs("tag:GetResources")]],
    ..Service::named("resourcegroupstaggingapi")
};

/// Applications of AppConfig, which nobody else tells of. One without a tag had one once.
fn applications(place: &Place<'_>) -> Vec<(String, Vec<(String, String)>)> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("appconfig", rates.other_resources);
    let mut application = || (place.arn("appconfig", &format!("application/{}", dice.lower(7))), some_tags(&mut dice));
    (0..count).map(|_| application()).collect()
}
