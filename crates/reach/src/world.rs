//! A snapshot of one organization: its tree, its control policies, and what was not read of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use orgcensus_lake::{Commit, Lake, Manifest};
use orgcensus_policy::Document;
use orgcensus_policy::evaluation::{Account, Attachment, Listed, Organization, Unit, pared};

use crate::Result;
use crate::arn::account_of;
use crate::rows::{Accounts, Reader};

/// The collector whose rows are the organization's policies, and where they are attached.
const OF_POLICIES: &str = "organization_policies";
const SCP: &str = "SERVICE_CONTROL_POLICY";
const RCP: &str = "RESOURCE_CONTROL_POLICY";

/// One organization's snapshot.
pub(crate) struct World {
    pub(crate) lake: Lake,
    pub(crate) manifest: Manifest,
    pub(crate) at: Option<DateTime<Utc>>,
    /// The whole, of which each request gets what is around its two accounts.
    organization: Organization,
    /// The accounts, each with its unit.
    accounts: BTreeMap<String, Account>,
    units: HashMap<String, Option<String>>,
}

impl World {
    pub(crate) async fn open(lake: &Lake, commit: &Commit) -> Result<World> {
        let manifest = lake.manifest(commit).await?;
        let mut world = World {
            lake: lake.clone(),
            manifest,
            at: DateTime::from_timestamp_millis(commit.captured_at.0),
            organization: Organization { id: Some(commit.organization_id.clone()), ..Organization::default() },
            accounts: BTreeMap::new(),
            units: HashMap::new(),
        };
        world.extent().await?;
        world.tree().await?;
        world.policies().await?;
        Ok(world)
    }

