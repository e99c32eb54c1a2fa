//! What a name must look like: `*` stands for any letters or none, `?` for one. All other letters stand for themselves.

/// A pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// What has the same name everywhere: who accepts it, accepts it of every account.
const EVERYWHERE: [&str; 2] = ["root", "<root_account>"];

/// ARNs of nothing: a pattern that fits one of them, as `arn*` does, fits those of everything.
const OF_NOTHING: [&str; 2] = ["arn:::::", "arn:aws:::::"];

/// Services whose ARNs end with a name alone. Others have the kind of the thing before it: `role/ana`.
const NAMED_ALONE: [&str; 5] = ["codecommit", "codepipeline", "s3", "sns", "sqs"];

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a whole name looks like it. Upper and lower case differ, as they do in AWS's names.
    pub fn fits(&self, name: &str) -> bool {
        if !self.has_wildcard() {
            return self.0 == name;
        }
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        fits(&letters(&self.0), &letters(name))
    }

    /// Whether it tells some names from others. `*`, `arn:aws:s3:::*` and `arn:aws:iam::*:user/*` do not: they fit all
    /// buckets or all users.
    pub(crate) fn is_narrow(&self) -> bool {
        if OF_NOTHING.iter().any(|arn| self.fits(arn)) {
            return false;
        }
        let fields: Vec<&str> = self.0.splitn(6, ':').collect();
        let is_of_account = matches!(fields.as_slice(), ["arn", _, _, _, account, _] if has_digit(account));
        let own = if fields.len() == 6 { fields[5] } else { fields[fields.len() - 1] };
        // Not the type before a name; it is the name itself where nothing has a wildcard.
        let own = match own.split_once(['/', ':']) {
            Some((_, name)) if self.has_wildcard() => name,
            None if is_kind(&fields) => "",
            _ => own,
        };
        let own = if EVERYWHERE.contains(&own) { String::new() } else { own.replace("amazonaws.com", "") };
        let is_whole = !self.has_wildcard() && !own.is_empty();
        is_whole || is_of_account || own.chars().any(char::is_alphanumeric)
    }

    /// Whether it may be meant for an account's id: digits and wildcards, as many as there may be.
    pub(crate) fn is_account(&self) -> bool {
        let is_right = self.0.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'*' | b'?'));
        let letters = self.0.bytes().filter(|it| *it != b'*').count();
        is_right && letters <= 12 && (letters == 12 || self.0.contains('*'))
    }

    /// Whether it has a digit: a pattern of accounts without one fits them all.
    pub(crate) fn has_digit(&self) -> bool {
        has_digit(&self.0)
    }

    fn has_wildcard(&self) -> bool {
        self.0.contains(['*', '?'])
    }
}

/// Whether a wildcard stands where only the kind of a thing is named: `arn:aws:iam::*:role*` fits all roles, and
/// `arn:aws:s3*` all buckets.
fn is_kind(fields: &[&str]) -> bool {
    match fields {
        ["arn", _, service, _, _, own] => {
            let is_known = !service.contains(['*', '?']) && !NAMED_ALONE.contains(service);
            is_known && own.contains(['*', '?']) && !own.starts_with(['*', '?'])
        }
        // What ends before the account.
        ["arn", before @ .., last] => {
            before.len() < 3 && last.ends_with('*') && !before.iter().any(|field| field.contains('*'))
        }
        _ => false,
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|it| it.is_ascii_digit())
}

/// In as many steps as both have letters, multiplied: only the last `*` is ever tried anew.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(&letter) if letter == '?' || letter == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_names() {
        for (pattern, name, does_fit) in [
            ("ana", "ana", true),
            ("ana", "Ana", false),
            ("ana", "anab", false),
            ("a*", "a", true),
            ("*a", "banana", true),
            ("a*n*c", "anbnc", true),
            ("a*n*c", "anbn", false),
            ("a?c", "aüc", true),
            ("a?c", "ac", false),
            ("arn:aws:s3:::site-*", "arn:aws:s3:::site-1", true),
            ("arn:aws:s3:::site-*", "arn:aws:s3:::other-site-1", false),
            ("*", "", true),
            ("?", "", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), does_fit, "{pattern} {name}");
        }
        let (many, name) = ("*a".repeat(500), "a".repeat(5000) + "b");
        assert!(!Pattern::new(&many).fits(&name), "and in no time");
    }

    #[test]
    fn what_fits_everything_of_its_kind_is_not_narrow() {
        for broad in [
            "*",
            "**",
            "?*",
            "arn:*",
            "arn:aws:*",
            "arn:aws:s3:::*",
            "arn:*:iam::*:user/*",
            "arn:aws:iam::*:root",
            "arn:aws:logs:eu-west-1:*:log-group:*",
            "*user/*",
            "root",
            "<root_account>",
            "*.amazonaws.com",
            "arn:aws:s3:::*-*",
            "a*",
            "arn*",
            "*arn*",
            "arn:aws*",
            "arn:aws:s3*",
            "arn:aws:iam::*:role*",
            "arn:aws:lambda:*:*:function*",
        ] {
            assert!(!Pattern::new(broad).is_narrow(), "{broad}");
        }
        for narrow in [
            "ana",
            "ana*",
            "*/ana",
            "arn:aws:s3:::site",
            "arn:aws:s3:::site-*",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::*:role/aws-service-role/*",
            "arn:aws:sqs:*:*:queue-?",
            "*-prod-*",
            "arn:aws:iam::1111*",
            "arn:aws:iam:*:role/admin-*",
            "arn:aws:iam::*:*-admin",
        ] {
            assert!(Pattern::new(narrow).is_narrow(), "{narrow}");
        }
    }

    #[test]
    fn an_account_is_twelve_digits_or_a_pattern_of_them() {
        for right in ["111122223333", "1111*", "*", "11112222333?", "?1*"] {
            assert!(Pattern::new(right).is_account(), "{right}");
        }
        for wrong in ["", "1111", "1111222233334", "prod", "11112222333x", "1111222233334*"] {
            assert!(!Pattern::new(wrong).is_account(), "{wrong}");
        }
        assert!(!Pattern::new("*").has_digit() && Pattern::new("1*").has_digit());
    }
}
