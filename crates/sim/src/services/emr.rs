//! EMR: the block of public access of each region.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::service::{Service, get};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[get("GetBlockPublicAccessConfiguration", |context| Ok(block(context)))]],
    kinds: &[things(At::Region, "emr_public_access_blocks", |_| 1)],
    ..Service::named("emr")
};

/// It is on from the beginning, but for the port of SSH. Some switch it off.
fn block(context: &Context<'_>) -> Value {
    let place = &context.place;
    let mut dice = place.dice("emr-block");
    let is_on = dice.chance(0.8);
    let days = dice.between(0, 900);
    let set_millis = place.days_ago(days, &mut dice);
    let ssh = json!([{ "MinRange": 22, "MaxRange": 22 }]);
    json!({
        "BlockPublicAccessConfiguration": {
            "BlockPublicSecurityGroupRules": is_on,
            "PermittedPublicSecurityGroupRuleRanges": if is_on { ssh } else { json!([]) },
        },
        "BlockPublicAccessConfigurationMetadata": {
            "CreationDateTime": epoch_seconds(set_millis),
            "CreatedByArn": place.iam_arn("root"),
        },
    })
}
