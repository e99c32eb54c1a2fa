//! Every shipped question, compiled in, so that the program needs no other file; and those that a site adds.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use crate::config_file::FileError;
use crate::nearest::ids_in_words;
use crate::own_files::{self, TableSchemas};
use crate::question_file::QuestionFile;
use crate::{Error, Question, Result};

/// Each file's name and text, sorted. The build script lists the folder.
pub(crate) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/questions.rs"));

static QUESTIONS: LazyLock<Result<Vec<Question>, FileError>> = LazyLock::new(|| {
    let mut questions = Vec::new();
    for &(name, text) in FILES {
        questions.extend(QuestionFile::parse(name, text)?.questions);
    }
    questions.sort_by_key(|question| (question.part, question.number()));
    Ok(questions)
});

/// The shipped questions and a site's own; nothing, if it has none. It is set once, before anything is asked, so that
/// whoever asks has the same questions: command, report and what a crawl publishes.
static WITH_OWN: OnceLock<Vec<Question>> = OnceLock::new();

/// Every question, the shipped ones and a site's own, sorted by part and number.
pub fn questions() -> Result<&'static [Question]> {
    match WITH_OWN.get() {
        Some(questions) => Ok(questions),
        None => shipped(),
    }
}

/// Adds the questions of a folder, which are checked with the columns of this version's tables. Only the first folder
/// counts: the command line names it before the configuration.
pub fn add_questions(folder: &Path, tables: &TableSchemas) -> Result<()> {
    if WITH_OWN.get().is_none() {
        let questions = own_files::with_questions(shipped()?, &own_files::read(folder)?, tables)?;
        WITH_OWN.get_or_init(|| questions);
    }
    Ok(())
}

/// The questions that a site has added.
pub fn own_questions() -> Result<Vec<&'static Question>> {
    let shipped = shipped()?;
    let is_own = |it: &&Question| shipped.iter().all(|other| other.id != it.id);
    Ok(questions()?.iter().filter(is_own).collect())
}

fn shipped() -> Result<&'static [Question]> {
    QUESTIONS.as_ref().map(Vec::as_slice).map_err(|error| Error::File(error.clone()))
}

/// The questions with these ids, each once, in the order asked for. A part's letter means all of the part, and no id
/// at all means every question. Upper and lower case are the same.
pub fn select<S: AsRef<str>>(ids: &[S]) -> Result<Vec<&'static Question>> {
    let all = questions()?;
    if ids.is_empty() {
        return Ok(all.iter().collect());
    }
    let mut selected: Vec<&Question> = Vec::new();
    for id in ids.iter().map(S::as_ref) {
        let is_meant = |it: &&Question| it.id.eq_ignore_ascii_case(id) || it.part.eq_ignore_ascii_case(id);
        let meant: Vec<&Question> = all.iter().filter(is_meant).collect();
        if meant.is_empty() {
            return Err(Error::UnknownQuestion { id: id.to_owned(), known: known(id, all) });
        }
        for question in meant {
            if !selected.iter().any(|it| it.id == question.id) {
                selected.push(question);
            }
        }
    }
    Ok(selected)
}

/// The questions that an unknown id may mean: those whose titles have the word in them, `mfa`; else those whose ids are
/// near.
fn known(id: &str, all: &[Question]) -> String {
    const TITLES_MAX: usize = 5;
    let word = id.to_lowercase();
    let titled = |it: &&Question| word.len() > 2 && it.title.to_lowercase().contains(&word);
    let titles: Vec<_> = all.iter().filter(titled).map(|it| format!("{} ({})", it.id, it.title)).collect();
    if !titles.is_empty() {
        let more = if titles.len() > TITLES_MAX { ", …" } else { "" };
        let shown: Vec<_> = titles.into_iter().take(TITLES_MAX).collect();
        return format!("its word is in {}{more}", shown.join(", "));
    }
    ids_in_words(id, &all.iter().map(|it| (it.part, it.id)).collect::<Vec<_>>())
}

/// The names of the numbers that a site may change.
pub fn threshold_names() -> Result<BTreeSet<&'static str>> {
    Ok(questions()?.iter().flat_map(|question| &question.thresholds).map(|it| it.name).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn ids(asked: &[&str]) -> Vec<&'static str> {
        select(asked).unwrap().iter().map(|it| it.id).collect()
    }

    #[test]
    fn ids_and_parts() {
        assert_eq!(ids(&["f9", "F3"]), ["F9", "F3"]);
        assert_eq!(ids(&["F17", "f"]).len(), 17);
        assert_eq!(ids(&["F17", "f"])[..3], ["F17", "F1", "F2"]);
        assert_eq!(ids(&[]).len(), questions().unwrap().len());
        let error = select(&["F3", "Z1"]).unwrap_err().to_string();
        assert!(error.starts_with("find question Z1; the parts are B, ") && !error.contains("B1"), "{error}");
        let error = select(&["f99"]).unwrap_err().to_string();
        assert_eq!(error, "find question f99; the nearest is F9; part F has F1 to F17");
        let error = select(&["no MFA device"]).unwrap_err().to_string();
        assert!(error.contains("; its word is in ") && error.contains("F9 (IAM users with"), "{error}");
    }

    #[test]
    fn every_file_is_named_by_its_question_and_no_id_is_given_twice() {
        for &(name, text) in FILES {
            let file = QuestionFile::parse(name, text).unwrap();
            let first = &file.questions[0];
            assert!(name.starts_with(&format!("{}{:02}_", first.part.to_lowercase(), first.number())), "{name}");
            let mut lines = text.lines().filter(|line| !line.starts_with("-- controls: "));
            assert!(
                !lines.any(|line| line.contains([';', '"', '`', '\\', '\t'])),
                "{name}: it is one portable statement"
            );
            assert!(text.ends_with('\n') && text.lines().all(|line| line == line.trim_end()), "{name}");
        }
        let ids: BTreeSet<_> = questions().unwrap().iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), questions().unwrap().len());
    }

    /// A configuration has one number for a name.
    #[test]
    fn a_threshold_has_the_same_number_in_every_file_and_the_study_has_none() {
        let mut numbers = BTreeMap::new();
        for question in questions().unwrap() {
            assert!(
                question.part != "F" || question.thresholds.is_empty(),
                "{}: the study's numbers stay",
                question.id
            );
            for it in &question.thresholds {
                let number = *numbers.entry(it.name).or_insert(it.value);
                assert_eq!(number, it.value, "{} of {}", it.name, question.id);
            }
        }
        assert!(threshold_names().unwrap().iter().copied().eq(numbers.into_keys()));
    }
}
