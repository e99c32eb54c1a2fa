//! Rekognition.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeProjects", "ProjectDescriptions", |context| {
            PROJECTS.list(
                context,
                |it| json!({"ProjectArn": it.arn, "CreationTimestamp": it.created(), "Status": "CREATED"}),
            )
        }),
        get("ListProjectPolicies", |context| {
            let it = PROJECTS.wanted(context, "ProjectArn", "ResourceNotFoundException")?;
            let policies: Vec<_> = it
                .policy
                .document
                .iter()
                .map(|document| json!({"ProjectArn": it.arn, "PolicyName": "copies", "PolicyDocument": document}))
                .collect();
            Ok(json!({"ProjectPolicies": policies}))
        }),
    ]],
    kinds: &[other(|place| PROJECTS.planted(place))],
    ..Service::named("rekognition")
};

const PROJECTS: Things =
    kind_of("rekognition_projects", "rekognition", "project/{name}/1600000000000", &["rekognition:CopyProjectVersion"]);
