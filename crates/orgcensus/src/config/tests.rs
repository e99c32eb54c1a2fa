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
        ("[role]\nnmae = \"x\"", &["crawl.toml:2:1", "nmae", "expected one of", "`name`"][..]),
        ("[limits]\n\naccounts_at_once = \"many\"", &["crawl.toml:3:20", "accounts_at_once", "expected usize"]),
        ("[lake]\nmin_coverage = 2", &["crawl.toml", "lake.min_coverage", "0 to 1"]),
        ("[select.include]\naccounts = [\"123\"]", &["crawl.toml", "accounts", "12 digits"]),
        ("[organization]\nid = \"r-1234\"", &["crawl.toml", "organization.id", "o- and 10 to 32"]),
        ("[role]\nname = ", &["crawl.toml:2", "name ="]),
        ("[role]\npath = \"x\"", &["role.path", "slash"]),
        ("[telemetry]\ncloudwatch_namespace = \"AWS/x\"", &["telemetry.cloudwatch_namespace", "AWS's own"]),
        ("[thresholds]\nidle_dyas = 60", &["crawl.toml:2:1", "unknown threshold `idle_dyas`", "`idle_days`"]),
        ("[thresholds]\n\nidle_days = -1", &["crawl.toml:3:13", "idle_days", "expected u32"]),
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
    assert!(error.starts_with("ORGCENSUS_THRESHOLDS__DAYS: unknown threshold `days`"), "{error}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = "[lake]\nurl = \"a\"";
    let environment = [("ORGCENSUS_LAKE__URL", "s3://b/c"), ("ORGCENSUS_LIMITS__TASK_SECONDS", "7"), ("HOME", "x")];
    let config = parse(text, &environment).unwrap();
    assert_eq!((config.lake.url.as_str(), config.limits.task_seconds), ("s3://b/c", 7));
    parse(text, &[("ORGCENSUS_LOG", "aws_config=debug")]).unwrap();
    let error = parse(text, &[("ORGCENSUS_LAKE__URI", "x")]).unwrap_err();
    assert!(error.contains("ORGCENSUS_LAKE__URI") && error.contains("uri"), "{error}");
}
