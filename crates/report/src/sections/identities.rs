//! Who may do what: administrators, ways to more rights, and who comes in from outside.

use super::{Declared, facts};
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Column};
use crate::ranked::{Beside, Rank, own, question};

pub(crate) const SECTION: Declared =
    Declared { id: "identities", title: "Identities", is_brief: false, read: |asked| Box::pin(read(asked)) };

/// Names of people are those of IAM Identity Center: the ARN of a person has a number alone.
const WITHOUT_MFA: Rank<'static> = Rank {
    columns: &[
        Column::text("who", "who"),
        Column::text("person", "the person's name"),
        Column::text("kind", "kind"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::flag("is_so", "has no MFA device"),
        Column::text("why", "why it is not known"),
    ],
    note: "First come root users and users without a device, then those of which it is not known, people last.",
    subject: None,
    severity: "CASE
        WHEN listed.is_so AND listed.kind = 'root' THEN 0
        WHEN listed.is_so THEN 1
        WHEN listed.kind = 'person' THEN 3
        ELSE 2
      END",
    beside: Some(Beside {
        table: "identity_center_users",
        columns: "COALESCE(identity_center_users.user_name, identity_center_users.display_name) AS person,
      CASE
        WHEN listed.is_so IS NULL AND listed.kind = 'person' THEN 'AWS has no API that says the devices of a person'
        WHEN listed.is_so IS NULL THEN 'its policies or devices were not read'
      END AS why",
        join: "LEFT JOIN identity_center_users
      ON identity_center_users.organization_id = listed.organization_id
      AND identity_center_users.account_id = listed.account_id
      AND identity_center_users.arn = listed.who",
    }),
};

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
WHERE is_administrator AND NOT is_service_linked";

const WAYS: &str = "SELECT
  identity_arn,
  identity_type,
  account_id,
  account_name,
  method,
  category,
  resources,
  is_conditional,
  policy_resource_arn,
  policy_kind,
  policy_name,
  ordinal,
  through
FROM privilege_paths
WHERE is_open";

const WAYS_KEY: [&str; 8] =
    ["account_id", "identity_arn", "method", "policy_resource_arn", "policy_kind", "policy_name", "ordinal", "through"];

const ADMINISTRATORS_RANK: Rank<'static> = Rank {
    columns: &[
        Column::text("identity_arn", "identity"),
        Column::text("identity_type", "type"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::words("administrator_through", "through", "through"),
        Column::text("administrator_policies", "policies"),
        Column::flag("has_permissions_boundary", "has a boundary"),
        Column::words("flags", "flags", "rights"),
    ],
    note: "First come users, whose keys and passwords last, then roles and permission sets.",
    subject: None,
    severity: "CASE WHEN listed.identity_type = 'user' THEN 0 ELSE 1 END",
    beside: None,
};

const WAYS_RANK: Rank<'static> = Rank {
    columns: &[
        Column::text("identity_arn", "identity"),
        Column::text("identity_type", "type"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::text("method", "way"),
        Column::words("category", "kind of way", "way"),
        Column::text("resources", "on what"),
        Column::flag("is_conditional", "under a condition"),
        Column::text("policy_name", "by which policy"),
        Column::text("through", "through"),
    ],
    note: "First come ways of users, and ways without a condition. An identity may have several.",
    subject: Some(("identity_arn", "identities")),
    severity: "CASE WHEN listed.is_conditional THEN 2 ELSE 0 END
      + CASE WHEN listed.identity_type = 'user' THEN 0 ELSE 1 END",
    beside: None,
};

const OUTSIDERS: Rank<'static> = Rank {
    columns: &[
        Column::text("resource_arn", "role"),
        Column::text("principal", "who"),
        Column::words("reason", "as what", "let in"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::flag("is_role_administrator", "the role is administrator"),
        Column::flag("is_public", "anyone"),
        Column::flag("is_external", "outside"),
        Column::number("last_used_days", "days since its use"),
        Column::text("bounded_by", "what bounds them"),
        Column::text("explanation", "in words"),
    ],
    note: "First come roles that anyone can assume, administrators among them before the others, then those of \
           outsiders. Outside says no of an identity provider whose users are the organization's own, as the \
           clusters of EKS have, and is not known of one that serves others too. Access: Write is AWS's access level \
           of assuming a role, whatever the role may do. signed_only: with a request that some AWS account signs.",
    subject: Some(("resource_arn", "roles")),
    severity: "CASE
        WHEN listed.is_public THEN 0
        WHEN listed.is_external THEN 2
        WHEN listed.is_external IS NULL THEN 4
        ELSE 6
      END + CASE WHEN identity_access.is_administrator THEN 0 ELSE 1 END",
    beside: Some(Beside {
        table: "identity_access",
        columns: "identity_access.is_administrator AS is_role_administrator",
        join: "LEFT JOIN identity_access
      ON identity_access.account_id = listed.account_id
      AND identity_access.identity_arn = listed.resource_arn",
    }),
};

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let (shares, _) =
        facts::table(asked, "identity-shares", "How many may do everything, or may come to it", &["B7"]).await?;
    let of_administrators = ["account_id", "identity_arn"];
    let administrators =
        own(asked, "administrators", "Administrators", ADMINISTRATORS, &of_administrators, &ADMINISTRATORS_RANK)
            .await?;
    Ok(vec![
        Block::Table(shares),
        Block::Table(question(asked, "E5", &WITHOUT_MFA).await?),
        Block::Table(administrators),
        Block::Table(own(asked, "ways", "Open ways to more rights", WAYS, &WAYS_KEY, &WAYS_RANK).await?),
        Block::Table(question(asked, "G3", &OUTSIDERS).await?),
    ])
}
