//! Every shipped question, compiled in: a program that was copied alone can still ask.

use std::sync::LazyLock;

use crate::Question;

/// Every shipped question, sorted by part and number.
pub static QUESTIONS: LazyLock<Vec<Question>> =
    LazyLock::new(|| FILES.iter().map(|&(_, file)| Question::parse(file)).collect());

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../config/questions/", $name, ".sql")))),+]
    };
}

/// Each file's name and text, sorted.
const FILES: &[(&str, &str)] = files![
    "b01_mfa_off",
    "b02_weak_password_policy",
    "b03_unused_credentials",
    "b04_policies_on_users",
    "b05_keys_not_rotated",
    "b06_instance_profiles",
    "b07_least_privilege",
    "b08_resource_policies_missing",
    "f01_more_than_one_account",
    "f02_many_accounts",
    "f03_inactive_credentials",
    "f04_organizations_inactive_credentials",
    "f05_old_idle_keys",
    "f06_keys_over_90_days",
    "f07_key_holders_over_90_days",
    "f08_organizations_console_without_mfa",
    "f09_console_without_mfa",
    "f10_organizations_root_key",
    "f11_accounts_root_key",
    "f12_organizations_root_used",
    "f13_instances_without_imdsv2",
    "f14_organizations_without_imdsv2",
    "f15_public_buckets",
    "f16_public_topics",
    "f17_public_queues",
    "g01_public_resources",
    "g02_reachable_from_outside",
    "g03_roles_that_outsiders_assume",
    "g08_principals_that_are_gone",
    "g09_services_without_source",
    "v01_aws_says_otherwise",
    "v02_unknown_verdicts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/questions");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut found: Vec<_> = names.map(|name| name.trim_end_matches(".sql").to_owned()).collect();
        found.sort();
        let listed: Vec<_> = FILES.iter().map(|&(name, _)| name).collect();
        assert_eq!(listed, found);
    }

    #[test]
    fn every_file_says_what_it_is() {
        for (question, (name, file)) in QUESTIONS.iter().zip(FILES) {
            let number: u32 = question.id[question.part.len()..].parse().unwrap();
            assert!(name.starts_with(&format!("{}{number:02}_", question.part.to_lowercase())), "{name}");
            assert!(!question.title.is_empty() && !question.tables.is_empty(), "{name}");
            for table in &question.tables {
                assert!(question.sql.contains(&format!("FROM {table}")), "{name} does not read {table}");
            }
            assert!(!file.contains([';', '"', '`', '\\', '\t']), "{name}: it is one portable statement");
            assert!(file.ends_with('\n') && file.lines().all(|line| line == line.trim_end()), "{name}");
        }
    }
}
