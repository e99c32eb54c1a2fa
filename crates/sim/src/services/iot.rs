//! IoT: policies of devices.

use crate::protocol::Problem;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of};
use crate::truth::{At, things};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidRequestException"),
        Problem::InvalidParameter.is("InvalidRequestException"),
        Problem::Throttled.is("ThrottlingException"),
        Problem::Internal.is("InternalFailureException"),
    ],
    answers: &[&[
        get("GetPolicy", |context| {
            let it = POLICIES.wanted(context, "policyName", "ResourceNotFoundException")?;
            let resource = if it.number < 20 { "*".to_owned() } else { context.place.arn("iot", "client/*") };
            let statement = json!({ "Effect": "Allow", "Action": "iot:Connect", "Resource": resource });
            Ok(json!({
                "policyName": it.name,
                "policyArn": it.arn,
                "policyDocument": json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string(),
                "defaultVersionId": "1",
                "creationDate": it.created(),
                "lastModifiedDate": it.created(),
            }))
        }),
        list("ListPolicies", "policies", |context| {
            POLICIES.list(context, |it| json!({ "policyName": it.name, "policyArn": it.arn }))
        })
        .pages(25, 250),
    ]],
    kinds: &[things(At::Region, "iot_policies", |place| POLICIES.all(place).len())],
    ..Service::named("iot")
};

const POLICIES: Things = kind_of("iot_policies", "iot", "policy/{name}", &["iot:Connect"]);
