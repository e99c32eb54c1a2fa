//! The organization's tree, and the tags of its accounts.

use aws_sdk_organizations::Client;

use crate::{ITEMS, called, each, pages};

/// Ids of all accounts, and whether each is active.
pub(crate) async fn read(client: &Client) -> Vec<(String, bool)> {
    called(client.describe_organization().send()).await;
    let roots = pages!(client.list_roots(), roots);
    let mut parents: Vec<String> = roots.into_iter().filter_map(|root| root.id).collect();
    let (mut accounts, mut next) = (Vec::new(), 0);
    while let Some(parent) = parents.get(next).cloned() {
        let members = pages!(client.list_accounts_for_parent().parent_id(&parent), accounts);
        accounts.extend(members.into_iter().filter_map(|it| {
            let is_active = it.status.as_ref().is_none_or(|status| status.as_str() == "ACTIVE");
            Some((it.id?, is_active))
        }));
        let units = pages!(client.list_organizational_units_for_parent().parent_id(&parent), organizational_units);
        parents.extend(units.into_iter().filter_map(|unit| unit.id));
        next += 1;
    }
    accounts
}

/// The tags of each account.
pub(crate) async fn tags(client: &Client, accounts: &[(String, bool)]) {
    each(accounts, ITEMS, |(id, _)| async move {
        pages!(client.list_tags_for_resource().resource_id(id), tags);
    })
    .await;
}
