//! What leaves an account or acts in it without a role of its own: requests of partners, and tokens for services outside.

use crate::clock::{DAY_MILLIS, iso};
use crate::context::Context;
use crate::place::Place;
use crate::protocol::{Refusal, members};
use serde_json::{Value, json};

/// A partner's request to act in the account.
#[derive(Debug)]
pub(super) struct Request {
    id: String,
    partner_id: String,
    state: &'static str,
    created_millis: i64,
    expires_millis: i64,
}

/// The requests to an account; most have none.
pub(super) fn requests(place: &Place<'_>) -> Vec<Request> {
    let mut dice = place.whole().dice("iam-delegation-requests");
    let count = if dice.chance(0.4) { dice.some(1, 3) } else { 0 };
    let request = |_| {
        let days = dice.between(0, 60);
        let created_millis = place.days_ago(days, &mut dice);
        Request {
            id: format!("dr-{}", dice.lower(16)),
            partner_id: place.organization.outside_id(&mut dice),
            state: dice.weighted(&[("ACCEPTED", 4), ("PENDING_APPROVAL", 2), ("REJECTED", 1), ("EXPIRED", 1)]),
            created_millis,
            expires_millis: created_millis + 30 * DAY_MILLIS,
        }
    };
    (0..count).map(request).collect()
}

pub(super) fn list(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let place = context.place;
    let describe = |it: Request| {
        json!({
            "DelegationRequestId": it.id,
            "OwnerAccountId": place.account.id,
            "Description": "Reads what it costs & says how to save",
            "Permissions": {
                "PolicyTemplateArn": format!("arn:{}:iam:::delegation-template/costs", place.organization.settings.partition),
                "Parameters": members([json!({ "Name": "Bucket", "Values": members([json!("costs")]), "Type": "string" })]),
            },
            "PermissionPolicy": r#"{"Version":"2012-10-17","Statement":[]}"#,
            "State": it.state,
            "ExpirationTime": iso(it.expires_millis),
            "RequestorId": it.partner_id,
            "RequestorName": "Simulated Partner",
            "CreateDate": iso(it.created_millis),
            "SessionDuration": 3600,
            "OnlySendByOwner": false,
        })
    };
    Ok(requests(&place).into_iter().map(describe).collect())
}

/// Whether the account's identities get tokens for services outside. Those of the management account do.
pub(super) fn outbound_federation(context: &Context<'_>) -> Result<Value, Refusal> {
    let account = context.place.account;
    let state = if account.is_management() {
        "on"
    } else {
        context.place.whole().dice("iam-outbound").pick(&["on", "off", "never"])
    };
    let issuer = format!("https://{}", context.organization().issuer(&account.id));
    match state {
        "never" => Err(Refusal::new(404, "FeatureDisabled", "Outbound web identity federation is not enabled.")),
        state => Ok(json!({ "IssuerIdentifier": issuer, "JwtVendingEnabled": state == "on" })),
    }
}
