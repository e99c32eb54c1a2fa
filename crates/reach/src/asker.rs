//! Many questions about the resources of one snapshot: the same search as `who_can`, for several resources of one
//! account in one pass, and the ways to a role looked for once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Result;
use crate::access::{Access, sort};
use crate::bound::Most;
use crate::points::Points;
use crate::reach::{Reach, check};
use crate::resource::{self, holder};
use crate::rows::Accounts;
use crate::search::{Found, Target, bounded};
use crate::via::{Memory, WaysMost, ways};
use crate::world::World;

/// How much is told of one question. A bucket may be open to the whole organization, and so may be the roles that read
/// it: whoever asks about many resources could not wait for all, nor keep them.
const MOST: Most = Most { found: 1_000, judged: 5_000 };
const WAYS_MOST: WaysMost = WaysMost { of_role: Most { found: 100, judged: 1_000 }, ways: 2_000 };

/// The answer to one question.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The rows of `who_can`.
    pub rows: Vec<Access>,
    /// Whether there may be more than are told.
    pub is_cut: bool,
    /// Of so many accounts not everyone was looked at, since those before them are too many.
    pub accounts_left: usize,
}

/// One who asks a snapshot again and again.
pub struct Asker<'r> {
    pub(crate) world: &'r World,
    memory: Memory,
}

impl Reach {
    /// One who asks the first snapshot; none if there is none.
    pub fn asker(&self) -> Option<Asker<'_>> {
        self.worlds.first().map(|world| Asker { world, memory: Memory::bounded(WAYS_MOST) })
    }
}

impl Asker<'_> {
    /// Whether the action can be asked for on what the ARN names: odd ARNs cannot.
    pub fn can_ask(action: &str, arn: &str) -> bool {
        check(action, arn).is_ok()
    }

    /// The accounts of which these collectors did not read everything, each with their names.
    pub async fn short(&self, collectors: &[&str]) -> Result<BTreeMap<String, BTreeSet<String>>> {
        self.world.short(collectors).await
    }

    /// Who may do each of these actions on the ARN beside it, all of one account: the rows of `who_can`, as far as they
    /// are not too many, in the order of the questions.
    pub async fn who_can(&mut self, account_id: &str, asked: &[(String, String)]) -> Result<Vec<Asked>> {
        let accounts: Accounts = Arc::new(BTreeSet::from([account_id.to_owned()]));
        let arns: BTreeSet<String> = asked.iter().map(|(_, arn)| holder(arn).to_owned()).collect();
        let mut owned = resource::read(self.world, &arns, Some(&accounts)).await?;
        for it in owned.values_mut() {
            // The ARN of a bucket does not say whose it is, and what was not read does not either.
            it.account.get_or_insert_with(|| account_id.to_owned());
            it.resource.account.get_or_insert_with(|| account_id.to_owned());
        }
        let (mut targets, mut questions, mut points) = (Vec::new(), Vec::new(), Points::default());
        for (question, (action, arn)) in asked.iter().enumerate() {
            let mut direct = Target::new(action, arn, owned.get(holder(arn)).cloned());
            let through = points.through(self.world, &mut direct).await?;
            targets.extend(std::iter::once(direct).chain(through));
            questions.resize(targets.len(), question);
        }
        let (found, cut) = bounded(self.world, &targets, MOST).await?;
        let mut answers: Vec<Asked> = vec![Asked::default(); asked.len()];
        for ((place, target), question) in targets.iter().enumerate().zip(questions) {
            let direct: Vec<Found> = found.iter().filter(|it| it.target == place).cloned().collect();
            let rows = ways(self.world, target, &direct, &mut self.memory).await?;
            let is_cut = self.memory.take_cut() || cut.contains_key(&place);
            if let Some(answer) = answers.get_mut(question) {
                answer.rows.extend(rows);
                answer.is_cut |= is_cut;
                answer.accounts_left = answer.accounts_left.max(cut.get(&place).copied().unwrap_or_default());
            }
        }
        answers.iter_mut().for_each(|it| sort(&mut it.rows));
        Ok(answers)
    }
}
