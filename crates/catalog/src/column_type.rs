//! The manifest's column types, which are Athena's words, in the words of other engines.

use crate::{Error, Result};

/// A column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Scalar(Scalar),
    Array(Box<ColumnType>),
    Map(Box<ColumnType>, Box<ColumnType>),
}

/// The closed list of types without an inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    String,
    Boolean,
    Int,
    Bigint,
    Double,
    Timestamp,
}

impl ColumnType {
    /// Reads `array<string>`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| Error::Unknown {
            what: format!("the column type {text:?}"),
            reason: "this version of orgcensus does not know it".to_owned(),
        })
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "string" => Self::Scalar(Scalar::String),
            "boolean" => Self::Scalar(Scalar::Boolean),
            "int" => Self::Scalar(Scalar::Int),
            "bigint" => Self::Scalar(Scalar::Bigint),
            "double" => Self::Scalar(Scalar::Double),
            "timestamp" => Self::Scalar(Scalar::Timestamp),
            _ => {
                let (outer, inner) = text.strip_suffix('>')?.split_once('<')?;
                match outer {
                    "array" => Self::Array(Box::new(Self::read(inner)?)),
                    "map" => {
                        // Keys are scalars, so the first comma ends the key.
                        let (key, value) = inner.split_once(',')?;
                        Self::Map(Box::new(Self::read(key)?), Box::new(Self::read(value)?))
                    }
                    _ => return None,
                }
            }
        })
    }

    /// As Trino stores it with a view.
    pub(crate) fn trino(&self) -> String {
        match self {
            Self::Scalar(Scalar::String) => "varchar".to_owned(),
            Self::Scalar(Scalar::Boolean) => "boolean".to_owned(),
            Self::Scalar(Scalar::Int) => "integer".to_owned(),
            Self::Scalar(Scalar::Bigint) => "bigint".to_owned(),
            Self::Scalar(Scalar::Double) => "double".to_owned(),
            Self::Scalar(Scalar::Timestamp) => "timestamp(3)".to_owned(),
            Self::Array(item) => format!("array({})", item.trino()),
            Self::Map(key, value) => format!("map({},{})", key.trino(), value.trino()),
        }
    }

    /// In Spark's SQL. The files hold UTC without a zone, which Spark calls `timestamp_ntz`.
    pub(crate) fn spark(&self) -> String {
        match self {
            Self::Scalar(Scalar::Timestamp) => "timestamp_ntz".to_owned(),
            Self::Scalar(Scalar::String) => "string".to_owned(),
            Self::Scalar(Scalar::Int) => "int".to_owned(),
            Self::Scalar(_) => self.trino(),
            Self::Array(item) => format!("array<{}>", item.spark()),
            Self::Map(key, value) => format!("map<{},{}>", key.spark(), value.spark()),
        }
    }

    /// In DuckDB's SQL.
    pub(crate) fn duckdb(&self) -> String {
        match self {
            Self::Scalar(Scalar::Timestamp) => "timestamp".to_owned(),
            Self::Scalar(_) => self.trino(),
            Self::Array(item) => format!("{}[]", item.duckdb()),
            Self::Map(key, value) => format!("map({}, {})", key.duckdb(), value.duckdb()),
        }
    }
}

/// The type under which both can be read: equal ones, or the wider of two whole numbers.
pub(crate) fn common<'a>(a: &'a str, b: &'a str) -> Option<&'a str> {
    match (a, b) {
        _ if a == b => Some(a),
        ("int", "bigint") => Some(b),
        ("bigint", "int") => Some(a),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_its_words() {
        let words = |text: &str| {
            let it = ColumnType::parse(text).unwrap();
            [it.trino(), it.spark(), it.duckdb()]
        };
        assert_eq!(words("timestamp"), ["timestamp(3)", "timestamp_ntz", "timestamp"]);
        assert_eq!(words("array<int>"), ["array(integer)", "array<int>", "integer[]"]);
        let map = ["map(varchar,array(bigint))", "map<string,array<bigint>>", "map(varchar, bigint[])"];
        assert_eq!(words("map<string,array<bigint>>"), map);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for text in ["", "decimal(38,0)", "array<", "array<decimal>", "map<string>", "set<string>", "varchar"] {
            assert!(ColumnType::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_whole_numbers_widen() {
        assert_eq!((common("int", "bigint"), common("bigint", "int")), (Some("bigint"), Some("bigint")));
        assert_eq!((common("string", "string"), common("string", "int")), (Some("string"), None));
        assert_eq!(common("timestamp", "bigint"), None);
    }
}
