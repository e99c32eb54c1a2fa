//! What rules find of one thing alone: the same rules, rows and events, only fewer of them.

use std::sync::Arc;

use datafusion::prelude::SessionContext;
use orgcensus_lake::{Lake, Wanted};

use super::{Found, OneOrganization};
use crate::diff::TwoManifests;
use crate::rule::Rule;
use crate::{Result, Subject};

/// A thing, and where its rows are.
#[derive(Debug, Clone)]
pub(crate) struct About {
    /// Whose rows are looked at.
    pub(crate) subject: Arc<Subject>,
    /// The accounts of these rows, and that of the organization's tasks; none means all accounts.
    pub(crate) accounts: Option<Wanted>,
}

/// What rules find in the rows about a thing between two snapshots of an organization, with who made it. Where rules
/// could not look is left out.
pub(crate) async fn found_about(
    lake: &Lake,
    engine: &SessionContext,
    manifests: TwoManifests,
    rules: &[Rule],
    about: About,
) -> Result<Vec<Found>> {
    let mut organization = OneOrganization::open(lake, manifests, rules, Some(about)).await?;
    let mut found = Vec::new();
    while organization.fill(lake, engine, false, &mut found).await? {}
    found.retain(|it| it.row.is_some());
    Ok(found)
}
