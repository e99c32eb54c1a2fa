//! Resource Access Manager: resource shares, their principals, resources and permissions.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::{SharedWith, Sharing};
use crate::protocol::{Problem, Refusal};
use crate::samples::NEVER_PUBLIC;
use crate::service::{Service, get, list};
use crate::truth::{At, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidNextTokenException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
        Problem::Throttled.is("ThrottlingException"),
        Problem::Internal.is("ServerInternalException"),
    ],
    answers: &[&[
        get("GetPermission", get_permission),
        list("GetResourceShares", "resourceShares", |context| {
            Ok(owned(context)?.iter().map(|it| describe(&context.place, it)).collect())
        }),
        list("ListPrincipals", "principals", |context| {
            Ok(owned(context)?.iter().flat_map(|it| describe_principals(&context.place, it)).collect())
        }),
        list("ListResourceSharePermissions", "permissions", list_permissions),
        list("ListResources", "resources", |context| {
            // All resources here are in a region.
            let is_asked = context.request.text("resourceRegionScope") != Some("GLOBAL");
            Ok(owned(context)?.iter().filter(|_| is_asked).flat_map(describe_resources).collect())
        }),
    ]],
    kinds: &[
        things(At::Region, "ram_resource_shares", |place| shares(place).len()),
        things(At::Region, "ram_share_principals", |place| {
            shares(place).iter().map(|it| it.with.principals.len()).sum()
        }),
        resources(At::Region, |place| {
            let planted = |it: Share| it.resources.into_iter().map(move |(_, arn)| it.with.clone().planted(arn));
            shares(place).into_iter().flat_map(planted).collect()
        })
        .rows("ram_shared_resources")
        .sampled("ram_shared_resources", NEVER_PUBLIC),
    ],
    ..Service::named("ram")
};

/// The types of resources that are shared: RAM's name, the beginning of an id, and what the default permission allows.
const TYPES: [(&str, &str, &[&str]); 3] = [
    ("ec2:Subnet", "subnet/subnet-0", &["ec2:DescribeSubnets", "ec2:RunInstances"]),
    ("ec2:TransitGateway", "transit-gateway/tgw-0", &["ec2:CreateTransitGatewayVpcAttachment"]),
    ("ec2:PrefixList", "prefix-list/pl-0", &["ec2:GetManagedPrefixListEntries"]),
];

/// A resource share.
#[derive(Debug)]
struct Share {
    name: String,
    arn: String,
    with: SharedWith,
    /// The types and ARNs of its resources.
    resources: Vec<(&'static str, String)>,
    is_external_allowed: bool,
    status: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn shares(place: &Place<'_>) -> Vec<Share> {
    let (mut dice, count) = place.sampled("ram", place.organization.settings.rates.other_resources);
    let share = |number: u64| {
        let by_chance = dice.weighted(&[
            (Sharing::Nobody, 2),
            (Sharing::Member, 4),
            (Sharing::Outsider, 1),
            (Sharing::Organization, 3),
            (Sharing::Unit, 3),
        ]);
        let sharing = place.shared_but(NEVER_PUBLIC, by_chance, number + 1 == count);
        let resource = |dice: &mut Dice| {
            let (ram_type, prefix, _) = dice.pick(&TYPES);
            (ram_type, place.arn("ec2", &format!("{prefix}{}", dice.hex(16))))
        };
        let days = dice.between(0, 1200);
        Share {
            name: format!("{}-{number}", dice.pick(&["network", "for partners", "shared services"])),
            arn: place.arn("ram", &format!("resource-share/{}", dice.uuid())),
            with: SharedWith::of(place, sharing, &mut dice),
            resources: (0..dice.between(1, 2)).map(|_| resource(&mut dice)).collect(),
            is_external_allowed: sharing == Sharing::Outsider || dice.chance(0.3),
            status: dice.weighted(&[("ACTIVE", 12), ("FAILED", 1), ("MELTING", 1)]),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
        }
    };
    (0..count).map(share).collect()
}

/// The shares, if those of the account itself are asked for. Nobody shares anything with it.
fn owned(context: &Context<'_>) -> Result<Vec<Share>, Refusal> {
    match context.request.required("resourceOwner")? {
        "SELF" => Ok(shares(&context.place)),
        "OTHER-ACCOUNTS" => Ok(vec![]),
        _ => Err(Refusal::invalid_parameter(context.request.service, "resourceOwner")),
    }
}

fn permission_arn(place: &Place<'_>, ram_type: &str) -> String {
    let name = ram_type.split(':').next_back().unwrap_or_default();
    place.organization.arn("ram", "", "aws", &format!("permission/AWSRAMDefaultPermission{name}"))
}

fn list_permissions(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let wanted = context.request.required("resourceShareArn")?;
    let found = shares(&context.place).into_iter().find(|it| it.arn == wanted);
    let none = || Refusal::new(400, "UnknownResourceException", format!("ResourceShare {wanted} could not be found."));
    let share = found.ok_or_else(none)?;
    let has = |ram_type: &str| share.resources.iter().any(|(of, _)| *of == ram_type);
    let describe = |ram_type: &str| {
        let arn = permission_arn(&context.place, ram_type);
        json!({ "arn": arn, "version": "1", "defaultVersion": true, "resourceType": ram_type, "status": "ASSOCIATED" })
    };
    Ok(TYPES.iter().filter(|it| has(it.0)).map(|it| describe(it.0)).collect())
}

fn get_permission(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("permissionArn")?;
    let found = TYPES.iter().find(|it| permission_arn(&context.place, it.0) == wanted);
    let none = || Refusal::new(400, "UnknownResourceException", format!("Permission {wanted} could not be found."));
    let (ram_type, _, actions) = found.ok_or_else(none)?;
    let text = json!({ "Effect": "Allow", "Action": actions }).to_string();
    Ok(json!({ "permission": { "arn": wanted, "version": "1", "resourceType": ram_type, "permission": text } }))
}

fn describe(place: &Place<'_>, it: &Share) -> Value {
    let tags: Vec<Value> = it.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({
        "resourceShareArn": it.arn,
        "name": it.name,
        "owningAccountId": place.account.id,
        "allowExternalPrincipals": it.is_external_allowed,
        "status": it.status,
        "tags": tags,
        "creationTime": epoch_seconds(it.created_millis),
        "lastUpdatedTime": epoch_seconds(it.created_millis),
        "featureSet": "STANDARD",
    })
}

fn describe_principals(place: &Place<'_>, it: &Share) -> Vec<Value> {
    let is_outside = |id: &str| !id.starts_with("arn:") && place.organization.find(id).is_none();
    let describe = |id: &String| {
        json!({
            "id": id,
            "resourceShareArn": it.arn,
            "creationTime": epoch_seconds(it.created_millis),
            "lastUpdatedTime": epoch_seconds(it.created_millis),
            "external": is_outside(id),
        })
    };
    it.with.principals.iter().map(describe).collect()
}

fn describe_resources(it: &Share) -> Vec<Value> {
    let describe = |(ram_type, arn): &(&str, String)| {
        json!({
            "arn": arn,
            "type": ram_type,
            "resourceShareArn": it.arn,
            "status": "AVAILABLE",
            "creationTime": epoch_seconds(it.created_millis),
            "lastUpdatedTime": epoch_seconds(it.created_millis),
            "resourceRegionScope": "REGIONAL",
        })
    };
    it.resources.iter().map(describe).collect()
}