    /// The columns of a table, in some accounts or in all.
    pub(crate) fn reader(&self, table: &str, names: &[&'static str], accounts: Option<&Accounts>) -> Result<Reader> {
        Reader::open(&self.lake, &self.manifest, table, names, accounts)
    }

    /// Which organization it is, and whether all of its accounts are known. A census of accounts alone knows neither:
    /// its own id, account-111122223333, is no organization's.
    async fn extent(&mut self) -> Result<()> {
        let mut rows = self.reader("organizations", &["arn", "management_account_id", "is_whole"], None)?;
        let organization = &mut self.organization;
        rows.each(|cells| {
            if cells.flag(3) != Some(false) {
                return;
            }
            let arn = cells.text(1).unwrap_or_default();
            organization.id = arn.split_once(":organization/").map(|(_, id)| id.to_owned());
            organization.management = cells.text(2).map(str::to_owned);
            // An account in no organization stands there by its root's ARN, and is its own management account.
            let is_in_none = arn.contains(":iam:") && organization.management.is_some();
            organization.accounts.has_unread = !is_in_none;
        })
        .await
    }

    /// Units and accounts.
    async fn tree(&mut self) -> Result<()> {
        let mut units = Vec::new();
        let mut rows = self.reader("organizational_units", &["ou_id", "parent_id", "is_root"], None)?;
        rows.each(|cells| {
            let Some(id) = cells.text(1).map(str::to_owned) else { return };
            let is_root = cells.flag(3) == Some(true);
            units.push(Unit { id, parent: cells.text(2).filter(|_| !is_root).map(str::to_owned) });
        })
        .await?;
        let mut rows = self.reader("accounts", &["ou_id", "is_management"], None)?;
        let (accounts, management) = (&mut self.accounts, &mut self.organization.management);
        rows.each(|cells| {
            let (id, unit) = (cells.account().to_owned(), cells.text(1).map(str::to_owned));
            let is_management = cells.flag(2) == Some(true);
            if is_management {
                *management = Some(id.clone());
            }
            accounts.insert(id.clone(), Account { id, unit, is_management });
        })
        .await?;
        self.units = units.iter().map(|unit| (unit.id.clone(), unit.parent.clone())).collect();
        // Without a unit the tree was not read: AWS has no organization without a root.
        self.organization.units = Listed { has_unread: units.is_empty(), items: Vec::new() };
        Ok(())
    }

    /// Service and resource control policies.
    async fn policies(&mut self) -> Result<()> {
        let has_unread = !self.is_complete(OF_POLICIES).await?;
        let mut documents: HashMap<String, Option<Document>> = HashMap::new();
        let mut rows = self.reader("organization_policies", &["policy_id", "policy_type", "document"], None)?;
        rows.each(|cells| {
            if let (Some(id), Some(SCP | RCP)) = (cells.text(1), cells.text(2)) {
                documents.insert(id.to_owned(), cells.text(3).map(Document::parse));
            }
        })
        .await?;
        let mut targets = Targets::default();
        let names = ["policy_id", "policy_type", "policy_name", "target_id", "is_aws_managed", "is_type_enabled"];
        let mut rows = self.reader("organization_policy_targets", &names, None)?;
        rows.each(|cells| {
            let (Some(id), Some(policy_type), Some(target)) = (cells.text(1), cells.text(2), cells.text(4)) else {
                return;
            };
            let (is_of_aws, is_enabled) = (cells.flag(5) == Some(true), cells.flag(6) != Some(false));
            let name = cells.text(3).unwrap_or(id).to_owned();
            let document = documents.get(id).cloned().flatten();
            let attachment = Attachment { target: target.to_owned(), name, document };
            match policy_type {
                _ if !is_enabled => {}
                SCP if is_of_aws => targets.full_access.extend([target.to_owned()]),
                SCP => targets.scps.push(attachment),
                RCP if !is_of_aws => targets.rcps.push(attachment),
                _ => {}
            }
        })
        .await?;
        // AWS attaches FullAWSAccess to the root, to each unit and to each account, and lets it be detached only where
        // another one is attached.
        let others = targets.scps.iter().map(|it| it.target.as_str()).collect::<BTreeSet<&str>>();
        let detached = others.iter().filter(|node| !targets.full_access.contains(**node));
        let detached: Vec<String> = detached.map(|node| (*node).to_owned()).collect();
        // So what is listed with none of them was not read: an account that came while the policies were read. A list
        // without any account is one that leaves accounts out.
        let has_accounts = self.accounts.keys().any(|id| targets.full_access.contains(id));
        let accounts = self.accounts.keys().filter(|_| has_accounts);
        let is_listed = |node: &String| targets.full_access.contains(node) || others.contains(node.as_str());
        let is_on = !targets.full_access.is_empty() || !others.is_empty();
        let without = self.units.keys().chain(accounts).filter(|node| is_on && !is_listed(node));
        let unlisted: Vec<Attachment> = without.map(|node| unread_at(node)).collect();
        targets.scps.extend(unlisted);
        self.organization.scps = Listed { items: targets.scps, has_unread };
        self.organization.rcps = Listed { items: targets.rcps, has_unread };
        self.organization.full_aws_access_detached_from = Listed { items: detached, has_unread };
        if has_unread {
            // What was not read may be what allows.
            self.organization.full_aws_access_detached_from.items.clear();
        }
        Ok(())
    }

    /// The management account, if it is known.
    pub(crate) fn management(&self) -> Option<&String> {
        self.organization.management.as_ref()
    }

    /// The account that has the resource. An ARN that does not say it is looked for.
    pub(crate) async fn owner(&self, arn: &str) -> Result<Option<String>> {
        if let Some(account) = account_of(arn) {
            return Ok(self.has(account).then(|| account.to_owned()));
        }
        let is_bucket = arn.split(':').nth(2) == Some("s3");
        let (table, column) = if is_bucket { ("s3_buckets", "arn") } else { ("policy_documents", "resource_arn") };
        let mut owner = None;
        let wanted = (column, BTreeSet::from([arn.to_owned()]));
        let mut rows = Reader::with(&self.lake, &self.manifest, table, &[column], wanted)?;
        rows.each(|cells| owner = Some(cells.account().to_owned())).await?;
        Ok(owner)
    }

    /// The key that an alias of KMS stands for: policies are about the key (E16). Anything else stands for itself.
    pub(crate) async fn meant(&self, arn: &str) -> Result<String> {
        let mut meant = arn.to_owned();
        let Some((place, name)) = arn.split_once(":alias/").filter(|_| arn.contains(":kms:")) else { return Ok(meant) };
        let accounts: Accounts = Arc::new(account_of(arn).map(str::to_owned).into_iter().collect());
        let mut rows = self.reader("kms_keys", &["arn", "aliases"], Some(&accounts))?;
        rows.each(|cells| {
            let is_it = |alias: &String| alias.strip_prefix("alias/").unwrap_or(alias) == name;
            let key = cells.text(1).filter(|key| key.starts_with(place));
            if let Some(key) = key.filter(|_| cells.texts(2).is_some_and(|aliases| aliases.iter().any(is_it))) {
                key.clone_into(&mut meant);
            }
        })
        .await?;
        Ok(meant)
    }

    /// Keeps of the control policies what may be about these actions.
    pub(crate) fn pare(&mut self, actions: &[&str]) {
        let organization = &mut self.organization;
        for attached in organization.scps.items.iter_mut().chain(&mut organization.rcps.items) {
            attached.document = attached.document.take().map(|document| pared(document, actions));
        }
    }

    /// Every account's id.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &String> {
        self.accounts.keys()
    }

