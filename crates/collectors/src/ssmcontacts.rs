//! Incident Manager Contacts.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::SSM_CONTACTS_CONTACT;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Contacts, with their policies.
    CONTACTS = listed(
        "ssm_contacts_contacts",
        SSM_CONTACTS_CONTACT,
        &[list("ssmcontacts", "ListContacts", "Contacts", &[])],
        &[policy("ssmcontacts", "GetContactPolicy", &[("ContactArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("ContactArn")
    .name("Alias")
    .keeps(&["Type", "DisplayName"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CONTACTS];
