//! Who the crawl is.

use crate::client;
use crate::error::Error;
use crate::session::Session;

/// The identity behind a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 12 digits.
    pub account_id: String,
    /// The user's or assumed role's ARN.
    pub arn: String,
}

/// Asks STS who we are.
pub async fn whoami(session: &Session) -> Result<Identity, Error> {
    let answer = client!(session, aws_sdk_sts).get_caller_identity().send().await?;
    Ok(Identity { account_id: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
}
