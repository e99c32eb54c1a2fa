//! The primary contact: GetContactInformation, of the account about itself (`alternate_contacts` says why).
//!
//! Kept is whom AWS writes to and how to call them. The postal address is not kept, but for its country.

use orgcensus_collect::{Collector, Error, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, given_if_set};

const CONTACT: Read<Answered> = reads("account", "GetContactInformation");

/// Whom AWS takes for the holder of one account: one row for each account, also where nothing is set.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "account_primary_contacts")]
pub struct PrimaryContact {
    /// Whether a contact is set.
    pub is_set: bool,
    /// The contact's full name. Null: none is set, or AWS did not say.
    pub contact_name: Option<String>,
    /// The company. Null: none is set.
    pub company_name: Option<String>,
    /// The telephone number. Null: none is set, or AWS did not say.
    pub phone_number: Option<String>,
    /// The country, two letters. Null: none is set, or AWS did not say.
    pub country_code: Option<String>,
    /// The company's site. Null: none is set.
    pub website_url: Option<String>,
}

/// The primary contact of one account.
pub const PRIMARY_CONTACTS: Collector = Collector {
    name: "account_primary_contacts",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[CONTACT.call()],
    resources: &[],
    tables: &[table::<PrimaryContact>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Answered {
    contact_information: Option<Contact>,
}

/// What is kept of a person, and nothing else.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Contact {
    full_name: Option<String>,
    company_name: Option<String>,
    phone_number: Option<String>,
    country_code: Option<String>,
    website_url: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = CONTACT.send(session, json!({})).await.optional(&["ResourceNotFoundException"]);
    let name = CONTACT.call().name();
    let contact = given_if_set(answer, |it| it.contact_information, &name, "ContactInformation")?;
    let Some(contact) = contact else { return rows.push(PrimaryContact::default()).await };
    let mut unread = Unread::default();
    let row = PrimaryContact {
        is_set: true,
        contact_name: unread.value("FullName", contact.full_name),
        company_name: contact.company_name,
        phone_number: unread.value("PhoneNumber", contact.phone_number),
        country_code: unread.value("CountryCode", contact.country_code),
        website_url: contact.website_url,
    };
    unread.count(rows, PrimaryContact::TABLE, &name);
    rows.push(row).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::PRIMARY_CONTACTS;
    use crate::testing::{columns, json_error};

    const CALL: &str = "GetContactInformation";
    const TABLE: &str = "account_primary_contacts";
    const NAMES: [&str; 5] = ["is_set", "contact_name", "company_name", "phone_number", "country_code"];

    #[tokio::test]
    async fn the_contact_without_its_address() {
        let contact = r#"{"ContactInformation":{"FullName":"Ana","CompanyName":"Example","PhoneNumber":"+1",
            "CountryCode":"DE","AddressLine1":"Secret Street 1","City":"Berlin","PostalCode":"10115","NewMember":1}}"#;
        let collected = Recorded::new().answer(CALL, contact).run(&PRIMARY_CONTACTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PRIMARY_CONTACTS);
        assert_eq!(columns(&collected, TABLE, &NAMES), [json!([true, "Ana", "Example", "+1", "DE"])]);
        assert!(collected.missed.is_none());
        assert!(!format!("{:?}", collected.table(TABLE)).contains("Secret Street"));
    }

    #[tokio::test]
    async fn one_that_says_little_is_counted_and_none_is_a_row() {
        let odd = Recorded::new().answer(CALL, r#"{"ContactInformation":{}}"#).run(&PRIMARY_CONTACTS).await;
        odd.result.as_ref().unwrap();
        assert_eq!(columns(&odd, TABLE, &NAMES), [json!([true, null, null, null, null])]);
        assert_eq!(odd.short(), (3, vec![TABLE]));
        let none = json_error("ResourceNotFoundException");
        let none = Recorded::new().refuse(CALL, "", 404, &none).run(&PRIMARY_CONTACTS).await;
        none.result.as_ref().unwrap();
        assert_eq!(columns(&none, TABLE, &NAMES), [json!([false, null, null, null, null])]);
        assert!(none.missed.is_none());
    }

    #[tokio::test]
    async fn an_answer_without_a_contact_and_a_refusal_have_no_row() {
        let empty = Recorded::new().answer(CALL, "{}").run(&PRIMARY_CONTACTS).await;
        assert!(empty.result.is_err() && empty.table(TABLE).is_empty());
        let denied = json_error("AccessDeniedException");
        let denied = Recorded::new().refuse(CALL, "", 403, &denied).run(&PRIMARY_CONTACTS).await;
        assert!(matches!(&denied.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(denied.table(TABLE).is_empty());
    }
}
