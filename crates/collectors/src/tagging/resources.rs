//! Resources of all types that have a tag, or had one: GetResources. It never lists what never had a tag.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Tag, Unread, by_key};

const LIST: Read<Page> = reads("resourcegroupstaggingapi", "GetResources").needs("tag:GetResources");

/// What the coverage says of it: the number of these rows is a lower bound, however well the task went.
const REASON: &str = "untagged_not_listed";

/// One resource, of whatever type, that has a tag or had one. What never had a tag is not listed. Of most types that a
/// collector reads, another table says more.
#[derive(Debug, Serialize, Row)]
#[row(table = "tagging_resources", key = "arn", resource = "none")]
pub struct TaggedResource {
    /// The resource's ARN.
    pub arn: String,
    /// The service and the word before the name in the ARN, appconfig_application; the service alone if the ARN has no
    /// such word.
    pub arn_type: String,
    /// Its tags; empty if all of them were removed.
    pub tags: BTreeMap<String, String>,
}

/// The resources of one region that have or had a tag.
pub const RESOURCES: Collector = Collector {
    name: "tagging_resources",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<TaggedResource>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    resource_tag_mapping_list: Vec<Tagged>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tagged {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
    tags: Vec<Tag>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    rows.because(REASON);
    let mut pages = LIST.pages(session, json!({"ResourcesPerPage": 100}));
    while let Some(page) = pages.next().await {
        for tagged in page?.resource_tag_mapping_list {
            let mut unread = Unread::default();
            let arn = unread.value("ResourceARN", tagged.arn);
            unread.count(rows, TaggedResource::TABLE, &LIST.call().name());
            if let Some(arn) = arn {
                let tags = by_key(tagged.tags);
                rows.push(TaggedResource { arn_type: arn_type(&arn), arn, tags }).await?;
            }
        }
    }
    Ok(())
}

/// `appconfig_application` of `arn:aws:appconfig:eu-west-1:111122223333:application/a`.
fn arn_type(arn: &str) -> String {
    let mut fields = arn.splitn(6, ':').skip(2);
    let (service, resource) = (fields.next().unwrap_or_default(), fields.nth(2).unwrap_or_default());
    let word = resource.trim_start_matches('/').split_once(['/', ':']).map(|(word, _)| word);
    let words: Vec<&str> = std::iter::once(service).chain(word).collect();
    words.join("_").replace('-', "_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, json_error};

    const GET: &str = "GetResources";
    const FIRST: &str = r#"{"PaginationToken":"more","ResourceTagMappingList":[
        {"ResourceARN":"arn:aws:appconfig:eu-west-1:111122223333:application/a","Tags":[{"Key":"team","Value":"red"}]},
        {"ResourceARN":"arn:aws:s3:::bucket","Tags":[]}]}"#;
    const SECOND: &str = r#"{"PaginationToken":"","ResourceTagMappingList":[
        {"Tags":[{"Key":"team","Value":"blue"}]},{"ResourceARN":"odd"}]}"#;

    #[tokio::test]
    async fn resources_of_all_pages_have_rows_and_one_without_an_arn_is_counted() {
        let (size, token) = (r#""ResourcesPerPage":100"#, r#""PaginationToken":"more""#);
        let recorded = Recorded::new().answer_to(GET, size, FIRST).answer_to(GET, token, SECOND);
        let collected = recorded.run(&RESOURCES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&RESOURCES);
        let expected = [
            json!(["arn:aws:appconfig:eu-west-1:111122223333:application/a", "appconfig_application", {"team": "red"}]),
            json!(["arn:aws:s3:::bucket", "s3", {}]),
            json!(["odd", "", {}]),
        ];
        assert_eq!(columns(&collected, "tagging_resources", &["arn", "arn_type", "tags"]), expected);
        assert_eq!(collected.short(), (1, vec!["tagging_resources"]));
        assert_eq!(collected.reason, Some(REASON));
    }

    #[tokio::test]
    async fn a_refused_list_ends_the_task() {
        for code in ["AccessDeniedException", "UnknownOperationException"] {
            let recorded = Recorded::new().refuse(GET, "", 400, &json_error(code));
            assert!(recorded.run(&RESOURCES).await.result.is_err(), "{code}");
        }
    }

    #[test]
    fn a_type_is_the_service_and_the_word_before_the_name() {
        let of = |rest: &str| arn_type(&format!("arn:aws:{rest}"));
        assert_eq!(of("logs:eu-west-1:111122223333:log-group:/aws/lambda/f:*"), "logs_log_group");
        assert_eq!(of("apigateway:eu-west-1::/restapis/a1b2c3"), "apigateway_restapis");
        assert_eq!(of("elasticloadbalancing:eu-west-1:1:loadbalancer/app/l/0"), "elasticloadbalancing_loadbalancer");
        assert_eq!((of("sqs:eu-west-1:111122223333:orders"), of("s3:::bucket")), ("sqs".into(), "s3".into()));
    }
}
