//! Who owns each account: its owner tag, and whom AWS writes to about it. One row for each account of the organization.

use orgcensus_aws::organization::AccountRow;
use orgcensus_collectors::account::alternate_contacts::{AlternateContact, AlternateContactRef};
use orgcensus_collectors::account::primary_contacts::PrimaryContact;
use orgcensus_crawl::{Derivation, Derive, Derived, Error};
use orgcensus_row::{Entries, GLOBAL, Row, Table, table};
use serde::Serialize;

/// The derivation.
pub(crate) const OWNERS: Derivation = Derivation {
    name: "account_owners",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<AccountOwner>(), rests_on: READS }],
    run: |derive| Box::pin(run(derive)),
};

const READS: &[Table] = &[table::<AccountRow>(), table::<AlternateContact>(), table::<PrimaryContact>()];

/// Whom to ask about one account: the value of its owner tag, which the configuration names, and its contacts. AWS
/// knows one of each type; what is not set is null, and so is what was not read, as is_security_contact_set tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Row)]
#[row(table = "account_owners")]
pub struct AccountOwner {
    /// The value of the account's owner tag. Null: no tag is configured, the account has none, or its tags were not
    /// read.
    pub owner: Option<String>,
    /// Whom to ask, which is never empty where anything is known: owner, else the address of the operations contact, of
    /// the security contact, of the billing contact, of the root user, or the primary contact's name.
    pub ask: Option<String>,
    /// Where ask is from: tag, operations_contact, security_contact, billing_contact, root_email or primary_contact.
    /// Null: nothing is known.
    pub ask_from: Option<String>,
    /// The address of the account's root user.
    pub root_email: Option<String>,
    /// Whether there is a contact for security. Null: not read.
    pub is_security_contact_set: Option<bool>,
    /// The name of the contact for security.
    pub security_contact_name: Option<String>,
    /// Its address.
    pub security_contact_email: Option<String>,
    /// The name of the contact for operations.
    pub operations_contact_name: Option<String>,
    /// Its address.
    pub operations_contact_email: Option<String>,
    /// The name of the contact for bills.
    pub billing_contact_name: Option<String>,
    /// Its address.
    pub billing_contact_email: Option<String>,
    /// The name of the primary contact.
    pub primary_contact_name: Option<String>,
    /// The company of the primary contact.
    pub primary_contact_company: Option<String>,
}

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let (mut accounts, mut alternates) = (derive.staged::<AccountRow>()?, derive.staged::<AlternateContact>()?);
    let mut primaries = derive.staged::<PrimaryContact>()?;
    let (mut rows, tag) = (derive.rows::<AccountOwner>()?, derive.crawl().owner_tag.as_deref());
    for member in &derive.organization().accounts {
        let mut row = AccountOwner { root_email: member.email.clone(), ..AccountOwner::default() };
        accounts.of_account(&member.id, |it| row.owner = tagged(it.tags, tag))?;
        alternates.of_account(&member.id, |it| row.alternate(&it))?;
        primaries.of_account(&member.id, |it| {
            row.primary_contact_name = it.contact_name.map(str::to_owned);
            row.primary_contact_company = it.company_name.map(str::to_owned);
        })?;
        let stamp = derive.stamp(&member.id, GLOBAL);
        derive.extend(&mut rows, &stamp, [row.asked()])?;
        derive.stage(&mut rows, &stamp)?;
    }
    tokio::task::yield_now().await;
    Ok(())
}

/// The value of an owner tag.
pub(crate) fn tagged(tags: Option<Entries<'_>>, tag: Option<&str>) -> Option<String> {
    let found = tags?.iter().find(|(key, _)| Some(*key) == tag);
    found.map(|(_, value)| value.to_owned())
}

impl AccountOwner {
    fn alternate(&mut self, it: &AlternateContactRef<'_>) {
        let (name, email) = (it.contact_name.map(str::to_owned), it.email_address.map(str::to_owned));
        match it.contact_type {
            "SECURITY" => {
                self.is_security_contact_set = Some(it.is_set);
                (self.security_contact_name, self.security_contact_email) = (name, email);
            }
            "OPERATIONS" => (self.operations_contact_name, self.operations_contact_email) = (name, email),
            "BILLING" => (self.billing_contact_name, self.billing_contact_email) = (name, email),
            _ => {}
        }
    }

    /// The row with whom to ask: who is nearest to what runs in the account comes first.
    fn asked(self) -> Self {
        let known = [
            ("tag", &self.owner),
            ("operations_contact", &self.operations_contact_email),
            ("security_contact", &self.security_contact_email),
            ("billing_contact", &self.billing_contact_email),
            ("root_email", &self.root_email),
            ("primary_contact", &self.primary_contact_name),
        ];
        let first = known.into_iter().find_map(|(from, it)| {
            let it = it.as_deref().filter(|it| !it.trim().is_empty())?;
            Some((from.to_owned(), it.to_owned()))
        });
        let (ask_from, ask) = first.unzip();
        Self { ask, ask_from, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(row: AccountOwner) -> (Option<String>, Option<String>) {
        let row = row.asked();
        (row.ask_from, row.ask)
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_tag_comes_first_and_then_who_is_nearest() {
        let all = AccountOwner {
            owner: text("team-a"),
            root_email: text("root@example.com"),
            security_contact_email: text("security@example.com"),
            operations_contact_email: text("operations@example.com"),
            primary_contact_name: text("Ana"),
            ..AccountOwner::default()
        };
        assert_eq!(asked(all.clone()), (text("tag"), text("team-a")));
        let untagged = AccountOwner { owner: text(" "), ..all };
        assert_eq!(asked(untagged.clone()), (text("operations_contact"), text("operations@example.com")));
        let secure = AccountOwner { operations_contact_email: None, ..untagged };
        assert_eq!(asked(secure.clone()), (text("security_contact"), text("security@example.com")));
        let bare = AccountOwner { security_contact_email: None, ..secure };
        assert_eq!(asked(bare.clone()), (text("root_email"), text("root@example.com")));
        assert_eq!(asked(AccountOwner { root_email: None, ..bare }), (text("primary_contact"), text("Ana")));
        assert_eq!(asked(AccountOwner::default()), (None, None));
    }

    #[test]
    fn each_contact_has_its_place_and_an_unread_one_is_not_unset() {
        let contact = |contact_type: &'static str, is_set| AlternateContactRef {
            contact_type,
            is_set,
            contact_name: Some("Ana"),
            title: None,
            email_address: Some("ana@example.com"),
            phone_number: None,
        };
        let mut row = AccountOwner::default();
        row.alternate(&contact("BILLING", true));
        row.alternate(&contact("OF_2030", true));
        let expected = AccountOwner {
            billing_contact_name: text("Ana"),
            billing_contact_email: text("ana@example.com"),
            ..AccountOwner::default()
        };
        assert_eq!(row, expected);
        row.alternate(&contact("SECURITY", false));
        assert_eq!(row.is_security_contact_set, Some(false));
    }
}
