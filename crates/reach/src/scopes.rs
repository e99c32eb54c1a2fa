//! What an identity's statements are about: the patterns of resources that are worth a whole evaluation.
//!
//! Those of its own Allows are not all. Where a boundary or a control policy allows less, `*` is denied and their
//! narrower patterns are not; the same is true of what a Deny leaves out by `NotResource`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Organization, covers, cross, pared, patterns, spared};
use orgcensus_policy::{Document, Effect, Statement};

use crate::account::{Account, KnownIdentity};
use crate::texts::Text;

/// Services whose actions are about resources with ARNs of their own alone. `ssm:StartSession` is about instances.
const OF_THEIR_OWN: [&str; 12] =
    ["cloudtrail", "dynamodb", "ecr", "ecs", "glue", "iam", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];

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
    /// Its documents and the boundary's, by their places in memory, and whether some were not read: who has the same
    /// has the same rights, but for the actions that are personal.
    pub(crate) documents: Vec<usize>,
    /// What depends on who asks.
    pub(crate) personal: Personal,
}

/// What an answer may depend on besides the documents: the statements that depend on who asks, by a condition on the
/// caller or by a variable. By the place of the action.
#[derive(Debug, Default, Clone)]
pub(crate) struct Personal(BTreeMap<usize, Vec<Arc<Statement>>>);

impl Personal {
    /// Adds others.
    pub(crate) fn add(&mut self, others: &Personal) {
        for (place, more) in &others.0 {
            self.0.entry(*place).or_default().extend(more.iter().map(Arc::clone));
        }
    }

    /// The statements about the action at this place.
    pub(crate) fn of(&self, place: usize) -> impl Iterator<Item = &Statement> {
        self.0.get(&place).into_iter().flatten().map(Arc::as_ref)
    }
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
    personal: Personal,
    allows_everything: bool,
    /// Kept, so that its place in memory stays its own.
    document: Arc<Document>,
}

impl Patterns {
    pub(crate) fn new(actions: &[String]) -> Patterns {
        Patterns { actions: actions.to_vec(), known: HashMap::new() }
    }

    /// What control policies leave where they do not allow everything, or deny all but some.
    pub(crate) fn of_guardrails(&self, organization: &Organization) -> ByAction {
        let mut found = ByAction::new();
        for document in guardrails(organization) {
            add(&mut found, &self.allowed(document));
            add(&mut found, &self.spared(document));
        }
        found
    }

    /// What the statements of an identity are about, and what bounds it leaves of that.
    pub(crate) fn of(&mut self, account: &Account, known: &KnownIdentity, guardrails: &ByAction) -> Scopes {
        let (mut scopes, mut narrower) = (Scopes::default(), ByAction::new());
        let mut has_unread = false;
        for (_, text) in account.policies(known) {
            match text {
                Text::Silent => {}
                Text::Unread => has_unread = true,
                Text::Speaks(document) => {
                    has_unread |= !document.is_readable();
                    let said = scopes.add(self.said(&document));
                    add(&mut scopes.patterns, &said.allowed);
                    add(&mut narrower, &said.spared);
                    scopes.is_everything |= said.allows_everything;
                }
            }
        }
        if has_unread {
            // Which ones, and how many, is the same to an evaluation.
            scopes.documents.push(UNREAD);
            scopes.is_everything = true;
            for place in 0..self.actions.len() {
                scopes.patterns.entry(place).or_default().insert(ALL.to_owned());
            }
        }
        if scopes.patterns.is_empty() {
            return scopes;
        }
        match account.boundary(known).map(readable) {
            None => scopes.documents.push(UNBOUNDED),
            Some(Text::Unread) => scopes.documents.push(BOUNDED_BY_UNREAD),
            Some(Text::Silent) => {
                scopes.documents.push(CLOSED);
                scopes.is_everything = false;
            }
            Some(Text::Speaks(document)) => {
                scopes.documents.push(BOUNDED);
                let said = scopes.add(self.said(&document));
                add(&mut narrower, &said.allowed);
                add(&mut narrower, &said.spared);
                scopes.is_everything &= said.allows_everything;
            }
        }
        add(&mut narrower, guardrails);
        scopes.narrow(narrower);
        scopes.name(known.arn().rsplit('/').next().unwrap_or_default());
        scopes
    }

