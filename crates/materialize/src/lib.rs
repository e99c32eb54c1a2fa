//! Tables that are made of a snapshot's own files and published with it: the answers of `orgcensus-answers`, for
//! engines that ask the lake without this program. The crawl runs them by its list; this crate alone knows both.
//!
//! ```text
//! changes     rules of change, the previous complete snapshot and this one -> what they find
//! facts       questions -> their shares, without a name
//! first_seen  what is open in this snapshot + what earlier ones carry -> since when
//! ```

mod by_account;
mod changes;
mod facts;
mod first_seen;
#[cfg(test)]
mod testing;
mod worker;

use std::sync::Arc;

use orgcensus_answers::{Question, Rule};
use orgcensus_crawl::{MATERIALIZATIONS, Materialization};
use orgcensus_row::{Table, table};

pub use changes::FoundChange;
pub use facts::Fact;
pub use first_seen::FirstSeen;

/// Every materialization, in the order in which they run.
pub fn materializations(questions: Vec<Question>, rules: Vec<Rule>) -> Vec<Arc<dyn Materialization>> {
    vec![
        Arc::new(changes::Changes { rules }),
        Arc::new(first_seen::FirstSeens),
        Arc::new(facts::Facts { questions: questions.into() }),
    ]
}

/// The same for what is shipped, with the shipped thresholds.
pub fn shipped() -> orgcensus_answers::Result<Vec<Arc<dyn Materialization>>> {
    Ok(materializations(orgcensus_answers::questions()?.to_vec(), orgcensus_answers::rules()?.to_vec()))
}

/// Every table that they fill, and the one that says how that ended.
pub fn tables() -> [Table; 4] {
    [table::<FoundChange>(), table::<Fact>(), table::<FirstSeen>(), MATERIALIZATIONS]
}
