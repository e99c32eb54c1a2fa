//! Comprehend.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{COMPREHEND_DOCUMENT_CLASSIFIER, COMPREHEND_ENTITY_RECOGNIZER};

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Document classifiers, with their policies.
    DOCUMENT_CLASSIFIERS = listed(
        "comprehend_document_classifiers",
        COMPREHEND_DOCUMENT_CLASSIFIER,
        &[list("comprehend", "ListDocumentClassifiers", "DocumentClassifierPropertiesList", &[])],
        &[policy("comprehend", "DescribeResourcePolicy", &[("ResourceArn", Arn)], "ResourcePolicy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("DocumentClassifierArn")
    .name("VersionName")
    .created("SubmitTime")
    .key("ModelKmsKeyId")
    .keeps(&["LanguageCode", "Status", "DataAccessRoleArn", "VolumeKmsKeyId"]);
    /// Entity recognizers, with their policies.
    ENTITY_RECOGNIZERS = listed(
        "comprehend_entity_recognizers",
        COMPREHEND_ENTITY_RECOGNIZER,
        &[list("comprehend", "ListEntityRecognizers", "EntityRecognizerPropertiesList", &[])],
        &[policy("comprehend", "DescribeResourcePolicy", &[("ResourceArn", Arn)], "ResourcePolicy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("EntityRecognizerArn")
    .name("VersionName")
    .created("SubmitTime")
    .key("ModelKmsKeyId")
    .keeps(&["LanguageCode", "Status", "DataAccessRoleArn", "VolumeKmsKeyId"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[DOCUMENT_CLASSIFIERS, ENTITY_RECOGNIZERS];
