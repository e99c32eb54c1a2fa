//! What the policies of the resource say of a request, by how they name the caller.

use super::answer::Layer;
use super::context::Facts;
use super::formula::Formula;
use super::layers::{Stated, is_unread, named, stated};
use super::matching::{Grammar, applies};
use super::naming::{Naming, denies, namings};
use super::request::{Listed, NamedPolicy};
use crate::statement::Effect;

/// What is allowed, and to whom; and what is denied.
#[derive(Debug, Clone, Default)]
pub(super) struct ResourceSide {
    pub(super) allows: Vec<(Naming, Stated)>,
    pub(super) denies: Vec<Stated>,
}

impl ResourceSide {
    /// What policies say.
    pub(super) fn of(policies: &Listed<NamedPolicy>, facts: &Facts, layer: Layer) -> ResourceSide {
        let mut side = ResourceSide::default();
        for (name, document) in named(policies) {
            for statement in document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
                let about = applies(statement, facts, layer, Grammar::Resource);
                if about == Formula::False {
                    continue;
                }
                for (naming, formula) in namings(statement, facts, layer) {
                    let formula = Formula::all([about.clone(), formula]);
                    side.allow(naming, Stated::new(layer, name, statement, formula));
                }
            }
        }
        side.denies = stated(named(policies), &Effect::Deny, layer, |statement| {
            Formula::all([applies(statement, facts, layer, Grammar::Resource), denies(statement, facts, layer)])
        });
        if is_unread(policies) {
            let unread = Formula::doubt(layer, "a policy of the resource was not read");
            side.allow(Naming::Anyone, Stated::other(layer, "policy", unread.clone()));
            side.denies.push(Stated::other(layer, "policy", unread));
        }
        side
    }

    /// Adds an Allow.
    pub(super) fn allow(&mut self, naming: Naming, stated: Stated) {
        if stated.formula != Formula::False {
            self.allows.push((naming, stated));
        }
    }

    /// Lets an Allow count only where this holds too.
    pub(super) fn only_if(&mut self, formula: &Formula) {
        for (_, stated) in &mut self.allows {
            stated.formula = Formula::all([stated.formula.clone(), formula.clone()]);
        }
    }

    /// Whether an Allow names the caller in this way.
    pub(super) fn named(&self, naming: Naming) -> Formula {
        let of_naming = self.allows.iter().filter(|(it, _)| *it == naming);
        Formula::any(of_naming.map(|(_, stated)| stated.formula.clone()))
    }

    /// Whether an Allow names the caller in any way.
    pub(super) fn any(&self) -> Formula {
        Formula::any(self.allows.iter().map(|(_, stated)| stated.formula.clone()))
    }
}
