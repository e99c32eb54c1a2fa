//! Rows that are made from other rows after all accounts are done: who can reach what, and what identities may do. Each
//! derivation declares the tables that it reads and fills. Staged rows are read by the fields of their row types, so
//! code that uses the old name of a renamed column does not compile.
//!
//! If a fact was not collected, the verdict is null, never false.
//!
//! ```text
//! account_policies   targets + tree -> the policies that each account inherits
//! access             completeness, names, organization (what is known) -> an account and region at a time:
//!   resource         policies + blocks + RCPs -> principals, external access, verdict; those of an access point with
//!                    the policies of the buckets behind it
//!   open_buckets     verdicts on access points -> those on their buckets
//!   identity         then an account at a time: policies -> what identities may do, who may assume its roles
//! people             Identity Center's assignments, its directory, what its sets allow -> who enters which account
//! internet_paths     addresses, routes, groups and ACLs -> what the internet reaches, and by what ways
//! inventory          every table of resources, a few at a time, and the verdicts -> resources, their tags
//! metadata           launches' layers + what roles may do -> what the metadata service gives away, now and next
//! owners             the accounts' tags and contacts -> whom to ask about each
//! credential_review  the credential report and its neighbours -> who uses each user, what is wrong, what to do next
//! security_services  rows of the services that watch, and coverage -> which is on, who manages it, what it lacks
//!   targets          what rules send to -> whether it is there, and whether a topic passes it on
//!   publishing       where a service publishes, and the rules there -> heard: whether somebody is told of all it finds
//! security_finding_counts  what these services count, and administrators of members that were not read -> findings,
//!                    each once
//! table_coverage     how the tasks ended -> which tables are whole, account by account and region by region
//! ```

mod access;
mod account_policies;
mod behind;
mod blocks;
mod completeness;
mod control;
mod credentials;
mod external;
mod identity;
mod internet;
mod inventory;
mod known;
mod metadata;
mod named_in_policies;
mod open_buckets;
mod owners;
mod people;
mod resource;
mod rows;
mod security;
mod table_coverage;
mod three_valued;

use orgcensus_crawl::Derivation;

pub use account_policies::AccountPolicy;
pub use credentials::CredentialReview;
pub use external::{ExternalAccess, ExternalAccessAction};
pub use identity::{IdentityAccess, PrivilegePath, RoleTrust};
pub use internet::InternetPath;
pub use inventory::{InventoryResource, ResourceTag};
pub use metadata::MetadataPosture;
pub use owners::AccountOwner;
pub use people::IdentityCenterAccess;
pub use rows::{PolicyPrincipal, ResourceAccess};
pub use security::{SecurityFindingCount, SecurityService};
pub use table_coverage::TableCoverage;

/// Every derivation, in the order in which they run. A static, as the list of collectors is.
pub static DERIVATIONS: &[Derivation] = &[
    account_policies::ACCOUNT_POLICIES,
    access::ACCESS,
    people::PEOPLE,
    internet::INTERNET_PATHS,
    inventory::INVENTORY,
    metadata::METADATA,
    owners::OWNERS,
    credentials::CREDENTIAL_REVIEW,
    security::SECURITY_SERVICES,
    security::SECURITY_FINDING_COUNTS,
    table_coverage::TABLE_COVERAGE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::DERIVATIONS;

    #[test]
    fn a_table_is_filled_by_one_derivation_and_rests_on_what_that_reads() {
        let writes: Vec<_> = DERIVATIONS.iter().flat_map(|it| it.writes).map(|it| it.table.name).collect();
        assert_eq!(writes.len(), writes.iter().collect::<BTreeSet<_>>().len(), "{writes:?}");
        for derivation in DERIVATIONS {
            for derived in derivation.writes {
                let is_read = |name: &str| derivation.reads.iter().any(|read| read.name == name);
                let unread: Vec<_> = derived.rests_on.iter().map(|it| it.name).filter(|name| !is_read(name)).collect();
                // The tree is in memory, so it need not be read from a stage.
                assert!(
                    unread.iter().all(|name| *name == "organizational_units"),
                    "{}: {unread:?}",
                    derived.table.name
                );
            }
        }
    }
}
