//! `orgcensus catalog`: what other engines are told about the lake, printed or written to AWS Glue.

use std::io::Write;

use orgcensus_answers::{Format, Snapshot, Which, format};
use orgcensus_aws::partition;
use orgcensus_catalog::{Contents, Trail, print, print_trail, wanted};
use serde::Deserialize;

use crate::args::{Catalog, Place};
use crate::failure::{Failure, exit};
use crate::terminal::output;
use crate::{lake_access, setup, upkeep};

/// Prints or applies.
pub(crate) async fn run(arguments: &Catalog) -> Result<u8, Failure> {
    match arguments {
        Catalog::Print { place, dialect, trail: None } => write(place, dialect).await,
        Catalog::Print { place, dialect, trail: Some(trail) } => write_trail(place, dialect, trail).await,
        Catalog::Apply { place, dry_run } => apply(place, *dry_run).await,
    }
}

async fn write(place: &Place, dialect: &str) -> Result<u8, Failure> {
    let config = setup::load_place(place)?;
    let databases = upkeep::databases(&config.catalog.clone().unwrap_or_default());
    let statements_of = if dialect == "glue" { None } else { Some(dialect.parse()?) };
    let contents = Contents::read(&lake_access::read(&config).await?, databases, &[]).await?;
    let mut output = output();
    match statements_of {
        Some(dialect) => {
            for statement in print(&contents, dialect)? {
                writeln!(output, "{statement};\n")?;
            }
        }
        None => writeln!(output, "{:#}", serde_json::json!(wanted(&contents)?))?,
    }
    Ok(exit::WHOLE)
}

const ACCOUNTS: &str = "SELECT organization_id, account_id FROM accounts ORDER BY account_id";

/// An account of an organization.
#[derive(Deserialize)]
struct Member {
    organization_id: String,
    account_id: String,
}

/// Prints what makes a trail a table. The lake knows the organization and its accounts.
async fn write_trail(place: &Place, dialect: &str, trail: &str) -> Result<u8, Failure> {
    if dialect != "athena" {
        return Err(Failure::Usage(format!("--trail is for Athena, and not for {dialect}")));
    }
    let config = setup::load_place(place)?;
    let snapshot = Snapshot::open(&lake_access::read(&config).await?, &Which::Newest).await?;
    let mut json = Vec::new();
    format(&snapshot.query(ACCOUNTS).await?.collect().await?, Format::Json, &mut json)?;
    let members: Vec<Member> =
        serde_json::from_slice(&json).map_err(|error| Failure::Usage(format!("the snapshot's accounts: {error}")))?;
    let organization_id = members.first().map(|it| it.organization_id.clone()).unwrap_or_default();
    if members.iter().any(|it| it.organization_id != organization_id) {
        return Err(Failure::Usage("the lake has several organizations, and a trail is of one".to_owned()));
    }
    let partition = partition::of(config.aws.home_region.as_deref().unwrap_or_default());
    let regions = partition::REGIONS.iter().filter(|region| partition::of(region) == partition);
    let trail = Trail {
        url: trail.to_owned(),
        organization_id,
        accounts: members.into_iter().map(|it| it.account_id).collect(),
        regions: regions.map(|&region| region.to_owned()).collect(),
    };
    let databases = upkeep::databases(&config.catalog.clone().unwrap_or_default());
    let mut output = output();
    for statement in print_trail(&trail, &databases)? {
        writeln!(output, "{statement};\n")?;
    }
    Ok(exit::WHOLE)
}

async fn apply(place: &Place, is_dry: bool) -> Result<u8, Failure> {
    let config = setup::load_place(place)?;
    if !config.lake.url.starts_with("s3://") {
        let url = &config.lake.url;
        let words =
            format!("the lake {url}: AWS Glue and Athena read s3://…; `orgcensus catalog print` is for folders");
        return Err(Failure::Usage(words));
    }
    let lake = lake_access::open(&config).await?;
    let catalog = config.catalog.clone().unwrap_or_default();
    let (session, plan) = upkeep::plan(&config, &catalog, &lake, &[]).await?;
    for change in plan.changes() {
        println!("{change}");
    }
    if !is_dry {
        orgcensus_catalog::apply(&session, &plan).await?;
    }
    let what = if is_dry { "to make" } else { "made" };
    println!("{} changes {what}", plan.changes().count());
    Ok(exit::WHOLE)
}
