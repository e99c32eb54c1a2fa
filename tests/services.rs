//! A service that is added is named in few files that someone writes by hand, and no file of one is forgotten. It needs
//! no crate.

use std::fs;
use std::path::{Path, PathBuf};

/// So many files someone writes for a service: its collector, its list of collectors, its simulation, its rates if any.
const BY_HAND_MAX: usize = 4;

/// Where files that are made name services: their ends, or what stands in their first lines.
const MADE: &[&str] = &[
    ".snap",
    // The ids of columns, and the versions of the role's actions: scripts/generate writes both.
    "crates/row/data/columns.tsv",
    "crates/orgcensus/data/role_actions.tsv",
    // The actions in these are written by scripts/templates.
    "config/deploy/member-role.yaml",
    "config/deploy/organization.yaml",
    // It names the services that are counted.
    "tests/services.rs",
];
const MADE_WORDS: &str = "Not to be edited by hand";

/// The lists of services: scripts/services writes these lines.
const LIST_BEGINS: &str = "// Made by scripts/services";
const LIST_ENDS: &str = "// … to here.";

/// A service that was added since its files are counted.
struct Added {
    name: &'static str,
    /// What it is called, in lower case: by the SDK, and in actions and ARNs.
    words: &'static [&'static str],
    /// Files that name it for the sake of something else: nobody had to touch them for it. The list of wanted calls is
    /// written by hand and would count, but it had these calls before.
    besides: &'static [&'static str],
}

const ADDED: &[Added] = &[
    Added {
        name: "efs",
        words: &["efs", "elasticfilesystem"],
        besides: &[
            "crates/calls/data/wanted.tsv",
            // Task definitions mount its file systems.
            "crates/collectors/src/ecs/task_definitions.rs",
            "crates/collectors/src/ecs/task_definitions/described.rs",
            "crates/policy/src/kinds.rs",
            "crates/policy/src/resource_kind.rs",
            // Actions that matter most. What is not among them is no worse collected.
            "crates/policy/src/sensitive.rs",
            "crates/policy/tests/cases/deployed.jsonl",
            // Without it the history of a thing is read more slowly, and is the same.
            "crates/answers/src/life/night.rs",
            "tests/calls/errors.py",
            // moto is given some of each kind that it knows, and boto3 reads them back.
            "tests/moto/populate_kinds.py",
            "tests/moto/populate_kinds_data.py",
            "tests/moto/read_back_kinds_data.py",
        ],
    },
    Added {
        name: "rds",
        words: &["rds"],
        besides: &[
            // Questions about databases, and what Prowler asks of them.
            "config/questions/e07_public_databases.sql",
            "config/questions/e18_not_logged.sql",
            "config/questions/g17_others_reached_from_the_internet.sql",
            "config/questions/s10_unused_roles.sql",
            "scripts/prowler.d/pairs.py",
            // Actions that are dangerous, and those that read what is critical.
            "config/dangerous_actions.txt",
            "crates/materialize/src/critical/reads.rs",
            "crates/materialize/src/testing/organization.rs",
            "scripts/bench.d/reach.py",
            "crates/calls/data/wanted.tsv",
            // A finding is about one of its instances.
            "crates/collectors/src/guardduty/findings.rs",
            "crates/collectors/src/kms/keys/tests.rs",
            "crates/collectors/src/secretsmanager/secrets.rs",
            // What the internet reaches.
            "crates/derive/src/internet.rs",
            "crates/derive/src/internet/read/targets.rs",
            "crates/derive/src/internet/rows.rs",
            "crates/derive/src/internet/targets.rs",
            "crates/derive/src/internet/targets/databases.rs",
            "crates/derive/src/internet/targets/tests/data.rs",
            "crates/policy/src/identity/action.rs",
            "crates/policy/src/kinds.rs",
            // Actions that matter most. What is not among them is no worse collected.
            "crates/policy/src/sensitive.rs",
            "crates/reach/src/sensitive.rs",
            // One of the points whose cases a test looks at.
            "crates/report/src/sections/points.rs",
            "crates/policy/tests/cases/deployed.jsonl",
            "crates/policy/tests/may/kms.jsonl",
            "crates/sim/src/services/ec2/network/data.rs",
            "crates/sim/src/services/secretsmanager.rs",
            // Of instances, which belong to clusters too, there are more than two where there is little else.
            "crates/sim/src/truth/walk.rs",
            // boto3's models do not say how shares of snapshots are read.
            "tests/boto3/data_services.py",
            "tests/calls/errors.py",
            // moto is given some of each kind that it knows, and boto3 reads them back.
            "tests/moto/populate_kinds.py",
            "tests/moto/populate_kinds_databases.py",
            "tests/moto/read_back_kinds_databases.py",
            "tests/moto/unimplemented.py",
        ],
    },
];

/// The SDK's crates: of the four services that are called by them, and of those by which `aws-config` signs in.
const SDK_CRATES: [&str; 7] = ["iam", "organizations", "s3", "signin", "sso", "ssooidc", "sts"];

