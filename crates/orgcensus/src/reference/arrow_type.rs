//! Column types by the names that Athena gives them.

use orgcensus_row::DataType;

/// `array<string>`.
pub(crate) fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "string".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "int".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Timestamp(_, _) => "timestamp".to_owned(),
        DataType::List(item) => format!("array<{}>", athena(item.data_type())),
        DataType::Map(_, _) => "map<string,string>".to_owned(),
        other => other.to_string(),
    }
}
