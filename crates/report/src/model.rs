//! What a report says, as data. Sections make it; two writers write it, as HTML and as Markdown.

use crate::places::Places;

/// A part of the report under its own heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    /// The anchor: `#facts`.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Whether the short form has it too.
    pub(crate) is_brief: bool,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// A sentence of ours. Names in it are escaped as all text is.
    Words(String),
    /// A sentence that decides how the rest is read.
    Verdict { tone: Tone, words: String },
    /// Lines that say the most important, each with a link to where more is said.
    Leads(Vec<Lead>),
    /// Rows.
    Table(Table),
    /// A statement to copy, under the id of the table that it gives.
    Statement { table: &'static str, title: String, sql: String },
}

/// A line that leads to where more is said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lead {
    pub(crate) label: &'static str,
    /// Ours and theirs, so all of it is shown as a name is.
    pub(crate) words: String,
    /// The anchor.
    pub(crate) to: &'static str,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// The anchor. No two tables have the same.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// How many rows there are, also where `rows` has only the first of them.
    pub(crate) count: u64,
    /// Whether it is shown whole, however long the page is: what a reader must not miss.
    pub(crate) is_whole: bool,
    /// How many of the tasks that it rests on are complete, in percent; `None` where that says nothing.
    pub(crate) coverage_percent: Option<f64>,
    /// What one must know to read it.
    pub(crate) note: Option<String>,
    /// Why it could not be asked. Then no rows say nothing.
    pub(crate) error: Option<String>,
    /// The statement behind it.
    pub(crate) sql: Option<String>,
    /// The command that gives all rows.
    pub(crate) command: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    /// What tells a row of numbers from the others, `F9 users study`; `None` in lists.
    pub(crate) key: Option<String>,
    pub(crate) cells: Vec<Cell>,
}

/// A column of a table. In a list, `name` is the answer's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    pub(crate) kind: Kind,
}

/// What a column holds, and what null means there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; null: there is none.
    Text,
    /// An account's id, by which the page can be filtered.
    Account,
    /// A number, to the right; null: there is none.
    Number,
    /// Yes or no; null: not known.
    Flag,
    /// Words of ours, one or several, said of this; null: there is none. The last section says what they mean.
    Words(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// There is nothing to say.
    Nothing,
    /// It is not known.
    Unknown,
    /// Ours.
    Words(String),
    /// Ours, with a link to this anchor.
    Link {
        to: String,
        words: String,
    },
    /// Theirs: whatever someone may have called something.
    Name(String),
    /// An account's id.
    Account(String),
    /// As JSON writes it, so that it equals what `ask --format json` prints.
    Number(String),
    /// The same, with its unit.
    Percent(String),
    Flag(bool),
    State(State),
    /// How a percentage went, the oldest night first.
    Trend(Vec<Night>),
    /// A service in the accounts' regions of a unit.
    Places(Places),
}

/// A percentage as one night knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Night {
    pub(crate) date: String,
    /// `None` where the snapshot does not say.
    pub(crate) percent: Option<f64>,
    /// Whether it was counted otherwise than before, by other thresholds or another query: the two are not compared.
    pub(crate) is_counted_anew: bool,
}

/// A state in a word, so that no colour is needed to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) word: &'static str,
    pub(crate) tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Bad,
    Good,
    Unsure,
}

impl Column {
    pub(crate) const fn text(name: &'static str, head: &'static str) -> Self {
        Self { name, head, kind: Kind::Text }
    }

    pub(crate) const fn account() -> Self {
        Self { name: "account_id", head: "account", kind: Kind::Account }
    }

    pub(crate) const fn number(name: &'static str, head: &'static str) -> Self {
        Self { name, head, kind: Kind::Number }
    }

    pub(crate) const fn words(name: &'static str, head: &'static str, of: &'static str) -> Self {
        Self { name, head, kind: Kind::Words(of) }
    }

    pub(crate) const fn flag(name: &'static str, head: &'static str) -> Self {
        Self { name, head, kind: Kind::Flag }
    }
}

impl Section {
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }
}
