//! What the words of the tables mean, and how the numbers were made: the statement behind each table, to copy.

use super::checklist;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Section, Table};
use crate::words;

pub(crate) fn section(asked: &Asked, sections: &[Section]) -> Result<Section> {
    let version = env!("CARGO_PKG_VERSION");
    let mut blocks = vec![Block::Words(format!(
        "Written by orgcensus {version} from the snapshot's own tables. The same snapshots make the same page, byte by \
         byte. The statements below name the snapshots by their dates. They run in Athena on orgcensus_history, or by \
         orgcensus query."
    ))];
    if !asked.part.is_whole() {
        let words = "A list's statement without a condition on accounts gives the rows of the whole organization. The \
                     report has those of its part.";
        blocks.push(Block::Words(words.to_owned()));
    }
    blocks.extend(words::table(sections).map(Block::Table));
    blocks.extend(sections.iter().flat_map(Section::tables).filter_map(statement));
    blocks.extend(checklist::statements(asked, sections)?);
    Ok(Section { id: "method", title: "Method", is_brief: false, blocks })
}

fn statement(table: &Table) -> Option<Block> {
    let sql = table.sql.clone()?;
    Some(Block::Statement { table: table.id, title: table.title.clone(), sql })
}
