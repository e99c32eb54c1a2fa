//! Rekognition.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::REKOGNITION_PROJECT;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Projects, with their policies.
    PROJECTS = listed(
        "rekognition_projects",
        REKOGNITION_PROJECT,
        &[list("rekognition", "DescribeProjects", "ProjectDescriptions", &[])],
        &[policy("rekognition", "ListProjectPolicies", &[("ProjectArn", Arn)], "ProjectPolicies")
            .each("PolicyDocument", "PolicyName")
            .may_lack()],
    )
    .arn("ProjectArn")
    .created("CreationTimestamp")
    .keeps(&["Status", "Feature", "AutoUpdate"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[PROJECTS];
