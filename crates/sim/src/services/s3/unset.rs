//! Settings that a bucket can have and that no bucket here has.

use super::answers::{document, find, refusal};
use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Operation, get};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetBucketAccelerateConfiguration", |context| empty(context, "AccelerateConfiguration"))
        .needs("GetAccelerateConfiguration"),
    get("GetBucketCors", |context| missing(context, "NoSuchCORSConfiguration", "CORS configuration"))
        .needs("GetBucketCORS"),
    get("GetBucketLifecycleConfiguration", |context| {
        missing(context, "NoSuchLifecycleConfiguration", "lifecycle configuration")
    })
    .needs("GetLifecycleConfiguration"),
    get("GetBucketNotificationConfiguration", |context| empty(context, "NotificationConfiguration"))
        .needs("GetBucketNotification"),
    get("GetBucketReplication", |context| {
        missing(context, "ReplicationConfigurationNotFoundError", "replication configuration")
    })
    .needs("GetReplicationConfiguration"),
    get("GetBucketRequestPayment", |context| {
        find(context)?;
        Ok(document("RequestPaymentConfiguration", json!({ "Payer": "BucketOwner" })))
    }),
    get("GetBucketWebsite", |context| missing(context, "NoSuchWebsiteConfiguration", "website configuration")),
];

fn empty(context: &Context<'_>, root: &str) -> Result<Value, Refusal> {
    find(context)?;
    Ok(document(root, json!({})))
}

fn missing(context: &Context<'_>, code: &str, what: &str) -> Result<Value, Refusal> {
    Err(refusal(&find(context)?, code, &format!("The {what} does not exist")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn what_is_not_set_is_said_as_s3_says_it() {
        let client = Client::new(quiet(1, 2));
        let buckets = client.get("s3", "/");
        let (names, regions) = (buckets.elements("Name"), buckets.elements("BucketRegion"));
        let client = client.in_region(&regions[0]);
        let website = client.get("s3", &format!("/{}?website", names[0]));
        assert_eq!((website.status, website.element("Code")), (404, "NoSuchWebsiteConfiguration".to_owned()));
        let payer = client.get("s3", &format!("/{}?requestPayment", names[0])).element("Payer");
        assert_eq!(payer, "BucketOwner");
        assert_eq!(client.get("s3", "/no-such-bucket?website").element("Code"), "NoSuchBucket");
    }
}
