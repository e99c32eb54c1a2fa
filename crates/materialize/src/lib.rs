//! Tables that are made of a snapshot's own files and published with it: the answers of `orgcensus-answers`, for
//! engines that ask the lake without this program. The crawl runs them by its list; this crate alone knows both.
//!
//! ```text
//! can_assume        identities, trust policies, control policies -> who may assume which role
//! can_become        can_assume, end to end -> who gets to which role
//! changes           rules of change, the previous complete snapshot and this one -> what they find
//! critical          the resources that the configuration calls critical -> who can read their data
//! effective_access  policies of identities, boundaries, control policies -> who can do what is sensitive, and on what
//! exceptions        what the site accepts -> what each exception does
//! facts             questions -> their shares, without a name
//! first_seen        what is open in this snapshot + what earlier ones carry -> since when
//! guardrails        each account's control policies -> which dangerous actions they stop
//! ```

mod can_assume;
mod can_become;
mod changes;
mod critical;
mod effective_access;
mod exceptions;
mod facts;
mod first_seen;
mod guardrails;
#[cfg(test)]
mod testing;
mod worker;

use std::sync::Arc;

use orgcensus_answers::{Exceptions, Question, Rule};
use orgcensus_crawl::{MATERIALIZATIONS, Materialization};
use orgcensus_row::{Table, table};

pub use can_assume::CanAssume;
pub use can_become::CanBecome;
pub use changes::FoundChange;
pub use critical::{CriticalAccess, CriticalTag};
pub use effective_access::EffectiveAccess;
pub use exceptions::AcceptedException;
pub use facts::Fact;
pub use first_seen::FirstSeen;
pub use guardrails::GuardrailStop;

/// Every materialization, in the order in which they run: facts are asked of those before them too.
pub fn materializations(
    questions: Vec<Question>,
    rules: Vec<Rule>,
    exceptions: Option<Exceptions>,
    critical: Option<CriticalTag>,
) -> Vec<Arc<dyn Materialization>> {
    let questions: Arc<[Question]> = questions.into();
    vec![
        Arc::new(changes::Changes { rules: rules.clone() }),
        Arc::new(first_seen::FirstSeens),
        // Facts ask them.
        Arc::new(can_assume::CanAssumes),
        Arc::new(can_become::CanBecomes),
        Arc::new(guardrails::GuardrailStops),
        Arc::new(critical::CriticalAccesses { tag: critical }),
        Arc::new(effective_access::EffectiveAccesses),
        Arc::new(facts::Facts { questions: Arc::clone(&questions), exceptions: exceptions.clone() }),
        Arc::new(exceptions::AcceptedExceptions { exceptions, questions, rules }),
    ]
}

/// The same for what is shipped, with the shipped thresholds, nothing accepted, and no resource called critical.
pub fn shipped() -> orgcensus_answers::Result<Vec<Arc<dyn Materialization>>> {
    Ok(materializations(orgcensus_answers::questions()?.to_vec(), orgcensus_answers::rules()?.to_vec(), None, None))
}

/// Every table that they fill, and the one that says how that ended.
pub fn tables() -> [Table; 10] {
    [
        table::<AcceptedException>(),
        table::<CanAssume>(),
        table::<CanBecome>(),
        table::<FoundChange>(),
        table::<CriticalAccess>(),
        table::<EffectiveAccess>(),
        table::<Fact>(),
        table::<FirstSeen>(),
        table::<GuardrailStop>(),
        MATERIALIZATIONS,
    ]
}
