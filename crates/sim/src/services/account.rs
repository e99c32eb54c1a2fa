//! Account Management: the contacts of accounts.

use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Scope, Service, get};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    answers: &[&[get("GetAlternateContact", contact), get("GetContactInformation", primary_contact)]],
    kinds: &[
        things(At::Account, "account_alternate_contacts", |_| TYPES.len()),
        things(At::Account, "account_primary_contacts", |_| 1),
    ],
    counts: Some((At::Account, count)),
    ..Service::named("account")
};

/// The types of contacts, and the share of accounts in which each is set.
const TYPES: [(&str, f64); 3] = [("SECURITY", 0.6), ("OPERATIONS", 0.5), ("BILLING", 0.7)];

/// Whether the account has a contact of this type.
fn is_set(place: &Place<'_>, (contact_type, share): (&str, f64)) -> bool {
    place.whole().dice(&format!("alternate-contact-{contact_type}")).chance(share)
}

fn contact(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("AlternateContactType")?;
    let invalid = || Refusal::new(400, "ValidationException", "1 validation error detected");
    let kind = TYPES.into_iter().find(|(contact_type, _)| *contact_type == wanted).ok_or_else(invalid)?;
    if !is_set(&context.place, kind) {
        let message = "No contact of the inputted alternate contact type found.";
        return Err(Refusal::new(404, "ResourceNotFoundException", message));
    }
    let address = format!("{}@simulated.example", wanted.to_lowercase());
    Ok(json!({ "AlternateContact": {
        "AlternateContactType": wanted,
        "Name": "The team on duty",
        "Title": "Team",
        "EmailAddress": address,
        "PhoneNumber": "+15550100",
    } }))
}

/// Whether the account has a company in its contact.
fn has_company(place: &Place<'_>) -> bool {
    place.whole().dice("primary-contact").chance(0.7)
}

fn primary_contact(context: &Context<'_>) -> Result<Value, Refusal> {
    let mut contact = json!({
        "FullName": "The holder",
        "AddressLine1": "1 Simulated Street",
        "City": "Simulated",
        "PostalCode": "00000",
        "CountryCode": "US",
        "PhoneNumber": "+15550101",
    });
    if has_company(&context.place) {
        contact["CompanyName"] = json!("Simulated");
    }
    Ok(json!({ "ContactInformation": contact }))
}

/// What a census must find of an account.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for (kind, cell) in TYPES.into_iter().zip([
        "account_alternate_contacts WHERE contact_type = 'SECURITY' AND is_set",
        "account_alternate_contacts WHERE contact_type = 'OPERATIONS' AND is_set",
        "account_alternate_contacts WHERE contact_type = 'BILLING' AND is_set",
    ]) {
        tally.cell(cell, usize::from(is_set(place, kind)));
    }
    let has_company = usize::from(has_company(place));
    tally.cell("account_primary_contacts WHERE company_name IS NOT NULL", has_company);
    let is_missing = !is_set(place, TYPES[0]);
    tally.cell("account_alternate_contacts WHERE contact_type = 'SECURITY' AND NOT is_set", usize::from(is_missing));
}
