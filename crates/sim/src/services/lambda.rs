//! Lambda: functions, their versions, aliases, policies, URLs and tags, and layers. Their environments hold canaries.

mod layers;
mod qualified;

use crate::CANARY;
use crate::clock::iso_lambda;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::quota::{each, together};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, Tally, resources};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterValueException"),
        Problem::InvalidParameter.is("InvalidParameterValueException"),
        Problem::Internal.is("ServiceException"),
    ],
    // From AWS's page `gettingstarted-limits` (Lambda).
    quotas: &[each(&["GetFunction"], 100.0, 100.0), each(&["GetPolicy"], 15.0, 15.0), together(&[], 15.0, 15.0)],
    page: 50,
    answers: &[&[
        get("GetFunction", |context| {
            let function = find(context, "FunctionName")?;
            let configuration = configuration(&context.place, &function);
            let tags = Some(tags(&function)).filter(|tags| !tags.is_empty());
            Ok(json!({ "Configuration": configuration, "Code": { "RepositoryType": "S3" }, "Tags": tags }))
        }),
        get("GetFunctionConfiguration", |context| Ok(configuration(&context.place, &find(context, "FunctionName")?))),
        get("GetFunctionUrlConfig", |context| {
            let function = find(context, "FunctionName")?;
            let auth = function.url_auth.ok_or_else(|| not_found("The resource you requested does not exist."))?;
            Ok(url(&function, &function.arn, auth))
        }),
        get("GetLayerVersionPolicy", layers::get_policy),
        get("GetPolicy", get_policy),
        get("GetResourcePolicy", get_resource_policy),
        list("ListAliases", "Aliases", |context| {
            let function = find(context, "FunctionName")?;
            Ok(qualified::aliases(&context.place, &function).iter().map(qualified::Alias::describe).collect())
        })
        .pages(50, 50),
        list("ListFunctionUrlConfigs", "FunctionUrlConfigs", list_urls),
        list("ListFunctions", "Functions", |context| {
            Ok(functions(&context.place).iter().map(|it| configuration(&context.place, it)).collect())
        })
        .pages(50, 50),
        list("ListLayerVersions", "LayerVersions", layers::list_versions).pages(50, 50),
        list("ListLayers", "Layers", layers::list).pages(50, 50),
        get("ListTags", |context| Ok(json!({ "Tags": tags(&find(context, "Resource")?) }))),
        list("ListVersionsByFunction", "Versions", list_versions).pages(50, 50),
    ]],
    kinds: &[
        resources(At::Region, |place| functions(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("lambda_functions")
            .sampled("lambda_functions", UNGATED),
        resources(At::Region, |place| {
            let aliases = functions(place).into_iter().flat_map(|it| qualified::aliases(place, &it));
            aliases.map(qualified::Alias::planted).collect()
        })
        .rows("lambda_aliases")
        .sampled("lambda_aliases", UNGATED),
        resources(At::Region, |place| {
            let versions = functions(place).into_iter().flat_map(|it| qualified::versions(place, &it));
            versions.map(qualified::Version::planted).collect()
        })
        .rows("lambda_versions")
        .sampled("lambda_versions", UNGATED),
        resources(At::Region, |place| layers::versions(place).into_iter().map(layers::Version::planted).collect())
            .rows("lambda_layer_versions")
            .sampled("lambda_layer_versions", UNGATED),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("lambda")
};

/// The URL of a function needs both of its permissions if it was made on 2025-10-01 or later.
const URLS_NEED_BOTH_SINCE_MILLIS: i64 = 1_759_276_800_000;

/// A function.
#[derive(Debug)]
struct Function {
    arn: String,
    policy: ResourcePolicy,
    url_auth: Option<&'static str>,
    name: String,
    runtime: Option<&'static str>,
    variables: Vec<&'static str>,
    has_vpc: bool,
    modified_millis: i64,
    sha256: String,
    tags: Vec<(String, String)>,
    /// Whether it is the last one of its region, which has the samples of versions and aliases.
    is_last: bool,
}

/// The names of the functions that ran: each has a log group.
pub(crate) fn logging(place: &Place<'_>) -> Vec<String> {
    let mut dice = place.dice("lambda-logging");
    functions(place).into_iter().filter(|_| dice.chance(0.7)).map(|it| it.name).collect()
}

fn functions(place: &Place<'_>) -> Vec<Function> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("lambda", rates.other_resources);
    (0..count)
        .map(|number: u64| {
            let name = format!("{}-{number}", dice.pick(&["resize", "webhook", "nightly", "authorizer"]));
            let arn = place.arn("lambda", &format!("function:{name}"));
            let subject = subject(place, &arn);
            let kind = match any_kind(&mut dice, rates.public_other_resources) {
                Kind::Public if dice.chance(0.5) => {
                    if number.is_multiple_of(2) {
                        Kind::PublicUrl
                    } else {
                        Kind::HalfOpenUrl
                    }
                }
                kind => kind,
            };
            let is_last = number + 1 == count;
            let kind = place.shown(kind, is_last);
            let runtimes = [
                (Some("python3.13"), 5),
                (Some("nodejs22.x"), 5),
                (Some("python2.7"), 1),
                (Some("cobol85"), 1),
                (None, 2),
            ];
            let days = dice.between(0, 1200);
            let has_open_url = matches!(kind, Kind::PublicUrl | Kind::HalfOpenUrl);
            let url_auth = if has_open_url { Some("NONE") } else { dice.chance(0.1).then_some("AWS_IAM") };
            let mut function = Function {
                policy: subject.policy(kind, &mut dice),
                url_auth,
                runtime: dice.weighted(&runtimes),
                variables: ["DB_PASSWORD", "API_TOKEN", "STAGE"].into_iter().filter(|_| dice.chance(0.5)).collect(),
                has_vpc: dice.chance(0.3),
                modified_millis: place.days_ago(days, &mut dice),
                sha256: dice.lower(43) + "=",
                tags: some_tags(&mut dice),
                is_last,
                name,
                arn,
            };
            if kind == Kind::HalfOpenUrl && function.modified_millis >= URLS_NEED_BOTH_SINCE_MILLIS {
                function.policy.verdict = Verdict::CLOSED;
            }
            function
        })
        .collect()
}

/// Counts functions without a log group, by the ends of their runtimes, of which only that of python2.7 is past, and by
/// the names in their environments.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let logging = logging(place);
    for function in functions(place) {
        tally.misconfigurations.one("E18", "functions", "lake", !logging.contains(&function.name));
        if let Some(runtime) = function.runtime {
            tally.misconfigurations.one("E13", "functions", "lake", runtime == "python2.7");
        }
        let is_secret_like = function.variables.iter().any(|name| *name != "STAGE");
        tally.misconfigurations.one("E16", "functions", "lake", is_secret_like);
    }
}

/// What the policies of a function, a version or an alias are about.
fn subject<'a>(place: &Place<'a>, arn: &str) -> Subject<'a> {
    Subject {
        place: *place,
        actions: &["lambda:InvokeFunction"],
        resources: vec![arn.to_owned()],
        service: "apigateway.amazonaws.com",
    }
}

