//! The Serverless Application Repository.

use orgcensus_collect::kinds::SERVERLESSREPO_APPLICATION;
use orgcensus_collect::{Collector, Language};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Applications, with their statements in the language of the service.
    APPLICATIONS = listed(
        "serverlessrepo_applications",
        SERVERLESSREPO_APPLICATION,
        &[list("serverlessapplicationrepository", "ListApplications", "applications", &[])],
        &[policy(
            "serverlessapplicationrepository",
            "GetApplicationPolicy",
            &[("applicationId", Of("applicationId"))],
            "statements",
        )
        .may_lack()
        .language(Language::Own)],
    )
    .arn("applicationId")
    .name("name")
    .created("creationTime")
    .keeps(&["author", "description", "homePageUrl", "labels", "spdxLicenseId"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[APPLICATIONS];
