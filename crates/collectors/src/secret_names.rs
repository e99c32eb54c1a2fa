//! Whether a name looks like a secret's: of an environment variable, or of a parameter. Only names are looked at.

/// What makes a name a secret's wherever it stands in a word: `DBPASSWORD`, `mySecrets`.
const PARTS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "credential", "apikey", "privatekey", "accesskey"];

/// Whole words that do, and that are parts of harmless ones.
const WORDS: [&str; 7] = ["token", "pwd", "pass", "creds", "cred", "jwt", "pat"];

/// What makes a key a secret one: `API_KEY`, `signingKey`.
const KEYS: [&str; 8] = ["api", "private", "access", "auth", "signing", "encryption", "master", "license"];

/// Names that end so say where a secret is, or something about it.
const ENDS: [&str; 34] = [
    "arn",
    "name",
    "path",
    "url",
    "uri",
    "id",
    "file",
    "filename",
    "dir",
    "endpoint",
    "host",
    "port",
    "region",
    "prefix",
    "header",
    "issuer",
    "audience",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "timeout",
    "lifetime",
    "age",
    "days",
    "seconds",
    "minutes",
    "length",
    "limit",
    "count",
    "size",
    "type",
    "algorithm",
    "enabled",
];

/// Names that begin so are switches and bounds.
const BEGINS: [&str; 8] = ["is", "has", "use", "enable", "disable", "require", "max", "min"];

/// Whether a name looks like a secret's. `DB_PASSWORD`, `githubToken` and `AWS_ACCESS_KEY_ID` do, `SECRET_ARN` and
/// `TOKEN_TTL` do not.
pub(crate) fn is_secret_like(name: &str) -> bool {
    let words = words(name);
    let pairs = |first: &str, second: &str| words.windows(2).any(|pair| pair[0] == first && pair[1] == second);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    // The id of an access key is no secret, but stands beside one.
    if last == "id" && pairs("access", "key") {
        return true;
    }
    let is_about = (words.len() > 1 && BEGINS.contains(&first.as_str())) || ENDS.contains(&last.as_str());
    let is_secret = |word: &String| {
        let is_part = PARTS.iter().any(|part| word.contains(part));
        is_part || WORDS.contains(&word.as_str()) || word.ends_with("token")
    };
    !is_about && (words.iter().any(is_secret) || KEYS.iter().any(|of| pairs(of, "key")))
}

/// The same of the last part of a path: of `/shop/db/password`, `password`.
pub(crate) fn is_secret_like_path(path: &str) -> bool {
    path.rsplit('/').find(|part| !part.is_empty()).is_some_and(is_secret_like)
}

/// Those of the names that look like a secret's.
pub(crate) fn secret_like(names: &[String]) -> Vec<String> {
    names.iter().filter(|name| is_secret_like(name)).cloned().collect()
}

/// The words of a name in lower case: `DB_PASSWORD`, `db-password`, `dbPassword` and `DBPassword` alike.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = name.chars().collect();
    let mut is_new = true;
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            is_new = true;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let is_lower =
            |letter: Option<&char>| letter.is_some_and(|letter| letter.is_lowercase() || letter.is_numeric());
        let begins = letter.is_uppercase() && (is_lower(before) || after.is_some_and(|after| after.is_lowercase()));
        if is_new || begins {
            words.push(String::new());
        }
        is_new = false;
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{is_secret_like, is_secret_like_path, secret_like, words};

    #[test]
    fn secrets_by_their_names() {
        for name in [
            "DB_PASSWORD",
            "DBPASSWORD",
            "dbPassword",
            "mysql-root-passwd",
            "GPG_PASSPHRASE",
            "CLIENT_SECRET",
            "SECRET_KEY_BASE",
            "API_TOKEN",
            "githubToken",
            "GITHUBTOKEN",
            "token",
            "API_KEY",
            "stripeApiKey",
            "APIKEY",
            "SSH_PRIVATE_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "JWT_SIGNING_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "DB_PWD",
            "DB_PASS",
        ] {
            assert!(is_secret_like(name), "{name}");
        }
    }

    #[test]
    fn what_only_says_where_a_secret_is_or_something_else_of_it() {
        for name in [
            "",
            "_",
            "STAGE",
            "KEY",
            "KMS_KEY_ID",
            "PUBLIC_KEY",
            "PARTITION_KEY",
            "SECRET_ARN",
            "DB_SECRET_NAME",
            "passwordFile",
            "TOKEN_URL",
            "API_KEY_PATH",
            "SECRETS_MANAGER_ENDPOINT",
            "TOKEN_TTL",
            "MAX_TOKENS",
            "USE_TOKEN",
            "PASSWORD_LENGTH",
            "TOKENIZER",
            "BYPASS",
            "COMPASS_MODE",
            "PATH",
        ] {
            assert!(!is_secret_like(name), "{name}");
        }
    }

    #[test]
    fn a_parameter_is_called_by_the_end_of_its_path() {
        assert!(is_secret_like_path("/shop/db/password") && is_secret_like_path("api_key"));
        assert!(!is_secret_like_path("/secrets/region") && !is_secret_like_path("/shop/secret-arn"));
        assert!(is_secret_like_path("/shop/token/") && !is_secret_like_path("/"));
    }

    #[test]
    fn names_are_kept_as_they_are() {
        let names = ["STAGE", "DB_PASSWORD", "dbToken"].map(str::to_owned);
        assert_eq!(secret_like(&names), ["DB_PASSWORD", "dbToken"]);
    }

    #[test]
    fn words_end_where_the_case_or_a_mark_says() {
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("dbPassword2"), ["db", "password2"]);
        assert_eq!(words("AWSAccessKeyId"), ["aws", "access", "key", "id"]);
        assert_eq!(words("--a.b--"), ["a", "b"]);
    }
}
