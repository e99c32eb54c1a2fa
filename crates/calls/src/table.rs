//! The table of calls: `data/calls.tsv`, made by `scripts/calls` from the models of botocore, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../data/calls.tsv");

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON in, JSON out; the operation is a header.
    Json10,
    /// The same, with another content type.
    Json11,
    /// A form in, XML out.
    Query,
    /// EC2's kind of that.
    Ec2,
    /// Method and path say the operation; JSON out.
    RestJson,
    /// Method and path say the operation; XML out.
    RestXml,
}

impl Protocol {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "json1.0" => Self::Json10,
            "json1.1" => Self::Json11,
            "query" => Self::Query,
            "ec2" => Self::Ec2,
            "rest-json" => Self::RestJson,
            "rest-xml" => Self::RestXml,
            _ => return None,
        })
    }

    /// Whether answers are XML; all others are JSON.
    pub fn is_xml(self) -> bool {
        matches!(self, Self::Query | Self::Ec2 | Self::RestXml)
    }
}

/// A service.
#[derive(Debug)]
pub struct Service {
    /// The service by its SDK's name, `secretsmanager`. Calls of S3 Control that go elsewhere than the others are a
    /// service of their own: `s3expresscontrol`, `s3outpostscontrol`.
    pub name: &'static str,
    /// The service's id, `Secrets Manager`.
    pub id: &'static str,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Whether it spoke forms once, and gives its old error codes only when asked to.
    pub had_forms: bool,
    /// The version of its API, for forms; empty for others.
    pub api_version: &'static str,
    /// What stands before the operation in the header `x-amz-target`, for JSON; empty for others.
    pub target_prefix: &'static str,
    /// The first word of its host, `api.ecr`.
    pub host: &'static str,
    /// The name that signatures are for, `ecr`.
    pub signing_name: &'static str,
}

/// Where an input goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Where the protocol has it: in the body, or in the query of a GET.
    Usual,
    /// In the query, though the request has a body.
    Query,
    /// In this header.
    Header(&'static str),
}

/// One input of an operation that is not in its path.
#[derive(Debug)]
pub struct Input {
    /// Its name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// Whether the model requires it.
    pub is_required: bool,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its service.
    pub service: &'static Service,
    /// `ListSecrets`.
    pub name: &'static str,
    /// `GET`, `POST` …
    pub method: &'static str,
    /// The template of its path and query, `/2015-03-31/functions/{FunctionName}/policy`.
    pub uri: &'static str,
    /// Its inputs, without those in the path.
    pub inputs: Vec<Input>,
    /// The inputs that ask for the next page. Empty: it has no pages.
    pub tokens_in: Vec<&'static str>,
    /// Where the answer has their values, in the same order; members within members are `A.B`.
    pub tokens_out: Vec<&'static str>,
    /// The answer's member that says whether there is a next page, where it has one.
    pub more: Option<&'static str>,
    /// The input that bounds a page.
    pub limit: Option<&'static str>,
    /// The largest page that the model allows.
    pub limit_max: Option<u32>,
    /// The root of its body, where that is XML.
    pub body: Option<Root>,
    /// The root of its answer, where the protocol does not say it.
    pub answer: Option<&'static str>,
}

/// The root element of a request's XML.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    /// The element's name.
    pub name: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
}

/// A partition: what its hosts end with.
#[derive(Debug)]
pub struct Partition {
    /// `aws-us-gov`.
    pub id: &'static str,
    /// How its regions begin, `us-gov-`.
    prefixes: Vec<String>,
    /// What hosts end with, `amazonaws.com`.
    pub dns: &'static str,
    /// What dual-stack hosts end with, `api.aws`.
    pub dual_stack_dns: &'static str,
    /// The region of its global services, `us-gov-west-1`.
    pub global_region: &'static str,
    /// Whether it has FIPS hosts.
    pub has_fips: bool,
    /// Whether it has dual-stack hosts.
    pub has_dual_stack: bool,
}

