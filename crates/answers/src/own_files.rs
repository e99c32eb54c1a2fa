//! A site's own questions and rules: files of a folder, of the form of those that are shipped. Their text is kept for
//! as long as the program runs, as that of the shipped files is, since a question lends out pieces of it: a folder is
//! read once, and has some kilobytes.
//!
//! A file is checked when it is read: its form, its ids, its numbers, and whether the tables of this version have the
//! columns that it reads. So a mistake is named with its line before anything is asked.

mod check;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;

use crate::question_file::QuestionFile;
use crate::rule_file::RuleFile;
use crate::{Error, Question, Result, Rule};
use check::Checks;
use text::Text;

/// The columns of all tables of this version, by name.
pub type TableSchemas = BTreeMap<String, SchemaRef>;

/// Reads the files of a folder whose names end in `.sql`, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Text>> {
    let unread = |path: &Path| {
        let folder = path.display().to_string();
        move |source| Error::Folder { folder, source }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread(folder))? {
        paths.push(entry.map_err(unread(folder))?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|it| it == "sql"));
    paths.sort();
    let text = |path: &PathBuf| -> Result<Text> {
        let text = std::fs::read_to_string(path).map_err(unread(path))?;
        Ok(Text { file: path.display().to_string(), text: text.leak() })
    };
    paths.iter().map(text).collect()
}

/// The shipped questions and those of some files, sorted by part and number.
pub(crate) fn with_questions(shipped: &[Question], files: &[Text], tables: &TableSchemas) -> Result<Vec<Question>> {
    let checks = Checks::new(tables)?;
    let mut all = shipped.to_vec();
    for file in files {
        let questions = QuestionFile::at(&file.file, file.text)?.questions;
        for question in &questions {
            if all.iter().any(|it| it.id == question.id) {
                return Err(file
                    .error_in_header(&["id", "of", "of each", "per organization"], question.id, taken(question.id))
                    .into());
            }
        }
        for threshold in questions.first().into_iter().flat_map(|it| &it.thresholds) {
            let others = all.iter().flat_map(|it| &it.thresholds);
            let other = others.filter(|it| it.name == threshold.name).find(|it| it.value != threshold.value);
            if let Some(other) = other {
                let why = format!("{other} is another question's threshold: equal names have equal numbers");
                return Err(file.error_in_header(&["threshold"], threshold.name, why).into());
            }
        }
        checks.questions(file, &questions)?;
        all.extend(questions);
    }
    all.sort_by_key(|question| (question.part, question.number()));
    Ok(all)
}

/// The shipped rules and those of some files, sorted by part and number.
pub(crate) fn with_rules(shipped: &[Rule], files: &[Text], tables: &TableSchemas) -> Result<Vec<Rule>> {
    let checks = Checks::new(tables)?;
    let mut all = shipped.to_vec();
    for file in files {
        let rule = RuleFile::at(&file.file, file.text)?.rule;
        if all.iter().any(|it| it.id == rule.id) {
            return Err(file.error_in_header(&["id"], rule.id, taken(rule.id)).into());
        }
        checks.rule(file, &rule)?;
        all.push(rule);
    }
    all.sort_by_key(|rule| (rule.part(), rule.number()));
    Ok(all)
}

fn taken(id: &str) -> String {
    format!("the id {id} is taken")
}
