//! What the TOML reader says of a value that does not fit its key, in the file's words instead of Rust's.

/// `expected f64` becomes `expected a number`. What is quoted from the file stays as it is.
pub(super) fn words(message: &str) -> String {
    let message = message.trim();
    // Of a value that is one of a few words.
    if message == "wanted string or table" {
        return "expected a string".to_owned();
    }
    for (rust, plain) in [("unknown field ", "unknown key "), ("unknown variant ", "unknown value ")] {
        if let Some(rest) = message.strip_prefix(rust) {
            return format!("{plain}{rest}");
        }
    }
    let kinds = ["invalid type: ", "invalid value: "];
    let kind = kinds.into_iter().find_map(|kind| Some((kind, message.strip_prefix(kind)?)));
    match kind.and_then(|(kind, rest)| Some((kind, rest.rsplit_once(", expected ")?))) {
        Some((kind, (found, expected))) => format!("{kind}{}, expected {}", is(found), should_be(expected)),
        None => message.to_owned(),
    }
}

/// What the value is.
fn is(found: &str) -> String {
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        _ => found.replacen("floating point `", "number `", 1).trim_end_matches(" as i128").to_owned(),
    }
}

/// What the key takes.
fn should_be(expected: &str) -> String {
    let plain = match expected {
        "f32" | "f64" => "a number",
        "i64" => "a whole number",
        "i32" => "a whole number up to 2147483647",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "path string" => "a path",
        _ if expected.starts_with("struct ") => "a table",
        _ => expected,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_rust_is_left() {
        for (message, expected) in [
            (
                "invalid type: string \"many\", expected usize",
                "invalid type: string \"many\", expected a whole number from 0",
            ),
            (
                "invalid type: floating point `1.5`, expected i32",
                "invalid type: number `1.5`, expected a whole number up to 2147483647",
            ),
            (
                "invalid type: integer `99` as i128, expected u32",
                "invalid type: integer `99`, expected a whole number from 0 to 4294967295",
            ),
            ("invalid type: integer `5`, expected struct Lake", "invalid type: integer `5`, expected a table"),
            ("invalid type: sequence, expected a map", "invalid type: a list, expected a table"),
            ("invalid type: map, expected a sequence", "invalid type: a table, expected a list"),
            ("invalid type: integer `5`, expected path string", "invalid type: integer `5`, expected a path"),
            ("wanted string or table", "expected a string"),
            ("unknown field `x`, expected `y`", "unknown key `x`, expected `y`"),
            ("unknown variant `x`, expected `y` or `z`", "unknown value `x`, expected `y` or `z`"),
            (
                "invalid type: string \"a map, expected f64\", expected a boolean",
                "invalid type: string \"a map, expected f64\", expected true or false",
            ),
            ("duplicate key", "duplicate key"),
        ] {
            assert_eq!(words(message), expected);
        }
    }
}
