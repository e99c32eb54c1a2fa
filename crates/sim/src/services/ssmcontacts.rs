//! Incident Manager Contacts.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListContacts", "Contacts", |context| {
            CONTACTS.list(context, |it| {
                json!({
                    "ContactArn": it.arn,
                    "Alias": it.name,
                    "DisplayName": it.name,
                    "Type": "PERSONAL",
                })
            })
        }),
        get("GetContactPolicy", |context| {
            CONTACTS.policy_or_nothing(context, "ContactArn", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| CONTACTS.planted(place))],
    ..Service::named("ssmcontacts")
};

const CONTACTS: Things = kind_of(
    "ssm_contacts_contacts",
    "ssm-contacts",
    "contact/{name}",
    &["ssm-contacts:GetContact", "ssm-contacts:StartEngagement"],
);
