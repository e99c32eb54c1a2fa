//! What an identity's statements are about: the patterns of resources that are worth a whole evaluation.
//!
//! Those of its own Allows are not all. Where a boundary or a control policy allows less, `*` is denied and their
//! narrower patterns are not; the same is true of what a Deny leaves out by `NotResource`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Organization, covers, cross, patterns, spared};
use orgcensus_policy::{Document, Effect, Statement};

use crate::account::{Account, Known};
use crate::texts::Text;

/// Everything.
pub(crate) const ALL: &str = "*";

/// Patterns, by the place of the action.
pub(crate) type ByAction = BTreeMap<usize, BTreeSet<String>>;

/// What an identity's statements are about.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    /// The patterns that are worth asking for.
    pub(crate) patterns: ByAction,
    /// Patterns of which only a part may be allowed, and no pattern says which.
    pub(crate) in_part: BTreeSet<(usize, String)>,
    /// Whether its own policies allow everything on everything, or may, since one was not read; and its boundary does.
    pub(crate) is_everything: bool,
}

/// The patterns of documents, each worked out once.
pub(crate) struct Patterns {
    actions: Vec<String>,
    /// By the document's place in memory.
    known: HashMap<usize, Arc<Said>>,
}

/// What a document says.
struct Said {
    allowed: ByAction,
    spared: ByAction,
    allows_everything: bool,
    /// Kept, so that its place in memory stays its own.
    _document: Arc<Document>,
}

impl Patterns {
    pub(crate) fn new(actions: &[String]) -> Patterns {
        Patterns { actions: actions.to_vec(), known: HashMap::new() }
    }

    /// What control policies leave where they do not allow everything, or deny all but some.
    pub(crate) fn of_guardrails(&self, organization: &Organization) -> ByAction {
        let mut found = ByAction::new();
        let attached = organization.scps.items.iter().chain(&organization.rcps.items);
        for document in attached.filter_map(|it| it.document.as_ref()) {
            add(&mut found, &self.allowed(document));
            add(&mut found, &self.spared(document));
        }
        found
    }

    /// What the statements of an identity are about, and what bounds it leaves of that.
    pub(crate) fn of(&mut self, account: &Account, known: &Known, guardrails: &ByAction) -> Scopes {
        let (mut found, mut narrower) = (ByAction::new(), ByAction::new());
        let mut is_everything = false;
        for (_, text) in account.policies(known) {
            match readable(text) {
                Text::Silent => {}
                Text::Unread => {
                    is_everything = true;
                    (0..self.actions.len()).for_each(|place| insert(&mut found, place, ALL));
                }
                Text::Speaks(document) => {
                    let said = self.said(&document);
                    add(&mut found, &said.allowed);
                    add(&mut narrower, &said.spared);
                    is_everything |= said.allows_everything;
                }
            }
        }
        if found.is_empty() {
            return Scopes::default();
        }
        let is_bounded = match account.boundary(known).map(readable) {
            None | Some(Text::Unread) => false,
            Some(Text::Silent) => true,
            Some(Text::Speaks(document)) => {
                let said = self.said(&document);
                add(&mut narrower, &said.allowed);
                add(&mut narrower, &said.spared);
                !said.allows_everything
            }
        };
        add(&mut narrower, guardrails);
        let mut scopes =
            Scopes { patterns: found, in_part: BTreeSet::new(), is_everything: is_everything && !is_bounded };
        scopes.narrow(narrower);
        scopes.name(known.arn().rsplit('/').next().unwrap_or_default());
        scopes
    }

    fn said(&mut self, document: &Arc<Document>) -> Arc<Said> {
        let place = Arc::as_ptr(document).addr();
        if let Some(said) = self.known.get(&place) {
            return Arc::clone(said);
        }
        let said = Arc::new(Said {
            allowed: self.allowed(document),
            spared: self.spared(document),
            allows_everything: document.statements.iter().any(Statement::allows_everything),
            _document: Arc::clone(document),
        });
        self.known.insert(place, Arc::clone(&said));
        said
    }

    fn allowed(&self, document: &Document) -> ByAction {
        // All but some is everything, as far as patterns say it.
        let text = |pattern: Option<&str>| pattern.unwrap_or(ALL).to_owned();
        self.by_action(|action| patterns(document, action, &Effect::Allow).into_iter().map(text).collect())
    }

    fn spared(&self, document: &Document) -> ByAction {
        self.by_action(|action| spared(document, action).into_iter().map(str::to_owned).collect())
    }

    fn by_action(&self, of_action: impl Fn(&String) -> BTreeSet<String>) -> ByAction {
        let found = self.actions.iter().map(of_action).enumerate();
        found.filter(|(_, patterns)| !patterns.is_empty()).collect()
    }
}

impl Scopes {
    /// Adds the narrower patterns that are within its own.
    fn narrow(&mut self, narrower: ByAction) {
        for (place, patterns) in narrower {
            let Some(own) = self.patterns.get_mut(&place) else { continue };
            let mut within = BTreeSet::new();
            for pattern in patterns.into_iter().filter(|it| it != ALL) {
                if own.iter().any(|it| covers(it, &pattern)) {
                    within.insert(pattern);
                    continue;
                }
                let crossed = own.iter().filter(|it| cross(it, &pattern));
                self.in_part.extend(crossed.map(|it| (place, it.clone())));
            }
            own.extend(within);
        }
    }

    /// Puts the identity's name where a pattern has a user's.
    fn name(&mut self, name: &str) {
        for patterns in self.patterns.values_mut() {
            if patterns.iter().any(|it| it.contains(NAME)) {
                *patterns = patterns.iter().map(|it| it.replace(NAME, name)).collect();
            }
        }
    }
}

const NAME: &str = "${aws:username}";

/// A document that is no policy is as good as unread.
fn readable(text: Text) -> Text {
    match text {
        Text::Speaks(document) if !document.is_readable() => Text::Unread,
        text => text,
    }
}

fn add(to: &mut ByAction, more: &ByAction) {
    for (place, patterns) in more {
        to.entry(*place).or_default().extend(patterns.iter().cloned());
    }
}

fn insert(to: &mut ByAction, place: usize, pattern: &str) {
    to.entry(place).or_default().insert(pattern.to_owned());
}
