//! What the example says, what bad files are told, and what the environment overrides.

use super::*;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::parse(text, "crawl.toml", environment).map_err(|failure| failure.to_string())
}

#[test]
fn the_example_parses_and_says_the_defaults() {
    let example = include_str!("../../../../config/orgcensus.example.toml");
    let config = parse(example, &[]).unwrap();
    assert_eq!(format!("{:?}", config.limits), format!("{:?}", Limits::default()));
    assert_eq!(format!("{:?}", config.aws), format!("{:?}", Aws::default()));
    assert_eq!(config.role.arn_template(), "arn:{partition}:iam::{account_id}:role/orgcensus");
}

#[test]
fn bad_files_name_file_line_key_and_what_was_expected() {
    for (text, words) in [
        ("[role]\nnmae = \"x\"", &["crawl.toml:2:1: role.nmae: ", "expected one of", "`name`"][..]),
        ("[aws]\nhome_region = 5", &["crawl.toml:2:15: aws.home_region: ", "expected a string"]),
        ("[select]\nregions = [\"a\",\n  7]", &["crawl.toml:3:3: select.regions[1]: ", "expected a string"]),
        ("lake = 5", &["crawl.toml:1:8: lake: ", "expected a table"]),
        ("[lake]\nmin_coverage = \"x\"", &["crawl.toml:2:16: lake.min_coverage: ", "expected a number"]),
        ("lake = [\"s3://b/c\"]", &["crawl.toml:1:1: lake: expected a table, [lake]"]),
        (
            "[select]\ncollectors = [\"sqs_queues\",\n  \"sqs_quees\"]",
            &[
                "crawl.toml:3:3: select.collectors[1]: ",
                "\"sqs_quees\"; the nearest is sqs_queues",
                "tables --collectors",
            ],
        ),
        ("[awss]\nx = 1", &["crawl.toml:1:2: awss: ", "expected one of", "`aws`"]),
        (
            "[role]\nname = \"arn:aws:iam::111122223333:role/x\"",
            &["crawl.toml:2:1: role.name: ", "expected a role's name", "role.arn takes an ARN"],
        ),
        (
            "[limits]\n\naccounts_at_once = \"many\"",
            &["crawl.toml:3:20", "accounts_at_once", "expected a whole number"],
        ),
        ("[lake]\nmin_coverage = 2", &["crawl.toml", "lake.min_coverage", "0 to 1"]),
        ("[select.include]\naccounts = [\"123\"]", &["crawl.toml", "accounts", "12 digits"]),
        (
            "[select.include]\naccounts = [\"111122223333\",\n  \"123\"]",
            &["crawl.toml:3:3: select.include.accounts[1]: \"123\"", "12 digits"],
        ),
        ("[lake]\n\nexpected_bucket_owner = \"1\"", &["crawl.toml:3:1: lake.expected_bucket_owner", "12 digits"]),
        (
            "[[role_chain]]\npath = \"/\"\n[[role_chain]]\npath = \"x\"",
            &["crawl.toml:4:1: role_chain[1].path", "slash"],
        ),
        ("[organization]\nid = \"r-1234\"", &["crawl.toml", "organization.id", "o- and 10 to 32"]),
        ("[role]\nname = ", &["crawl.toml:2", "name ="]),
        ("[role]\npath = \"x\"", &["role.path", "slash"]),
        ("[telemetry]\ncloudwatch_namespace = \"AWS/x\"", &["telemetry.cloudwatch_namespace", "AWS's own"]),
        ("[thresholds]\nidle_dyas = 60", &["crawl.toml:2:1", "unknown threshold `idle_dyas`", "`idle_days`"]),
        ("[thresholds]\n\nidle_days = -1", &["crawl.toml:3:13", "idle_days", "expected a whole number from 0 to "]),
        ("[rules.priorities]\nD9 = \"huge\"", &["crawl.toml:2", "\"huge\" is no priority", "critical"]),
        ("[rules.priorities]\nD99 = \"info\"", &["crawl.toml:2:1: rules.priorities.D99: find rule D99; "]),
        ("[rules.priorities]\nD = \"info\"", &["crawl.toml:2:1: rules.priorities.D: a part's letter"]),
        ("[rules]\ndir = \"no/such\"", &["failed to read folder no/such: "]),
        ("[critical]\ntag_values = [\"secret\"]", &["crawl.toml:2:1: critical.tag_values", "needs tag_key"]),
        ("[critical]\n\ntag_key = \"\"", &["crawl.toml:3:1: critical.tag_key", "1 to 128"]),
        ("[critical]\ntag = \"data\"", &["crawl.toml:2:1", "tag", "expected `tag_key`"]),
        ("[telemetry]\nendpoint = \"x\"", &["crawl.toml:2:1", "endpoint", "expected `report`"]),
    ] {
        let error = parse(text, &[]).unwrap_err();
        words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in {error:?}"));
    }
}