const REVISION: &str = "11111111-2222-4333-8444-555555555555";

fn not_found(message: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", message)
}

/// The function that a parameter names.
fn find(context: &Context<'_>, parameter: &str) -> Result<Function, Refusal> {
    named(&context.place, context.request.required(parameter)?)
}

/// The function that a name or an ARN names.
fn named(place: &Place<'_>, wanted: &str) -> Result<Function, Refusal> {
    functions(place)
        .into_iter()
        .find(|function| function.name == wanted || function.arn == wanted)
        .ok_or_else(|| not_found(&format!("Function not found: {wanted}")))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let function = find(context, "FunctionName")?;
    policy_of(context, function, context.request.text("Qualifier"))
}

/// The same policy by an ARN, `arn:aws:lambda:us-east-1:111122223333:function:resize-0:live`.
fn get_resource_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("ResourceArn")?;
    let qualifier = wanted.splitn(8, ':').nth(7);
    let arn = qualifier.map_or(wanted, |qualifier| wanted.strip_suffix(qualifier).unwrap_or(wanted));
    let function = named(&context.place, arn.trim_end_matches(':'))?;
    policy_of(context, function, qualifier)
}

fn policy_of(context: &Context<'_>, function: Function, qualifier: Option<&str>) -> Result<Value, Refusal> {
    let policy = match qualifier {
        None => Some(function.policy),
        Some(qualifier) => qualified::policy(&context.place, &function, qualifier),
    };
    policy_answer(policy.and_then(|policy| policy.document))
}

