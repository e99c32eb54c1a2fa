//! The parts of buckets that policies speak of: whoever may read `reports/*` alone may not read the whole, and is a
//! reader all the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::patterns;
use orgcensus_policy::{Document, Effect};

use crate::Result;
use crate::asker::Asker;
use crate::texts::{Text, Texts};

/// The parts of a bucket that an Allow speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Patterns within the bucket: `arn:aws:s3:::data/reports/*`. The whole bucket is none of them.
    pub arns: BTreeSet<String>,
    /// Whether there are others: more than are kept, or such that differ from caller to caller.
    pub has_more: bool,
}

/// Parts of one bucket that are kept.
const PARTS_MAX: usize = 20;

impl Asker<'_> {
    /// The parts of these buckets that an Allow of the action speaks of, in any policy of the snapshot.
    pub async fn parts(&self, buckets: &BTreeSet<String>, action: &str) -> Result<BTreeMap<String, Parts>> {
        let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
        if buckets.is_empty() {
            return Ok(parts);
        }
        let mut texts = Texts::new(vec![action.to_owned()]);
        let mut seen: HashSet<*const Document> = HashSet::new();
        let mut rows = self.world.reader("policy_documents", &["is_in_force", "document"], None)?;
        rows.each(|cells| {
            if cells.flag(1) == Some(false) {
                return;
            }
            let Text::Speaks(document) = texts.cell(cells, 2) else { return };
            // A document is kept as long as the texts are, so its place is its own.
            if !seen.insert(Arc::as_ptr(&document)) {
                return;
            }
            for pattern in patterns(&document, action, &Effect::Allow).into_iter().flatten() {
                add(pattern, buckets, &mut parts);
            }
        })
        .await?;
        Ok(parts)
    }
}

/// Adds what the pattern is about in each of the buckets.
fn add(pattern: &str, buckets: &BTreeSet<String>, parts: &mut BTreeMap<String, Parts>) {
    let Some(named) = pattern.splitn(6, ':').nth(5) else { return };
    let bucket_of = named.split('/').next().unwrap_or_default();
    let is_exact = !bucket_of.contains(['*', '?', '$']);
    let within = |bucket: &&String| {
        let name = bucket.rsplit(':').next().unwrap_or_default();
        let literal = named.split(['*', '?', '$', '/']).next().unwrap_or_default();
        if is_exact { name == bucket_of } else { name.starts_with(literal) }
    };
    for bucket in buckets.iter().filter(within) {
        let Some(key) = key(named) else { continue };
        let of_bucket = parts.entry(bucket.clone()).or_default();
        if key.contains("${") || of_bucket.arns.len() >= PARTS_MAX {
            of_bucket.has_more = true;
        } else {
            of_bucket.arns.insert(format!("{bucket}/{key}"));
        }
    }
}

/// The keys that a pattern of buckets and keys is about: `reports/*` of `data/reports/*`, `*.csv` of `data*.csv`. None
/// if that is every key, or none.
fn key(named: &str) -> Option<&str> {
    let key = match named.split_once('/') {
        Some((_, key)) => key,
        // Without a slash a star may stand for the rest of the bucket's name and for a part of the key.
        None => named.find('*').and_then(|at| named.get(at..))?,
    };
    Some(key).filter(|key| !key.is_empty() && !key.bytes().all(|it| it == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_a_pattern_leaves_of_a_bucket() {
        let buckets = BTreeSet::from(["arn:aws:s3:::data".to_owned(), "arn:aws:s3:::data-2".to_owned()]);
        let of = |pattern: &str| {
            let mut parts = BTreeMap::new();
            add(pattern, &buckets, &mut parts);
            let words = |(bucket, it): (&String, &Parts)| {
                let arns: Vec<&str> = it.arns.iter().map(String::as_str).collect();
                format!("{bucket} {} {}", arns.join(" "), it.has_more)
            };
            parts.iter().map(words).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(of("arn:aws:s3:::data/reports/*"), "arn:aws:s3:::data arn:aws:s3:::data/reports/* false");
        let both = of("arn:aws:s3:::*/k");
        assert_eq!(
            both,
            "arn:aws:s3:::data arn:aws:s3:::data/k false, arn:aws:s3:::data-2 arn:aws:s3:::data-2/k false"
        );
        assert_eq!(of("arn:aws:s3:::data-*/k"), "arn:aws:s3:::data-2 arn:aws:s3:::data-2/k false");
        assert_eq!(of("arn:aws:s3:::data-2*.csv"), "arn:aws:s3:::data-2 arn:aws:s3:::data-2/*.csv false");
        assert_eq!(of("arn:aws:s3:::data/home/${aws:username}/*"), "arn:aws:s3:::data  true");
        for whole in ["*", "arn:aws:s3:::*", "arn:aws:s3:::data/*", "arn:aws:s3:::data*", "arn:aws:s3:::data"] {
            assert_eq!(of(whole), "", "{whole}");
        }
        assert_eq!(of("arn:aws:s3:::other/k"), "");
    }

    #[test]
    fn more_than_can_be_asked_for_is_said() {
        let buckets = BTreeSet::from(["arn:aws:s3:::data".to_owned()]);
        let mut parts = BTreeMap::new();
        (0..=PARTS_MAX).for_each(|at| add(&format!("arn:aws:s3:::data/{at}/*"), &buckets, &mut parts));
        let found = &parts["arn:aws:s3:::data"];
        assert_eq!((found.arns.len(), found.has_more), (PARTS_MAX, true));
    }
}