impl Partition {
    /// Whether a region is of this partition, whether it is known or not.
    fn holds(&self, region: &str) -> bool {
        let is_numbered = region.rsplit('-').next().is_some_and(|last| last.parse::<u32>().is_ok());
        is_numbered && self.prefixes.iter().any(|prefix| region.starts_with(prefix))
    }
}

/// A host that is not as the rule has it.
#[derive(Debug)]
pub(crate) struct Exception {
    /// None: there is no such host.
    pub(crate) host: Option<&'static str>,
    pub(crate) signing_region: Option<&'static str>,
}

struct Table {
    partitions: Vec<Partition>,
    services: HashMap<&'static str, &'static Service>,
    /// By service and name.
    operations: HashMap<&'static str, HashMap<&'static str, Operation>>,
    /// By what the line begins with: service, variant and place, with tabs between.
    exceptions: HashMap<String, Exception>,
}

static TABLE: LazyLock<Table> = LazyLock::new(read);

/// A service by its SDK's name.
pub fn service(name: &str) -> Option<&'static Service> {
    TABLE.services.get(name).copied()
}

/// All services of the table, in no order.
pub fn services() -> impl Iterator<Item = &'static Service> {
    TABLE.services.values().copied()
}

/// An operation by its service's SDK's name and its own.
pub fn operation(service: &str, name: &str) -> Option<&'static Operation> {
    TABLE.operations.get(service)?.get(name)
}

/// All operations of the table, in no order.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    TABLE.operations.values().flat_map(HashMap::values)
}

/// The partition of a region: that of its name's form; of a form that nobody knows the first, as AWS's SDKs take it.
pub(crate) fn partition(region: &str) -> &'static Partition {
    let partitions = &TABLE.partitions;
    // The longest prefix wins: `us-gov-` before `us-`.
    let longest =
        |it: &&Partition| it.prefixes.iter().filter(|prefix| region.starts_with(*prefix)).map(String::len).max();
    partitions.iter().filter(|it| it.holds(region)).max_by_key(longest).unwrap_or(&partitions[0])
}

/// The exception of a service, where it has one of this variant at a place: a region, a partition, `*`.
pub(crate) fn exception(service: &str, variant: &str, place: &str) -> Option<&'static Exception> {
    TABLE.exceptions.get(&[service, variant, place].join("\t"))
}

fn read() -> Table {
    let mut table = Table {
        partitions: Vec::new(),
        services: HashMap::new(),
        operations: HashMap::new(),
        exceptions: HashMap::new(),
    };
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split('\t');
        let kind = words.next();
        let mut next = || words.next().unwrap_or_default();
        match kind {
            Some("partition") => table.partitions.push(partition_of(&mut next)),
            Some("service") => {
                let service: &'static Service = Box::leak(Box::new(service_of(&mut next)));
                table.services.insert(service.name, service);
            }
            Some("endpoint") => {
                let key = [next(), next(), next()].join("\t");
                let host = Some(next()).filter(|host| *host != "-");
                table.exceptions.insert(key, Exception { host, signing_region: optional(next()) });
            }
            Some("call") => {
                let service = table.services.get(next()).copied();
                let operation = operation_of(service.unwrap_or_else(|| broken(line)), &mut next);
                table.operations.entry(operation.service.name).or_default().insert(operation.name, operation);
            }
            _ => broken(line),
        }
    }
    table
}

/// The table is part of the program: a line that is none is a bug.
fn broken(line: &str) -> ! {
    panic!("calls.tsv has a line that is none: {line}")
}

fn partition_of(next: &mut impl FnMut() -> &'static str) -> Partition {
    let (id, pattern) = (next(), next());
    let (dns, dual_stack_dns, global_region) = (next(), next(), next());
    let (has_fips, has_dual_stack) = (next() == "fips", next() == "dual");
    Partition { id, prefixes: prefixes(pattern), dns, dual_stack_dns, global_region, has_fips, has_dual_stack }
}

