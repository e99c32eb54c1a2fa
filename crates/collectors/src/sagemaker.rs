//! SageMaker.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::SAGEMAKER_MODEL_PACKAGE_GROUP;

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Groups of model packages, with their policies.
    MODEL_PACKAGE_GROUPS = listed(
        "sagemaker_model_package_groups",
        SAGEMAKER_MODEL_PACKAGE_GROUP,
        &[list("sagemaker", "ListModelPackageGroups", "ModelPackageGroupSummaryList", &[])],
        &[policy(
            "sagemaker",
            "GetModelPackageGroupPolicy",
            &[("ModelPackageGroupName", Of("ModelPackageGroupName"))],
            "ResourcePolicy",
        )
        .none(&["ValidationException"])],
    )
    .arn("ModelPackageGroupArn")
    .name("ModelPackageGroupName")
    .created("CreationTime")
    .keeps(&["ModelPackageGroupDescription", "ModelPackageGroupStatus"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[MODEL_PACKAGE_GROUPS];
