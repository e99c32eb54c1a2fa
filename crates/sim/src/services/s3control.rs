//! S3 Control: an account's Block Public Access.

use super::{Context, s3};
use crate::protocol::{Answer, Refusal};
use serde_json::json;

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let request = context.request;
    if request.required("AccountId")? != context.account().id {
        return Err(Refusal::access_denied(request.service, "Access Denied"));
    }
    match s3::account_block(context.organization, context.account()) {
        Some(block) => Ok(json!({ "PublicAccessBlockConfiguration": s3::block_members(block) }).into()),
        None => {
            let message = "The public access block configuration was not found";
            Err(Refusal::new(404, "NoSuchPublicAccessBlockConfiguration", message))
        }
    }
}
