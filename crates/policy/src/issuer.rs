//! What is known of an identity provider by its issuer: whether many tenants share it, and which claims tell them apart.

use std::sync::LazyLock;

use crate::arn::has_wildcard;
use crate::glob::may_match;

/// Kept by hand: who shares an issuer, and by which claims they are told apart.
const ISSUERS: &str = include_str!("../data/issuers.txt");

/// Made by `scripts/issuers`: the claims that AWS checks, most of which tell no tenants apart.
const CLAIMS: &str = include_str!("../data/claims.txt");

/// How many tenants an issuer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenancy {
    /// Many: a claim says whose user it is.
    Shared,
    /// One, which the issuer's URL names.
    Single,
    /// Not known.
    Unknown,
}

/// How a claim's value names a tenant: the text before the tenant, and the characters that end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    before: &'static str,
    ends: &'static str,
}

/// A claim that is a tenant as a whole.
const WHOLE: [Form; 1] = [Form { before: "", ends: "" }];

impl Form {
    /// The tenant that a value fixes, if it fixes one. Without an end character the tenant is complete only if nothing
    /// can follow it.
    pub(crate) fn tenant<'v>(&self, value: &'v str) -> Option<&'v str> {
        let rest = value.strip_prefix(self.before)?;
        let tenant = rest.split(|character| self.ends.contains(character)).next()?;
        (!tenant.is_empty() && !has_wildcard(tenant)).then_some(tenant)
    }
}

/// An issuer in lower case and without the slash at its end: AWS keeps the slash in ARNs and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer(String);

impl Issuer {
    /// Reads an issuer as an ARN has it, without its scheme.
    pub(crate) fn read(text: &str) -> Issuer {
        Issuer(text.trim_end_matches('/').to_ascii_lowercase())
    }

    /// The issuer's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// How many tenants it has.
    pub(crate) fn tenancy(&self) -> Tenancy {
        let named = ROWS.iter().filter(|row| row.tenancy != Tenancy::Unknown).find(|row| row.is_of(self));
        named.map_or(Tenancy::Unknown, |row| row.tenancy)
    }

    /// The claim that a condition key, in lower case, speaks of, if it is one of this issuer's.
    pub(crate) fn claim<'k>(&self, key: &'k str) -> Option<&'k str> {
        let rest = key.strip_prefix(self.as_str())?;
        rest.strip_prefix(':').or_else(|| rest.strip_prefix("/:"))
    }

    /// How a claim, or a key that is not a claim, names a tenant; none if it names no tenant. If nothing says that AWS
    /// checks a claim, its whole value counts as the tenant: either AWS checks it, or nobody comes in.
    pub(crate) fn forms(&self, claim: &str) -> &'static [Form] {
        let row = ROWS.iter().find(|row| row.claims.contains(&claim) && row.is_of(self));
        let is_key = claim.contains(':');
        row.map_or(if is_key { &[] } else { &WHOLE }, |row| row.forms.as_slice())
    }
}

/// One line of the data.
struct Row {
    tenancy: Tenancy,
    issuers: Vec<&'static str>,
    claims: Vec<&'static str>,
    forms: Vec<Form>,
}

impl Row {
    fn is_of(&self, issuer: &Issuer) -> bool {
        self.issuers.iter().any(|pattern| is_one_of(pattern, issuer.as_str()))
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = |text: &'static str| text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let by_hand = lines(ISSUERS).filter_map(|line| {
        let (kind, rest) = line.split_once('\t')?;
        let tenancy = match kind {
            "shared" => Tenancy::Shared,
            "single" => Tenancy::Single,
            _ => Tenancy::Unknown,
        };
        Some(row(tenancy, rest))
    });
    by_hand.chain(lines(CLAIMS).map(|line| row(Tenancy::Unknown, line))).collect()
});

/// Issuers, claims and forms, by tabs; the items of each by spaces.
fn row(tenancy: Tenancy, text: &'static str) -> Row {
    let mut fields = text.split('\t').map(|field| field.split(' '));
    let mut field = || fields.next().into_iter().flatten();
    let (issuers, claims) = (field().collect(), field().collect());
    let form = |text: &'static str| text.split_once("{}").map(|(before, ends)| Form { before, ends });
    Row { tenancy, issuers, claims, forms: field().filter_map(form).collect() }
}

/// Whether an issuer is one of those that a pattern names: a wildcard stays within a label of the host, or a segment of
/// the path, so that nobody can put the pattern's rest into a name of their own.
fn is_one_of(pattern: &str, issuer: &str) -> bool {
    let ((pattern_host, pattern_path), (host, path)) = (parts(pattern), parts(issuer));
    let all_hosts = pattern_host == "**";
    all_hosts || (are_alike(pattern_host.split('.'), host.split('.')) && are_alike(pattern_path, path))
}

