//! OpenSearch Ingestion.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::OSIS_PIPELINE;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Pipelines, with their policies.
    PIPELINES = listed(
        "osis_pipelines",
        OSIS_PIPELINE,
        &[list("osis", "ListPipelines", "Pipelines", &[])],
        &[policy("osis", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("PipelineArn")
    .name("PipelineName")
    .created("CreatedAt")
    .tags("Tags")
    .keeps(&["Status", "MinUnits", "MaxUnits"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[PIPELINES];
