//! How far a statement's resources reach among all of one kind.

use std::borrow::Cow;

use crate::arn::{Arn, has_wildcard};
use crate::glob::{contains, may_match, overlaps};
use crate::statement::Statement;
use crate::value::variables_as_wildcards;

/// How far a right reaches. Ordered from the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Some resources of the kind, which are named.
    Some,
    /// The identity itself, a group that it is in or a policy that it has; perhaps others too.
    Own,
    /// Every resource of the kind in the account.
    Every,
}

impl Scope {
    /// The scope's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Some => "some",
            Scope::Own => "own",
            Scope::Every => "every",
        }
    }
}

/// The resources that are an identity's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Own<'a> {
    /// Its ARN, those of its groups and of the policies it has.
    pub(super) arns: Vec<&'a str>,
    /// Whether `${aws:username}` is its own name.
    pub(super) has_user_name: bool,
}

/// One pattern of a statement that reaches resources of the kind.
#[derive(Debug)]
pub(super) struct ResourcePart<'a> {
    /// What it matches of them.
    pub(super) pattern: Cow<'a, str>,
    /// As it was written.
    pub(super) written: &'a str,
    pub(super) scope: Scope,
}

/// The ARNs of a kind of resource, `iam::{a}:user/*`, in this partition and account.
pub(super) fn place(on: &str, partition: &str, account: Option<&str>) -> String {
    if on == "*" { on.to_owned() } else { format!("arn:{partition}:{}", on.replace("{a}", account.unwrap_or("*"))) }
}

/// The resources of the place that the statement's patterns reach. `is_on_itself`: the identity's own resources count
/// as its own; otherwise they are left out, since they give no further rights.
pub(super) fn parts<'a>(
    statement: &'a Statement,
    place: &'a str,
    own: &Own<'a>,
    is_on_itself: bool,
) -> Vec<ResourcePart<'a>> {
    if statement.is_not_resource {
        // All resources except some count as all, as they do where a Deny takes some away.
        if statement.resources.iter().any(|it| contains(it, place)) {
            return Vec::new();
        }
        return vec![ResourcePart { pattern: Cow::Borrowed(place), written: "*", scope: Scope::Every }];
    }
    let part = |written: &'a String| {
        if statement.expands_variables && written.contains("${") {
            variable(written, place, own, is_on_itself)
        } else {
            plain(written, place, own, is_on_itself)
        }
    };
    statement.resources.iter().filter_map(part).collect()
}

fn plain<'a>(written: &'a str, place: &'a str, own: &Own<'a>, is_on_itself: bool) -> Option<ResourcePart<'a>> {
    if contains(written, place) {
        return Some(ResourcePart { pattern: Cow::Borrowed(place), written, scope: Scope::Every });
    }
    if !overlaps(written, place) {
        return None;
    }
    let Some(mine) = own.arns.iter().find(|mine| may_match(written, mine) && may_match(place, mine)) else {
        return Some(ResourcePart { pattern: Cow::Borrowed(written), written, scope: Scope::Some });
    };
    if is_on_itself {
        return Some(ResourcePart { pattern: Cow::Borrowed(mine), written, scope: Scope::Own });
    }
    let is_only_own = !Arn::parse(written).is_none_or(|arn| has_wildcard(arn.resource));
    (!is_only_own).then_some(ResourcePart { pattern: Cow::Borrowed(written), written, scope: Scope::Some })
}

/// A pattern with a variable: the identity's own name, or a value that a tag or a session decides.
fn variable<'a>(written: &'a str, place: &'a str, own: &Own<'a>, is_on_itself: bool) -> Option<ResourcePart<'a>> {
    let pattern = variables_as_wildcards(written);
    if !overlaps(&pattern, place) {
        return None;
    }
    let names_user = written.to_ascii_lowercase().contains("${aws:username}");
    match (names_user, own.has_user_name && is_on_itself) {
        (true, false) => None,
        (true, true) => {
            let mine = own.arns.iter().find(|mine| may_match(&pattern, mine) && may_match(place, mine));
            let pattern = mine.map_or(Cow::Owned(pattern.clone()), |mine| Cow::Borrowed(*mine));
            Some(ResourcePart { pattern, written, scope: Scope::Own })
        }
        (false, _) => Some(ResourcePart { pattern: Cow::Owned(pattern), written, scope: Scope::Some }),
    }
}

/// How much of a part another statement covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    /// Nothing.
    Nothing,
    /// Some of it, or it cannot be told.
    Part,
    /// All of it.
    All,
}

