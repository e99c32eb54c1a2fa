//! Sign-In: from where an account's console may be entered.

use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Scope, Service, get};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    answers: &[&[
        get("GetConsoleAuthorizationConfiguration", |context| {
            let id = &context.place.account.id;
            let set = json!({ "targetId": id, "scope": "ACCOUNT", "consoleAuthorizationEnabled": true });
            is_narrow(context).then_some(set).ok_or_else(none)
        }),
        get("GetResourcePolicy", |context| {
            let policy = json!({ "Version": "2012-10-17", "Statement": [statement()] });
            is_narrow(context).then(|| json!({ "signinResourceBasedPolicy": policy })).ok_or_else(none)
        }),
    ]],
    kinds: &[things(At::Account, "signin_settings", |_| 1)],
    ..Service::named("signin")
};

/// Whether the account's console is entered from given networks only.
fn is_narrow(context: &Context<'_>) -> bool {
    context.place.whole().dice("signin").chance(0.3)
}

fn statement() -> Value {
    json!({
        "Effect": "Deny",
        "Principal": { "AWS": "*" },
        "Action": ["signin:Authenticate"],
        "Resource": "*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": ["198.51.100.0/24"] } },
    })
}

fn none() -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", "Nothing is set.")
}
