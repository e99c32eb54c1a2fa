//! Properties that hold for all inputs: for any bytes, and for policies made from bytes. The random tests of this crate
//! and the fuzz targets in `fuzz/` ask the same.

mod generate;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use orgcensus_policy::{
    Context, Document, Explainer, Facts, Flag, Lines, OrganizationFacts, Policies, PolicyKind, PublicAccessBlock,
    Statement, Target, Verdict, decode, s3_public, statement_grants, verdict,
};

const KINDS: [PolicyKind; 13] = PolicyKind::ALL;

/// Two organizations: everything is known about one, and nothing about the other.
static ORGANIZATIONS: LazyLock<[OrganizationFacts; 2]> = LazyLock::new(|| {
    let set = |items: &[&str]| items.iter().map(ToString::to_string).collect::<HashSet<_>>();
    let owner = |name: &str| HashMap::from([(name.to_owned(), "111122223333".to_owned())]);
    let known = OrganizationFacts {
        ids: Some(set(&["o-ourorg0001"])),
        accounts: Some(set(&["111122223333", "222233334444"])),
        trusted_accounts: set(&["555566667777"]),
        trusted_tenants: set(&["token.actions.githubusercontent.com/a"]),
        own_vpcs: Some(set(&["vpc-0aaa"])),
        own_vpc_endpoints: Some(set(&["vpce-0bbb"])),
        bucket_owners: owner("our-bucket"),
        canonical_ids: owner("canonical"),
        unique_ids: owner("AROAEXAMPLE"),
        ..OrganizationFacts::default()
    };
    [known, OrganizationFacts::default()]
});

/// Resources that the policies may be on; half of the time the resource is not known.
static TARGETS: LazyLock<[Target; 2]> = LazyLock::new(|| {
    ["arn:aws:s3:::b", "arn:aws:sqs:us-east-1:111122223333:q"].map(|arn| Target::of(arn, None).expect("a target"))
});

/// The facts under which a document is judged, as the last byte chooses.
fn situation(data: &[u8]) -> Facts<'static> {
    let choice = usize::from(data.last().copied().unwrap_or_default());
    let (kind, organization) = (KINDS[choice % KINDS.len()], &ORGANIZATIONS[choice / 32 % 2]);
    let (resource_account, service) = [(Some("111122223333"), Some("s3")), (None, None)][choice / 64 % 2];
    let target = TARGETS.get(choice / 8 % 4);
    Facts { kind, resource_account, service, target, organization }
}

/// Any bytes: nothing panics, and every line has one answer of one line, the same each time.
pub(crate) fn bytes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document = Document::parse(&decode(&text));
    ask_everything(&document, &situation(data));
    let answer = |line: &[u8]| Lines::new(Context::default()).answer(line);
    let first = answer(data);
    assert!(first.starts_with("{\"id\":") && !first.contains('\n'), "{first}");
    assert_eq!(first, answer(data));
    let line = serde_json::json!({"id": &text, "policy": &text, "context": {"service": &text}}).to_string();
    let answered: serde_json::Value = serde_json::from_str(&answer(line.as_bytes())).expect("an answer is JSON");
    assert_eq!(answered["id"], serde_json::Value::String(text.into_owned()));
    assert!(answered.get("public").is_some() != answered["error"].is_string(), "{answered}");
}

fn ask_everything(document: &Document, facts: &Facts) {
    let block = Some(PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() });
    let documents = [document.clone()];
    verdict(&Policies { blocks: &[block, None], ..Policies::of(&documents) }, facts);
    s3_public(document, facts.kind);
    for statement in &document.statements {
        statement_grants(statement, facts);
        statement.access_levels(facts.service);
    }
}

/// A policy made from bytes: all its words are kept, and when it changes, its verdict changes in the right direction.
pub(crate) fn policies(data: &[u8]) {
    let made = generate::document(data);
    let document = Document::parse(&made.text);
    assert!(document.is_readable(), "{}", made.text);
    let kept: HashSet<&str> = document.statements.iter().flat_map(texts).collect();
    for word in &made.words {
        assert!(kept.contains(word.as_str()), "{word:?} is lost: {}", made.text);
    }
    let facts = situation(data);
    ask_everything(&document, &facts);
    let explain = || Explainer::new(Context::default()).explain(&document);
    assert_eq!(explain(), explain());
    let whole = judge(&document, &facts);
    assert!(whole.is_public != Some(true) || whole.is_external == Some(true), "{}", made.text);
    order_does_not_matter(&document, &whole, &facts);
    for place in 0..document.statements.len() {
        a_statement_goes_its_way(&document, place, &whole, &facts);
    }
}

fn judge(document: &Document, facts: &Facts) -> Verdict {
    verdict(&Policies::of(std::slice::from_ref(document)), facts)
}

fn order_does_not_matter(document: &Document, whole: &Verdict, facts: &Facts) {
    let mut other = document.clone();
    other.statements.reverse();
    let other = judge(&other, facts);
    let answers = |verdict: &Verdict| (verdict.is_public, verdict.is_external, verdict.is_in_org);
    assert_eq!(answers(whole), answers(&other), "{document:#?}");
    let flags = |verdict: &Verdict| verdict.flags.iter().copied().collect::<HashSet<Flag>>();
    assert_eq!(flags(whole), flags(&other), "{document:#?}");
}

/// An Allow lets no one out, and a Deny lets no one in. Unknown may become known either way.
fn a_statement_goes_its_way(document: &Document, place: usize, whole: &Verdict, facts: &Facts) {
    let mut less = document.clone();
    let effect = less.statements.remove(place).effect;
    let less = judge(&less, facts);
    // With too many comparisons no Deny counts.
    let not_weighed = |verdict: &Verdict| verdict.flags.contains(&Flag::DenyNotWeighed);
    if not_weighed(whole) || not_weighed(&less) {
        return;
    }
    let (wide, narrow) = if effect.as_str() == "Deny" { (&less, whole) } else { (whole, &less) };
    let within = |narrow: Option<bool>, wide: Option<bool>| !(narrow == Some(true) && wide == Some(false));
    assert!(within(narrow.is_public, wide.is_public), "{place} of {document:#?}");
    assert!(within(narrow.is_external, wide.is_external), "{place} of {document:#?}");
    assert!(narrow.is_public != Some(true) || wide.is_public == Some(true), "{place} of {document:#?}");
}

fn texts(statement: &Statement) -> impl Iterator<Item = &str> {
    let principals = statement.principals.iter().map(|principal| principal.value.as_str());
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    let lists = statement.actions.iter().chain(&statement.resources).chain(values);
    principals.chain(lists.map(String::as_str))
}
