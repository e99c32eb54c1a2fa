//! What is behind a regional web ACL: ListResourcesForWebACL for each type of resource. The collector of web ACLs reads
//! it.

use orgcensus_collect::{Read, Session, read as reads};
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Answer;

pub(super) const LIST: Read<Page> = reads("wafv2", "ListResourcesForWebACL");

/// The types of resources that are asked for. Without a type AWS answers about load balancers alone.
pub(super) const RESOURCE_TYPES: [&str; 2] = ["APPLICATION_LOAD_BALANCER", "API_GATEWAY"];

/// One resource behind a regional web ACL: an application load balancer, or a stage of a REST API.
#[derive(Debug, Serialize, Row)]
#[row(table = "wafv2_associations", key = "web_acl_arn, resource_arn")]
pub struct Association {
    /// The web ACL's ARN.
    pub web_acl_arn: String,
    /// The resource's ARN.
    pub resource_arn: String,
    /// APPLICATION_LOAD_BALANCER or API_GATEWAY.
    pub resource_type: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    resource_arns: Vec<String>,
}

/// What is behind a web ACL: an answer for each type.
pub(super) async fn read(session: &Session, web_acl_arn: &str) -> Vec<Answer<Vec<Association>>> {
    let mut answers = Vec::new();
    for resource_type in RESOURCE_TYPES {
        let answer = LIST.send(session, json!({"ResourceType": resource_type, "WebACLArn": web_acl_arn})).await;
        let association = |resource_arn| Association {
            web_acl_arn: web_acl_arn.to_owned(),
            resource_arn,
            resource_type: resource_type.to_owned(),
        };
        answers.push(answer.map(|page| page.resource_arns.into_iter().map(association).collect()));
    }
    answers
}