fn parts(url: &str) -> (&str, std::str::Split<'_, char>) {
    let mut segments = url.split('/');
    (segments.next().unwrap_or_default(), segments)
}

/// Whether each part is like the one in its place; a last `**` stands for one or more.
fn are_alike<'p>(mut patterns: impl Iterator<Item = &'p str>, mut parts: impl Iterator<Item = &'p str>) -> bool {
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("**"), Some(_)) => return true,
            (Some(pattern), Some(part)) if !part.is_empty() && may_match(pattern, part) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenancy(issuer: &str) -> Tenancy {
        Issuer::read(issuer).tenancy()
    }

    #[test]
    fn the_data_is_whole() {
        let kinds = ["shared", "single", "open"];
        let fields = [4, 2, 3];
        for line in ISSUERS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (kind, _) = line.split_once('\t').unwrap();
            let place = kinds.iter().position(|known| *known == kind).unwrap();
            assert_eq!(line.split('\t').count(), fields[place], "{line}");
            assert_eq!(line, line.to_ascii_lowercase());
        }
        for row in ROWS.iter() {
            assert_eq!(row.forms.is_empty(), row.tenancy != Tenancy::Shared, "{:?} {:?}", row.issuers, row.claims);
            assert!(!row.issuers.iter().chain(&row.claims).any(|item| item.is_empty()));
        }
        assert!(ROWS.len() > 40, "{}", ROWS.len());
        assert!(CLAIMS.contains("token.actions.githubusercontent.com\tactor"));
        let read = ISSUERS.lines().find_map(|line| line.strip_prefix("# read: ")).unwrap();
        assert_eq!(read.split('-').map(str::len).collect::<Vec<_>>(), [4, 2, 2]);
        assert!(ISSUERS.contains("# from: https://docs.aws.amazon.com/"));
    }

    #[test]
    fn a_pattern_stays_within_its_labels() {
        assert_eq!(tenancy("oidc.eks.us-east-1.amazonaws.com/id/ABC"), Tenancy::Single);
        assert_eq!(tenancy("oidc.eks.mine.s3.amazonaws.com/id/ABC"), Tenancy::Unknown, "a bucket of that name");
        assert_eq!(tenancy("oidc.eks.us-east-1.amazonaws.com.example/id/ABC"), Tenancy::Unknown);
        assert_eq!(tenancy("oidc.eks.us-east-1.amazonaws.com/id/"), Tenancy::Unknown);
        assert_eq!(tenancy("oidc.circleci.com/org/8a1b"), Tenancy::Single);
        assert_eq!(tenancy("oidc.circleci.com/org/8a1b/more"), Tenancy::Unknown);
        assert_eq!(tenancy("gitlab.com/a/b"), Tenancy::Shared);
        assert_eq!(tenancy("gitlab.example.com"), Tenancy::Unknown);
        assert_eq!(tenancy(""), Tenancy::Unknown);
    }

    #[test]
    fn a_value_fixes_a_tenant_or_does_not() {
        let github = Issuer::read("Token.Actions.GitHubUserContent.com/");
        let of = |claim: &str, value: &str| {
            github.forms(claim).iter().find_map(|form| form.tenant(value)).map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(of("sub", "repo:my-org/app:ref:refs/heads/main"), "my-org");
        assert_eq!(of("sub", "repo:my-org@7/app@8:*"), "my-org");
        assert_eq!(of("sub", "repo:my-org*"), "");
        assert_eq!(of("sub", "environment:prod"), "");
        assert_eq!(of("repository", "my-org/*"), "my-org");
        assert_eq!(of("environment", "prod"), "");
        assert_eq!(of("nobody-says", "x"), "x");
        assert_eq!(of("aws:sourceip", "x"), "", "no claim");
        let bitbucket = Issuer::read("api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc");
        assert_eq!(bitbucket.forms("sub").iter().find_map(|form| form.tenant("{8b2b}*:*")), Some("8b2b"));
    }

    #[test]
    fn a_key_is_of_its_issuer() {
        let azure = Issuer::read("sts.windows.net/1/");
        assert_eq!(azure.claim("sts.windows.net/1/:aud"), Some("aud"));
        assert_eq!(azure.claim("sts.windows.net/1:aud"), Some("aud"));
        assert_eq!(azure.claim("sts.windows.net/11:aud"), None);
        let circle = Issuer::read("oidc.circleci.com/org/1");
        assert_eq!(
            circle.claim("oidc.circleci.com/org/1:oidc.circleci.com/project-id"),
            Some("oidc.circleci.com/project-id")
        );
    }
}
