//! `orgcensus catalog`: what other engines are told about the lake, printed or written to AWS Glue.

use std::io::Write;

use orgcensus_catalog::{Contents, print, wanted};

use crate::args::{Catalog, Place};
use crate::failure::{Failure, exit};
use crate::terminal::output;
use crate::{lake_access, setup, upkeep};

/// Prints or applies.
pub(crate) async fn run(arguments: &Catalog) -> Result<u8, Failure> {
    match arguments {
        Catalog::Print { place, dialect } => write(place, dialect).await,
        Catalog::Apply { place, dry_run } => apply(place, *dry_run).await,
    }
}

async fn write(place: &Place, dialect: &str) -> Result<u8, Failure> {
    let config = setup::load_place(place)?;
    let databases = upkeep::databases(&config.catalog.clone().unwrap_or_default());
    let statements_of = if dialect == "glue" { None } else { Some(dialect.parse()?) };
    let contents = Contents::read(&lake_access::open(&config).await?, databases, &[]).await?;
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
