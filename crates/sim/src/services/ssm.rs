//! Systems Manager: documents with whom they are shared, parameters with their policies, but never their values, the
//! policies of OpsItems, and managed instances with their patches.

mod managed;

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, SharedWith, Sharing, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::samples::{SHARED, UNGATED};
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of};
use crate::truth::{At, Planted, Tally, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidNextToken"),
        Problem::InvalidParameter.is("ValidationException"),
        Problem::Internal.is("InternalServerError"),
    ],
    page: 50,
    answers: &[&[
        list("DescribeDocumentPermission", "AccountIds", |context| {
            Ok(find(context)?.with.principals.into_iter().map(Value::from).collect())
        }),
        list("DescribeInstanceInformation", "InstanceInformationList", |context| Ok(managed::describe(&context.place))),
        list("DescribeInstancePatchStates", "InstancePatchStates", managed::patch_states),
        list("DescribeParameters", "Parameters", |context| {
            let is_asked = |it: &&Parameter| tiers(context).is_none_or(|tiers| tiers.contains(&it.tier));
            Ok(parameters(&context.place).iter().filter(is_asked).map(|it| describe(&context.place, it)).collect())
        }),
        list("GetResourcePolicies", "Policies", get_policies),
        get("GetServiceSetting", get_setting),
        list("ListDocuments", "DocumentIdentifiers", |context| {
            Ok(documents(&context.place).iter().map(|it| describe_document(&context.place, it)).collect())
        }),
    ]],
    kinds: &[
        things(At::Region, "ssm_document_settings", |_| 1),
        resources(At::Region, |place| {
            documents(place)
                .into_iter()
                .map(|it| it.with.planted(place.arn("ssm", &format!("document/{}", it.name))))
                .collect()
        })
        .rows("ssm_documents")
        .sampled("ssm_documents", SHARED),
        things(At::Region, "ssm_managed_instances", |place| managed::instances(place).len()),
        things(At::Region, "ssm_patch_states", |place| managed::scanned(place).count()),
        things(At::Region, "ssm_parameters", |place| parameters(place).len()),
        resources(At::Region, |place| {
            let advanced = parameters(place).into_iter().filter(|it| it.tier != STANDARD);
            advanced.map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .sampled("ssm_advanced_parameters", UNGATED),
        // Every region has one, even if nobody has made an OpsItem.
        resources(At::Region, |place| OPS_ITEM_GROUP.planted_once(place)),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("ssm")
};

/// The tier whose parameters can have no policy.
const STANDARD: &str = "Standard";

const OPS_ITEM_GROUP: Things = kind_of(
    "ssm_ops_item_groups",
    "ssm",
    "opsitemgroup/default",
    &["ssm:GetOpsItem", "ssm:UpdateOpsItem", "ssm:CreateOpsItem"],
);

const PUBLIC_SHARING: &str = "/ssm/documents/console/public-sharing-permission";

/// A document.
#[derive(Debug)]
struct Document {
    name: String,
    with: SharedWith,
    document_type: &'static str,
    format: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// A parameter.
#[derive(Debug)]
struct Parameter {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    /// Whether its name looks like a secret's.
    is_secret_like: bool,
    parameter_type: &'static str,
    tier: &'static str,
    version: i64,
    changed_millis: i64,
}

fn documents(place: &Place<'_>) -> Vec<Document> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("ssm-documents", rates.other_resources);
    let document = |number: u64| {
        let sharing = match dice.chance(rates.public_other_resources) {
            true => Sharing::Everyone,
            false => dice.weighted(&[(Sharing::Nobody, 8), (Sharing::Member, 3), (Sharing::Outsider, 1)]),
        };
        let sharing = place.shared(sharing, number + 1 == count);
        let days = dice.between(0, 1500);
        Document {
            name: format!("{}-{number}", dice.pick(&["patch", "Rotate_Logs", "install.agent"])),
            with: SharedWith::of(place, sharing, &mut dice),
            document_type: dice.weighted(&[("Command", 5), ("Automation", 4), ("Session", 1), ("Incantation", 1)]),
            format: dice.pick(&["YAML", "JSON"]),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
        }
    };
    (0..count).map(document).collect()
}

fn parameters(place: &Place<'_>) -> Vec<Parameter> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("ssm-parameters", rates.other_resources);
    let parameter = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["/shop/db", "flag", "/images/base"]));
        let arn = place.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
        let subject = Subject {
            place: *place,
            actions: &["ssm:GetParameter", "ssm:GetParameters"],
            resources: vec![arn.clone()],
            service: "ec2.amazonaws.com",
        };
        let is_last = number + 1 == count;
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last);
        let days = dice.between(0, 1500);
        let policy = subject.policy(kind, &mut dice);
        let parameter_type = dice.weighted(&[("String", 5), ("SecureString", 4), ("StringList", 1), ("Rune", 1)]);
        let tier = dice.weighted(&[(STANDARD, 3), ("Advanced", 3), ("Intelligent-Tiering", 1)]);
        Parameter {
            policy,
            is_secret_like: false,
            parameter_type,
            // Only such a parameter can have a policy.
            tier: if is_last && place.sample().is_some() { "Advanced" } else { tier },
            version: dice.between(1, 30),
            changed_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(parameter).chain(named_parameters(place)).collect()
}

/// Parameters whose names tell what they hold. Some look like a secret's, some only say where a secret is.
fn named_parameters(place: &Place<'_>) -> Vec<Parameter> {
    let (mut dice, count) = place.population("ssm-named-parameters", 1);
    let names = [("db/password", 3), ("GithubToken", 2), ("api_key", 1), ("secret-arn", 2), ("password/file", 1)];
    let parameter = |number| {
        let word = dice.weighted(&names);
        let days = dice.between(0, 1500);
        let name = format!("/app-{number}/{word}");
        let subject = Subject { place: *place, actions: &[], resources: vec![], service: "ec2.amazonaws.com" };
        Parameter {
            arn: place.arn("ssm", &format!("parameter{name}")),
            policy: subject.policy(Kind::None, &mut dice),
            is_secret_like: !matches!(word, "secret-arn" | "password/file"),
            parameter_type: dice.weighted(&[("String", 2), ("SecureString", 1)]),
            tier: STANDARD,
            version: dice.between(1, 30),
            changed_millis: place.days_ago(days, &mut dice),
            name,
        }
    };
    (0..count).map(parameter).collect()
}

/// Counts managed instances with missing or failed patches, and parameters in plain text by their names.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for it in managed::instances(place) {
        let is_behind = it.patches.is_some_and(|patches| patches.missing > 0 || patches.failed > 0);
        tally.misconfigurations.one("E13", "managed_instances", "lake", is_behind);
    }
    for it in parameters(place).iter().filter(|it| it.parameter_type != "SecureString") {
        tally.misconfigurations.one("E16", "plain_parameters", "lake", it.is_secret_like);
    }
}

