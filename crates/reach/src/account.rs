//! One account's users and roles, with all that bounds and allows them.

use std::collections::HashMap;

use orgcensus_lake::{Lake, Manifest};
use orgcensus_policy::evaluation::{Identity, IdentityKind, Listed, NamedPolicy, speaks_of};

use crate::Result;
use crate::arn::account_of;
use crate::rows::{Accounts, Cells, Reader};
use crate::texts::{Text, Texts};

/// What lets a role's sessions be tagged: then its tags do not say theirs.
pub(crate) const TAGS_SESSIONS: &str = "sts:TagSession";

/// The tables of identities, read account by account.
pub(crate) struct Identities {
    users: Reader,
    roles: Reader,
    groups: Reader,
    documents: Reader,
}

impl Identities {
    pub(crate) fn open(lake: &Lake, manifest: &Manifest, accounts: Option<&Accounts>) -> Result<Identities> {
        let open = |table, names: &[&'static str]| Reader::open(lake, manifest, table, names, accounts);
        let of_identity = ["arn", "attached_policy_arns", "inline_policy_names"];
        let bounded = ["permissions_boundary_arn", "has_permissions_boundary", "tags"];
        let [arn, attached, inline] = of_identity;
        let [boundary, has_boundary, tags] = bounded;
        Ok(Identities {
            users: open("iam_users", &[arn, attached, inline, boundary, has_boundary, tags, "group_names"])?,
            roles: open("iam_roles", &[arn, attached, inline, boundary, has_boundary, tags])?,
            groups: open("iam_groups", &[arn, attached, inline, "group_name"])?,
            documents: open(
                "policy_documents",
                &["resource_arn", "policy_kind", "policy_name", "state", "is_in_force", "document"],
            )?,
        })
    }

    /// The identities of one account. Accounts must be asked for in order.
    pub(crate) async fn account(&mut self, id: &str, texts: &mut Texts) -> Result<Account> {
        let mut account = Account::default();
        self.users.of(id, |cells| account.identities.push(known(cells, IdentityKind::User))).await?;
        self.roles.of(id, |cells| account.identities.push(known(cells, IdentityKind::Role))).await?;
        self.groups
            .of(id, |cells| {
                let name = cells.text(4).unwrap_or_default().to_owned();
                account.groups.insert(name, holder(cells));
            })
            .await?;
        self.documents.of(id, |cells| account.document(cells, texts)).await?;
        Ok(account)
    }
}

/// Who has policies: a user, a role, a group.
#[derive(Debug, Clone, Default)]
struct Holder {
    arn: String,
    /// The managed policies; `None` if they were not read.
    attached: Option<Vec<String>>,
    inline: Option<Vec<String>>,
}

/// A user or a role as its table has it.
#[derive(Debug)]
pub(crate) struct KnownIdentity {
    holder: Holder,
    kind: IdentityKind,
    groups: Vec<String>,
    boundary_arn: Option<String>,
    has_boundary: bool,
    tags: Option<Vec<(String, String)>>,
}

impl KnownIdentity {
    pub(crate) fn arn(&self) -> &str {
        &self.holder.arn
    }

    pub(crate) fn kind(&self) -> IdentityKind {
        self.kind
    }
}

/// One account's identities.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) identities: Vec<KnownIdentity>,
    groups: HashMap<String, Holder>,
    inline: HashMap<String, Vec<(String, Text)>>,
    managed: HashMap<String, Text>,
    trust: HashMap<String, Text>,
}

fn holder(cells: &Cells<'_>) -> Holder {
    Holder { arn: cells.text(1).unwrap_or_default().to_owned(), attached: cells.texts(2), inline: cells.texts(3) }
}

fn known(cells: &Cells<'_>, kind: IdentityKind) -> KnownIdentity {
    KnownIdentity {
        holder: holder(cells),
        kind,
        groups: if kind == IdentityKind::User { cells.texts(7).unwrap_or_default() } else { Vec::new() },
        boundary_arn: cells.text(4).map(str::to_owned),
        has_boundary: cells.flag(5).unwrap_or_default(),
        tags: cells.pairs(6),
    }
}

impl Account {
    fn document(&mut self, cells: &Cells<'_>, texts: &mut Texts) {
        let (Some(arn), Some(kind), Some(state)) = (cells.text(1), cells.text(2), cells.text(4)) else { return };
        if state == "absent" || cells.flag(5) == Some(false) {
            return;
        }
        match kind {
            "inline" => {
                let name = cells.text(3).unwrap_or_default().to_owned();
                let text = texts.cell(cells, 6);
                self.inline.entry(arn.to_owned()).or_default().push((name, text));
            }
            "managed" => {
                let text = texts.cell(cells, 6);
                self.managed.entry(arn.to_owned()).or_insert(text);
            }
            "trust" => {
                let text = texts.cell(cells, 6);
                self.trust.entry(arn.to_owned()).or_insert(text);
            }
            _ => {}
        }
    }

