//! Whether two programs mean the same tables: the stage holds rows without their schema.

use orgcensus_row::Table;

use crate::manifest::type_name;
use crate::upload::sha256;

/// A short text that changes when a table's name, or a column's name, type or place does.
pub fn fingerprint(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        text.push_str(table.name);
        for column in table.columns() {
            text.push_str(&format!("\t{} {} {}", column.name, type_name(&column.data_type), column.nullable));
        }
        text.push('\n');
    }
    sha256(text.as_bytes()).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::table;

    #[test]
    fn it_changes_with_the_tables() {
        assert_eq!(fingerprint(&[table()]), fingerprint(&[table()]));
        assert_ne!(fingerprint(&[table()]), fingerprint(&[table(), table()]));
        assert_eq!(fingerprint(&[]).len(), 16);
    }
}
