//! What other engines are told about a lake: databases, tables, partitions and views.
//!
//! [`Contents`] is read from the commits and manifests of a lake, so the catalogue says what was published and not what
//! this version would publish. From it follow the statements that [`print`] gives and what [`apply`] writes to AWS Glue:
//!
//! ```text
//! orgcensus_history   every table, partitioned by org_id and snapshot_date; a partition is one run's folder
//! orgcensus           views of the same names: each organization's newest complete snapshot, with literal dates
//! ```
//!
//! What is absent: there is no crawler that guesses and no partition projection, and nothing is dropped that this
//! program did not make.

mod column_type;
mod contents;
mod ddl;
mod error;
mod glue;
mod trail;

pub use contents::{Contents, Databases, PublishedTable, SnapshotOfTable};
pub use ddl::{Dialect, print};
pub use error::{Error, Result};
pub use glue::{CALLS, Change, GlueColumn, GluePartition, GlueTable, Plan, TableName, apply, plan, wanted};
pub use trail::{Trail, print_trail};
