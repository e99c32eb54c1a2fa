//! Every word that a page of the report can show has its meaning there: the words of enums, and those that the comments
//! of tables and columns name.

use std::collections::BTreeSet;

use orgcensus_crawl::{Outcome, TaskCoverage};
use orgcensus_derive::{CredentialReview, MetadataPosture, ResourceAccess};
use orgcensus_policy::evaluation::Layer;
use orgcensus_policy::identity::{METHODS, Remark};
use orgcensus_policy::{Flag, Gate, PolicyKind};
use orgcensus_row::{Table, table};

type Words<'a> = BTreeSet<&'a str>;

/// The words of the report that are said of this.
fn explained(of: &str) -> Words<'static> {
    orgcensus_report::words().filter(|it| it.0 == of).map(|(_, word, _)| word).collect()
}

/// The words of several parts in a comment: `no_mfa`, and not `or`.
fn named(comment: &'static str) -> Words<'static> {
    comment_words(comment).into_iter().filter(|word| word.contains('_')).collect()
}

fn comment_of(table: &Table, column: &str) -> &'static str {
    table.own_columns().iter().find(|it| it.name == column).unwrap_or_else(|| panic!("no {column}")).comment
}

#[test]
fn words_of_enums_are_explained() {
    assert_eq!(explained("outcome"), Words::from(Outcome::ALL.map(Outcome::as_str)));
    assert_eq!(explained("gate"), Words::from(Gate::ALL.map(Gate::as_str)));
    assert_eq!(explained("policy"), Words::from(PolicyKind::ALL.map(PolicyKind::as_str)));
    assert_eq!(explained("rights"), Words::from(Remark::ALL.map(Remark::as_str)));
    assert_eq!(explained("way"), METHODS.iter().map(|it| it.category.as_str()).collect::<Words<'_>>());
    let of_statements = Words::from(Flag::ALL.map(Flag::as_str));
    // Two more are known only where several policies meet.
    let others: Words<'_> = explained("flag").difference(&of_statements).copied().collect();
    assert_eq!(others, Words::from(["dead_principal", "open_by_access_point"]));
    assert_eq!(explained("flag").intersection(&of_statements).count(), Flag::ALL.len());
}

#[test]
fn words_of_layers_are_explained() {
    let all = [
        Layer::Service,
        Layer::Scp,
        Layer::Rcp,
        Layer::Endpoint,
        Layer::Identity,
        Layer::Boundary,
        Layer::Session,
        Layer::Resource,
        Layer::AccessPoint,
        Layer::PublicAccessBlock,
        Layer::Acl,
        Layer::Grant,
        Layer::Root,
        Layer::Conditions,
    ];
    let names: Vec<String> = all.into_iter().map(orgcensus_reach::word).collect();
    assert_eq!(explained("layer"), names.iter().map(String::as_str).collect::<Words<'_>>());
}

#[test]
fn words_of_comments_are_explained() {
    let metadata = table::<MetadataPosture>();
    assert_eq!(named(comment_of(&metadata, "unread")).difference(&explained("missing")).count(), 0);
    assert!(explained("missing").is_subset(&comment_words(comment_of(&metadata, "unread"))));
    let decided: Words<'_> = named(comment_of(&metadata, "endpoint_decided_by"));
    assert_eq!(decided.difference(&explained("decided by")).count(), 0, "{decided:?}");
    let coverage = named(comment_of(&table::<TaskCoverage>(), "reason"));
    let other: Words<'_> = coverage.difference(&explained("task")).copied().collect();
    assert_eq!(other, Words::from(["error_operation"]), "the name of a column");
    let flags = named(comment_of(&table::<ResourceAccess>(), "flags"));
    assert_eq!(flags.difference(&explained("flag")).count(), 0, "{flags:?}");
    let review = table::<CredentialReview>();
    let known: Words<'_> = ["credential", "step", "used by"].into_iter().flat_map(explained).collect();
    let missing: Words<'_> = named(review.comment).difference(&known).copied().collect();
    assert_eq!(missing, Words::new());
    let unnamed: Words<'_> = known.difference(&comment_words(review.comment)).copied().collect();
    assert_eq!(unnamed, Words::from(["not known"]), "what the page itself says");
}

/// Every word of a comment.
fn comment_words(comment: &'static str) -> Words<'static> {
    comment.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).collect()
}
