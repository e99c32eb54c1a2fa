//! The Serverless Application Repository.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListApplications", "applications", |context| {
            APPLICATIONS.list(context, |it| {
                json!({
                    "applicationId": it.arn,
                    "author": "platform",
                    "creationTime": it.created_text(),
                    "description": "",
                    "name": it.name,
                })
            })
        }),
        get("GetApplicationPolicy", |context| {
            let it = APPLICATIONS.wanted(context, "applicationId", "ResourceNotFoundException")?;
            Ok(json!({
                "statements": if it.policy.document.is_some() { json!([{"actions": ["Deploy"], "principals": ["*"], "statementId": it.id}]) } else { json!([]) },
            }))
        }),
    ]],
    kinds: &[other(|place| APPLICATIONS.planted(place))],
    ..Service::named("serverlessapplicationrepository")
};

const APPLICATIONS: Things = kind_of(
    "serverlessrepo_applications",
    "serverlessrepo",
    "applications/{name}",
    &["serverlessrepo:CreateCloudFormationTemplate"],
)
.foreign();
