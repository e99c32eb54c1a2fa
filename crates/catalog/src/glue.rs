//! The catalogue in AWS Glue: what it should be, what it is, and the changes from one to the other.

mod apply;
mod change;
mod client;
mod definition;
mod presto_view;

use orgcensus_aws::Session;

use crate::{Contents, Result};

pub use apply::apply;
pub use change::{Change, Plan, TableName};
pub use client::CALLS;
pub use definition::{GlueColumn, GluePartition, GlueTable, wanted};

/// What would change in Glue so that it says what the lake holds. Reads only.
pub async fn plan(session: &Session, contents: &Contents) -> Result<Plan> {
    let catalog = client::Catalog::new(session);
    let mut present = Vec::new();
    for database in [&contents.databases.history, &contents.databases.newest] {
        present.push((database.clone(), catalog.tables(database).await?));
    }
    change::plan(&wanted(contents)?, present)
}
