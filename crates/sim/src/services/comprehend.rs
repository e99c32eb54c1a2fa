//! Comprehend.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListDocumentClassifiers", "DocumentClassifierPropertiesList", |context| {
            DOCUMENT_CLASSIFIERS.list(context, |it| {
                json!({
                    "DocumentClassifierArn": it.arn,
                    "VersionName": it.id,
                    "SubmitTime": it.created(),
                    "LanguageCode": "en",
                    "Status": "TRAINED",
                })
            })
        }),
        list("ListEntityRecognizers", "EntityRecognizerPropertiesList", |context| {
            ENTITY_RECOGNIZERS.list(context, |it| {
                json!({
                    "EntityRecognizerArn": it.arn,
                    "VersionName": it.id,
                    "SubmitTime": it.created(),
                    "LanguageCode": "en",
                    "Status": "TRAINED",
                })
            })
        }),
        get("DescribeResourcePolicy", |context| {
            of_kinds(
                &[&DOCUMENT_CLASSIFIERS, &ENTITY_RECOGNIZERS],
                context,
                "ResourceArn",
                "ResourcePolicy",
                "ResourceNotFoundException",
            )
        }),
    ]],
    kinds: &[other(|place| DOCUMENT_CLASSIFIERS.planted(place)), other(|place| ENTITY_RECOGNIZERS.planted(place))],
    ..Service::named("comprehend")
};

const DOCUMENT_CLASSIFIERS: Things =
    kind_of("comprehend_document_classifiers", "comprehend", "document-classifier/{name}", &["comprehend:ImportModel"]);
const ENTITY_RECOGNIZERS: Things =
    kind_of("comprehend_entity_recognizers", "comprehend", "entity-recognizer/{name}", &["comprehend:ImportModel"]);