/// Crates of which a second version would double a large part of the build.
const ONCE: [&str; 4] = ["arrow", "hyper", "parquet", "rustls"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The files below a folder, as paths from the root, with what they say; of no file that is no text.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_ours = !["target", "corpus", "artifacts", "__pycache__"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && is_ours {
            texts(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let name = path.strip_prefix(root()).expect("a path in the repository");
            found.push((name.to_string_lossy().into_owned(), text));
        }
    }
}

/// All that is built, configured, run or tested. What stands beside that in the root tells of it.
fn repository() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["config", "crates", "scripts", "tests"] {
        texts(&root().join(folder), &mut found);
    }
    found
}

/// What someone has written of a file; none of one that is made.
fn by_hand(path: &str, text: &str) -> Option<String> {
    if MADE.iter().any(|end| path.ends_with(end)) || text.lines().take(4).any(|line| line.contains(MADE_WORDS)) {
        return None;
    }
    let mut is_made = false;
    let lines = text.lines().filter(|line| {
        is_made = !line.starts_with(LIST_ENDS) && (is_made || line.starts_with(LIST_BEGINS));
        !is_made
    });
    Some(lines.collect::<Vec<_>>().join("\n").to_lowercase())
}

/// Whether a text has a word, alone or as a part of a name: `efs` of `"efs"`, `efs::COLLECTORS`, `efs_file_systems`.
fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(word)
        .any(|(at, _)| !goes_on(text[..at].chars().next_back()) && !goes_on(text[at + word.len()..].chars().next()))
}

#[test]
fn a_service_is_named_in_four_files_that_someone_writes() {
    let files = repository().into_iter();
    let written: Vec<_> = files.filter_map(|(path, text)| Some((by_hand(&path, &text)?, path))).collect();
    for Added { name, words, besides } in ADDED {
        // Its own files may name it by where they are.
        let is_of = |text: &str, path: &str| words.iter().any(|word| has_word(text, word) || has_word(path, word));
        let named: Vec<&str> =
            written.iter().filter(|(text, path)| is_of(text, path)).map(|(_, path)| path.as_str()).collect();
        for file in *besides {
            assert!(named.contains(file), "{file} no longer names {name}: take it out of `besides`");
        }
        let own: Vec<_> = named.into_iter().filter(|path| !besides.contains(path)).collect();
        for file in [format!("crates/collectors/src/{name}.rs"), format!("crates/sim/src/services/{name}.rs")] {
            assert!(own.contains(&file.as_str()), "{file} is not among those that name {name}: {own:?}");
        }
        // Each further collector, and each part of a simulation, is one file more of the service's folders.
        let folders = [format!("crates/collectors/src/{name}/"), format!("crates/sim/src/services/{name}/")];
        let (within, elsewhere): (Vec<&str>, Vec<&str>) =
            own.iter().copied().partition(|path| folders.iter().any(|folder| path.starts_with(folder.as_str())));
        assert!(!within.is_empty(), "{name} has no collector of its own");
        assert!(
            elsewhere.len() < BY_HAND_MAX,
            "{} files are written by hand for {name}'s first collector, at most {BY_HAND_MAX}: {elsewhere:#?}\n\
             A file that names it for the sake of something else belongs to `besides`.",
            elsewhere.len() + 1
        );
    }
}

#[test]
fn every_service_is_listed() {
    let files = repository();
    let text_of =
        |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str()).expect("a list");
    for (folder, list, declaration, entry) in [
        (
            "crates/collectors/src/",
            "crates/collectors/src/lib.rs",
            "\npub(crate) const COLLECTORS: &[Collector]",
            "::COLLECTORS,",
        ),
        (
            "crates/sim/src/services/",
            "crates/sim/src/services.rs",
            "\npub(crate) static SERVICE: Service ",
            "::SERVICE,",
        ),
    ] {
        let list = text_of(list);
        let services: Vec<_> = files
            .iter()
            .filter(|(path, text)| path.starts_with(folder) && text.contains(declaration))
            .map(|(path, _)| path.trim_end_matches(".rs"))
            .filter_map(|path| path.rsplit('/').next())
            .collect();
        assert!(services.len() > 10, "{folder} has services: {services:?}");
        for service in services {
            let is_listed = list.contains(&format!(" {service}{entry}"))
                || list.contains(&format!("&{service}{entry}"))
                || list.contains(&format!("::{service}{entry}"));
            assert!(is_listed, "{service} of {folder} is in no list: run scripts/services");
        }
    }
}

#[test]
fn a_service_needs_no_crate_of_its_own_and_large_crates_are_there_once() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock");
    let crates = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let crates: Vec<&str> = crates.collect();
    let services: Vec<&str> = crates.iter().filter_map(|name| name.strip_prefix("aws-sdk-")).collect();
    assert_eq!(services, SDK_CRATES, "declare calls instead: `read` of orgcensus-collect");
    for once in ONCE {
        assert_eq!(crates.iter().filter(|name| **name == once).count(), 1, "{once}");
    }
}
