//! Managed prefix lists: AWS's own of S3, and the account's.

use super::id;
use crate::place::Place;
use crate::protocol::{Refusal, items};
use crate::service::{Operation, list};
use serde_json::{Value, json};

pub(in super::super) const ANSWERS: &[Operation] = &[
    list("DescribeManagedPrefixLists", "prefixListSet", |context| {
        Ok(lists(&context.place).iter().map(|it| describe(&context.place, it)).collect())
    }),
    list("GetManagedPrefixListEntries", "entrySet", |context| {
        let id = context.request.required("PrefixListId")?;
        let found = lists(&context.place).into_iter().find(|it| it.id == id);
        let message = format!("The prefix list ID '{id}' does not exist");
        let found = found.ok_or_else(|| Refusal::new(400, "InvalidPrefixListID.NotFound", message))?;
        Ok(found.entries.iter().map(|cidr| json!({ "cidr": cidr, "description": "an office" })).collect())
    }),
];

/// A prefix list.
struct PrefixList {
    id: String,
    name: String,
    is_aws_managed: bool,
    entries: Vec<&'static str>,
}

/// The id of the list of the organization's offices.
pub(super) fn offices_id(place: &Place<'_>) -> String {
    id(place, "pl", "offices")
}

fn lists(place: &Place<'_>) -> Vec<PrefixList> {
    if !place.is_settled() {
        return Vec::new();
    }
    let of_s3 = PrefixList {
        id: "pl-63a5400a".to_owned(),
        name: format!("com.amazonaws.{}.s3", place.region),
        is_aws_managed: true,
        entries: vec!["52.216.0.0/15"],
    };
    let offices = PrefixList {
        id: offices_id(place),
        name: "offices".to_owned(),
        is_aws_managed: false,
        entries: vec!["198.51.100.0/24", "203.0.113.0/28"],
    };
    vec![of_s3, offices]
}

fn describe(place: &Place<'_>, it: &PrefixList) -> Value {
    let owner = if it.is_aws_managed { "aws" } else { place.account.id.as_str() };
    let arn = place.organization.arn("ec2", place.region, owner, &format!("prefix-list/{}", it.id));
    let is_own = !it.is_aws_managed;
    json!({
        "prefixListId": it.id,
        "prefixListArn": arn,
        "prefixListName": it.name,
        "ownerId": if it.is_aws_managed { "AWS" } else { place.account.id.as_str() },
        "addressFamily": "IPv4",
        "state": is_own.then_some("create-complete"),
        "maxEntries": is_own.then_some(10),
        "version": is_own.then_some(1),
        "tagSet": items(Vec::<Value>::new()),
    })
}

pub(in super::super) fn list_count(place: &Place<'_>) -> usize {
    lists(place).len()
}

/// How many entries there are in the lists that are not AWS's.
pub(in super::super) fn entry_count(place: &Place<'_>) -> usize {
    lists(place).iter().filter(|it| !it.is_aws_managed).map(|it| it.entries.len()).sum()
}
