//! Pieces of portable SQL.

use std::fmt::Write;

/// A text.
pub(crate) fn literal(text: impl AsRef<str>) -> String {
    format!("'{}'", text.as_ref().replace('\'', "''"))
}

/// A number with an exponent, which is a DOUBLE in every engine.
pub(crate) fn double(number: Option<f64>) -> String {
    number.map_or("CAST(NULL AS DOUBLE)".to_owned(), |it| format!("{it:E}"))
}

/// Two spaces further in.
pub(crate) fn indented(sql: &str) -> String {
    let mut text = String::new();
    for line in sql.lines() {
        let _ = writeln!(text, "  {line}");
    }
    text.truncate(text.trim_end().len());
    text
}

/// An expression under a name; a column keeps its own.
pub(crate) fn named(expression: &str, name: &str) -> String {
    if expression == name { name.to_owned() } else { format!("{expression} AS {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_portable() {
        assert_eq!([double(Some(39.0)), double(Some(0.6)), double(Some(2.0))], ["3.9E1", "6E-1", "2E0"]);
        assert_eq!(literal("the study's"), "'the study''s'");
    }
}
