//! What is known of a request's condition keys.

use std::collections::BTreeMap;

use super::atom::{Atom, examples};
use super::caller::{Caller, Kind};
use super::formula::Doubt;
use super::keys::{after, named_in};
use super::organization::Place;
use super::request::Request;
use super::{rules, tags};
use crate::arn::{Arn, is_account};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fact {
    /// It has these values, at least one.
    Known(Vec<String>),
    /// The request does not have it.
    Missing,
    /// What says it was not read.
    Unread(Doubt),
    /// It is missing, or says another organization than the one that its value would start with.
    Elsewhere(String),
    /// The ARN of a role that begins and ends like this, with a path between that is not known.
    RoleOf(String, String),
    /// It may be anything.
    Open,
}

impl Fact {
    pub(super) fn of(value: impl Into<String>) -> Fact {
        Fact::Known(vec![value.into()])
    }

    fn of_maybe(value: Option<impl Into<String>>) -> Fact {
        value.map_or(Fact::Open, Fact::of)
    }

    /// Whether the key may have this value, or be missing.
    pub(super) fn may_be(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Fact::Elsewhere(start), Some(value)) => !value.starts_with(start.as_str()),
            (Fact::RoleOf(start, name), Some(value)) => value
                .strip_prefix(start.as_str())
                .and_then(|rest| rest.strip_suffix(name.as_str()))
                .is_some_and(|path| path.is_empty() || path.ends_with('/')),
            (Fact::RoleOf(..), None) => false,
            _ => true,
        }
    }

    /// Whether the atom holds, if it does for all values that the key may have, or for none.
    pub(super) fn decides(&self, atom: &Atom) -> Option<bool> {
        let plausible = match self {
            Fact::Elsewhere(_) => {
                vec![None, Some("o-elsewhere/r-0000/ou-0000-00000000/".to_owned()), Some("o-elsewhere".to_owned())]
            }
            Fact::RoleOf(start, name) => vec![Some(format!("{start}{name}")), Some(format!("{start}x/{name}"))],
            _ => return None,
        };
        let of_atom = atom.values.iter().flat_map(|value| examples(value)).map(Some);
        let mut found: Option<bool> = None;
        for value in plausible.into_iter().chain(of_atom).filter(|value| self.may_be(value.as_deref())) {
            let holds = match value.as_deref() {
                Some(value) => atom.holds(Some(&[value])),
                None => atom.holds(None),
            };
            if found.is_some_and(|found| found != holds) {
                return None;
            }
            found = Some(holds);
        }
        found
    }
}

/// A request, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) request: &'a Request,
    pub(super) caller: &'a Caller<'a>,
    /// The action, in lower case.
    pub(super) action: &'a str,
    /// The ARN of the resource, or `*`.
    pub(super) resource: &'a str,
    /// The account that owns the resource; `None` if it is not known.
    pub(super) resource_account: Option<&'a str>,
    /// The keys that the question gives, in lower case.
    pub(super) given: &'a BTreeMap<String, Vec<String>>,
    /// Whether the request comes through a function's URL.
    pub(super) is_by_url: bool,
    /// Whether the action has no types of resources.
    pub(super) lacks_resources: bool,
}

