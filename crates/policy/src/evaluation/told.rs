//! A request layer by layer: what each says, and by which statements.

use serde::Serialize;

use super::answer::{DecidedBy, Layer};
use super::formula::Formula;
use super::layers::Stated;
use super::whole::Whole;

/// What a layer says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// It allows it, and denies nothing of it.
    Allows,
    /// It denies it, whatever the caller does.
    Denies,
    /// Nothing in it is about the request. What that means is the layers' together: a silent boundary denies, a silent
    /// resource leaves it to the caller's own policies.
    Nothing,
    /// That depends on conditions.
    Depends,
    /// It was not read, or AWS does not document it.
    Unknown,
}

/// A layer, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The layer.
    pub layer: Layer,
    /// What it says.
    pub says: Says,
    /// The statements that are about the request, the Denies first.
    pub statements: Vec<DecidedBy>,
}

/// The layers in the order in which they are told.
const ORDER: [Layer; 10] = [
    Layer::Scp,
    Layer::Rcp,
    Layer::Endpoint,
    Layer::Identity,
    Layer::Boundary,
    Layer::Session,
    Layer::Resource,
    Layer::AccessPoint,
    Layer::Acl,
    Layer::Grant,
];

/// Those that are often not there at all, and then need no word.
const OPTIONAL: [Layer; 7] =
    [Layer::Rcp, Layer::Endpoint, Layer::Boundary, Layer::Session, Layer::AccessPoint, Layer::Acl, Layer::Grant];

/// What each layer says of the whole.
pub(super) fn told(whole: &Whole) -> Vec<Told> {
    ORDER.iter().filter_map(|layer| of_layer(*layer, whole)).collect()
}

fn of_layer(layer: Layer, whole: &Whole) -> Option<Told> {
    let denies: Vec<(&Stated, DecidedBy)> = stated(&whole.denies, "it denies the action", layer);
    let allows: Vec<(&Stated, DecidedBy)> = stated(&whole.allows, "it allows the action", layer);
    if denies.is_empty() && allows.is_empty() && OPTIONAL.contains(&layer) && !is_closing(layer, whole) {
        return None;
    }
    let says = says(layer, whole, &denies, &allows);
    let statements = denies.into_iter().chain(allows).map(|(_, decided)| decided).collect();
    Some(Told { layer, says, statements })
}

fn stated<'w>(all: &'w [Stated], reason: &'static str, layer: Layer) -> Vec<(&'w Stated, DecidedBy)> {
    let about = all.iter().filter(|it| it.formula != Formula::False);
    let words = |it: &'w Stated| match it.formula {
        Formula::True => it.decided(reason),
        Formula::Doubt(doubt) => it.decided(doubt.why),
        _ if reason.contains("denies") => it.decided("it denies the action under a condition"),
        _ => it.decided("it allows the action under a condition"),
    };
    about.map(|it| (it, words(it))).filter(|(_, decided)| decided.layer == layer).collect()
}

/// Whether the layer, of which no statement is about the request, does not simply let it through.
fn is_closing(layer: Layer, whole: &Whole) -> bool {
    whole.layers.iter().any(|(it, formula)| *it == layer && *formula != Formula::True)
}

fn says(layer: Layer, whole: &Whole, denies: &[(&Stated, DecidedBy)], allows: &[(&Stated, DecidedBy)]) -> Says {
    if denies.iter().any(|(it, _)| it.formula == Formula::True) {
        return Says::Denies;
    }
    let known: Vec<Formula> =
        whole.layers.iter().filter(|(it, _)| *it == layer).map(|(_, formula)| formula.clone()).collect();
    // The resource's policy has a word of its own, apart from ACLs and grants, which are of its side too.
    let allow = if layer == Layer::Rcp {
        // Resource control policies only deny.
        Formula::True
    } else if known.is_empty() || layer == Layer::Resource {
        Formula::any(allows.iter().map(|(it, _)| it.formula.clone()))
    } else {
        Formula::all(known)
    };
    let open = denies.iter().map(|(it, _)| it.formula.clone().negated());
    match Formula::all(open.chain([allow])) {
        Formula::True => Says::Allows,
        Formula::False => Says::Nothing,
        formula if formula.first_doubt().is_some() => Says::Unknown,
        _ => Says::Depends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::evaluation::{
        Identity, IdentityKind, Listed, NamedPolicy, Organization, Outcome, Question, Request, explain,
    };

    const USER: &str = "arn:aws:iam::111122223333:user/u";

    fn policies(text: &str) -> Listed<NamedPolicy> {
        Listed::of(vec![NamedPolicy { name: "p".to_owned(), document: Document::parse(text) }])
    }

    fn request(boundary: Option<&str>) -> Request {
        let identity = Identity {
            arn: USER.to_owned(),
            kind: IdentityKind::User,
            policies: policies(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#),
            boundary: boundary.map(policies),
            session_policy: None,
            tags: Listed::default(),
            may_tag_sessions: false,
        };
        let question = Question {
            principal: USER.to_owned(),
            action: "s3:ListAllMyBuckets".to_owned(),
            resource: Some("*".to_owned()),
            ..Question::default()
        };
        Request {
            organization: Organization::default(),
            identities: Listed::of(vec![identity]),
            question,
            ..Request::default()
        }
    }

    fn layers(request: &Request) -> (Outcome, Vec<(Layer, Says)>) {
        let (answer, told) = explain(request).unwrap();
        (answer.result, told.iter().map(|it| (it.layer, it.says)).collect())
    }

    #[test]
    fn each_layer_has_its_word() {
        let (outcome, found) = layers(&request(None));
        assert_eq!(outcome, Outcome::Allowed);
        let expected = [(Layer::Scp, Says::Allows), (Layer::Identity, Says::Allows), (Layer::Resource, Says::Nothing)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_boundary_that_denies_and_one_that_is_silent_are_told_apart() {
        let denies = r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
        let (outcome, found) = layers(&request(Some(denies)));
        assert_eq!(outcome, Outcome::Denied);
        assert!(found.contains(&(Layer::Boundary, Says::Denies)), "{found:?}");
        let silent = r#"{"Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}"#;
        let (outcome, found) = layers(&request(Some(silent)));
        assert_eq!(outcome, Outcome::Denied);
        assert!(found.contains(&(Layer::Boundary, Says::Nothing)), "{found:?}");
    }
}
