//! The sections, in the order in which they are read. A new one is a file of its own, a `mod` line and a line in the
//! list.

use futures::future::LocalBoxFuture;

use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Section};

mod accounts;
mod changes;
mod checklist;
mod credentials;
mod critical;
mod exceptions;
mod exposed;
mod facts;
mod identities;
mod metadata;
mod method;
mod own;
mod points;
mod reachable;
mod services;
mod summary;
mod trust;
mod types;
mod unknown;

/// A section: what it is called, and what it asks.
pub(crate) struct Declared {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Whether the short form has it too.
    pub(crate) is_brief: bool,
    pub(crate) read: for<'a> fn(&'a Asked) -> LocalBoxFuture<'a, Result<Vec<Block>>>,
}

const SECTIONS: &[Declared] = &[
    trust::SECTION,
    changes::SECTION,
    facts::SECTION,
    checklist::SECTION,
    points::SECTION,
    reachable::SECTION,
    critical::SECTION,
    identities::SECTION,
    credentials::SECTION,
    metadata::SECTION,
    services::SECTION,
    types::SECTION,
    exposed::SECTION,
    accounts::SECTION,
    own::SECTION,
    exceptions::SECTION,
    unknown::SECTION,
];

/// Asks for all of them. The first one says the most important of the others; the last one how, with their statements.
pub(crate) async fn read(asked: &Asked) -> Result<Vec<Section>> {
    let mut sections = Vec::new();
    for declared in SECTIONS {
        let Declared { id, title, is_brief, read } = *declared;
        let blocks = read(asked).await?;
        if !blocks.is_empty() {
            sections.push(Section { id, title, is_brief, blocks });
        }
    }
    let method = method::section(asked, &sections)?;
    checklist::link(&mut sections);
    let summary = summary::section(asked, &sections);
    sections.push(method);
    sections.insert(0, summary);
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_sections_have_the_same_anchor_or_title() {
        let of = |name: fn(&Declared) -> &'static str| SECTIONS.iter().map(name).collect::<BTreeSet<_>>().len();
        assert_eq!([of(|it| it.id), of(|it| it.title)], [SECTIONS.len(); 2]);
    }
}
