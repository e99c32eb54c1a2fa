//! The page. What someone else has named goes through [`Name`], and the template escapes every text. There is no style
//! attribute and no handler in it: the page's own policy would refuse them.

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use orgcensus_lake::printable;

use crate::model::{Block, Cell, Column, Kind, Row, Section, State, Table, Tone};
use crate::page::{SCRIPT, STYLE, policy};
use crate::{Report, names, trend, words};

/// A page, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// All of it.
    pub html: String,
    /// What was left out so that it is not longer, in words.
    pub cut: Option<String>,
}

/// How many rows a table has at most, from a page that is not cut to one that is cut a lot.
const ROWS_MAX: [usize; 7] = [2_000, 200, 100, 50, 20, 5, 0];

/// The page with as many rows as these bytes hold. What is never cut may be longer.
pub(crate) fn page(report: &Report, bytes_max: usize) -> Page {
    let mut page = Page { html: document(report, ROWS_MAX[0], None).into_string(), cut: None };
    for rows_max in &ROWS_MAX[1..] {
        if page.html.len() <= bytes_max {
            return page;
        }
        let cut = format!(
            "This page is cut to {bytes_max} bytes: a list has at most {rows_max} rows. Reports of single units or \
             accounts are shorter."
        );
        page = Page { html: document(report, *rows_max, Some(&cut)).into_string(), cut: Some(cut) };
    }
    page
}

fn document(report: &Report, rows_max: usize, cut: Option<&str>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (printable(&report.title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "To the content" }
                header {
                    h1 { (printable(&report.title)) }
                    @if let Some(part) = &report.part { p { (printable(part)) } }
                    nav aria-label="Sections" {
                        ul { @for it in &report.sections { li { a href={ "#" (it.id) } { (it.title) } } } }
                    }
                }
                (bar())
                main #content tabindex="-1" {
                    @if let Some(cut) = cut { p.verdict.bad { (cut) } }
                    @for it in &report.sections { (section(it, rows_max)) }
                }
                footer {
                    p { "This page lists the weaknesses of an organization. Keep it as you keep a password." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// What needs the script, which shows it.
fn bar() -> Markup {
    html! {
        div.bar #bar role="search" aria-label="What is shown" hidden {
            label for="filter" { "Show rows with" }
            input #filter type="search" autocomplete="off" spellcheck="false" placeholder="account, name, ARN …";
            button #folds type="button" { "Open or close all" }
            button #theme type="button" { "Light or dark" }
            span #found role="status" {}
        }
    }
}

fn section(section: &Section, rows_max: usize) -> Markup {
    html! {
        section #(section.id) aria-labelledby={ (section.id) "-title" } {
            h2 id={ (section.id) "-title" } { (section.title) }
            @for it in &section.blocks { (block(it, rows_max)) }
        }
    }
}

fn block(block: &Block, rows_max: usize) -> Markup {
    match block {
        Block::Words(words) => html! { p { (printable(words)) } },
        Block::Leads(leads) => html! {
            ul.leads {
                @for it in leads { li { a href={ "#" (it.to) } { (it.label) } ": " (Name(&it.words)) } }
            }
        },
        Block::Verdict { tone, words } => {
            let class = match tone {
                Tone::Good => "verdict good",
                Tone::Unsure => "verdict unsure",
                Tone::Bad => "verdict bad",
            };
            html! { p class=(class) { (printable(words)) } }
        }
        Block::Table(it) => table(it, rows_max),
        Block::Statement { table, title, sql } => html! {
            details #{ "sql-" (table) } {
                summary { h3 { (title) } }
                pre tabindex="0" { code { (sql) } }
            }
        },
    }
}