    /// The statements of a document that may depend on who asks.
    pub(crate) fn personal(&self, document: &Document) -> Personal {
        let all: Vec<Arc<Statement>> =
            document.statements.iter().filter(|it| is_personal(it)).cloned().map(Arc::new).collect();
        if all.is_empty() {
            return Personal::default();
        }
        let of_action = |action: &String| -> Vec<Arc<Statement>> {
            let about = pared(document.clone(), &[action.as_str()]).statements;
            let is_about = |it: &&Arc<Statement>| about.iter().any(|other| other.ordinal == it.ordinal);
            all.iter().filter(is_about).map(Arc::clone).collect()
        };
        let found = self.actions.iter().map(of_action).enumerate();
        Personal(found.filter(|(_, statements)| !statements.is_empty()).collect())
    }

    fn said(&mut self, document: &Arc<Document>) -> Arc<Said> {
        let place = Arc::as_ptr(document).addr();
        if let Some(said) = self.known.get(&place) {
            return Arc::clone(said);
        }
        let said = Arc::new(Said {
            allowed: self.allowed(document),
            spared: self.spared(document),
            personal: self.personal(document),
            allows_everything: document.statements.iter().any(Statement::allows_everything),
            document: Arc::clone(document),
        });
        self.known.insert(place, Arc::clone(&said));
        said
    }

    fn allowed(&self, document: &Document) -> ByAction {
        // All but some is everything, as far as patterns say it.
        let text = |pattern: Option<&str>| pattern.unwrap_or(ALL).to_owned();
        self.by_action(|action| {
            let all = patterns(document, action, &Effect::Allow).into_iter().map(text);
            all.filter(|pattern| may_be_about(action, pattern)).collect()
        })
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
    /// Notes a document.
    fn add(&mut self, said: Arc<Said>) -> Arc<Said> {
        self.documents.push(Arc::as_ptr(&said.document).addr());
        self.personal.add(&said.personal);
        said
    }

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

/// What stands among the documents for a boundary that is not there, that says nothing, that comes next, and that was
/// not read; and for policies that were not read. No document is there in memory.
const UNBOUNDED: usize = 0;
const CLOSED: usize = 1;
const BOUNDED: usize = 2;
const BOUNDED_BY_UNREAD: usize = 3;
const UNREAD: usize = 4;

/// Condition keys about the caller that are the same for everyone of the organization.
const COMMON: [&str; 3] = ["aws:principalisawsservice", "aws:principalorgid", "aws:resourceorgid"];

/// Whether what the statement says may depend on who asks, or in which account.
fn is_personal(statement: &Statement) -> bool {
    let is_own = |key: &str| {
        let key = key.to_ascii_lowercase();
        let is_of_caller = ["aws:principal", "aws:user", "aws:resource"].iter().any(|start| key.starts_with(start));
        let is_meant = is_of_caller || key.contains("account") || key.contains("tag") || key.contains("arn");
        is_meant && !COMMON.contains(&key.as_str())
    };
    let has_variable = |texts: &[String]| texts.iter().any(|text| text.contains("${"));
    has_variable(&statement.resources)
        || statement.conditions.iter().any(|condition| is_own(&condition.key) || has_variable(&condition.values))
        || statement.is_not_principal
        || statement.principals.iter().any(|principal| principal.value != "*")
}

/// The control policies that were read.
pub(crate) fn guardrails(organization: &Organization) -> impl Iterator<Item = &Document> {
    let attached = organization.scps.items.iter().chain(&organization.rcps.items);
    attached.filter_map(|it| it.document.as_ref())
}

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

/// Whether the action can be about what the pattern names: a statement about buckets and tables gives each action all
/// of them.
fn may_be_about(action: &str, pattern: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let mut parts = pattern.split(':');
    match (parts.next(), parts.nth(1)) {
        (Some("arn"), Some(named)) => {
            named.contains(['*', '?', '$']) || named == service || !OF_THEIR_OWN.contains(&service)
        }
        _ => true,
    }
}
