//! Who may do what: administrators, ways to more rights, and who comes in from outside.

use super::{Declared, facts};
use crate::Result;
use crate::asked::Asked;
use crate::lists::{own, question};
use crate::model::{Block, Column};

pub(crate) const SECTION: Declared =
    Declared { id: "identities", title: "Identities", is_brief: false, read: |asked| Box::pin(read(asked)) };

const WITHOUT_MFA: &[Column] = &[
    Column::text("who", "who"),
    Column::text("kind", "kind"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::flag("is_so", "has no MFA device"),
];

/// Those of AWS's services are left out, as in B7.
const ADMINISTRATORS: &str = "SELECT
  identity_arn,
  identity_type,
  account_id,
  account_name,
  administrator_through,
  administrator_policies,
  has_permissions_boundary,
  flags
FROM identity_access
WHERE is_administrator AND NOT is_service_linked{among}
ORDER BY account_id, identity_arn";

const WAYS: &str = "SELECT
  identity_arn,
  identity_type,
  account_id,
  account_name,
  method,
  category,
  resources,
  is_conditional,
  policy_name,
  through
FROM privilege_paths
WHERE is_open{among}
ORDER BY account_id, identity_arn, method, policy_resource_arn, policy_kind, policy_name, ordinal, through";

const OUTSIDERS: &[Column] = &[
    Column::text("resource_arn", "role"),
    Column::text("principal", "who"),
    Column::text("reason", "as what"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::flag("is_public", "anyone"),
    Column::flag("is_external", "outside"),
    Column::number("last_used_days", "days since its use"),
    Column::text("bounded_by", "what bounds them"),
    Column::text("explanation", "in words"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let (shares, _) =
        facts::table(asked, "identity-shares", "How many may do everything, or may come to it", &["B7"]).await?;
    let administrators = [
        Column::text("identity_arn", "identity"),
        Column::text("identity_type", "type"),
        Column::account(),
        Column::text("account_name", "name"),
        Column::text("administrator_through", "through"),
        Column::text("administrator_policies", "policies"),
        Column::flag("has_permissions_boundary", "has a boundary"),
        Column::text("flags", "flags"),
    ];
    let ways = [
        Column::text("identity_arn", "identity"),
        Column::text("identity_type", "type"),
        Column::account(),
        Column::text("account_name", "name"),
        Column::text("method", "way"),
        Column::text("category", "kind of way"),
        Column::text("resources", "on what"),
        Column::flag("is_conditional", "under a condition"),
        Column::text("policy_name", "by which policy"),
        Column::text("through", "through"),
    ];
    Ok(vec![
        Block::Table(shares),
        Block::Table(question(asked, "E5", WITHOUT_MFA).await?),
        Block::Table(own(asked, "administrators", "Administrators", ADMINISTRATORS, &administrators).await?),
        Block::Table(own(asked, "ways", "Open ways to more rights", WAYS, &ways).await?),
        Block::Table(question(asked, "G3", OUTSIDERS).await?),
    ])
}