    pub(crate) fn has(&self, account: &str) -> bool {
        self.accounts.contains_key(account)
    }

    /// The organization as far as it matters to a request between these accounts: an evaluation looks at its parts one
    /// after the other.
    pub(crate) fn around(&self, accounts: &[&str]) -> Organization {
        let whole = &self.organization;
        let ours: Vec<&Account> = accounts.iter().filter_map(|id| self.accounts.get(*id)).collect();
        let mut nodes: BTreeSet<&str> = BTreeSet::new();
        for account in &ours {
            nodes.insert(&account.id);
            let mut next = account.unit.as_deref();
            while let Some(id) = next.filter(|id| nodes.insert(*id)) {
                next = self.units.get(id).and_then(|parent| parent.as_deref());
            }
        }
        // An account whose unit is not known is in the root, if there is one.
        let roots = self.units.iter().filter(|(_, parent)| parent.is_none()).map(|(id, _)| id.as_str());
        nodes.extend(roots);
        // Under which units an account is, is not known if its own is not.
        let is_lost = !self.units.is_empty() && ours.iter().any(|it| it.unit.is_none() && !it.is_management);
        let unit = |id: &&str| Some(Unit { id: (*id).to_owned(), parent: self.units.get(*id)?.clone() });
        let attached = |all: &Listed<Attachment>| {
            let items = all.items.iter().filter(|it| nodes.contains(it.target.as_str()));
            Listed { items: items.cloned().collect(), has_unread: all.has_unread || is_lost }
        };
        let detached = &whole.full_aws_access_detached_from;
        let detached_here = detached.items.iter().filter(|node| nodes.contains(node.as_str())).cloned();
        Organization {
            id: whole.id.clone(),
            management: whole.management.clone(),
            units: Listed { items: nodes.iter().filter_map(unit).collect(), has_unread: whole.units.has_unread },
            accounts: Listed { items: ours.into_iter().cloned().collect(), has_unread: whole.accounts.has_unread },
            scps: attached(&whole.scps),
            rcps: attached(&whole.rcps),
            full_aws_access_detached_from: Listed { items: detached_here.collect(), has_unread: detached.has_unread },
        }
    }
}

/// A policy that was not read.
fn unread_at(node: &str) -> Attachment {
    Attachment { target: node.to_owned(), name: "scps".to_owned(), document: None }
}

/// What is attached, and to what.
#[derive(Default)]
struct Targets {
    full_access: BTreeSet<String>,
    scps: Vec<Attachment>,
    rcps: Vec<Attachment>,
}
