//! SageMaker.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListModelPackageGroups", "ModelPackageGroupSummaryList", |context| {
            MODEL_PACKAGE_GROUPS.list(context, |it| {
                json!({
                    "ModelPackageGroupName": it.name,
                    "ModelPackageGroupArn": it.arn,
                    "CreationTime": it.created(),
                    "ModelPackageGroupStatus": "Completed",
                })
            })
        }),
        get("GetModelPackageGroupPolicy", |context| {
            MODEL_PACKAGE_GROUPS.policy(
                context,
                "ModelPackageGroupName",
                "ResourcePolicy",
                ("ResourceNotFoundException", "ValidationException"),
            )
        }),
    ]],
    kinds: &[other(|place| MODEL_PACKAGE_GROUPS.planted(place))],
    ..Service::named("sagemaker")
};

const MODEL_PACKAGE_GROUPS: Things = kind_of(
    "sagemaker_model_package_groups",
    "sagemaker",
    "model-package-group/{name}",
    &["sagemaker:DescribeModelPackageGroup"],
);
