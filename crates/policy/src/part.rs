//! An Allow in parts: one action on one resource each, so that Denies which cover it only together are seen (D1, D6).

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::glob::{contains, overlaps};
use crate::resource_kind::OwnArn;

/// The most patterns along which an Allow is cut. With more it is not cut at all, and some unions of Denies are not
/// seen.
const MAX_CUTS: usize = 16;

/// A part of an Allow: the actions or resources that a pattern matches, without those that other patterns match.
#[derive(Clone)]
pub(crate) struct PatternPart<'a> {
    pattern: Cow<'a, str>,
    but: Vec<Cow<'a, str>>,
    /// If the part is about the resource itself: the resource's own ARNs that it is among.
    own: Option<(&'a str, &'static OwnArn)>,
}

impl<'a> PatternPart<'a> {
    /// All that the pattern matches.
    pub(crate) fn new(pattern: Cow<'a, str>) -> PatternPart<'a> {
        PatternPart { pattern, but: Vec::new(), own: None }
    }

    /// The resource's own ARNs that the pattern matches.
    pub(crate) fn of_own(pattern: Cow<'a, str>, arns: &'a str, own: &'static OwnArn) -> PatternPart<'a> {
        PatternPart { pattern, but: Vec::new(), own: Some((arns, own)) }
    }

    /// The pattern that it is a part of.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The same part without what these patterns match.
    pub(crate) fn but(self, but: Vec<Cow<'a, str>>) -> PatternPart<'a> {
        PatternPart { but, ..self }
    }

    /// Whether the action, which is a part itself, is never on this resource.
    pub(crate) fn is_never_of(&self, action: &PatternPart) -> bool {
        let name = action.pattern.split(['*', '?']).next().unwrap_or_default();
        self.own.is_some_and(|(_, own)| own.never.iter().any(|start| name.starts_with(start)))
    }

    /// Whether the patterns match all of the part; if `negated`, whether they match nothing of it (D1, D6).
    pub(crate) fn is_within(&self, patterns: &[impl AsRef<str>], negated: bool) -> bool {
        let mut patterns = patterns.iter().map(AsRef::as_ref);
        if negated {
            // The part must leave out everything that the Deny leaves out.
            let meets = |pattern| self.own.is_none_or(|(arns, _)| overlaps(pattern, arns));
            patterns.all(|pattern| self.leaves_out(pattern) || !overlaps(pattern, &self.pattern) || !meets(pattern))
        } else {
            let is_all = |pattern| self.own.is_some_and(|(arns, _)| contains(pattern, arns));
            patterns.any(|pattern| contains(pattern, &self.pattern) || is_all(pattern))
        }
    }

    fn leaves_out(&self, pattern: &str) -> bool {
        self.but.iter().any(|but| contains(but, pattern))
    }

    /// Takes everything that matches the pattern out of the part; `None` if some of it is not in the part.
    fn cut(&mut self, pattern: &Cow<'a, str>) -> Option<PatternPart<'a>> {
        if self.pattern == *pattern || self.leaves_out(pattern) || !contains(&self.pattern, pattern) {
            return None;
        }
        let inner = PatternPart { pattern: pattern.clone(), ..self.clone() };
        self.but.push(pattern.clone());
        Some(inner)
    }
}

/// The patterns along which an Allow is cut: what Denies leave out.
pub(crate) fn cuts<'a>(left_out: impl Iterator<Item = &'a str>) -> BTreeSet<Cow<'a, str>> {
    let cuts: Vec<&str> = left_out.take(MAX_CUTS + 1).collect();
    if cuts.len() > MAX_CUTS { BTreeSet::new() } else { cuts.into_iter().map(Cow::Borrowed).collect() }
}

/// The parts of an Allow, by its patterns.
pub(crate) fn parts(patterns: Vec<Cow<'_, str>>, negated: bool) -> Vec<PatternPart<'_>> {
    match (patterns.is_empty(), negated) {
        // Without this element a statement is about the resource that it is attached to.
        (true, _) => vec![PatternPart::new(Cow::Borrowed("*"))],
        (false, true) => vec![PatternPart::new(Cow::Borrowed("*")).but(patterns)],
        (false, false) => patterns.into_iter().map(PatternPart::new).collect(),
    }
}

/// If one Deny leaves out what another names, neither covers a whole part, but together they do. So parts are cut along
/// the patterns that Denies leave out.
pub(crate) fn cut_along<'a>(mut parts: Vec<PatternPart<'a>>, cuts: &BTreeSet<Cow<'a, str>>) -> Vec<PatternPart<'a>> {
    for cut in cuts {
        let inner: Vec<PatternPart<'_>> = parts.iter_mut().filter_map(|part| part.cut(cut)).collect();
        parts.extend(inner);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pattern: &'static str, cuts: &[&'static str]) -> Vec<(String, Vec<String>)> {
        let cuts: BTreeSet<Cow<'_, str>> = cuts.iter().map(|cut| Cow::Borrowed(*cut)).collect();
        let parts = cut_along(parts(vec![Cow::Borrowed(pattern)], false), &cuts);
        let texts = |list: Vec<Cow<'_, str>>| list.into_iter().map(Cow::into_owned).collect();
        parts.into_iter().map(|part| (part.pattern.into_owned(), texts(part.but))).collect()
    }

    #[test]
    fn d1_a_part_is_cut_along_what_is_inside_it() {
        let is = |pattern: &str, but: &[&str]| (pattern.to_owned(), but.iter().map(ToString::to_string).collect());
        assert_eq!(cut("s3:*", &["sqs:*", "s3:*"]), [is("s3:*", &[])]);
        assert_eq!(cut("s3:*", &["s3:get*"]), [is("s3:*", &["s3:get*"]), is("s3:get*", &[])]);
        let nested = [is("s3:*", &["s3:get*"]), is("s3:get*", &["s3:getobject"]), is("s3:getobject", &[])];
        assert_eq!(cut("s3:*", &["s3:get*", "s3:getobject"]), nested);
    }

    #[test]
    fn d1_what_a_part_leaves_out_a_deny_may_leave_out_too() {
        let cuts = BTreeSet::from([Cow::Borrowed("s3:getobject")]);
        let parts = cut_along(parts(vec![Cow::Borrowed("s3:*")], false), &cuts);
        let covered = |named: &str, left_out: &str| {
            parts.iter().all(|part| part.is_within(&[named], false) || part.is_within(&[left_out], true))
        };
        assert!(covered("s3:getobject", "s3:getobject") && covered("s3:get*", "s3:getobject"));
        assert!(!covered("s3:putobject", "s3:getobject") && !covered("s3:getobject", "s3:get*"));
    }
}