/// How the regions of a pattern begin: `^(us|eu)\-\w+\-\d+$` are `us-` and `eu-`, `^us\-gov\-\w+\-\d+$` is `us-gov-`.
fn prefixes(pattern: &str) -> Vec<String> {
    let plain = pattern.trim_start_matches('^').replace("\\-", "-");
    let plain = plain.split("\\w").next().unwrap_or_default();
    match plain.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?))) {
        Some((before, (choices, after))) => {
            choices.split('|').map(|choice| format!("{before}{choice}{after}")).collect()
        }
        None => vec![plain.to_owned()],
    }
}

fn service_of(next: &mut impl FnMut() -> &'static str) -> Service {
    let (name, id, protocol) = (next(), next(), next());
    let (word, had_forms) = protocol.strip_suffix("+query").map_or((protocol, false), |word| (word, true));
    let protocol = Protocol::named(word).unwrap_or_else(|| broken(name));
    let (api_version, target_prefix, host, signing_name) = (next(), next(), next(), next());
    let signing_name = if signing_name.is_empty() { host } else { signing_name };
    Service { name, id, protocol, had_forms, api_version, target_prefix, host, signing_name }
}

fn operation_of(service: &'static Service, next: &mut impl FnMut() -> &'static str) -> Operation {
    let listed = |text: &'static str, separator| text.split(separator).filter(|it: &&str| !it.is_empty()).collect();
    let or = |text: &'static str, other| if text.is_empty() { other } else { text };
    let (name, method, uri) = (next(), next(), next());
    let inputs = next().split(' ').filter(|it| !it.is_empty()).map(input_of).collect();
    let (tokens_in, tokens_out) = (listed(next(), ','), listed(next(), ','));
    let (more, limit) = (next(), next());
    Operation {
        service,
        name,
        method: or(method, "POST"),
        uri: or(uri, "/"),
        inputs,
        tokens_in,
        tokens_out,
        more: optional(more),
        limit: optional(limit),
        limit_max: next().parse().ok(),
        body: next().split_once(' ').map(|(name, namespace)| Root { name, namespace }),
        answer: optional(next()),
    }
}

fn optional(text: &'static str) -> Option<&'static str> {
    Some(text).filter(|it| !it.is_empty())
}

/// `?name`: in the query; `name^header`: in a header; `name!`: required.
fn input_of(word: &'static str) -> Input {
    let (word, is_required) = word.strip_suffix('!').map_or((word, false), |word| (word, true));
    let (name, place) = match (word.strip_prefix('?'), word.split_once('^')) {
        (Some(name), _) => (name, Place::Query),
        (_, Some((name, header))) => (name, Place::Header(header)),
        _ => (word, Place::Usual),
    };
    Input { name, place, is_required }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_a_call_is() {
        let queues = operation("sqs", "ListQueues").unwrap();
        assert_eq!((queues.method, queues.uri, queues.service.had_forms), ("POST", "/", true));
        assert_eq!(
            (queues.tokens_in.as_slice(), queues.tokens_out.as_slice()),
            (&["NextToken"][..], &["NextToken"][..])
        );
        let policy = operation("lambda", "GetPolicy").unwrap();
        assert_eq!((policy.method, policy.inputs[0].name, policy.tokens_in.len()), ("GET", "Qualifier", 0));
        let point = operation("s3control", "GetAccessPoint").unwrap();
        assert_eq!(point.inputs[0].place, Place::Header("x-amz-account-id"));
        assert!(point.inputs[0].is_required);
        assert_eq!(operation("kms", "ListKeys").unwrap().more, Some("Truncated"));
        assert_eq!(operation("kms", "ListKeys").unwrap().limit_max, Some(1000));
        assert!(operation("sqs", "DeleteQueue").is_none() && service("nosuch").is_none());
    }

    #[test]
    fn a_region_is_of_the_partition_of_its_form() {
        for (region, id) in [
            ("eu-west-1", "aws"),
            ("mx-central-1", "aws"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-west-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("eusc-de-east-1", "aws-eusc"),
            ("cn-north-7", "aws-cn"),
            ("xx-north-9", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(partition(region).id, id, "{region}");
        }
    }
}