#[test]
fn thresholds_are_those_of_questions() {
    let text = "[thresholds]\nidle_days = 60";
    let numbers = |config: Config| config.thresholds().into_iter().collect::<Vec<_>>();
    assert_eq!(numbers(parse(text, &[]).unwrap()), [("idle_days".to_owned(), 60)]);
    let config = parse(text, &[("ORGCENSUS_THRESHOLDS__IDLE_DAYS", "30")]).unwrap();
    assert_eq!(numbers(config), [("idle_days".to_owned(), 30)]);
    let error = parse(text, &[("ORGCENSUS_THRESHOLDS__DAYS", "30")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_THRESHOLDS__DAYS: thresholds.days: unknown threshold `days`"), "{error}");
}

#[test]
fn what_is_critical_is_said_by_a_tag_and_by_nothing_else() {
    assert!(parse("", &[]).unwrap().critical.tag().is_none());
    let tag = |text: &str, environment: &[(&str, &str)]| parse(text, environment).unwrap().critical.tag().unwrap();
    let any = tag("[critical]\ntag_key = \"class\"", &[]);
    assert!(any.is_met("class", "public") && !any.is_met("Class", "public"), "case counts");
    let some = tag("[critical]\ntag_key = \"class\"", &[("ORGCENSUS_CRITICAL__TAG_VALUES", "secret,pii")]);
    assert_eq!(["secret", "pii", "public"].map(|value| some.is_met("class", value)), [true, true, false]);
    let long = format!("[critical]\ntag_key = \"class\"\ntag_values = [\"a\", \"{}\"]", "b".repeat(257));
    let error = parse(&long, &[]).unwrap_err();
    assert!(error.starts_with("crawl.toml:3:20: critical.tag_values[1]: ") && error.contains("256"), "{error}");
}

#[test]
fn priorities_are_those_of_rules() {
    let text = "[rules.priorities]\nD9 = \"notice\"\nD6 = \"error\"";
    let config = parse(text, &[("ORGCENSUS_RULES__PRIORITIES__D9", "info")]).unwrap();
    let found: Vec<_> = config.priorities().into_iter().map(|(id, it)| format!("{id} {it}")).collect();
    assert_eq!(found, ["D6 error", "D9 info"]);
    let error = parse(text, &[("ORGCENSUS_RULES__PRIORITIES__D9", "huge")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_RULES__PRIORITIES__D9: ") && error.contains("is no priority"), "{error}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = "[lake]\nurl = \"a\"";
    let environment = [("ORGCENSUS_LAKE__URL", "s3://b/c"), ("ORGCENSUS_LIMITS__TASK_SECONDS", "7"), ("HOME", "x")];
    let config = parse(text, &environment).unwrap();
    assert_eq!((config.lake.url.as_str(), config.limits.task_seconds), ("s3://b/c", 7));
    let error = parse(text, &[("ORGCENSUS_LIMITS__TASK_SECONDS", "soon")]).unwrap_err();
    assert!(
        error.contains("ORGCENSUS_LIMITS__TASK_SECONDS") && error.contains("expected a whole number from 0"),
        "{error}"
    );
    let error = parse(text, &[("ORGCENSUS_LIMITS__TASK_SECONDS", "-1")]).unwrap_err();
    assert!(error.contains("-1") && error.contains("expected a whole number from 0"), "{error}");
    let error = parse(text, &[("ORGCENSUS_SELECT__COLLECTORS", "sqs_quees")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_SELECT__COLLECTORS: select.collectors[0]: unknown collector"), "{error}");
    let error = parse(text, &[("ORGCENSUS_LAKE", "s3://b/c")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_LAKE: lake: expected a table"), "{error}");
    let error = parse(text, &[("ORGCENSUS_SELECT__INCLUDE__ACCOUNTS", "111122223333,1")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_SELECT__INCLUDE__ACCOUNTS: select.include.accounts[1]: "), "{error}");
    parse(text, &[("ORGCENSUS_LOG", "aws_config=debug")]).unwrap();
    let error = parse(text, &[("ORGCENSUS_LAKE__URI", "x")]).unwrap_err();
    assert!(error.contains("ORGCENSUS_LAKE__URI") && error.contains("uri"), "{error}");
}

#[test]
fn a_variable_is_read_by_the_type_of_its_key() {
    let environment = [
        ("ORGCENSUS_ROLE__EXTERNAL_ID", "12345"),
        ("ORGCENSUS_ROLE__SESSION_NAME", "true"),
        ("ORGCENSUS_ROLE__SESSION_TAGS", "{ team = \"security\" }"),
        ("ORGCENSUS_LAKE__EXPECTED_BUCKET_OWNER", "111122223333"),
        ("ORGCENSUS_LAKE__KMS_KEY_ID", "\"in quotes\""),
        ("ORGCENSUS_LAKE__MIN_COVERAGE", "1"),
        ("ORGCENSUS_LAKE__USE_UMASK", "true"),
        ("ORGCENSUS_SELECT__REGIONS", "eu-west-1,us-east-1"),
        ("ORGCENSUS_SELECT__COLLECTORS", "sqs_queues"),
        ("ORGCENSUS_SELECT__EXCLUDE_COLLECTORS", ""),
        ("ORGCENSUS_SELECT__INCLUDE__ACCOUNTS", "111122223333"),
        ("ORGCENSUS_SELECT__EXCLUDE__ACCOUNTS", "[\"111122223333\"]"),
        ("ORGCENSUS_ORGANIZATION__OWN_ACCOUNT", "role"),
        ("ORGCENSUS_CATALOG__DATABASE", "7"),
    ];
    let Config { role, lake, select, organization, catalog, .. } = parse("", &environment).unwrap();
    assert_eq!((role.external_id.as_deref(), role.session_name.as_str()), (Some("12345"), "true"));
    assert_eq!(role.session_tags.get("team").map(String::as_str), Some("security"));
    assert_eq!(lake.expected_bucket_owner.as_deref(), Some("111122223333"));
    assert_eq!((lake.kms_key_id.as_deref(), lake.use_umask), (Some("in quotes"), true));
    assert!((lake.min_coverage - 1.0).abs() < f64::EPSILON);
    assert!(select.regions.iter().eq(["eu-west-1", "us-east-1"]) && select.collectors.iter().eq(["sqs_queues"]));
    assert!(select.exclude_collectors.is_empty());
    assert!(select.include.accounts.iter().eq(["111122223333"]) && select.exclude.accounts.iter().eq(["111122223333"]));
    assert_eq!(organization.own_account, OwnAccount::Role);
    assert_eq!(catalog.unwrap().database.as_deref(), Some("7"));
}

#[test]
fn every_value_says_where_it_came_from_and_no_secret() {
    let text =
        "[role]\nexternal_id = \"hidden\"\n\n[select]\nregions = [\"eu-west-1\"]\n[[role_chain]]\narn = \"arn:x\"\n";
    let environment =
        [("ORGCENSUS_LAKE__URL", "s3://b/c"), ("ORGCENSUS_NOTIFY__WEBHOOK", "https://hooks.example.com/T0/x")];
    let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let layers = Layers::parse(text, "crawl.toml", environment.into_iter()).unwrap();
    let entries = layers.entries();
    let found = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key).unwrap_or_else(|| panic!("no {key}"));
        (entry.value.clone().unwrap_or_default(), entry.origin.clone())
    };
    let of = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(found("role.external_id"), of("set", "crawl.toml:2:1"));
    assert_eq!(found("notify.webhook"), of("set", "ORGCENSUS_NOTIFY__WEBHOOK"));
    assert_eq!(found("select.regions"), of("[\"eu-west-1\"]", "crawl.toml:5:1"));
    assert_eq!(found("role_chain[0].arn"), of("\"arn:x\"", "crawl.toml:7:1"));
    assert_eq!(found("lake.url"), of("\"s3://b/c\"", "ORGCENSUS_LAKE__URL"));
    assert_eq!(found("limits.task_seconds"), of("1800", "default"));
    assert_eq!(found("lake.region"), of("", "default"));
    assert_eq!(found("role.session_tags"), of("{}", "default"));
}

#[test]
fn whom_to_tell_is_checked_and_a_webhook_is_never_shown() {
    for (text, words) in [
        ("[notify]\neach = \"critical\"", &["crawl.toml:1:", "notify: it names none of event_bus"][..]),
        ("[notify]\n\ntopic = \"census\"", &["crawl.toml:3:1: notify.topic", "arn:aws:sns:"]),
        ("[notify]\nevent_bus = \"default\"", &["crawl.toml:2:1: notify.event_bus", "event-bus/"]),
        ("[notify]\nwebhook = \"http://a.example/hidden\"", &["crawl.toml:2:1: notify.webhook", "https://"]),
        ("[notify]\nwebhook = \"https://a.example/hidden", &["crawl.toml:2:", "webhook = …"]),
        ("notify = { webhook = \"https://a.example/hidden\", each = \"high\" }", &["crawl.toml:1:", "notify = …"]),
        ("[notify]\neach = \"high\"", &["crawl.toml:2:", "expected one of", "`critical`"]),
    ] {
        let error = parse(text, &[]).unwrap_err();
        words.iter().for_each(|word| assert!(error.contains(word), "{word:?} is not in {error:?}"));
        assert!(!error.contains("hidden"), "{error}");
    }
    let error = parse("", &[("ORGCENSUS_NOTIFY__WEBHOOK", "ftp://a.example/hidden")]).unwrap_err();
    assert!(error.starts_with("ORGCENSUS_NOTIFY__WEBHOOK: notify.webhook: ") && !error.contains("hidden"), "{error}");
}
