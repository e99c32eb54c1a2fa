//! Lambda: functions, their policies, URLs and tags. Their environments hold canaries.

use crate::CANARY;
use crate::clock::iso_lambda;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::quota::{each, together};
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
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
            Ok(url(&function, auth))
        }),
        get("GetPolicy", get_policy),
        list("ListFunctionUrlConfigs", "FunctionUrlConfigs", |context| {
            let function = find(context, "FunctionName")?;
            Ok(function.url_auth.map(|auth| url(&function, auth)).into_iter().collect())
        }),
        list("ListFunctions", "Functions", |context| {
            Ok(functions(&context.place).iter().map(|it| configuration(&context.place, it)).collect())
        })
        .pages(50, 50),
        get("ListTags", |context| Ok(json!({ "Tags": tags(&find(context, "Resource")?) }))),
    ]],
    kinds: &[resources(At::Region, |place| {
        functions(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("lambda_functions")],
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
}

fn functions(place: &Place<'_>) -> Vec<Function> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("lambda", rates.other_resources);
    (0..count)
        .map(|number| {
            let name = format!("{}-{number}", dice.pick(&["resize", "webhook", "nightly", "authorizer"]));
            let arn = place.arn("lambda", &format!("function:{name}"));
            let subject = Subject {
                place: *place,
                actions: &["lambda:InvokeFunction"],
                resources: vec![arn.clone()],
                service: "apigateway.amazonaws.com",
            };
            let kind = match any_kind(&mut dice, rates.public_other_resources) {
                Kind::Public if dice.chance(0.5) => {
                    if number % 2 == 0 {
                        Kind::PublicUrl
                    } else {
                        Kind::HalfOpenUrl
                    }
                }
                kind => kind,
            };
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
                name,
                arn,
            };
            if kind == Kind::HalfOpenUrl && function.modified_millis >= URLS_NEED_BOTH_SINCE_MILLIS {
                function.policy.verdict = Verdict::CLOSED.with_unread();
            }
            function
        })
        .collect()
}

const REVISION: &str = "11111111-2222-4333-8444-555555555555";

fn not_found(message: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", message)
}

/// The function that a name or an ARN names.
fn find(context: &Context<'_>, parameter: &str) -> Result<Function, Refusal> {
    let wanted = context.request.required(parameter)?;
    functions(&context.place)
        .into_iter()
        .find(|function| function.name == wanted || function.arn == wanted)
        .ok_or_else(|| not_found(&format!("Function not found: {wanted}")))
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let document = find(context, "FunctionName")?.policy.document;
    let document = document.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    Ok(json!({ "Policy": document, "RevisionId": REVISION }))
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

fn url(function: &Function, auth: &str) -> Value {
    let time = iso_lambda(function.modified_millis);
    json!({
        "FunctionUrl": format!("https://{}.lambda-url.on.aws/", function.sha256.trim_end_matches('=')),
        "FunctionArn": function.arn,
        "CreationTime": time,
        "LastModifiedTime": time,
        "AuthType": auth,
        "InvokeMode": "BUFFERED",
    })
}