    /// The identity as the evaluator takes it, with those of its policies that speak of what is asked.
    pub(crate) fn identity(&self, known: &KnownIdentity) -> Identity {
        let tags = |tags: &Vec<(String, String)>| Listed::of(tags.clone());
        let name = || known.boundary_arn.clone().unwrap_or_default();
        let boundary = self.boundary(known).map(|text| self.listed([(name(), text)]));
        let trust = self.trust.get(known.arn());
        Identity {
            arn: known.arn().to_owned(),
            kind: known.kind,
            policies: self.listed(self.policies(known)),
            boundary,
            session_policy: None,
            tags: known.tags.as_ref().map_or_else(Listed::unread, tags),
            may_tag_sessions: known.kind == IdentityKind::Role
                && match trust {
                    Some(Text::Speaks(document)) => speaks_of(document, &[TAGS_SESSIONS]),
                    Some(Text::Silent) => false,
                    Some(Text::Unread) | None => true,
                },
        }
    }

    /// What bounds the identity, if anything does.
    pub(crate) fn boundary(&self, known: &KnownIdentity) -> Option<Text> {
        let of_arn = known.boundary_arn.as_deref().map(|arn| self.of_arn(arn));
        of_arn.or_else(|| known.has_boundary.then_some(Text::Unread))
    }

    /// Whether a policy of the identity, its groups' among them, may allow what is asked. `is_so` says it of one.
    pub(crate) fn may_allow(&self, known: &KnownIdentity, is_so: impl Fn(&Text) -> bool) -> bool {
        let of_group = |name: &String| self.groups.get(name).is_none_or(|group| self.has(group, &is_so));
        self.has(&known.holder, &is_so) || known.groups.iter().any(of_group)
    }

    /// Whether one of the policies is so, in as few steps as possible: most identities are asked nothing else.
    fn has(&self, holder: &Holder, is_so: impl Fn(&Text) -> bool) -> bool {
        let (Some(attached), Some(names)) = (&holder.attached, &holder.inline) else { return true };
        let inline = self.inline.get(&holder.arn).map(Vec::as_slice).unwrap_or_default();
        let is_missing = |name: &String| !inline.iter().any(|(it, _)| it == name);
        inline.iter().any(|(_, text)| is_so(text))
            || attached.iter().any(|arn| is_so(self.managed.get(arn).unwrap_or(&Text::Unread)))
            || (names.iter().any(is_missing) && is_so(&Text::Unread))
    }

    /// The user or the role with this ARN, or the role whose session it is.
    pub(crate) fn find(&self, principal: &str) -> Option<&KnownIdentity> {
        let is_it = |known: &&KnownIdentity| known.arn() == principal || is_session_of(known.arn(), principal);
        self.identities.iter().find(is_it)
    }

    /// The policies of an identity and of its groups, each with its name.
    pub(crate) fn policies<'a>(&'a self, known: &'a KnownIdentity) -> impl Iterator<Item = (String, Text)> + 'a {
        let own = self.of_holder(&known.holder);
        let of_group = move |name: &'a String| match self.groups.get(name) {
            Some(group) => self.of_holder(group),
            // A group without a row may allow anything.
            None => vec![(format!("group {name}"), Text::Unread)],
        };
        own.into_iter().chain(known.groups.iter().flat_map(of_group))
    }

    fn of_holder(&self, holder: &Holder) -> Vec<(String, Text)> {
        let mut policies: Vec<(String, Text)> = Vec::new();
        let found = self.inline.get(&holder.arn).into_iter().flatten();
        policies.extend(found.map(|(name, text)| (format!("{} {name}", holder.arn), text.clone())));
        for name in holder.inline.iter().flatten() {
            let is_missing = !self.inline.get(&holder.arn).is_some_and(|found| found.iter().any(|(it, _)| it == name));
            if is_missing {
                policies.push((format!("{} {name}", holder.arn), Text::Unread));
            }
        }
        if holder.inline.is_none() || holder.attached.is_none() {
            policies.push((holder.arn.clone(), Text::Unread));
        }
        policies.extend(holder.attached.iter().flatten().map(|arn| (arn.clone(), self.of_arn(arn))));
        policies
    }

    /// A managed policy. AWS's own are kept in each account that uses them.
    fn of_arn(&self, arn: &str) -> Text {
        self.managed.get(arn).cloned().unwrap_or(Text::Unread)
    }

    fn listed(&self, policies: impl IntoIterator<Item = (String, Text)>) -> Listed<NamedPolicy> {
        let mut listed = Listed::default();
        for (name, text) in policies {
            match text {
                Text::Silent => {}
                Text::Speaks(document) => {
                    listed.items.push(NamedPolicy { name, document: document.as_ref().clone() });
                }
                Text::Unread => listed.has_unread = true,
            }
        }
        listed
    }
}

/// Whether an ARN is that of a session of the role: the path of a role is not in it.
pub(crate) fn is_session_of(role: &str, session: &str) -> bool {
    let name = role.rsplit('/').next().unwrap_or_default();
    let of_role = session.split_once(":assumed-role/").and_then(|(_, rest)| rest.split_once('/'));
    role.contains(":role/") && account_of(role) == account_of(session) && of_role.is_some_and(|(it, _)| it == name)
}