impl Facts<'_> {
    /// The service of the action.
    pub(super) fn service(&self) -> &str {
        self.action.split(':').next().unwrap_or_default()
    }

    /// What is known of a key.
    pub(super) fn fact(&self, key: &str) -> Fact {
        let key = key.to_ascii_lowercase();
        match self.given.get(&key) {
            Some(values) if values.is_empty() => Fact::Missing,
            Some(values) => Fact::Known(values.clone()),
            // All names are said, and not this one.
            None if named_in(&key).is_some_and(|(names, name)| self.is_left_out(names, name)) => Fact::Missing,
            None => {
                let found = self.of_caller(&key).or_else(|| self.of_resource(&key)).or_else(|| self.of_call(&key));
                found.unwrap_or(Fact::Open)
            }
        }
    }

    fn is_left_out(&self, names: &str, name: &str) -> bool {
        self.given.get(names).is_some_and(|names| !names.iter().any(|it| it.eq_ignore_ascii_case(name)))
    }

    /// The names that a key must have, since the question gives the values behind them: `team` of `aws:TagKeys` if there
    /// is an `aws:RequestTag/team`.
    pub(super) fn names_in<'n>(&'n self, key: &'n str) -> impl Iterator<Item = &'n str> {
        let given = self.request.question.context.iter().filter(|(_, values)| !values.is_empty());
        given.filter_map(move |(written, _)| {
            let lower = written.to_ascii_lowercase();
            let (_, name) = named_in(&lower).filter(|(names, _)| *names == key)?;
            // As it is written: names are told apart by their case.
            written.get(written.len() - name.len()..)
        })
    }

    /// The values that the question gives for a key, if any.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.given.get(key).is_some_and(|values| !values.is_empty())
    }

    fn of_caller(&self, key: &str) -> Option<Fact> {
        let caller = self.caller;
        let is_unsigned = matches!(caller.kind, Kind::Anonymous | Kind::Provider);
        let is_service = caller.kind == Kind::Service;
        Some(match key {
            "aws:principalarn" => self.principal_arn(),
            "aws:principalaccount" | "kms:calleraccount" => match caller.account {
                Some(account) => Fact::of(account),
                None if is_unsigned => Fact::of("anonymous"),
                // AWS does not say what a service's account is.
                None => Fact::Open,
            },
            "aws:principalorgid" => caller.account.map_or(Fact::Missing, |it| self.organization_of(it, caller.place)),
            "aws:principalorgpaths" => caller.account.map_or(Fact::Missing, |it| self.path_of(it, caller.place)),
            // In signed requests alone.
            "aws:principalisawsservice" if is_unsigned => Fact::Missing,
            "aws:principalisawsservice" => Fact::of(is_service.to_string()),
            "aws:principalservicename" if is_service => Fact::of(caller.text),
            "aws:principalservicename" => Fact::Missing,
            "aws:principalservicenameslist" if !is_service => Fact::Missing,
            "aws:principaltype" => principal_type(caller.kind),
            "aws:username" => match caller.kind {
                Kind::User => Fact::of_maybe(caller.text.rsplit('/').next()),
                _ => Fact::Missing,
            },
            "aws:userid" => match caller.kind {
                Kind::Root => Fact::of_maybe(caller.account),
                Kind::Anonymous | Kind::Provider => Fact::of("anonymous"),
                _ => Fact::Open,
            },
            "aws:federatedprovider" if caller.kind == Kind::Provider => Fact::of(caller.text),
            // Only where a service calls (C2). An SNS topic's old form of the key is about direct callers as well.
            "aws:sourceowner" if self.service() == "sns" && !is_service => Fact::of_maybe(caller.account),
            "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" | "aws:sourceorgid" | "aws:sourceorgpaths"
                if !is_service =>
            {
                Fact::Missing
            }
            "aws:sourceaccount" | "aws:sourceorgid" | "aws:sourceorgpaths" => return self.of_source(key),
            "aws:multifactorauthpresent" | "aws:multifactorauthage" | "aws:tokenissuetime" | "aws:sourceidentity"
                if is_unsigned || is_service =>
            {
                Fact::Missing
            }
            _ => return after(key, "aws:principaltag").map(|tag| tags::of_caller(caller, tag)),
        })
    }

    /// The account on whose behalf a service calls, and where it stands, if the question says the account or an ARN.
    fn of_source(&self, key: &str) -> Option<Fact> {
        let of_arn = || self.given_value("aws:sourcearn").and_then(Arn::parse).map(|arn| arn.account);
        let account = self.given_value("aws:sourceaccount").or_else(of_arn).filter(|id| is_account(id))?;
        let place = self.request.organization.place(account);
        Some(match key {
            "aws:sourceaccount" => Fact::of(account),
            "aws:sourceorgid" => self.organization_of(account, place),
            _ => self.path_of(account, place),
        })
    }

    fn given_value(&self, key: &str) -> Option<&str> {
        self.given.get(key)?.first().map(String::as_str)
    }

    fn principal_arn(&self) -> Fact {
        let caller = self.caller;
        match caller.kind {
            Kind::Root | Kind::User | Kind::Role | Kind::FederatedUser => Fact::of(caller.text),
            Kind::Session => match (caller.role_arn(), caller.session(), Arn::parse(caller.text)) {
                (Some(role), _, _) => Fact::of(role),
                (None, Some((role, _)), Some(arn)) => {
                    Fact::RoleOf(format!("arn:{}:iam::{}:role/", arn.partition, arn.account), role.to_owned())
                }
                _ => Fact::Open,
            },
            Kind::Service | Kind::Anonymous | Kind::Provider => Fact::Missing,
        }
    }

    /// The organization of an account.
    fn organization_of(&self, account: &str, place: Place) -> Fact {
        let id = self.request.organization.id.as_deref();
        match place {
            Place::Member | Place::Management => Fact::of_maybe(id),
            Place::Outside if !account.is_empty() => id.map_or(Fact::Open, |id| Fact::Elsewhere(id.to_owned())),
            Place::Outside | Place::NotKnown => Fact::Open,
        }
    }

    fn path_of(&self, account: &str, place: Place) -> Fact {
        match place {
            Place::Member | Place::Management => Fact::of_maybe(self.request.organization.path(account)),
            Place::Outside | Place::NotKnown => self.organization_of(account, place),
        }
    }

    fn of_resource(&self, key: &str) -> Option<Fact> {
        let place = self.resource_account.map(|account| (account, self.request.organization.place(account)));
        Some(match key {
            "aws:resourceaccount" | "s3:resourceaccount" => Fact::of_maybe(self.resource_account),
            "aws:resourceorgid" => place.map_or(Fact::Open, |(account, place)| self.organization_of(account, place)),
            "aws:resourceorgpaths" => place.map_or(Fact::Open, |(account, place)| self.path_of(account, place)),
            "aws:requestedregion" => Fact::of_maybe(rules::region(self.service(), self.resource)),
            "s3:dataaccesspointarn" | "s3:dataaccesspointaccount" | "s3:accesspointnetworkorigin" => {
                self.of_access_point(key)
            }
            _ => return tags::of_resource(self, key),
        })
    }

    fn of_access_point(&self, key: &str) -> Fact {
        let point = self.request.resource.as_ref().and_then(|resource| resource.access_point.as_ref());
        match (point, key) {
            // The request comes to the bucket itself.
            (None, _) => Fact::Missing,
            (Some(point), "s3:dataaccesspointarn") => Fact::of(point.arn.as_str()),
            (Some(point), "s3:dataaccesspointaccount") => Fact::of_maybe(rules::account_of_point(point)),
            (Some(point), _) => Fact::of(if point.vpc_id.is_some() { "VPC" } else { "Internet" }),
        }
    }

    fn of_call(&self, key: &str) -> Option<Fact> {
        let at = self.request.question.at;
        let url = self.request.resource.as_ref().and_then(|resource| resource.function_url.as_ref());
        match key {
            "aws:currenttime" => at.map(|at| Fact::of(at.to_rfc3339())),
            "aws:epochtime" => at.map(|at| Fact::of(at.timestamp().to_string())),
            "lambda:functionurlauthtype" if self.is_by_url => url?.auth_type.as_deref().map(Fact::of),
            "lambda:invokedviafunctionurl" if self.action == "lambda:invokefunction" => {
                Some(Fact::of(self.is_by_url.to_string()))
            }
            "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" => {
                let [id] = self.given.get(super::keys::SOURCE_VPCE)?.as_slice() else { return None };
                let endpoint = self.request.endpoints.items.iter().find(|it| it.id == *id)?;
                let account = endpoint.account.as_deref()?;
                let place = self.request.organization.place(account);
                Some(match key {
                    "aws:vpceaccount" => Fact::of(account),
                    "aws:vpceorgid" => self.organization_of(account, place),
                    _ => self.path_of(account, place),
                })
            }
            _ => None,
        }
    }
}

fn principal_type(kind: Kind) -> Fact {
    match kind {
        Kind::Root => Fact::of("Account"),
        Kind::User => Fact::of("User"),
        Kind::Role | Kind::Session => Fact::of("AssumedRole"),
        Kind::FederatedUser => Fact::of("FederatedUser"),
        Kind::Anonymous => Fact::of("Anonymous"),
        Kind::Service | Kind::Provider => Fact::Open,
    }
}
