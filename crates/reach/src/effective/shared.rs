//! Answers that hold for all who have the same policies: those of AWS, of templates and of permission sets are in every
//! account. Where a statement depends on who asks, as an SCP that names principals, one answer holds for all for whom
//! it comes to the same.

use std::collections::HashMap;

use orgcensus_policy::evaluation::{Answer, Identity, Layer, NamedPolicy};

/// The most answers that are kept.
const ANSWERS_MAX: usize = 100_000;

/// Who has the same policies, kind and guardrails as others has the same number.
pub(super) type Number = usize;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    /// By whom.
    pub(super) number: Number,
    /// The action's place.
    pub(super) place: usize,
    pub(super) arn: String,
    /// The account whose resources it is about; `None` if it is about each caller's own.
    pub(super) account_id: Option<String>,
    /// What the statements that depend on who asks come to.
    pub(super) outcomes: String,
}

/// An answer, and the place of the policy that decided: everyone's own is called otherwise.
struct Kept {
    answer: Answer,
    place: Option<usize>,
}

/// The answers.
#[derive(Default)]
pub(super) struct Shared {
    numbers: HashMap<Vec<usize>, Number>,
    answers: HashMap<Asked, Kept>,
    count: usize,
}

impl Shared {
    /// The number of those who have these policies.
    pub(super) fn number(&mut self, policies: Vec<usize>) -> Number {
        if self.numbers.len() >= ANSWERS_MAX {
            self.forget();
        }
        let next = self.count;
        let number = *self.numbers.entry(policies).or_insert(next);
        if number == next {
            self.count += 1;
        }
        number
    }

    /// The answer as it is that of the identity.
    pub(super) fn answer(&self, asked: &Asked, identity: Option<&Identity>) -> Option<Answer> {
        let kept = self.answers.get(asked)?;
        let mut answer = kept.answer.clone();
        if let Some(place) = kept.place {
            let policy = policies(answer.decided_by.layer, identity?).get(place)?;
            answer.decided_by.policy = Some(policy.name.clone());
        }
        Some(answer)
    }

    /// Keeps the answer of an identity.
    pub(super) fn keep(&mut self, asked: Asked, answer: &Answer, identity: Option<&Identity>) {
        let decided = &answer.decided_by;
        let own = identity.map(|it| policies(decided.layer, it)).unwrap_or_default();
        let place = own.iter().position(|policy| decided.policy.as_deref() == Some(policy.name.as_str()));
        if self.answers.len() >= ANSWERS_MAX {
            self.forget();
        }
        self.answers.insert(asked, Kept { answer: answer.clone(), place });
    }

    /// Forgets all. Numbers go on, so that none means another one's policies.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
        self.numbers.clear();
    }
}

/// The identity's policies of a layer.
fn policies(layer: Layer, identity: &Identity) -> &[NamedPolicy] {
    match (layer, &identity.boundary) {
        (Layer::Identity, _) => &identity.policies.items,
        (Layer::Boundary, Some(boundary)) => &boundary.items,
        _ => &[],
    }
}
