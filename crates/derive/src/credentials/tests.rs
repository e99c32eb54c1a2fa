//! The cases of `cases.txt`: what is known of a user or a root user on one line, and below it the class, the reasons
//! and the next step. A password and a key say whether they are on, how many days ago they were used, and their age.
//!
//! A user of whom nothing is said has no password, no key and no device, and all of that was read.

use std::collections::BTreeSet;

use super::review::{Credential, Facts, Judgement, REST_DAYS, Standing, Use};

const CASES: &str = include_str!("cases.txt");

fn flag(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        "?" => None,
        text => panic!("neither on nor off: {text}"),
    }
}

fn number(text: &str) -> Option<i32> {
    (text != "?").then(|| text.parse().unwrap())
}

/// `on/3/400`
fn credential(name: &str, text: &str) -> Credential {
    let [is_active, used, age] = text.split('/').collect::<Vec<_>>()[..] else { panic!("no credential: {text}") };
    let used = match used {
        "never" => Use::Never,
        used => number(used).map_or(Use::Unread, Use::Days),
    };
    Credential { name: name.to_owned(), is_active: flag(is_active), age_days: number(age), used }
}

/// The facts, and for how long it was inactive.
fn facts(line: &str) -> (Facts, Option<i32>) {
    let mut words = line.split(' ');
    let is_root = match words.next() {
        Some("root") => true,
        Some("user") => false,
        _ => panic!("neither a user nor root: {line}"),
    };
    let mut facts = Facts {
        is_root,
        password: credential("password", if is_root { "?/never/?" } else { "off/never/?" }),
        has_mfa: Some(false),
        has_all_others: true,
        ..Facts::default()
    };
    let mut rest = None;
    for word in words {
        match word.split_once('=') {
            Some(("password", text)) => facts.password = credential("password", text),
            Some(("key", text)) => {
                let name = format!("key{}", facts.keys.len() + 1);
                facts.keys.push(credential(&name, text));
            }
            Some(("rest", text)) => rest = number(text),
            Some(("ssh_key", text)) => facts.others.push(("ssh_key", flag(text))),
            Some(("signing_certificate", text)) => facts.others.push(("signing_certificate", flag(text))),
            Some(("service_credential", text)) => facts.others.push(("service_credential", flag(text))),
            Some(_) => panic!("unknown: {word}"),
            None => say(&mut facts, word),
        }
    }
    (facts, rest)
}

fn say(facts: &mut Facts, word: &str) {
    match word {
        "mfa" => facts.has_mfa = Some(true),
        "mfa?" => facts.has_mfa = None,
        "beyond" => facts.has_keys_beyond = true,
        "others?" => facts.has_all_others = false,
        "old" => facts.has_old_report = true,
        "noreport" => facts.standing = Standing::NoReport,
        "notinreport" => facts.standing = Standing::NotInReport,
        "gone" => facts.standing = Standing::Gone,
        word => panic!("unknown: {word}"),
    }
}

/// `person; no_mfa; add_mfa`
fn told(it: &Judgement) -> String {
    let (class, step) = (it.class.unwrap_or("null"), it.next_step.unwrap_or_default());
    format!("{class}; {}; {step}", it.reasons.join(", "))
}

/// Name, facts and answer of each case.
fn cases() -> Vec<(&'static str, &'static str, String)> {
    let lines: Vec<&str> = CASES.lines().filter(|line| !line.is_empty()).collect();
    let case = |lines: &[&'static str]| {
        let [name, facts, answer] = lines[..] else { panic!("half a case: {lines:?}") };
        let name = name.strip_prefix("# ").unwrap_or_else(|| panic!("no name: {name}"));
        let answer = answer.strip_prefix("= ").unwrap_or_else(|| panic!("no answer: {answer}"));
        let answer: Vec<&str> = answer.split(';').map(str::trim).collect();
        assert_eq!(answer.len(), 3, "{name}: class; reasons; next step");
        (name, facts, answer.join("; "))
    };
    lines.chunks(3).map(case).collect()
}

#[test]
fn every_case_has_its_class_its_reasons_and_its_next_step() {
    let mut words: BTreeSet<&'static str> = BTreeSet::new();
    for (name, line, expected) in cases() {
        let (facts, rest) = facts(line);
        let judgement = facts.judge(rest);
        assert_eq!(told(&judgement), expected, "{name}: {line}");
        words.extend(judgement.class);
        words.extend(judgement.reasons);
        words.extend(judgement.next_step);
    }
    assert!(cases().len() >= 40);
    // Each word that the table's comment names is in a case, and the other way round.
    let comment = <super::CredentialReview as orgcensus_row::Row>::COMMENT;
    let is_word = |word: &&str| word.contains('_') || matches!(*word, "person" | "program" | "both" | "wait");
    let mut named: BTreeSet<&str> = comment.split([' ', ',', '.', ':', ';', '(', ')']).filter(is_word).collect();
    named.extend(["deactivate", "delete"]);
    let untold: Vec<_> = words.symmetric_difference(&named).collect();
    assert_eq!(untold, Vec::<&&str>::new());
}

