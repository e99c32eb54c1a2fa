//! Tables that are made of a snapshot's own files and published with it: the answers of `orgcensus-answers`, for
//! engines that ask the lake without this program. The crawl runs them by its list; this crate alone knows both.
//!
//! ```text
//! changes           rules of change, the previous complete snapshot and this one -> what they find
//! effective_access  policies of identities, boundaries, control policies -> who can do what is sensitive, and on what
//! exceptions        what the site accepts -> what each exception does
//! facts             questions -> their shares, without a name
//! first_seen        what is open in this snapshot + what earlier ones carry -> since when
//! ```

mod changes;
mod effective_access;
mod exceptions;
mod facts;
mod first_seen;
#[cfg(test)]
mod testing;
mod worker;

use std::sync::Arc;

use orgcensus_answers::{Exceptions, Question, Rule};
use orgcensus_crawl::{MATERIALIZATIONS, Materialization};
use orgcensus_row::{Table, table};

pub use changes::FoundChange;
pub use effective_access::EffectiveAccess;
pub use exceptions::AcceptedException;
pub use facts::Fact;
pub use first_seen::FirstSeen;

/// Every materialization, in the order in which they run.
pub fn materializations(
    questions: Vec<Question>,
    rules: Vec<Rule>,
    exceptions: Option<Exceptions>,
) -> Vec<Arc<dyn Materialization>> {
    let questions: Arc<[Question]> = questions.into();
    vec![
        Arc::new(changes::Changes { rules: rules.clone() }),
        Arc::new(first_seen::FirstSeens),
        // Before the facts, which ask it.
        Arc::new(effective_access::EffectiveAccesses),
        Arc::new(facts::Facts { questions: Arc::clone(&questions), exceptions: exceptions.clone() }),
        Arc::new(exceptions::AcceptedExceptions { exceptions, questions, rules }),
    ]
}

/// The same for what is shipped, with the shipped thresholds, and nothing accepted.
pub fn shipped() -> orgcensus_answers::Result<Vec<Arc<dyn Materialization>>> {
    Ok(materializations(orgcensus_answers::questions()?.to_vec(), orgcensus_answers::rules()?.to_vec(), None))
}

/// Every table that they fill, and the one that says how that ended.
pub fn tables() -> [Table; 6] {
    [
        table::<AcceptedException>(),
        table::<EffectiveAccess>(),
        table::<FoundChange>(),
        table::<Fact>(),
        table::<FirstSeen>(),
        MATERIALIZATIONS,
    ]
}
