//! Which collectors a table rests on: whose tasks fill it, or fill what it is derived from.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_lake::{Manifest, TableEntry};

use crate::Question;

/// The collectors of tables in older lakes, whose manifests do not say them. A table that is not here rests on all
/// tasks.
const BEFORE: [(&str, &[&str]); 6] = [
    ("ec2_instances", &["ec2_instances"]),
    ("iam_credential_report", &["iam_credential_report"]),
    ("iam_instance_profiles", &[]),
    ("iam_password_policies", &["iam_password_policies"]),
    ("iam_users", &["iam_authorization_details"]),
    ("identity_access", &["iam_authorization_details"]),
];

/// The collectors that each table rests on. A table that is not known rests on all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestsOn(BTreeMap<String, BTreeSet<String>>);

impl RestsOn {
    /// What the manifests say, all of them together.
    pub(crate) fn of<'a>(manifests: impl IntoIterator<Item = &'a Manifest>) -> Self {
        let mut tables = BTreeMap::<String, BTreeSet<String>>::new();
        let mut unknown = BTreeSet::new();
        for table in manifests.into_iter().flat_map(|manifest| &manifest.tables) {
            match collectors(table) {
                Some(collectors) => tables.entry(table.name.clone()).or_default().extend(collectors),
                None => {
                    unknown.insert(table.name.clone());
                }
            }
        }
        tables.retain(|table, _| !unknown.contains(table));
        Self(tables)
    }

    /// The collectors whose tasks a table rests on; none means all tasks.
    pub(crate) fn of_table(&self, table: &str) -> Option<&BTreeSet<String>> {
        self.0.get(table).filter(|collectors| !collectors.is_empty())
    }

    /// The collectors whose tasks a question rests on; none means all tasks.
    pub fn collectors(&self, question: &Question) -> Option<Vec<String>> {
        if !question.rests_on.is_empty() {
            return Some(question.rests_on.iter().map(|&it| it.to_owned()).collect());
        }
        self.of_tables(&question.tables)
    }

    /// The collectors whose tasks these tables rest on; none means all tasks.
    pub(crate) fn of_tables(&self, tables: &[String]) -> Option<Vec<String>> {
        let mut collectors = BTreeSet::new();
        for table in tables {
            collectors.extend(self.0.get(table)?);
        }
        (!collectors.is_empty()).then(|| collectors.into_iter().cloned().collect())
    }
}

impl<T: Into<String>, C: Into<String>, L: IntoIterator<Item = C>> FromIterator<(T, L)> for RestsOn {
    fn from_iter<I: IntoIterator<Item = (T, L)>>(tables: I) -> Self {
        Self(tables.into_iter().map(|(table, on)| (table.into(), on.into_iter().map(Into::into).collect())).collect())
    }
}

fn collectors(table: &TableEntry) -> Option<Vec<String>> {
    if table.rests_on.is_some() {
        return table.rests_on.clone();
    }
    let (_, collectors) = BEFORE.iter().find(|(name, _)| *name == table.name)?;
    Some(collectors.iter().map(|&it| it.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_file::QuestionFile;

    fn question(header: &'static str) -> Question {
        let text = format!("-- id: X1\n-- title: X\n-- key: arn\n{header}SELECT arn FROM a CROSS JOIN b\n");
        QuestionFile::parse("x", text.leak()).unwrap().questions.remove(0)
    }

    #[test]
    fn coverage_follows_from_the_tables() {
        let both = RestsOn::from_iter([("a", vec!["two", "one"]), ("b", vec!["two", "three"]), ("c", vec!["four"])]);
        assert_eq!(both.collectors(&question("")).unwrap(), ["one", "three", "two"]);
        assert_eq!(both.collectors(&question("-- rests on: one\n")).unwrap(), ["one"]);
        assert_eq!(RestsOn::from_iter([("a", ["one"])]).collectors(&question("")), None, "all tasks");
    }

    #[test]
    fn a_manifest_of_before_rests_on_what_it_always_did() {
        let entry = |name: &str, rests_on: Option<&[&str]>| TableEntry {
            name: name.into(),
            comment: String::new(),
            key: Vec::new(),
            columns: Vec::new(),
            rests_on: rests_on.map(|it| it.iter().map(|&name| name.to_owned()).collect()),
            is_derived: false,
            rows: 0,
            duplicate_rows: 0,
            bytes: 0,
            files: Vec::new(),
        };
        assert_eq!(collectors(&entry("iam_users", Some(&["new"]))).unwrap(), ["new"]);
        assert_eq!(collectors(&entry("iam_users", None)).unwrap(), ["iam_authorization_details"]);
        assert_eq!(collectors(&entry("iam_instance_profiles", None)).unwrap(), Vec::<String>::new());
        assert_eq!(collectors(&entry("resource_access", None)), None);
    }
}
