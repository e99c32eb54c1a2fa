//! The questions that a site has added: the shares of its facts, and the rows of its lists by their keys. A site that
//! has added none has no such section.

use orgcensus_answers::{Kind, own_questions};

use super::{Declared, facts};
use crate::asked::Asked;
use crate::model::{Block, Column};
use crate::{Result, lists};

pub(crate) const SECTION: Declared =
    Declared { id: "own", title: "Questions of this site", is_brief: false, read: |asked| Box::pin(read(asked)) };

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let own = own_questions()?;
    let mut blocks = Vec::new();
    let ids: Vec<&str> = own.iter().filter(|it| !it.is_list()).map(|it| it.id).collect();
    if !ids.is_empty() {
        let (table, _) = facts::table(asked, "own-facts", "Share by share", &ids).await?;
        blocks.push(Block::Table(table));
    }
    for question in own {
        let Kind::List { key } = &question.kind else { continue };
        let columns: Vec<Column> = key.iter().map(|&name| column(name)).collect();
        blocks.push(Block::Table(lists::question(asked, question.id, &columns).await?));
    }
    Ok(blocks)
}

fn column(name: &'static str) -> Column {
    if name == "account_id" { Column::account() } else { Column::text(name, name) }
}
