//! Finds what a configuration says about an organization that is not true. This is told before the work begins: a
//! typing error must not become a snapshot that looks complete.

use std::collections::BTreeSet;

use orgcensus_aws::Hop;
use orgcensus_aws::organization::Organization;

use crate::regions::KnownRegions;
use crate::selection::{Matcher, Selection, is_below, is_tagged};
use crate::tags::Tags;

/// The states of accounts that AWS has.
const STATUSES: [&str; 5] = ["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"];

/// What is odd about a selection, in words that name key and entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// It names what is not there. No run may begin.
    pub wrong: Vec<String>,
    /// It excludes something that is not there: a typing error, or an account that has left. A crawl does not fail
    /// because of it.
    pub gone: Vec<String>,
    /// Something that may be right or may be an error.
    pub odd: Vec<String>,
}

impl Selection {
    /// Compares the configuration with the organization.
    pub fn examine(&self, organization: &Organization, regions: &KnownRegions) -> Findings {
        let mut findings = Findings::default();
        if let Some((id, found)) = self.organization_id.as_ref().and_then(|id| Some((id, organization.other_than(id)?)))
        {
            findings.wrong.push(format!("organization.id is {id:?}, and AWS says that this is {found}"));
        }
        self.examine_regions(regions, &mut findings);
        examine_matcher("select.include", &self.include, organization, &mut findings.wrong, &mut findings.odd);
        examine_matcher("select.exclude", &self.exclude, organization, &mut findings.gone, &mut findings.odd);
        findings
    }

    fn examine_regions(&self, regions: &KnownRegions, findings: &mut Findings) {
        let names = regions.names();
        for region in self.regions.iter().filter(|region| !names.contains(region.as_str())) {
            let nearest = nearest(region, names.iter().copied());
            let words = format!("select.regions: there is no region {region:?}{nearest}");
            match &regions.own {
                Some(_) => findings.wrong.push(words),
                None => findings.odd.push(format!("{words}, as far as this version knows; AWS could not be asked")),
            }
        }
        let has = |region: &&String| regions.own.iter().flatten().any(|it| it.region_name == **region);
        if regions.own.is_some() {
            let lacking = self.regions.iter().filter(|region| names.contains(region.as_str()) && !has(region));
            let words = |region| format!("select.regions: the crawl's own account does not have region {region:?}");
            findings.odd.extend(lacking.map(words));
        }
    }

    /// Tags that no account has, and accounts whose tags could not be read. Tags come and go, so this is only a
    /// warning.
    pub(crate) fn odd_tags(&self, tags: &Tags, accounts: usize) -> Vec<String> {
        let unmatched = |(key, matcher): (&'static str, &Matcher)| {
            let is_nowhere = |tag: &(&String, &String)| !tags.values().flatten().any(|of| is_tagged(of, *tag));
            let tags: Vec<_> = matcher.tags.iter().filter(is_nowhere).collect();
            tags.into_iter()
                .map(|(name, value)| format!("{key}.tags: no account has {name:?} = {value:?}"))
                .collect::<Vec<_>>()
        };
        let both = [("select.include", &self.include), ("select.exclude", &self.exclude)];
        let mut odd: Vec<String> = both.into_iter().flat_map(unmatched).collect();
        let unread = accounts.saturating_sub(tags.values().flatten().count());
        if unread > 0 {
            odd.push(format!(
                "the tags of {unread} accounts could not be read: they are taken, whatever select says of tags"
            ));
        }
        odd
    }
}

/// Looks for entries that name nothing of the organization: those go to `missing`.
fn examine_matcher(
    key: &str,
    matcher: &Matcher,
    organization: &Organization,
    missing: &mut Vec<String>,
    odd: &mut Vec<String>,
) {
    let id = &organization.id;
    let accounts: BTreeSet<&str> = organization.accounts.iter().map(|it| it.id.as_str()).collect();
    for account in matcher.accounts.iter().filter(|it| !accounts.contains(it.as_str())) {
        missing.push(format!("{key}.accounts: {account:?} is no account of organization {id}"));
    }
    for wanted in &matcher.organizational_units {
        let units = &organization.units;
        if !units.iter().any(|unit| is_below(unit, wanted)) {
            let nearest = nearest(wanted, units.iter().flat_map(|unit| [unit.ou_id.as_str(), unit.path.as_str()]));
            missing.push(format!("{key}.organizational_units: {wanted:?} is no unit of organization {id}{nearest}"));
        } else if !organization
            .accounts
            .iter()
            .any(|it| organization.unit_of(it).is_some_and(|it| is_below(it, wanted)))
        {
            odd.push(format!("{key}.organizational_units: {wanted:?} has no account"));
        }
    }
    let statuses: BTreeSet<&str> = organization.accounts.iter().filter_map(|it| it.status.as_deref()).collect();
    let is_known = |status: &str| STATUSES.contains(&status) || statuses.contains(status);
    for status in matcher.statuses.iter().filter(|status| !is_known(status)) {
        let nearest = nearest(status, STATUSES);
        missing.push(format!("{key}.statuses: no account is {status:?}, and AWS has no such state{nearest}"));
    }
}

/// `; the nearest is "eu-west-1"`, if there is anything near.
fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> String {
    let word = word.trim().to_lowercase();
    let distance = |other: &&str| strsim::damerau_levenshtein(&word, &other.to_lowercase());
    among.into_iter().min_by_key(distance).map(|nearest| format!("; the nearest is {nearest:?}")).unwrap_or_default()
}

/// Why one fixed role cannot be the way into these accounts; none if it can. With one role every account would get the
/// rows of that role's account.
pub fn one_role_for_many<'a>(role: &Hop, accounts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let accounts = accounts.into_iter().count();
    let words = || {
        let arn = &role.role_arn;
        format!(
            "role.arn: {arn:?} is one account's role, and {accounts} accounts are selected: write {{account_id}} in it"
        )
    };
    (!role.is_template() && accounts > 1).then(words)
}
