//! The report: one page that a person looks at, of one published snapshot or of a part of it.
//!
//! ```text
//! sections   one file each: asks, and gives blocks (sentences, tables, statements)
//! lists      shipped lists and statements of our own; ranked: the same with the worst rows first
//! model      what a report says, as data
//! html       the page: everything escaped, no style attribute, one script and one style sheet, allowed by their hashes
//! markdown   the short form for chats and summaries
//! words      what the words of columns mean, from data/words.tsv
//! ```
//!
//! What is written depends on the snapshots alone: no clock, no host, no path. Names are an attacker's choice: they go
//! through `names` into the templates, and nowhere else. What is absent: this crate knows no table but those that a
//! section asks, computes no verdict, and writes no file.

mod asked;
mod dated;
mod error;
mod html;
mod lists;
mod markdown;
mod model;
mod names;
mod page;
mod part;
mod past;
mod places;
mod ranked;
mod report;
mod sections;
mod trend;
mod words;

pub use error::{Error, Result};
pub use html::Page;
pub use part::{Part, Unit};
pub use report::{Options, Report};
pub use words::words;
