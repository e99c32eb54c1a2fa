//! A trail that an organization keeps, as a table for Athena, and a view over it with the columns of `activity`: for those
//! who need no collector to know who did what.
//!
//! No partition is ever added to the table. Its folders follow from the names of accounts, regions and days, which the
//! table's properties say (*partition projection*).

use crate::{Databases, Error, Result};

/// The accounts that the projection lists. Of more, each query must name those that it asks of.
const ENUMERATED_MAX: usize = 50;

/// What the view selects, of a table `cloudtrail_events`.
const ACTIVITY: &str = include_str!("../data/trail_activity.sql");

/// The table. What has no fixed shape is a text of JSON, as Athena's reader of CloudTrail gives it.
const TABLE: &str = include_str!("../data/trail_table.sql");

/// A trail of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Where it writes: `s3://bucket`, `s3://bucket/prefix`.
    pub url: String,
    /// The organization, `o-…`.
    pub organization_id: String,
    /// Its accounts.
    pub accounts: Vec<String>,
    /// The regions that may have files.
    pub regions: Vec<String>,
}

/// Athena's statements that make the table `cloudtrail_events` and the view `trail_activity`, each without a semicolon.
pub fn print_trail(trail: &Trail, databases: &Databases) -> Result<Vec<String>> {
    databases.check()?;
    let Trail { organization_id, accounts, regions, .. } = trail;
    let url = address(&trail.url)?;
    let database = &databases.newest;
    let of_accounts = if accounts.len() > ENUMERATED_MAX {
        "'projection.account_id.type' = 'injected'".to_owned()
    } else {
        let values = accounts.join(",");
        format!("'projection.account_id.type' = 'enum',\n  'projection.account_id.values' = '{values}'")
    };
    let table = TABLE
        .replace("{database}", database)
        .replace("{location}", &format!("{url}/AWSLogs/{organization_id}"))
        .replace("{of_accounts}", &of_accounts)
        .replace("{regions}", &regions.join(","));
    let query = ACTIVITY.replace("FROM cloudtrail_events", &format!("FROM {database}.cloudtrail_events"));
    Ok(vec![
        format!("CREATE DATABASE IF NOT EXISTS {database}"),
        // It is made anew, since accounts have joined; no file is touched.
        format!("DROP TABLE IF EXISTS {database}.cloudtrail_events"),
        table.trim_end().to_owned(),
        format!("CREATE OR REPLACE VIEW {database}.trail_activity AS\n{}", query.trim_end()),
    ])
}

/// The address without what CloudTrail puts behind it. It stands between quotes, so it has no character that ends a text
/// or begins a variable.
fn address(url: &str) -> Result<&str> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._/!*()".contains(it);
    let place = url.strip_prefix("s3://").filter(|place| !place.is_empty() && place.chars().all(is_plain));
    if place.is_none() {
        let reason = "it must be s3://bucket or s3://bucket/prefix".to_owned();
        return Err(Error::Unknown { what: format!("the trail {url:?}"), reason });
    }
    Ok(url.split("/AWSLogs").next().unwrap_or(url).trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(url: &str, accounts: usize) -> Result<Vec<String>> {
        let trail = Trail {
            url: url.to_owned(),
            organization_id: "o-example".to_owned(),
            accounts: (0..accounts).map(|number| format!("{number:012}")).collect(),
            regions: ["eu-west-1", "us-east-1"].map(str::to_owned).to_vec(),
        };
        print_trail(&trail, &Databases::default())
    }

    #[test]
    fn a_folder_follows_from_account_region_and_day() {
        let made = statements("s3://trails/logs/", 2).unwrap();
        let [.., table, view] = &made[..] else { panic!("statements") };
        for words in [
            "CREATE EXTERNAL TABLE orgcensus.cloudtrail_events (\n  eventversion string,",
            "LOCATION 's3://trails/logs/AWSLogs/o-example/'\n",
            "  'projection.account_id.type' = 'enum',\n  'projection.account_id.values' = '000000000000,000000000001',\n",
            "  'projection.region.values' = 'eu-west-1,us-east-1',\n",
            "'s3://trails/logs/AWSLogs/o-example/${account_id}/CloudTrail/${region}/${day}'\n)",
        ] {
            assert!(table.contains(words), "{words} is not in {table}");
        }
        assert!(view.starts_with("CREATE OR REPLACE VIEW orgcensus.trail_activity AS\nSELECT\n"), "{view}");
        assert_eq!(view.matches("cloudtrail_events").count(), 1, "{view}");
        assert!(view.contains("FROM orgcensus.cloudtrail_events"), "{view}");
    }

    #[test]
    fn many_accounts_must_be_named_by_each_query() {
        let enumerated =
            |accounts| statements("s3://trails", accounts).unwrap()[2].contains("'enum',\n  'projection.acc");
        assert!(enumerated(50) && !enumerated(51));
        let made = statements("s3://trails", 51).unwrap();
        let table = &made[2];
        assert!(table.contains("  'projection.account_id.type' = 'injected',\n"), "{table}");
    }

    #[test]
    fn an_address_may_end_where_cloudtrail_goes_on_and_ends_no_text() {
        assert_eq!(address("s3://trails").unwrap(), "s3://trails");
        assert_eq!(address("s3://trails/a/AWSLogs/o-example/").unwrap(), "s3://trails/a");
        for wrong in ["trails", "s3://", "s3://a'b", "s3://a/${x}", "s3://a b", "https://a"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
