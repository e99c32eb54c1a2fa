//! Detective: one account has a graph to which members give their data, and some accounts have a graph of their own.

use crate::account::Account;
use crate::clock::iso_millis;
use crate::delegates::{is_watcher, watcher_id};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, list};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListGraphs", "GraphList", |context| {
            let graph = graph(&context.place).into_iter();
            Ok(graph.map(|it| json!({ "Arn": it.arn, "CreatedTime": iso_millis(it.created_millis) })).collect())
        }),
        list("ListMembers", "MemberDetails", |context| {
            let arn = context.request.required("GraphArn")?;
            let message = "The graph does not exist.";
            let none = || Refusal::new(404, "ResourceNotFoundException", message);
            graph(&context.place).filter(|it| it.arn == arn).ok_or_else(none)?;
            Ok(members(&context.place).iter().map(|it| it.describe(arn)).collect())
        }),
        list("ListInvitations", "Invitations", |context| {
            let own = membership(&context.place);
            Ok(own.iter().zip(watchers_graph(&context.place)).map(|(it, arn)| it.describe(&arn)).collect())
        }),
    ]],
    kinds: &[
        things(At::Region, "detective_graphs", |_| 1),
        things(At::Region, "detective_members", |place| members(place).len()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("detective")
};

/// A behavior graph.
#[derive(Debug)]
struct Graph {
    arn: String,
    created_millis: i64,
}

/// An account in the graph of the account that administers Detective.
#[derive(Debug)]
struct Member {
    account_id: String,
    administrator_id: String,
    status: &'static str,
    invited_millis: i64,
}

/// The graph that the account of a place administers.
fn graph(place: &Place<'_>) -> Option<Graph> {
    let mut dice = place.dice("detective");
    let is_own = dice.chance(0.15) || is_watcher(place.account);
    let days = dice.between(0, 900);
    let created_millis = place.days_ago(days, &mut dice);
    let arn = place.arn("detective", &format!("graph:{}", dice.hex(32)));
    (is_own && place.is_settled()).then_some(Graph { arn, created_millis })
}

/// What the account of a place is in the graph of the account that administers Detective.
fn membership(place: &Place<'_>) -> Option<Member> {
    let mut dice = place.dice("detective-member");
    let statuses = [("ENABLED", 5), ("ACCEPTED_BUT_DISABLED", 1), ("INVITED", 1), ("none", 4)];
    let (status, days) = (dice.weighted(&statuses), dice.between(0, 700));
    let invited_millis = place.days_ago(days, &mut dice);
    let administrator_id = watcher_id(place.organization).filter(|id| *id != place.account.id)?;
    let account_id = place.account.id.clone();
    let member = Member { account_id, administrator_id, status, invited_millis };
    (status != "none" && place.is_settled()).then_some(member)
}

/// The members of the graph of a place.
fn members(place: &Place<'_>) -> Vec<Member> {
    if !is_watcher(place.account) {
        return Vec::new();
    }
    let organization = place.organization;
    let of = |account: Account| membership(&Place { organization, account: &account, region: place.region });
    organization.accounts().filter_map(of).collect()
}

/// The ARN of the graph of the account that administers Detective, in the region of a place.
fn watchers_graph(place: &Place<'_>) -> Option<String> {
    let account = place.organization.find(&watcher_id(place.organization)?)?;
    graph(&Place { organization: place.organization, account: &account, region: place.region }).map(|it| it.arn)
}

impl Member {
    fn describe(&self, graph_arn: &str) -> Value {
        let reason = (self.status == "ACCEPTED_BUT_DISABLED").then_some("VOLUME_TOO_HIGH");
        json!({
            "AccountId": self.account_id,
            "AdministratorId": self.administrator_id,
            "GraphArn": graph_arn,
            "Status": self.status,
            "DisabledReason": reason,
            "InvitedTime": iso_millis(self.invited_millis),
            "InvitationType": "ORGANIZATION",
        })
    }
}

/// What a census must find of a place.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let (graph, membership) = (graph(place), membership(place));
    let is_member = membership.as_ref().is_some_and(|it| it.status == "ENABLED");
    let is_on = graph.is_some() || is_member;
    tally.cell("detective_graphs WHERE is_enabled", usize::from(is_on));
    tally.cell("detective_graphs WHERE NOT is_enabled", usize::from(!is_on));
    tally.cell("detective_graphs WHERE graph_arn IS NOT NULL", usize::from(graph.is_some()));
    let members = members(place);
    tally.cell("detective_members WHERE is_enabled", members.iter().filter(|it| it.status == "ENABLED").count());
    let disabled = members.iter().filter(|it| it.status == "ACCEPTED_BUT_DISABLED").count();
    tally.cell("detective_members WHERE disabled_reason IS NOT NULL", disabled);
}
