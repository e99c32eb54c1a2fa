//! The cases of the list of ten minutes: of each point that has some, or has subjects of which it is not known, the
//! first rows. A point whose cases stand elsewhere on the page is left out.

use orgcensus_answers::{Kind, Population, Question, Share, Standing};

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Column, Table};
use crate::ranked::{Listed, Rank, cases, key};

pub(crate) const SECTION: Declared = Declared {
    id: "points",
    title: "Cases of the list of ten minutes",
    is_brief: false,
    read: |asked| Box::pin(read(asked)),
};

/// Points whose cases are a list of another section.
const ELSEWHERE: [&str; 1] = ["E5"];

/// Cases of a point. Each of 20 points may have some, and the page is for ten minutes.
const CASES_MAX: usize = 50;

const FACT_NOTE: &str = "First comes what is found; then that of which it is not known.";

/// The lists among the points. Each row of them is a case.
static LISTS: [(&str, Rank<'static>); 3] = [
    (
        "E8",
        Rank {
            columns: &[
                Column::text("arn", "rule"),
                Column::account(),
                Column::text("account_name", "account's name"),
                Column::text("region", "region"),
                Column::text("group_name", "group"),
                Column::text("ip_protocol", "protocol"),
                Column::number("from_port", "from port"),
                Column::number("to_port", "to port"),
                Column::text("cidr_ipv4", "IPv4"),
                Column::text("cidr_ipv6", "IPv6"),
            ],
            note: "First come rules that let in ports 22 and 3389, or all. G16 and G17 say what is reached by them.",
            subject: None,
            severity: "CASE
        WHEN listed.allows_all_protocols OR 22 BETWEEN listed.from_port AND listed.to_port
          OR 3389 BETWEEN listed.from_port AND listed.to_port THEN 0
        ELSE 1
      END",
            beside: None,
        },
    ),
    (
        "E9",
        Rank {
            columns: &[
                Column::text("arn", "network ACL"),
                Column::account(),
                Column::text("account_name", "account's name"),
                Column::text("region", "region"),
                Column::text("vpc_id", "VPC"),
                Column::flag("is_default", "is the VPC's default"),
                Column::number("subnet_count", "subnets"),
                Column::flag("lets_everything_out", "lets everything out too"),
            ],
            note: "First come those that stand before subnets.",
            subject: None,
            severity: "CASE WHEN listed.subnet_count > 0 THEN 0 ELSE 1 END",
            beside: None,
        },
    ),
    (
        "E10",
        Rank {
            columns: &[
                Column::text("arn", "endpoint"),
                Column::account(),
                Column::text("account_name", "account's name"),
                Column::text("region", "region"),
                Column::text("service_name", "of"),
                Column::text("endpoint_type", "type"),
                Column::text("vpc_id", "VPC"),
            ],
            note: "All are alike.",
            subject: None,
            severity: "0",
            beside: None,
        },
    ),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let words = "What is found by each point, the first rows of it. The statement of a list gives all of them.";
    let mut blocks = vec![Block::Words(words.to_owned())];
    let questions = asked.questions(&["E"])?;
    for line in asked.points.iter().filter(|line| !ELSEWHERE.contains(&line.id)) {
        let count = line.standing.as_ref().map_or(0, row_count);
        if let Some(question) = questions.iter().find(|it| it.id == line.id && count > 0)
            && let Some(table) = table(asked, question, count).await?
        {
            blocks.push(Block::Table(table));
        }
    }
    Ok(if blocks.len() > 1 { blocks } else { Vec::new() })
}

/// Cases, and subjects of which it is not known; none of what could not be asked.
fn row_count(standing: &Standing) -> u64 {
    if standing.error.is_some() { 0 } else { standing.case_count + standing.unknown_count.unwrap_or_default() }
}

async fn table(asked: &Asked, question: &Question, count: u64) -> Result<Option<Table>> {
    let table = match &question.kind {
        Kind::List { .. } => {
            let Some((_, rank)) = LISTS.iter().find(|(id, _)| *id == question.id) else { return Ok(None) };
            cases(asked, question, rank, &first_of(question, &question.cases(), count)).await?
        }
        Kind::Fact { subject, shares } => {
            let shares: Vec<&Share> =
                shares.iter().filter(|it| !matches!(it.of, Population::Organizations(_))).collect();
            let (columns, severity) = (columns(subject), severity(&shares));
            let note = note(question, &shares);
            let rank = Rank { columns: &columns, note: &note, subject: None, severity: &severity, beside: None };
            cases(asked, question, &rank, &first_of(question, &listed(question, &shares), count)).await?
        }
    };
    Ok(Some(Table { title: format!("{}: {}", question.id, table.title), ..table }))
}

/// The first of so many cases, by a statement of them.
fn first_of<'a>(question: &'a Question, sql: &'a str, count: u64) -> Listed<'a> {
    Listed { sql, key: key(question), rows_max: CASES_MAX, count: Some(count) }
}

/// The columns that name a subject, its ARN first, and as what it is found.
fn columns(subject: &[&'static str]) -> Vec<Column> {
    let of = |&name: &&'static str| match name {
        "account_id" => Column::account(),
        "account_name" => Column::text(name, "account's name"),
        // Of an origin of CloudFront.
        "reason" => Column::words(name, head(name), "origin"),
        name if name.ends_with("_days") || name.ends_with("_count") => Column::number(name, head(name)),
        name => Column::text(name, head(name)),
    };
    // Each organization has a report of its own.
    let named = subject.iter().filter(|name| **name != "organization_id").map(of);
    let (arn, others): (Vec<Column>, Vec<Column>) = named.partition(|column| column.name.ends_with("arn"));
    arn.into_iter().chain(others).chain([Column::text("found_as", "found as")]).collect()
}

/// A subject's column in words.
fn head(name: &'static str) -> &'static str {
    match name {
        "access_key_1_last_used_days" => "days since the use of its first key",
        "access_key_2_last_used_days" => "days since the use of its second key",
        "access_key_id" => "access key",
        "arn" | "resource_arn" | "subject_arn" => "what",
        "attached_policy_count" => "attached policies",
        "detail" => "by what",
        "distribution_arn" => "distribution",
        "domain_name" => "its host",
        "identity_arn" => "identity",
        "identity_type" | "resource_type" | "subject_type" => "type",
        "image_digest" => "image",
        "inline_policy_count" => "inline policies",
        "log_source" => "of what",
        "origin_id" => "origin",
        "password_last_used_days" => "days since the use of its password",
        "reason" => "why",
        "recorder_name" => "recorder",
        "response_plan_count" => "response plans",
        "user_name" => "user",
        name => name,
    }
}

/// A share in a word or two: its definition; where that tells nothing apart, its population, if there are others.
fn label(question: &Question, shares: &[&Share], share: &Share) -> String {
    let word = match (share.of, share.definition) {
        (Population::Subjects(population), "lake" | "study") if shares.len() > 1 => population.to_owned(),
        (Population::Subjects(_) | Population::Each(_), "lake" | "study") => "found".to_owned(),
        (_, definition) => question.filled(definition),
    };
    word.replace('_', " ")
}

/// The condition under which a row of a table is in a share's population.
fn within(share: &Share, table: &str) -> String {
    share.within.map_or(String::new(), |column| format!("{table}.{column} AND "))
}

/// The cases, each with the shares in which it is found, and those of which it is not known.
fn listed(question: &Question, shares: &[&Share]) -> String {
    let mut words = Vec::new();
    for share in shares {
        let (label, within) = (label(question, shares, share).replace('\'', "''"), within(share, "cases"));
        words.push(format!("CASE WHEN {within}cases.{} THEN '{label}' END", share.is_so));
        words.push(format!("CASE WHEN {within}cases.{} IS NULL THEN 'not known: {label}' END", share.is_so));
    }
    let (words, cases) = (words.join(",\n    "), question.cases());
    format!("SELECT\n  cases.*,\n  concat_ws('; ',\n    {words}) AS found_as\nFROM (\n{cases}\n) AS cases")
}

/// What is found comes before what is not known.
fn severity(shares: &[&Share]) -> String {
    let is_so = |share: &&Share| format!("{}listed.{}", within(share, "listed"), share.is_so);
    let any = shares.iter().map(|share| format!("({})", is_so(share))).collect::<Vec<_>>().join(" OR ");
    format!("CASE WHEN {any} THEN 0 ELSE 1 END")
}

/// What each of the words of the last column means.
fn note(question: &Question, shares: &[&Share]) -> String {
    let mut words: Vec<String> = Vec::new();
    for share in shares {
        let meaning = format!("{}: {}.", label(question, shares, share), question.filled(share.fact));
        if !words.contains(&meaning) {
            words.push(meaning);
        }
    }
    format!("{FACT_NOTE} {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::select;

    use super::*;

    fn question(id: &str) -> Question {
        select(&[id]).unwrap()[0].clone()
    }

    #[test]
    fn every_point_can_show_its_cases() {
        for question in select(&["E"]).unwrap() {
            match &question.kind {
                Kind::List { key } => {
                    assert!(LISTS.iter().any(|(id, _)| *id == question.id), "{} has no columns", question.id);
                    assert_eq!(*key, ["arn"], "{}", question.id);
                }
                Kind::Fact { subject, .. } => {
                    assert!(subject.contains(&"account_id"), "{} is of no account", question.id);
                    for name in subject.iter().filter(|name| name.contains('_')) {
                        let is_place = ["organization_id", "account_id", "account_name"].contains(name);
                        assert!(is_place || head(name) != *name, "{}: {name} is in no words", question.id);
                    }
                }
            }
        }
        assert!(ELSEWHERE.iter().all(|id| !question(id).is_list()));
    }

    #[test]
    fn a_case_says_as_what_it_is_found() {
        let question = question("E7");
        let Kind::Fact { shares, subject } = &question.kind else { panic!("{question:?}") };
        let shares: Vec<&Share> = shares.iter().collect();
        let sql = listed(&question, &shares);
        assert!(sql.contains("CASE WHEN cases.is_reached THEN 'reached' END,"), "{sql}");
        let unknown = "CASE WHEN cases.is_publicly_accessible IS NULL THEN 'not known: publicly accessible' END";
        assert!(sql.contains(unknown), "{sql}");
        let rank = "CASE WHEN (listed.is_reached) OR (listed.is_publicly_accessible) THEN 0 ELSE 1 END";
        assert_eq!(severity(&shares), rank);
        let words = note(&question, &shares);
        assert!(words.contains(" reached: RDS instances that the internet reaches. publicly accessible: "), "{words}");
        let names: Vec<&str> = columns(subject).iter().map(|it| it.name).collect();
        assert_eq!(names, ["arn", "account_id", "account_name", "region", "found_as"]);
    }

    #[test]
    fn a_share_of_a_part_counts_that_part_alone() {
        let question = question("E16");
        let Kind::Fact { shares, .. } = &question.kind else { panic!("{question:?}") };
        let shares: Vec<&Share> = shares.iter().collect();
        assert!(
            listed(&question, &shares).contains("CASE WHEN cases.is_function AND cases.is_so THEN 'functions' END")
        );
        assert!(severity(&shares).contains("(listed.is_project AND listed.is_so)"), "{}", severity(&shares));
        let (of_others, alone) = (label(&question, &shares, shares[0]), label(&question, &shares[..1], shares[0]));
        assert_eq!((of_others.as_str(), alone.as_str()), ("functions", "found"));
    }

    #[test]
    fn a_point_without_a_case_has_rows_only_if_something_is_not_known() {
        let count = |case_count, unknown_count, error: Option<&str>| {
            row_count(&Standing {
                case_count,
                unknown_count,
                coverage_percent: None,
                is_whole: false,
                places: Vec::new(),
                error: error.map(str::to_owned),
            })
        };
        assert_eq!([count(1, Some(0), None), count(0, Some(3), None), count(2, None, None)], [1, 3, 2]);
        assert_eq!([count(0, Some(0), None), count(0, None, None), count(1, None, Some("find table x"))], [0; 3]);
    }
}
