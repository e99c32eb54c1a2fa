//! Random numbers that are the same in every run: a stream for each path of names under the seed.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The characters of AWS's unique ids and access keys.
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Random choices for one thing of the simulated world.
pub(crate) struct Dice {
    random: ChaCha8Rng,
    /// The most things that there are of a sort.
    at_most: Option<u8>,
}

impl Dice {
    /// The choices of the thing that `path` names. Draws of one path never change the draws of another.
    pub(crate) fn new(seed: u64, path: &[&str]) -> Self {
        // FNV-1a gives the same hash with every compiler and on every platform; the standard hasher does not.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for part in path {
            for byte in part.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Self { random: ChaCha8Rng::seed_from_u64(hash), at_most: None }
    }

    /// The same dice, where there are at most so many things of a sort.
    pub(crate) fn at_most(self, at_most: Option<u8>) -> Self {
        Self { at_most, ..self }
    }

    /// Returns true in this share of cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.random.random_bool(share.clamp(0.0, 1.0))
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.random.random_range(0.0..1.0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.random.random_range(low..=high.max(low))
    }

    /// How many things there are: from zero to twice the mean.
    pub(crate) fn count(&mut self, mean: u64) -> u64 {
        let count = self.random.random_range(0..=mean.saturating_mul(2));
        self.few(count)
    }

    /// How many things there are: from `low` to `high`, both included.
    pub(crate) fn some(&mut self, low: i64, high: i64) -> i64 {
        let count = self.between(low, high);
        self.few(count)
    }

    /// So many things, or as many as there are at most.
    pub(crate) fn few<T: Ord + From<u8>>(&self, count: T) -> T {
        match self.at_most {
            Some(most) => count.min(T::from(most)),
            None => count,
        }
    }

    /// One of the choices.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.random.random_range(0..choices.len())]
    }

    /// One of the choices; a larger weight makes a choice more likely.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(T, u32)]) -> T {
        let total: u32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.random.random_range(0..total.max(1));
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        choices[0].0
    }

    /// Upper-case letters and digits, as in `AROA…`.
    pub(crate) fn base32(&mut self, length: usize) -> String {
        self.text(BASE32, length)
    }

    /// Hexadecimal digits, as in `i-0…`.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text(HEX, length)
    }

    /// Lower-case letters and digits, as in `ou-…`.
    pub(crate) fn lower(&mut self, length: usize) -> String {
        self.text(LOWER, length)
    }

    /// A UUID, as KMS keys have.
    pub(crate) fn uuid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|length| self.hex(length)).join("-")
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }
}

/// A few tags, or none.
pub(crate) fn some_tags(dice: &mut Dice) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    if dice.chance(0.6) {
        tags.push(("team".to_owned(), dice.pick(&["billing", "search", "data", "platform"]).to_owned()));
    }
    if dice.chance(0.3) {
        tags.push(("cost:center & more".to_owned(), format!("cc-{}", dice.between(100, 999))));
    }
    tags
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Dice;

    #[test]
    fn a_path_always_draws_the_same_and_paths_differ() {
        let draw = |seed, path: &[&str]| Dice::new(seed, path).hex(16);
        assert_eq!(draw(1, &["iam", "5"]), draw(1, &["iam", "5"]));
        assert_ne!(draw(1, &["iam", "5"]), draw(2, &["iam", "5"]));
        assert_ne!(draw(1, &["a", "bc"]), draw(1, &["ab", "c"]));
    }

    #[test]
    fn a_bound_cuts_counts_and_no_other_number() {
        let mut dice = Dice::new(7, &["bound"]).at_most(Some(2));
        let counts: BTreeSet<u64> = (0..100).map(|_| dice.count(3)).collect();
        assert_eq!(counts, BTreeSet::from([0, 1, 2]));
        assert_eq!((dice.some(4, 9), dice.few(7_usize), dice.few(1_u64), dice.between(4, 4)), (2, 2, 1, 4));
        assert_eq!(Dice::new(7, &["bound"]).few(7_usize), 7);
    }

    #[test]
    fn weights_are_followed() {
        let mut dice = Dice::new(7, &["weights"]);
        let heads = (0..1000).filter(|_| dice.weighted(&[(true, 9), (false, 1)])).count();
        assert!((850..950).contains(&heads), "{heads} of 1000 at nine to one");
    }
}
