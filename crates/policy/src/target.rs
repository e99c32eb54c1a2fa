//! The resource that a policy is on, and which part of it a statement's `Resource` names.
//!
//! An Allow misses the resource only if all its patterns certainly name something else; a Deny counts only if it
//! certainly covers. If a pattern cannot be shown to name this resource or another one, it is undecided: it stays as it
//! was written, so that only a Deny that covers the text itself covers it.

use std::borrow::Cow;

use crate::arn::{Arn, has_wildcard};
use crate::glob::{contains, overlaps};
use crate::kind::PolicyKind;
use crate::part::PatternPart;
use crate::resource_kind::{OwnArn, ResourceKind};
use crate::statement::Statement;
use crate::value::variables_as_wildcards;

/// The shape of a text that certainly names a resource.
const ANY_ARN: &str = "arn:*:*:*:*:*";

/// A resource by its ARN, made ready for many statements.
#[derive(Debug, Clone)]
pub struct Target {
    kind: &'static ResourceKind,
    /// Its ARN.
    base: String,
    own: Vec<(String, &'static OwnArn)>,
    near: Vec<String>,
    /// What a pattern that starts with `execute-api:/` is relative to.
    relative: Option<String>,
}

impl Target {
    /// The resource with this ARN; `None` if nothing is known about such resources, or if the ARN is not complete.
    /// `account` is the resource's account, for ARNs that do not say it.
    pub fn of(arn: &str, account: Option<&str>) -> Option<Target> {
        let absolute = rest_api(arn, account);
        let text = absolute.as_deref().unwrap_or(arn);
        let arn = Arn::parse(text)?;
        let kind = ResourceKind::of(&arn)?;
        // What is in the resource, such as a bucket's objects, stands for it.
        let start = text.len() - arn.resource.len() + kind.prefix().len();
        let end =
            text.get(start..)?.find(|letter: char| kind.ends_at.contains(letter)).map_or(text.len(), |at| start + at);
        let base = text.get(..end)?;
        if has_wildcard(base) || (end == start && kind.shape_is_open()) {
            return None;
        }
        let place = format!("arn:{}:{}:{}:{}", arn.partition, arn.service, arn.region, arn.account);
        let fill = |pattern: &str| {
            pattern.replace("{arn}", base).replace("{place}", &place).replace("{stem}", stem(base).unwrap_or(base))
        };
        Some(Target {
            kind,
            base: base.to_owned(),
            own: kind.own.iter().map(|own| (fill(own.pattern), own)).collect(),
            near: kind.near.iter().map(|pattern| fill(pattern)).collect(),
            relative: (kind.service == Some("execute-api")).then(|| base.to_owned()),
        })
    }

    /// What kind of resource it is.
    pub fn kind(&self) -> &'static ResourceKind {
        self.kind
    }

    /// The resource's ARN.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether the names in a statement's `Resource` mean anything in a policy of this kind on this resource.
    pub(crate) fn decides(&self, kind: PolicyKind) -> bool {
        !self.own.is_empty() && kind.has_principals() && kind != PolicyKind::Trust
    }

    /// A pattern as API Gateway stores it.
    pub(crate) fn absolute<'a>(&self, pattern: &'a str) -> Cow<'a, str> {
        match (&self.relative, pattern.strip_prefix("execute-api:/")) {
            (Some(base), Some(path)) => Cow::Owned(format!("{base}/{path}")),
            _ => Cow::Borrowed(pattern),
        }
    }

    /// The parts of the resource that the statement's patterns name; empty if all patterns certainly name something
    /// else.
    pub(crate) fn parts<'a>(&'a self, statement: &'a Statement) -> Vec<PatternPart<'a>> {
        let written: Vec<Cow<'a, str>> = statement.resources.iter().map(|pattern| self.absolute(pattern)).collect();
        let all = |but: &[Cow<'a, str>]| -> Vec<PatternPart<'a>> {
            let left = self.own.iter().filter(|(own, _)| !but.iter().any(|but| contains(but, own)));
            left.map(|(own, of)| PatternPart::of_own(own.into(), own, of).but(but.to_vec())).collect()
        };
        let parts: Vec<PatternPart<'a>> = match (written.is_empty(), statement.is_not_resource) {
            // Without the element a statement is about all of the resource that it is on.
            (true, _) | (_, true) => all(&written),
            _ => written.iter().flat_map(|it| self.narrowed(it, statement.expands_variables)).collect(),
        };
        // A part of the statement that was not understood may have named the resource.
        if parts.is_empty() && !statement.is_whole() { all(&[]) } else { parts }
    }

    /// The part of each of the resource's own ARNs that a pattern names. If that cannot be told, the pattern as it was
    /// written.
    fn narrowed<'a>(&'a self, pattern: &Cow<'a, str>, expands_variables: bool) -> Vec<PatternPart<'a>> {
        let varies = expands_variables && pattern.contains("${");
        let wild = if varies { Cow::Owned(variables_as_wildcards(pattern)) } else { pattern.clone() };
        let part = |(own, of): &'a (String, &'static OwnArn)| {
            if contains(own, pattern) {
                Some(PatternPart::of_own(pattern.clone(), own, of))
            } else if contains(&wild, own) {
                Some(PatternPart::of_own(own.into(), own, of))
            } else {
                overlaps(&wild, own).then(|| PatternPart::of_own(wild.clone(), own, of))
            }
        };
        let parts: Vec<PatternPart<'a>> = self.own.iter().filter_map(part).collect();
        if parts.is_empty() && self.is_undecided(&wild) { vec![PatternPart::new(pattern.clone())] } else { parts }
    }

    /// Whether a pattern may name the resource although its text does not show it.
    pub(crate) fn is_undecided(&self, pattern: &str) -> bool {
        let is_near = |near: &String| {
            overlaps(pattern, near) && !self.own.iter().any(|(own, _)| contains(own, pattern) || contains(pattern, own))
        };
        !overlaps(pattern, ANY_ARN) || self.near.iter().any(is_near)
    }
}

/// The REST API with this ARN, as policies name it.
fn rest_api(arn: &str, account: Option<&str>) -> Option<String> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "apigateway")?;
    let id = arn.resource.strip_prefix("/restapis/")?.split('/').next()?;
    Some(format!("arn:{}:execute-api:{}:{}:{id}", arn.partition, arn.region, account?))
}

/// A secret's ARN without the six characters at its end.
fn stem(arn: &str) -> Option<&str> {
    let (stem, end) = arn.rsplit_once('-')?;
    (end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_arn_of_a_known_kind_is_a_target() {
        let of = |arn: &str| Target::of(arn, Some("111122223333"));
        let api = of("arn:aws:apigateway:us-east-1::/restapis/abc/stages/x").unwrap();
        assert_eq!(api.own[0].0, "arn:aws:execute-api:us-east-1:111122223333:abc/*/*/*");
        assert_eq!(of("arn:aws:s3:::b/*").unwrap().own[0].0, "arn:aws:s3:::b");
        let qualified = of("arn:aws:lambda:us-east-1:111122223333:function:f:live").unwrap();
        assert_eq!(qualified.own[0].0, "arn:aws:lambda:us-east-1:111122223333:function:f");
        for none in ["", "b", "arn:aws:s3:::", "arn:aws:s3:::b*", "arn:aws:backup:us-east-1:1:backup-vault:v"] {
            assert!(of(none).is_none(), "{none}");
        }
    }
}
