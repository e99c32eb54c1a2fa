//! Whose findings Security Hub CSPM takes: ListEnabledProductsForImport.

use orgcensus_collect::{Error, Read, Rows, Session, read as reads};
use orgcensus_row::Row;
use serde::Deserialize;
use serde_json::json;

use super::Hub;
use crate::items::all;

pub(super) const LIST: Read<Products> = reads("securityhub", "ListEnabledProductsForImport");

/// How the ARN of the subscription to GuardDuty ends.
const GUARDDUTY: &str = ":product-subscription/aws/guardduty";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Products {
    product_subscriptions: Vec<String>,
}

/// Whether it takes what GuardDuty finds. None: it could not be read.
pub(super) async fn is_taking_guardduty(session: &Session, rows: &mut Rows<'_>) -> Result<Option<bool>, Error> {
    let answer = all(&LIST, session, json!({"MaxResults": 100}), |page| page.product_subscriptions).await;
    let listed = rows.item([Hub::TABLE], answer)?;
    Ok(listed.map(|arns| arns.iter().any(|arn| arn.ends_with(GUARDDUTY))))
}
