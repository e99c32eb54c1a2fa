//! Alternate contacts: GetAlternateContact for each of the three types.
//!
//! Each account is asked about itself, by the members' role. The organization's identity could ask about all accounts,
//! but only where Account Management is trusted by the organization, and with the right to read the contacts of every
//! account; and of its own account it could not ask so. In the account the right ends at the account, nothing need be
//! switched on, and the calls of 10,000 accounts are not those of one.

use orgcensus_collect::{Collector, Error, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::given_if_set;

const CONTACT: Read<Answered> = reads("account", "GetAlternateContact");

/// The types of contacts that there are beside the account's own.
const TYPES: [&str; 3] = ["SECURITY", "OPERATIONS", "BILLING"];

/// Whom AWS writes to about one account's security, operations or bills, beside the address of its root user: one row
/// for each type, also where nobody is set.
#[derive(Debug, Serialize, Row)]
#[row(table = "account_alternate_contacts", key = "contact_type")]
pub struct AlternateContact {
    /// SECURITY, OPERATIONS or BILLING.
    pub contact_type: String,
    /// Whether someone is set.
    pub is_set: bool,
    /// The contact's name. Null: nobody is set.
    pub contact_name: Option<String>,
    /// The contact's title. Null: nobody is set.
    pub title: Option<String>,
    /// The address to which AWS writes. Null: nobody is set.
    pub email_address: Option<String>,
    /// The telephone number. Null: nobody is set.
    pub phone_number: Option<String>,
}

/// The alternate contacts of one account.
pub const ALTERNATE_CONTACTS: Collector = Collector {
    name: "account_alternate_contacts",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[CONTACT.call()],
    resources: &[],
    tables: &[table::<AlternateContact>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Answered {
    alternate_contact: Option<Contact>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Contact {
    name: Option<String>,
    title: Option<String>,
    email_address: Option<String>,
    phone_number: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    for contact_type in TYPES {
        let answer = CONTACT.send(session, json!({"AlternateContactType": contact_type})).await;
        let answer = answer.optional(&["ResourceNotFoundException"]);
        let answer = given_if_set(answer, |it| it.alternate_contact, &CONTACT.call().name(), "AlternateContact");
        if let Some(contact) = rows.part([AlternateContact::TABLE], answer)? {
            rows.push(row(contact_type, contact)).await?;
        }
    }
    Ok(())
}

fn row(contact_type: &str, contact: Option<Contact>) -> AlternateContact {
    let is_set = contact.is_some();
    let contact = contact.unwrap_or_default();
    AlternateContact {
        contact_type: contact_type.to_owned(),
        is_set,
        contact_name: contact.name,
        title: contact.title,
        email_address: contact.email_address,
        phone_number: contact.phone_number,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::ALTERNATE_CONTACTS;
    use crate::testing::{columns, json_error};

    const CALL: &str = "GetAlternateContact";
    const NAMES: [&str; 4] = ["contact_type", "is_set", "contact_name", "email_address"];

    #[tokio::test]
    async fn one_that_is_set_one_that_says_little_and_one_that_is_not_set() {
        let security = r#"{"AlternateContact":{"AlternateContactType":"SECURITY","Name":"Ana","Title":"CISO",
            "EmailAddress":"security@example.com","PhoneNumber":"+1","NewMember":"of 2030"}}"#;
        let collected = Recorded::new()
            .answer_to(CALL, "SECURITY", security)
            .answer_to(CALL, "OPERATIONS", r#"{"AlternateContact":{}}"#)
            .refuse(CALL, "BILLING", 404, &json_error("ResourceNotFoundException"))
            .run(&ALTERNATE_CONTACTS)
            .await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ALTERNATE_CONTACTS);
        assert_eq!(
            columns(&collected, "account_alternate_contacts", &NAMES),
            [
                json!(["SECURITY", true, "Ana", "security@example.com"]),
                json!(["OPERATIONS", true, null, null]),
                json!(["BILLING", false, null, null]),
            ]
        );
        assert!(collected.missed.is_none());
    }

    #[tokio::test]
    async fn one_that_is_refused_and_one_that_answers_nothing_have_no_row_and_are_counted() {
        let none = json_error("ResourceNotFoundException");
        let collected = Recorded::new()
            .refuse(CALL, "SECURITY", 403, &json_error("AccessDeniedException"))
            .answer_to(CALL, "OPERATIONS", "{}")
            .refuse(CALL, "BILLING", 404, &none)
            .run(&ALTERNATE_CONTACTS)
            .await;
        collected.result.as_ref().unwrap();
        let rows = columns(&collected, "account_alternate_contacts", &NAMES);
        assert_eq!(rows, [json!(["BILLING", false, null, null])]);
        assert_eq!(collected.short(), (2, vec!["account_alternate_contacts"]));
    }

    #[tokio::test]
    async fn where_all_are_denied_the_task_ends_so() {
        let denied = json_error("AccessDeniedException");
        let recorded = Recorded::new()
            .refuse(CALL, "SECURITY", 403, &denied)
            .refuse(CALL, "OPERATIONS", 403, &denied)
            .refuse(CALL, "BILLING", 403, &denied);
        let collected = recorded.run(&ALTERNATE_CONTACTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("account_alternate_contacts").is_empty());
    }
}