fn find(context: &Context<'_>) -> Result<Document, Refusal> {
    let name = context.request.required("Name")?;
    context.request.required("PermissionType")?;
    let found = documents(&context.place).into_iter().find(|it| it.name == name);
    found.ok_or_else(|| Refusal::new(400, "InvalidDocument", "The specified document does not exist."))
}

/// The tiers that are asked for; none if all are.
fn tiers<'a>(context: &'a Context<'_>) -> Option<Vec<&'a str>> {
    let filter = context.request.structures("ParameterFilters").iter().find(|it| it["Key"] == "Tier")?;
    Some(filter["Values"].as_array()?.iter().filter_map(Value::as_str).collect())
}

fn get_policies(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let wanted = context.request.required("ResourceArn")?;
    let group = OPS_ITEM_GROUP.one(&context.place);
    let document = if wanted == group.arn {
        group.policy.document
    } else {
        let found = parameters(&context.place).into_iter().find(|it| it.arn == wanted);
        let none = || Refusal::new(400, "ResourceNotFoundException", format!("Parameter {wanted} not found."));
        let parameter = found.ok_or_else(none)?;
        parameter.policy.document.filter(|_| parameter.tier != STANDARD)
    };
    let hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let policies = document.into_iter().map(|it| json!({ "PolicyId": "p-1", "PolicyHash": hash, "Policy": it }));
    Ok(policies.collect())
}

fn get_setting(context: &Context<'_>) -> Result<Value, Refusal> {
    let place = &context.place;
    if context.request.required("SettingId")? != PUBLIC_SHARING {
        return Err(Refusal::new(400, "ServiceSettingNotFound", "The specified service setting wasn't found."));
    }
    let mut dice = place.dice("ssm-public-sharing");
    let is_changed = place.is_settled() && dice.chance(0.3);
    let (value, status) = if is_changed { ("Disable", "Customized") } else { ("Enable", "Default") };
    let days = dice.between(0, 900);
    Ok(json!({ "ServiceSetting": {
        "SettingId": PUBLIC_SHARING,
        "SettingValue": value,
        "LastModifiedDate": epoch_seconds(place.days_ago(days, &mut dice)),
        "LastModifiedUser": "System",
        "ARN": place.arn("ssm", &format!("servicesetting{PUBLIC_SHARING}")),
        "Status": status,
    } }))
}

fn describe_document(place: &Place<'_>, it: &Document) -> Value {
    json!({
        "Name": it.name,
        "CreatedDate": epoch_seconds(it.created_millis),
        "Owner": place.account.id,
        "PlatformTypes": ["Linux", "MacOS"],
        "DocumentVersion": "1",
        "DocumentType": it.document_type,
        "SchemaVersion": "2.2",
        "DocumentFormat": it.format,
        "Tags": tags(&it.tags),
    })
}

fn describe(place: &Place<'_>, it: &Parameter) -> Value {
    json!({
        "Name": it.name,
        "ARN": it.arn,
        "Type": it.parameter_type,
        "KeyId": (it.parameter_type == "SecureString").then_some("alias/aws/ssm"),
        "LastModifiedDate": epoch_seconds(it.changed_millis),
        "LastModifiedUser": place.iam_arn("user/ana"),
        "Version": it.version,
        "Tier": it.tier,
        "DataType": "text",
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::json;

    #[test]
    fn groups_of_ops_items_have_one_policy_or_none() {
        let client = Client::new(quiet(40, 1));
        let policies = |index: u64| {
            let group = format!("arn:aws:ssm:us-east-1:{}:opsitemgroup/default", client.simulation.account_id(index));
            let member = client.in_region("us-east-1").assume(index, "").ok()?;
            let answer = member.json("ssm", "GetResourcePolicies", &json!({ "ResourceArn": group }));
            Some(answer.json()["Policies"].as_array().map(Vec::len))
        };
        let all: Vec<Option<usize>> = (1..40).filter_map(policies).collect();
        for count in [0, 1] {
            assert!(all.iter().filter(|it| **it == Some(count)).count() >= 2, "{count}: {all:?}");
        }
        assert!(all.iter().all(|it| it.is_some_and(|count| count <= 1)), "{all:?}");
    }

    #[test]
    fn no_such_thing_has_policies() {
        let client = Client::new(quiet(4, 1));
        let other = "arn:aws:ssm:us-east-1:111122223333:opsitemgroup/default";
        let refused = client.json("ssm", "GetResourcePolicies", &json!({ "ResourceArn": other }));
        assert_eq!(refused.json()["__type"].as_str(), Some("ResourceNotFoundException"));
    }
}