fn table(table: &Table, rows_max: usize) -> Markup {
    let shown = if table.is_whole { table.rows.len() } else { table.rows.len().min(rows_max) };
    let rows = &table.rows[..shown];
    html! {
        details #(table.id) open data-left-out=(table.count.saturating_sub(shown as u64)) {
            summary { h3 { (table.title) } span.quiet { " · " (counted(table, shown)) } }
            @if let Some(note) = &table.note { p.quiet { (note) } }
            @if let Some(percent) = table.coverage_percent {
                p.quiet { (format!("{percent:.1}")) " % of the tasks that it rests on are complete." }
            }
            @if let Some(error) = &table.error {
                p.verdict.bad { "Not answered: could not " (names::shown(error).whole()) }
            } @else {
                div.scroll role="group" aria-label=(table.title) tabindex="0" {
                    table {
                        thead {
                            tr {
                                @for it in &table.columns { th class=[class(it)] scope="col" { (it.head) } }
                            }
                        }
                        tbody {
                            @for it in rows { (row(it, &table.columns)) }
                            @if rows.is_empty() {
                                tr.empty { td colspan=(table.columns.len()) { (nothing(table)) } }
                            }
                        }
                    }
                }
            }
            @if words::is_said_in(table) { p.quiet { a href={ "#" (words::TABLE) } { "What its words mean" } } }
            @if table.sql.is_some() { p.quiet { a href={ "#sql-" (table.id) } { "Its statement" } } }
        }
    }
}

/// How many rows there are, and how to get those that are not here.
fn counted(table: &Table, shown: usize) -> String {
    if table.error.is_some() {
        return "not known".to_owned();
    }
    let rows = if table.count == 1 { "1 row".to_owned() } else { format!("{} rows", table.count) };
    if shown as u64 >= table.count {
        return rows;
    }
    match &table.command {
        Some(command) => format!("{rows}, the first {shown} here; all: {command}"),
        None => format!("{rows}, the first {shown} here; all by its statement"),
    }
}

/// No row, in words: none in what was seen is not none.
fn nothing(table: &Table) -> &'static str {
    match (table.count, table.coverage_percent) {
        (0, Some(percent)) if percent < 100.0 => "None in what was seen.",
        (0, _) => "None.",
        _ => "Not shown, since the page would be too long.",
    }
}

fn row(row: &Row, columns: &[Column]) -> Markup {
    html! {
        tr data-key=[row.key.as_deref()] {
            @for (index, (it, column)) in row.cells.iter().zip(columns).enumerate() {
                @if index == 0 {
                    th class=[class_of(it, column)] scope="row" { (it) }
                } @else {
                    td class=[class_of(it, column)] { (it) }
                }
            }
        }
    }
}

/// A text of so many letters or more needs a wide column.
const LONG: usize = 80;

fn class(column: &Column) -> Option<&'static str> {
    (column.kind == Kind::Number).then_some("n")
}

fn class_of(cell: &Cell, column: &Column) -> Option<&'static str> {
    match cell {
        Cell::Words(text) | Cell::Name(text) if text.len() >= LONG => Some("long"),
        _ => class(column),
    }
}

impl Render for Cell {
    fn render(&self) -> Markup {
        match self {
            Self::Nothing => html! {},
            Self::Unknown => html! { span.state.unsure { "not known" } },
            Self::Words(words) => html! { (printable(words)) },
            Self::Link { to, words } => html! { a href={ "#" (to) } { (printable(words)) } },
            Self::Name(name) => html! { (Name(name)) },
            Self::Account(id) => html! { a href="#reachable" data-account=(id) { (Name(id)) } },
            Self::Number(number) => html! { (number) },
            Self::Percent(percent) => html! { (percent) " %" },
            Self::Flag(is_so) => html! { @if *is_so { "yes" } @else { "no" } },
            Self::State(state) => html! { (state) },
            Self::Trend(points) => trend::picture(points),
            Self::Places(places) => places.picture(),
        }
    }
}

impl Render for State {
    fn render(&self) -> Markup {
        let (class, sign) = match self.tone {
            Tone::Bad => ("state bad", "✗ "),
            Tone::Good => ("state good", "✓ "),
            Tone::Unsure => ("state unsure", "? "),
        };
        html! { span class=(class) { span aria-hidden="true" { (sign) } (self.word) } }
    }
}

/// What someone else has named. Its direction stays its own.
struct Name<'a>(&'a str);

impl Render for Name<'_> {
    fn render(&self) -> Markup {
        let shown = names::shown(self.0);
        html! {
            bdi { (shown.text) }
            @if shown.left_out > 0 { span.quiet { " … " (shown.left_out) " more characters" } }
        }
    }
}

#[cfg(test)]
mod tests;