/// How much of the pattern the statement's resources cover.
pub(super) fn cover(statement: &Statement, pattern: &str) -> Cover {
    let is_variable = |it: &str| statement.expands_variables && it.contains("${");
    let of = |it: &String| match is_variable(it) {
        true if overlaps(&variables_as_wildcards(it), pattern) => Cover::Part,
        true => Cover::Nothing,
        false if contains(it, pattern) => Cover::All,
        false if overlaps(it, pattern) => Cover::Part,
        false => Cover::Nothing,
    };
    let most = statement.resources.iter().map(of).max().unwrap_or(Cover::Nothing);
    match (statement.is_not_resource, most) {
        (true, Cover::All) => Cover::Nothing,
        (true, Cover::Nothing) => Cover::All,
        (_, most) => most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    const USERS: &str = "arn:aws:iam::111122223333:user/*";
    const ME: &str = "arn:aws:iam::111122223333:user/me";

    fn statement(resources: &str) -> Statement {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*",{resources}}}}}"#);
        Document::parse(&text).statements.remove(0)
    }

    fn scopes(resources: &str, is_on_itself: bool) -> Vec<Scope> {
        let own = Own { arns: vec![ME], has_user_name: true };
        parts(&statement(resources), USERS, &own, is_on_itself).iter().map(|part| part.scope).collect()
    }

    #[test]
    fn a_kind_of_resource_is_a_pattern() {
        assert_eq!(place("iam::{a}:user/*", "aws", Some("111122223333")), USERS);
        assert_eq!(place("lambda:*:{a}:function:*", "aws-cn", None), "arn:aws-cn:lambda:*:*:function:*");
        assert_eq!(place("*", "aws", None), "*");
    }

    #[test]
    fn every_own_and_some_are_told_apart() {
        for every in [r#""*""#, r#""arn:aws:iam::*:*""#, r#"["arn:aws:iam::111122223333:user/*"]"#] {
            assert_eq!(scopes(&format!(r#""Resource":{every}"#), false), [Scope::Every], "{every}");
        }
        let some = r#""Resource":["arn:aws:iam::111122223333:user/a*","arn:aws:iam::444455556666:user/*"]"#;
        assert_eq!(scopes(some, true), [Scope::Some]);
        let own = r#""Resource":"arn:aws:iam::111122223333:user/me""#;
        assert_eq!((scopes(own, true), scopes(own, false)), (vec![Scope::Own], vec![]));
        let named = r#""Resource":"arn:aws:iam::*:user/${aws:username}""#;
        assert_eq!((scopes(named, true), scopes(named, false)), (vec![Scope::Own], vec![]));
        let wide = r#""Resource":"arn:aws:iam::111122223333:user/m*""#;
        assert_eq!((scopes(wide, true), scopes(wide, false)), (vec![Scope::Own], vec![Scope::Some]));
        let tagged = r#""Resource":"arn:aws:iam::111122223333:user/${aws:PrincipalTag/team}/*""#;
        assert_eq!(scopes(tagged, true), [Scope::Some]);
        assert_eq!(scopes(r#""Resource":"arn:aws:s3:::b/*""#, true), []);
        assert_eq!(scopes(r#""Sid":"no resource""#, true), []);
    }

    #[test]
    fn what_is_not_left_out_is_reached() {
        assert_eq!(scopes(r#""NotResource":"arn:aws:s3:::*""#, false), [Scope::Every]);
        assert_eq!(scopes(r#""NotResource":"arn:aws:iam::111122223333:user/boss""#, false), [Scope::Every]);
        assert_eq!(scopes(r#""NotResource":"arn:aws:iam::*""#, false), []);
    }

    #[test]
    fn a_deny_covers_all_or_part() {
        let of = |resources: &str| cover(&statement(resources), USERS);
        assert_eq!(of(r#""Resource":"*""#), Cover::All);
        assert_eq!(of(r#""Resource":"arn:aws:iam::111122223333:user/boss""#), Cover::Part);
        assert_eq!(of(r#""Resource":"arn:aws:iam::*:user/${aws:username}""#), Cover::Part);
        assert_eq!(of(r#""NotResource":"arn:aws:s3:::*""#), Cover::All);
        assert_eq!(of(r#""NotResource":"arn:aws:iam::111122223333:user/boss""#), Cover::Part);
        assert_eq!(of(r#""NotResource":"*""#), Cover::Nothing);
    }
}
