//! Lambda: functions, their policies, URLs and tags. Their environments hold canaries.

use super::{Context, population, some_tags};
use crate::CANARY;
use crate::account::Account;
use crate::clock::iso_lambda;
use crate::organization::Organization;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Answer, Limits, Refusal};
use serde_json::{Map, Value, json};

const FUNCTIONS: Limits = Limits { token: "Marker", size: "MaxItems", default: 50, max: 50 };
const URLS: Limits = Limits { token: "Marker", size: "MaxItems", default: 50, max: 50 };

/// A function's URL that was made since 2025-10-01 needs both of its permissions.
const URLS_NEED_BOTH_SINCE_MILLIS: i64 = 1_759_276_800_000;

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) arn: String,
    pub(crate) policy: ResourcePolicy,
    pub(crate) url_auth: Option<&'static str>,
    name: String,
    runtime: Option<&'static str>,
    variables: Vec<&'static str>,
    has_vpc: bool,
    modified_millis: i64,
    sha256: String,
    tags: Vec<(String, String)>,
}

/// The functions of an account in a region.
pub(crate) fn functions(organization: &Organization, account: &Account, region: &str) -> Vec<Function> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "lambda", region, rates.other_resources);
    (0..count)
        .map(|number| {
            let name = format!("{}-{number}", dice.pick(&["resize", "webhook", "nightly", "authorizer"]));
            let arn = organization.arn("lambda", region, &account.id, &format!("function:{name}"));
            let subject = Subject {
                organization,
                account,
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
                modified_millis: organization.clock.days_ago(days, &mut dice),
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

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let members = match context.request.operation.as_str() {
        "ListFunctions" => {
            let page =
                context.page(&FUNCTIONS, functions(context.organization, context.account(), context.region()))?;
            let functions: Vec<_> = page.elements.iter().map(|function| configuration(context, function)).collect();
            json!({ "Functions": functions, "NextMarker": page.next })
        }
        "GetPolicy" => {
            let function = find(context, "FunctionName")?;
            let message = "The resource you requested does not exist.";
            let document = function.policy.document;
            let document = document.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))?;
            json!({ "Policy": document, "RevisionId": REVISION })
        }
        "ListFunctionUrlConfigs" => {
            let function = find(context, "FunctionName")?;
            let page = context.page(&URLS, function.url_auth.map(|auth| url(&function, auth)).into_iter().collect())?;
            json!({ "FunctionUrlConfigs": page.elements, "NextMarker": page.next })
        }
        "ListTags" => {
            let tags = find(context, "Resource")?.tags;
            json!({ "Tags": tags.into_iter().map(|(key, value)| (key, json!(value))).collect::<Map<_, _>>() })
        }
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
}

const REVISION: &str = "11111111-2222-4333-8444-555555555555";

/// The function that a name or an ARN means.
fn find(context: &Context<'_>, parameter: &str) -> Result<Function, Refusal> {
    let wanted = context.request.required(parameter)?;
    let mut functions = functions(context.organization, context.account(), context.region()).into_iter();
    let message = format!("Function not found: {wanted}");
    functions
        .find(|function| function.name == wanted || function.arn == wanted)
        .ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))
}

fn configuration(context: &Context<'_>, function: &Function) -> Value {
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
        "Role": context.organization.arn("iam", "", &context.account().id, &format!("role/{}", function.name)),
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
