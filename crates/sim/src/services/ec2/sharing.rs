//! With whom images, snapshots and endpoint services are shared.

use crate::dice::Dice;
use crate::place::Place;
use crate::policies::{Named, Verdict};
use crate::protocol::items;
use crate::samples::Class;
use crate::truth::Planted;
use serde_json::{Value, json};

/// Who is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Nobody,
    Everyone,
    /// Another account of the organization.
    Inside,
    /// An account outside.
    Outside,
    /// The organization.
    Organization,
    /// A unit of the organization.
    Unit,
    /// Another organization.
    OtherOrganization,
}

/// With whom something is shared.
#[derive(Debug)]
pub(super) struct Sharing {
    pub(super) sort: Sort,
    /// The account's id, or the ARN of an organization or unit; `*` for everyone.
    pub(super) name: String,
}

/// Where only accounts can be named, and how often each is.
pub(super) const ACCOUNTS: &[(Sort, u32)] = &[(Sort::Nobody, 8), (Sort::Inside, 3), (Sort::Outside, 1)];

/// Where parts of organizations can be named too.
pub(super) const ORGANIZATIONS: &[(Sort, u32)] = &[
    (Sort::Nobody, 10),
    (Sort::Inside, 4),
    (Sort::Outside, 1),
    (Sort::Organization, 2),
    (Sort::Unit, 1),
    (Sort::OtherOrganization, 1),
];

/// The sharing of so many things. In the first region of the showcase there is also one thing of each sort.
pub(super) fn by_chance(place: &Place<'_>, count: u64, sorts: &[(Sort, u32)], dice: &mut Dice) -> Vec<Sharing> {
    let rates = &place.organization.settings.rates;
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(if dice.chance(rates.public_other_resources) { Sort::Everyone } else { dice.weighted(sorts) });
    }
    if place.is_showroom() {
        found.extend(sorts.iter().map(|(sort, _)| *sort).chain([Sort::Everyone]));
    }
    let mut found: Vec<Sharing> =
        found.into_iter().map(|sort| Sharing { sort, name: name(place, sort, dice) }).collect();
    if let Some(sort) = place.sample().and_then(sort_of) {
        // Only the last is another than by chance.
        found.pop();
        found.push(Sharing { sort, name: name(place, sort, &mut place.dice("ec2-sharing-sample")) });
    }
    found
}

/// With whom a sample is shared; none if nothing of the class is shared so.
fn sort_of(class: Class) -> Option<Sort> {
    match class {
        Class::Public | Class::Gated => Some(Sort::Everyone),
        Class::External => Some(Sort::Outside),
        Class::InOrg => Some(Sort::Inside),
        Class::Absent => Some(Sort::Nobody),
        Class::Unread => None,
    }
}

fn name(place: &Place<'_>, sort: Sort, dice: &mut Dice) -> String {
    let organization = place.organization;
    let part = |owner: &str, resource: &str| organization.arn("organizations", "", owner, resource);
    match sort {
        Sort::Nobody => String::new(),
        Sort::Everyone => "*".to_owned(),
        Sort::Inside => organization.other_id(place.account, dice),
        Sort::Outside => organization.outside_id(dice),
        Sort::Organization => part(&organization.management_id(), &format!("organization/{}", organization.id)),
        Sort::Unit => {
            let units: Vec<&str> = organization.units.iter().map(|unit| unit.id.as_str()).collect();
            part(&organization.management_id(), &format!("ou/{}/{}", organization.id, dice.pick(&units)))
        }
        Sort::OtherOrganization => {
            let owner = organization.outside_id(dice);
            part(&owner, &format!("organization/o-{}", dice.lower(10)))
        }
    }
}

impl Sharing {
    /// Who can reach what is shared so.
    pub(super) fn verdict(&self, place: &Place<'_>) -> Verdict {
        match self.sort {
            Sort::Nobody => Verdict::CLOSED,
            // If there is no other account, it is the own one.
            Sort::Inside if place.organization.settings.accounts == 1 => Verdict::CLOSED,
            Sort::Inside | Sort::Organization | Sort::Unit => Verdict::IN_ORG,
            Sort::Outside | Sort::OtherOrganization => Verdict::EXTERNAL,
            Sort::Everyone => Verdict::PUBLIC,
        }
    }

    /// The thing as the truth counts it.
    pub(super) fn planted(&self, place: &Place<'_>, arn: String) -> Planted {
        let has_policy = self.sort != Sort::Nobody;
        Planted { has_policy, ..planted_as(arn, self.verdict(place), self.principal()) }
    }

    /// The principal as a share's statement has it. Organizations stand in its condition.
    fn principal(&self) -> &str {
        match self.sort {
            Sort::Everyone | Sort::Organization | Sort::Unit | Sort::OtherOrganization => "*",
            Sort::Nobody | Sort::Inside | Sort::Outside => &self.name,
        }
    }

    /// The permissions as EC2 lists them.
    pub(super) fn permissions(&self) -> Value {
        let permission = match self.sort {
            Sort::Nobody => None,
            Sort::Everyone => Some(json!({ "group": "all" })),
            Sort::Inside | Sort::Outside => Some(json!({ "userId": self.name })),
            Sort::Organization | Sort::OtherOrganization => Some(json!({ "organizationArn": self.name })),
            Sort::Unit => Some(json!({ "organizationalUnitArn": self.name })),
        };
        items(permission)
    }
}

/// Something that is shared with a principal, as the truth counts it. The principal is as a share's statement has it.
pub(super) fn planted_as(arn: String, verdict: Verdict, principal: &str) -> Planted {
    // A share's statement names an account by its root.
    let partition = arn.split(':').nth(1).filter(|_| principal.len() == 12);
    let principal = partition.map_or(principal.to_owned(), |it| format!("arn:{it}:iam::{principal}:root"));
    let outside = if verdict.is_external == Some(true) { vec![format!("AWS:{principal}")] } else { Vec::new() };
    Planted { named: Named { outside, ..Named::default() }, ..Planted::known(arn, verdict) }
}