fn policy_answer(document: Option<String>) -> Result<Value, Refusal> {
    let document = document.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    Ok(json!({ "Policy": document, "RevisionId": REVISION }))
}

/// The function's own URL, and those of its aliases.
fn list_urls(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let function = find(context, "FunctionName")?;
    let own = function.url_auth.map(|auth| url(&function, &function.arn, auth));
    let aliases = qualified::aliases(&context.place, &function);
    let of_aliases = aliases.iter().filter_map(|alias| Some(url(&function, &alias.arn, alias.url_auth?)));
    Ok(own.into_iter().chain(of_aliases).collect())
}

/// The unpublished version, and the published ones, the oldest first.
fn list_versions(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let function = find(context, "FunctionName")?;
    let describe = |arn: &str, number: &str| {
        let mut version = configuration(&context.place, &function);
        version["FunctionArn"] = json!(arn);
        version["Version"] = json!(number);
        version
    };
    let latest = describe(&format!("{}:$LATEST", function.arn), "$LATEST");
    let published = qualified::versions(&context.place, &function);
    let published = published.iter().map(|it| describe(&it.arn, &it.number.to_string()));
    Ok(std::iter::once(latest).chain(published).collect())
}

fn tags(function: &Function) -> Map<String, Value> {
    function.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect()
}

fn configuration(place: &Place<'_>, function: &Function) -> Value {
    let variables: Map<String, Value> = function
        .variables
        .iter()
        .map(|name| ((*name).to_owned(), json!(format!("{CANARY}-{name}-of-{}", function.name))))
        .collect();
    let vpc = json!({ "SubnetIds": ["subnet-0a"], "SecurityGroupIds": ["sg-0a"], "VpcId": "vpc-0a" });
    json!({
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": function.runtime,
        "Role": place.iam_arn(&format!("role/{}", function.name)),
        "Handler": function.runtime.map(|_| "main.handler"),
        "CodeSize": 1024,
        "Description": "",
        "Timeout": 30,
        "MemorySize": 256,
        "LastModified": iso_lambda(function.modified_millis),
        "CodeSha256": function.sha256,
        "Version": "$LATEST",
        "VpcConfig": function.has_vpc.then_some(vpc),
        "Environment": (!variables.is_empty()).then(|| json!({ "Variables": variables })),
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": REVISION,
        "PackageType": if function.runtime.is_some() { "Zip" } else { "Image" },
        "Architectures": ["arm64"],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{}", function.name) },
    })
}

/// The URL of a function, or of the alias with this ARN.
fn url(function: &Function, arn: &str, auth: &str) -> Value {
    let time = iso_lambda(function.modified_millis);
    json!({
        "FunctionUrl": format!("https://{}.lambda-url.on.aws/", function.sha256.trim_end_matches('=')),
        "FunctionArn": arn,
        "CreationTime": time,
        "LastModifiedTime": time,
        "AuthType": auth,
        "InvokeMode": "BUFFERED",
    })
}

#[cfg(test)]
mod tests;
