//! The names of a bucket and its objects in the ARNs of an access point: `arn:aws:s3:::b/key` is
//! `arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/key`.

use crate::glob::{contains, may_match, overlaps};
use crate::statement::Statement;
use crate::value::variables_as_wildcards;

/// What a bucket and its objects are called in statements about an access point.
pub(super) struct BucketNames<'a> {
    bucket: &'a str,
    /// The start of every object's ARN, up to its key.
    objects: String,
    point: &'a str,
    objects_of_point: String,
}

/// A pattern of a bucket's statement, about the access point.
struct Renamed {
    patterns: Vec<String>,
    /// Whether they match no more than the pattern did.
    is_exact: bool,
}

impl<'a> BucketNames<'a> {
    /// Any access point of an account has no name: there the bucket keeps its own.
    pub(super) fn of(bucket: &'a str, point: Option<&'a str>) -> BucketNames<'a> {
        let objects = format!("{bucket}/");
        let objects_of_point = point.map_or_else(|| objects.clone(), |point| format!("{point}/object/"));
        BucketNames { bucket, objects, point: point.unwrap_or(bucket), objects_of_point }
    }

    fn renamed(&self, pattern: &str, expands_variables: bool) -> Renamed {
        let varies = expands_variables && pattern.contains("${");
        let wild = if varies { variables_as_wildcards(pattern) } else { pattern.to_owned() };
        let mut renamed = Renamed { patterns: Vec::new(), is_exact: true };
        if may_match(&wild, self.bucket) {
            renamed.patterns.push(self.point.to_owned());
            renamed.is_exact &= !varies && contains(&wild, self.bucket);
        }
        let all = format!("{}*", self.objects);
        if let Some(key) = pattern.strip_prefix(&self.objects) {
            renamed.patterns.push(format!("{}{key}", self.objects_of_point));
        } else if overlaps(&wild, &all) {
            renamed.patterns.push(format!("{}*", self.objects_of_point));
            renamed.is_exact &= !varies && contains(&wild, &all);
        }
        renamed
    }

    /// An Allow about the access point; it may allow more than the bucket's. `None` if it is not about the bucket.
    pub(super) fn of_allow(&self, statement: Statement) -> Option<Statement> {
        if statement.resources.is_empty() {
            return Some(statement);
        }
        let all = statement.resources.iter().map(|pattern| self.renamed(pattern, statement.expands_variables));
        let all = all.filter(|it| it.is_exact || !statement.is_not_resource);
        let resources: Vec<String> = all.flat_map(|it| it.patterns).collect();
        // A part of the statement that was not understood may have named the bucket.
        let is_about = !resources.is_empty() || statement.is_not_resource || !statement.is_whole();
        // If nothing of the bucket is left out, the statement is about all of it.
        let is_not_resource = statement.is_not_resource && !resources.is_empty();
        is_about.then_some(Statement { resources, is_not_resource, ..statement })
    }

    /// A Deny about the access point; it may deny less than the bucket's. `None` if nothing certain is left of it.
    pub(super) fn of_deny(&self, statement: Statement) -> Option<Statement> {
        if statement.resources.is_empty() {
            return Some(statement);
        }
        let all = statement.resources.iter().map(|pattern| self.renamed(pattern, statement.expands_variables));
        let all: Vec<Renamed> = all.collect();
        if statement.is_not_resource {
            // What is left out is at least this, so what is denied is at most the rest.
            let resources: Vec<String> = all.into_iter().flat_map(|it| it.patterns).collect();
            let is_not_resource = !resources.is_empty();
            return Some(Statement { resources, is_not_resource, ..statement });
        }
        let resources: Vec<String> = all.into_iter().filter(|it| it.is_exact).flat_map(|it| it.patterns).collect();
        (!resources.is_empty()).then_some(Statement { resources, ..statement })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";

    /// The resources of a statement on bucket `b`, about the access point; `None` if the statement is not about it.
    fn renamed(effect: &str, element: &str, patterns: &[&str]) -> Option<(Vec<String>, bool)> {
        let patterns = patterns.join("\",\"");
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Principal":"*","Action":"s3:*",
            "{element}":["{patterns}"]}}}}"#
        );
        let statement = Document::parse(&text).statements.remove(0);
        let names = BucketNames::of("arn:aws:s3:::b", Some(POINT));
        let renamed = if effect == "Allow" { names.of_allow(statement) } else { names.of_deny(statement) };
        let short = |it: String| it.replace(POINT, "p");
        renamed.map(|it| (it.resources.into_iter().map(short).collect(), it.is_not_resource))
    }

    fn is(patterns: &[&str], is_negated: bool) -> Option<(Vec<String>, bool)> {
        Some((patterns.iter().map(ToString::to_string).collect(), is_negated))
    }

    #[test]
    fn e19_the_objects_of_a_bucket_are_those_of_its_access_point() {
        for effect in ["Allow", "Deny"] {
            let of = |patterns: &[&str]| renamed(effect, "Resource", patterns);
            assert_eq!(of(&["arn:aws:s3:::b", "arn:aws:s3:::b/*"]), is(&["p", "p/object/*"], false));
            assert_eq!(of(&["arn:aws:s3:::b/${aws:username}/*"]), is(&["p/object/${aws:username}/*"], false));
            assert_eq!(of(&["*"]), is(&["p", "p/object/*"], false));
            assert_eq!(of(&["arn:aws:s3:::b*"]), is(&["p", "p/object/*"], false));
            assert_eq!(of(&["arn:aws:s3:::other", "arn:aws:s3:::other/*"]), None);
        }
    }

    #[test]
    fn e19_a_pattern_that_cannot_be_renamed_allows_more_and_denies_less() {
        let pattern = ["arn:aws:s3:::*/public/*"];
        assert_eq!(renamed("Allow", "Resource", &pattern), is(&["p/object/*"], false));
        assert_eq!(renamed("Deny", "Resource", &pattern), None);
        assert_eq!(renamed("Allow", "NotResource", &pattern), is(&[], false));
        assert_eq!(renamed("Deny", "NotResource", &pattern), is(&["p/object/*"], true));
    }
}