#[test]
fn a_step_says_which_credentials_it_is_about() {
    for (line, expected) in [
        ("user password=on/3/400 mfa key=on/never/400", "deactivate key1"),
        ("user password=on/400/400 mfa key=on/1/20 key=on/500/600", "deactivate key2 password"),
        ("user password=on/3/400 mfa key=on/100/400 key=on/never/400", "confirm_with_owner key1"),
        ("user key=on/1/400 key=on/1/20", "replace_or_rotate key1"),
        ("user key=on/never/400 old", "confirm_with_owner key1"),
        ("user password=on/3/400 key=on/1/400", "add_mfa"),
        ("user key=off/400/500 rest=90", "delete"),
        ("root password=on/3/400 mfa key=on/1/20 key=on/never/400", "confirm_with_owner key1"),
        ("user noreport key=on/never/400", ""),
    ] {
        let (facts, rest) = facts(line);
        let judgement = facts.judge(rest);
        let told: Vec<&str> =
            judgement.next_step.into_iter().chain(judgement.next_step_about.iter().map(String::as_str)).collect();
        assert_eq!(told.join(" "), expected, "{line}");
    }
}

#[test]
fn the_class_rests_on_facts() {
    let told = |line: &str| facts(line).0.judge(None).class_facts.join(" ");
    assert_eq!(told("user password=on/3/400 mfa"), "password_enabled password_used mfa_device");
    assert_eq!(told("user key=on/0/3 key=off/9/9"), "active_access_key access_key_used");
    assert_eq!(told("user password=off/never/? beyond"), "access_keys_unread");
    assert_eq!(
        told("user ssh_key=on ssh_key=on signing_certificate=off service_credential=?"),
        "ssh_key",
        "what is active, once"
    );
    assert_eq!(told("root password=?/3/400 key=on/never/1"), "password_used active_access_key");
    assert_eq!(told("user"), "");
}

/// Every combination of a password, two keys, something else, a rest and a state of the report.
fn all() -> Vec<(String, Facts, Option<i32>)> {
    let credentials = ["", "on/0/5", "on/100/400", "on/400/400", "on/never/400", "off/400/400", "?/?/?", "on/?/400"];
    let mut all = Vec::new();
    for who in ["user", "root"] {
        for password in &credentials[1..] {
            for first in credentials {
                for second in credentials {
                    for more in ["", " others?", " beyond", " ssh_key=on", " ssh_key=?", " old", " gone", " noreport"] {
                        for rest in ["", " rest=89", " rest=90", " rest=4000"] {
                            let key = |key: &str| if key.is_empty() { String::new() } else { format!(" key={key}") };
                            let line = format!("{who} password={password}{}{}{more}{rest}", key(first), key(second));
                            let (facts, rest) = facts(&line);
                            all.push((line, facts, rest));
                        }
                    }
                }
            }
        }
    }
    all
}

#[test]
fn nothing_is_deleted_before_everything_was_deactivated_and_rested() {
    let mut deleted = 0;
    for (line, facts, rest) in all() {
        let judgement = facts.judge(rest);
        if judgement.next_step != Some("delete") {
            continue;
        }
        deleted += 1;
        assert!(rest.is_some_and(|days| days >= REST_DAYS), "{line}");
        assert!(facts.keys.iter().all(|key| key.is_active == Some(false)), "{line}");
        assert!(facts.is_root || facts.password.is_active == Some(false), "{line}");
        assert!(facts.is_root || facts.others.iter().all(|(_, is_active)| *is_active == Some(false)), "{line}");
        assert!(facts.standing == Standing::InReport && !facts.has_old_report && !facts.has_keys_beyond, "{line}");
        assert!(facts.is_root || facts.has_all_others, "{line}");
    }
    assert!(deleted > 0);
}

#[test]
fn nothing_that_was_used_within_a_year_is_deactivated_before_its_owner_was_asked() {
    let mut deactivated = 0;
    for (line, facts, rest) in all().into_iter().filter(|it| it.1.judge(it.2).next_step == Some("deactivate")) {
        deactivated += 1;
        let own = [&facts.password].into_iter().filter(|_| !facts.is_root);
        let on: Vec<&Credential> = own.chain(&facts.keys).filter(|it| it.is_on()).collect();
        assert!(!on.iter().any(|it| matches!(it.used, Use::Days(91..=365))), "{line}, {rest:?}");
        let is_unused = |it: &&&Credential| !matches!(it.used, Use::Days(0..=365) | Use::Unread);
        let unused: BTreeSet<&str> = on.iter().filter(is_unused).map(|it| it.name.as_str()).collect();
        let about = facts.judge(rest).next_step_about;
        assert!(!about.is_empty(), "{line}");
        assert_eq!(about.iter().map(String::as_str).collect::<BTreeSet<_>>(), unused, "{line}");
    }
    assert!(deactivated > 0);
}

#[test]
fn users_that_only_programs_use_are_not_asked_for_a_device() {
    for (line, facts, rest) in all() {
        let judgement = facts.judge(rest);
        let is_asked = judgement.next_step == Some("add_mfa") || judgement.reasons.contains(&"no_mfa");
        assert!(!is_asked || facts.is_root || facts.password.is_on(), "{line}");
    }
}
