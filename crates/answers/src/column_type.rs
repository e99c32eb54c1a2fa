//! The manifest's column types as Arrow types, with the names inside lists and maps that the files have.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};

/// The Arrow type of Athena's word for it; none if this version does not know it.
pub(crate) fn parse(text: &str) -> Option<DataType> {
    Some(match text {
        "string" => DataType::Utf8,
        "boolean" => DataType::Boolean,
        "int" => DataType::Int32,
        "bigint" => DataType::Int64,
        "double" => DataType::Float64,
        "timestamp" => DataType::Timestamp(TimeUnit::Millisecond, None),
        _ => return parse_nested(text.strip_suffix('>')?),
    })
}

fn parse_nested(text: &str) -> Option<DataType> {
    let (outer, inner) = text.split_once('<')?;
    match outer {
        "array" => Some(DataType::List(Arc::new(Field::new("element", parse(inner)?, true)))),
        "map" => {
            // Keys are scalars, so the first comma ends the key.
            let (key, value) = inner.split_once(',')?;
            let entries = vec![Field::new("key", parse(key)?, false), Field::new("value", parse(value)?, true)];
            Some(DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries.into()), false)), false))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_types() {
        let list = |item| DataType::List(Arc::new(Field::new("element", item, true)));
        assert_eq!(parse("array<string>"), Some(list(DataType::Utf8)));
        assert_eq!(parse("array<array<bigint>>"), Some(list(list(DataType::Int64))));
        let map = parse("map<string,array<int>>").unwrap().to_string();
        assert!(map.contains("Utf8") && map.contains("Int32"), "{map}");
        for unknown in ["", "decimal(38,0)", "array<", "array<decimal>", "map<string>", "set<string>"] {
            assert_eq!(parse(unknown), None, "{unknown}");
        }
    }
}
