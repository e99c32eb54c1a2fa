//! Every shipped rule of change, compiled in, so that the program needs no other file; and those that a site adds.

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use crate::config_file::FileError;
use crate::nearest::ids_in_words;
use crate::own_files::{self, TableSchemas};
use crate::rule::Rule;
use crate::rule_file::RuleFile;
use crate::{Error, Result};

/// Each file's name and text, sorted. The build script lists the folder.
pub(crate) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

static RULES: LazyLock<Result<Vec<Rule>, FileError>> = LazyLock::new(|| {
    let mut rules = Vec::new();
    for &(name, text) in FILES {
        rules.push(RuleFile::parse(name, text)?.rule);
    }
    rules.sort_by_key(|rule| (rule.part(), rule.number()));
    Ok(rules)
});

/// The shipped rules and a site's own; nothing, if it has none. It is set once, before anything is asked.
static WITH_OWN: OnceLock<Vec<Rule>> = OnceLock::new();

/// Every rule, the shipped ones and a site's own, sorted by part and number.
pub fn rules() -> Result<&'static [Rule]> {
    match WITH_OWN.get() {
        Some(rules) => Ok(rules),
        None => shipped(),
    }
}

/// Adds the rules of a folder, which are checked with the columns of this version's tables. Only the first folder
/// counts: the command line names it before the configuration.
pub fn add_rules(folder: &Path, tables: &TableSchemas) -> Result<()> {
    if WITH_OWN.get().is_none() {
        let rules = own_files::with_rules(shipped()?, &own_files::read(folder)?, tables)?;
        WITH_OWN.get_or_init(|| rules);
    }
    Ok(())
}

fn shipped() -> Result<&'static [Rule]> {
    RULES.as_ref().map(Vec::as_slice).map_err(|error| Error::File(error.clone()))
}

/// The rules with these ids, each once, in the order of their numbers. A part's letter means all of the part, and no id
/// at all means every rule. Upper and lower case are the same.
pub fn select_rules<S: AsRef<str>>(ids: &[S]) -> Result<Vec<&'static Rule>> {
    let all = rules()?;
    let is_meant = |rule: &Rule, id: &str| rule.id.eq_ignore_ascii_case(id) || rule.part().eq_ignore_ascii_case(id);
    for id in ids.iter().map(S::as_ref) {
        if !all.iter().any(|rule| is_meant(rule, id)) {
            let known: Vec<_> = all.iter().map(|rule| (rule.part(), rule.id)).collect();
            return Err(Error::UnknownRule { id: id.to_owned(), known: ids_in_words(id, &known) });
        }
    }
    let is_asked = |rule: &&Rule| ids.is_empty() || ids.iter().any(|id| is_meant(rule, id.as_ref()));
    Ok(all.iter().filter(is_asked).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::ACTIVITY;

    fn ids(asked: &[&str]) -> Vec<&'static str> {
        select_rules(asked).unwrap().into_iter().map(|rule| rule.id).collect()
    }

    #[test]
    fn rules_are_asked_for_by_id_or_part() {
        assert_eq!(ids(&["d10", "D2", "d2"]), ["D2", "D10"]);
        assert_eq!(ids(&["d"]), ids(&[]));
        let error = select_rules(&["D99"]).unwrap_err().to_string();
        assert!(error.starts_with("find rule D99; the nearest are D"), "{error}");
        assert!(select_rules(&["Z"]).unwrap_err().to_string().starts_with("find rule Z; the parts are D"));
    }

    #[test]
    fn part_d_is_whole_and_has_the_priorities_of_its_vendor() {
        let rules = rules().unwrap();
        let numbers: Vec<u32> = rules.iter().filter(|rule| rule.part() == "D").map(Rule::number).collect();
        assert_eq!(numbers, (1..=34).collect::<Vec<_>>());
        for rule in rules.iter().filter(|rule| rule.part() == "D") {
            let expected = match rule.number() {
                7 | 8 | 9 | 11..=16 | 18 | 23 => "critical",
                5 => "error",
                1 | 6 => "info",
                3 | 21 | 26 | 27 | 28 => "notice",
                _ => "warning",
            };
            assert_eq!(rule.priority.as_str(), expected, "{}", rule.id);
        }
    }

    /// Only what no table has a trace of may be left to the events.
    #[test]
    fn only_sign_ins_and_what_root_did_need_events() {
        let of = |fits: fn(&Rule) -> bool| -> Vec<&'static str> {
            rules().unwrap().iter().filter(|it| fits(it)).map(|it| it.id).collect()
        };
        let is_of_events = |rule: &Rule| rule.watches.as_ref().is_none_or(|it| it.table == ACTIVITY);
        assert_eq!(of(is_of_events), ["D10", "D11", "D12", "D18", "D20"]);
        assert_eq!(of(Rule::needs_event), ["D10", "D11", "D12", "D18", "D20", "D23"]);
        assert_eq!(of(Rule::hears), of(Rule::needs_event), "each looks for its event");
    }

    #[test]
    fn every_file_is_named_by_its_rule() {
        for &(name, text) in FILES {
            let rule = RuleFile::parse(name, text).unwrap().rule;
            assert!(name.starts_with(&format!("{}{:02}_", rule.part().to_lowercase(), rule.number())), "{name}");
            assert!(text.ends_with('\n') && text.lines().all(|line| line == line.trim_end()), "{name}");
        }
        assert_eq!(rules().unwrap().len(), FILES.len());
    }
}
