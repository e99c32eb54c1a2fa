//! What a misspelt name may have meant.

/// How many names are said.
const SAID_MAX: usize = 3;

/// How many tables are listed where none is near.
const LISTED_MAX: usize = 20;

/// A longer word is no name that someone misspelt, and comparing it takes memory.
const WORD_LETTERS_MAX: usize = 100;

/// The names that a word may have meant, the nearest first: those that are few letters away from it, and then those
/// that it is a part of.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.trim().to_lowercase();
    let letters = word.chars().count();
    if letters > WORD_LETTERS_MAX {
        return Vec::new();
    }
    let distance_max = (letters / 3).clamp(1, 4);
    let distance = |name: &str| {
        let name = name.to_lowercase();
        match strsim::damerau_levenshtein(&word, &name) {
            distance if distance <= distance_max => Some(distance),
            _ if letters > 2 && name.contains(&word) => Some(distance_max + 1),
            _ => None,
        }
    };
    let mut found: Vec<_> = among.into_iter().filter_map(|name| Some((distance(name)?, name))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).take(SAID_MAX).collect()
}

/// The same in words, `the nearest is iam_users`; none if nothing is near.
pub fn nearest_in_words<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    match nearest(word, among).as_slice() {
        [] => None,
        [only] => Some(format!("the nearest is {only}")),
        several => Some(format!("the nearest are {}", several.join(", "))),
    }
}

/// The same behind other words, `; the nearest is iam_users`; nothing if nothing is near.
pub fn nearest_behind<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> String {
    nearest_in_words(word, among).map(|words| format!("; {words}")).unwrap_or_default()
}

/// What an unknown id of a question or of a rule may mean, among parts and their ids in order: the nearest ids of the part
/// that it names, and what the part has; else the parts.
pub(crate) fn ids_in_words(id: &str, known: &[(&str, &str)]) -> String {
    let part = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let ids: Vec<&str> =
        known.iter().filter(|(known, _)| known.eq_ignore_ascii_case(part)).map(|(_, id)| *id).collect();
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        let nearest = nearest_in_words(id, ids.iter().copied()).map(|words| format!("{words}; ")).unwrap_or_default();
        return format!("{nearest}part {} has {first} to {last}", part.to_uppercase());
    }
    let mut parts: Vec<&str> = known.iter().map(|(part, _)| *part).collect();
    parts.dedup();
    format!("the parts are {}; --list shows every id", parts.join(", "))
}

/// What an unknown table may mean: the nearest tables, else all that there are.
pub(crate) fn tables_in_words(table: &str, whose: &str, tables: &[&str]) -> String {
    nearest_in_words(table, tables.iter().copied()).unwrap_or_else(|| all_in_words(whose, tables))
}

/// All names, `the snapshot has accounts, coverage`; of more than anyone reads, where tables are listed.
fn all_in_words(whose: &str, tables: &[&str]) -> String {
    match tables.len() > LISTED_MAX {
        true => "`orgcensus tables` lists those that there are".to_owned(),
        false => format!("{whose} {}", tables.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [&str; 4] = ["iam_roles", "iam_users", "s3_buckets", "sqs_queues"];

    #[test]
    fn few_letters_away_or_a_part_of_it() {
        assert_eq!(nearest("iam_user", TABLES), ["iam_users"]);
        assert_eq!(nearest("IAM_USESR", TABLES), ["iam_users"]);
        assert_eq!(nearest("iam_rules", TABLES), ["iam_roles", "iam_users"]);
        assert_eq!(nearest("buckets", TABLES), ["s3_buckets"]);
        assert_eq!(nearest("instances", TABLES), [""; 0]);
        assert_eq!(nearest("s3", TABLES), [""; 0]);
        assert_eq!(nearest(&"iam_users".repeat(50), TABLES), [""; 0]);
        assert_eq!(all_in_words("there are", &["a", "b"]), "there are a, b");
        assert_eq!(all_in_words("there are", &["a"; 300]), "`orgcensus tables` lists those that there are");
    }

    #[test]
    fn an_unknown_id_is_near_one_of_its_part_or_there_are_parts() {
        let known = [("B", "B1"), ("B", "B2"), ("F", "F1"), ("F", "F17")];
        assert_eq!(ids_in_words("f11", &known), "the nearest are F1, F17; part F has F1 to F17");
        assert_eq!(ids_in_words("B345", &known), "part B has B1 to B2");
        for unknown in ["Z", "Z1", "first", ""] {
            assert_eq!(ids_in_words(unknown, &known), "the parts are B, F; --list shows every id", "{unknown}");
        }
    }

    #[test]
    fn words_say_one_or_several() {
        assert_eq!(nearest_in_words("iam_user", TABLES).unwrap(), "the nearest is iam_users");
        assert_eq!(nearest_in_words("iam", TABLES).unwrap(), "the nearest are iam_roles, iam_users");
        assert_eq!(nearest_in_words("instances", TABLES), None);
    }
}
