//! S3 Control: an account's Block Public Access.

use super::s3;
use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Service, get};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[get("GetPublicAccessBlock", get_block).needs("GetAccountPublicAccessBlock")]],
    ..Service::named("s3control")
};

fn get_block(context: &Context<'_>) -> Result<Value, Refusal> {
    if context.request.required("AccountId")? != context.place.account.id {
        return Err(Refusal::access_denied(&SERVICE, "Access Denied"));
    }
    let message = "The public access block configuration was not found";
    let block = s3::account_block(&context.place);
    let block = block.ok_or_else(|| Refusal::new(404, "NoSuchPublicAccessBlockConfiguration", message))?;
    Ok(json!({ "PublicAccessBlockConfiguration": s3::block_members(block) }))
}
