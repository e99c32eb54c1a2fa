//! Aliases of Lambda functions: ListFunctions, ListAliases for each, then GetPolicy and GetResourcePolicy for each alias.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::LAMBDA_FUNCTION;
use orgcensus_collect::{Collector, Error, POLICY_TABLE_NAMES, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parts::{self, Named};
use super::policies::{self, GONE, Policies};
use crate::items::{Answer, Unread, all, details, given, is_gone};

const LIST: Read<Page> = reads("lambda", "ListAliases");

/// One alias of a Lambda function: a name for one of its versions, with a policy of its own. The function's policy does
/// not let anyone call the alias.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_aliases", key = "arn", resource = "lambda_alias")]
pub struct Alias {
    /// The alias's ARN: the function's, and the alias's name.
    pub arn: String,
    /// The function's ARN.
    pub function_arn: String,
    /// The alias's name.
    pub alias_name: String,
    /// What its author says of it. Null: nothing.
    pub description: Option<String>,
    /// The version that it names: a number, or $LATEST.
    pub function_version: Option<String>,
    /// The share of calls that goes to another version, as JSON: version, and share from 0 to 1. Null: all calls go to
    /// one version.
    pub additional_weights_json: Option<String>,
}

/// The aliases of the functions of one region, with their policies.
pub const ALIASES: Collector = Collector {
    name: "lambda_aliases",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[parts::LIST.call(), LIST.call(), policies::PERMISSIONS.call(), policies::WHOLE.call()],
    resources: &[LAMBDA_FUNCTION],
    tables: &[table::<Alias>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    aliases: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    alias_arn: Option<String>,
    name: Option<String>,
    description: Option<String>,
    function_version: Option<String>,
    routing_config: Routing,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Routing {
    additional_version_weights: Option<BTreeMap<String, f64>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = parts::LIST.pages(session, json!({"MaxItems": 50}));
    while let Some(page) = pages.next().await {
        let mut functions = details(page?.functions, |listed| read(session, listed.named(session)));
        while let Some((function, aliases)) = functions.next().await {
            push(rows, &function, aliases).await?;
        }
    }
    Ok(())
}

/// An alias with what was read about it.
struct Details {
    arn: String,
    name: String,
    alias: Described,
    policies: Policies,
}

async fn read(session: &Session, function: Named) -> (Named, Answer<Vec<Details>>) {
    let aliases = aliases(session, &function).await;
    (function, aliases)
}

async fn aliases(session: &Session, function: &Named) -> Answer<Vec<Details>> {
    let input = json!({"FunctionName": function.name, "MaxItems": 50});
    let listed = all(&LIST, session, input, |page| page.aliases).await?;
    let mut aliases = Vec::new();
    for mut alias in listed {
        let name = given(alias.name.take(), &LIST.call().name(), "Name")?;
        let arn = alias.alias_arn.take().unwrap_or_else(|| function.qualified(&name));
        let policies = policies::read(session, &function.name, Some(&name), &arn).await;
        aliases.push(Details { arn, name, alias, policies });
    }
    Ok(aliases)
}

async fn push(rows: &mut Rows<'_>, function: &Named, aliases: Answer<Vec<Details>>) -> Result<(), Error> {
    if is_gone(GONE, &aliases) {
        rows.gone();
        return Ok(());
    }
    let tables = POLICY_TABLE_NAMES.into_iter().chain([Alias::TABLE]);
    for Details { arn, name, alias, policies } in rows.item(tables, aliases)?.unwrap_or_default() {
        policies::push(rows, &arn, policies).await?;
        let mut unread = Unread::default();
        let row = Alias {
            arn,
            function_arn: function.arn.clone(),
            alias_name: name,
            description: alias.description.filter(|text| !text.is_empty()),
            function_version: unread.value("FunctionVersion", alias.function_version),
            additional_weights_json: alias.routing_config.additional_version_weights.map(|it| json!(it).to_string()),
        };
        unread.count(rows, Alias::TABLE, &LIST.call().name());
        rows.push(row).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
