//! A run's plan as an object in a folder or bucket, and which shard of it this process is.

use orgcensus_crawl::Plan;

use crate::args::Shard;
use crate::config::Config;
use crate::failure::Failure;
use crate::lake_access;

/// The variables that AWS Batch sets in the jobs of an array, and Kubernetes in the jobs of an indexed job.
const INDEX_VARIABLES: [&str; 2] = ["AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"];

/// Reads a plan.
pub(crate) async fn read(config: &Config, url: &str) -> Result<Plan, Failure> {
    let (folder, name) = split(url)?;
    let bytes = lake_access::at(config, folder).await?.read(name).await?;
    Plan::parse(&bytes).map_err(|error| Failure::Usage(format!("{url}: {error}")))
}

/// Refuses a name at which something is already: a plan is fixed once, and shards of two plans would be mixed.
pub(crate) async fn refuse_existing(config: &Config, url: &str) -> Result<(), Failure> {
    let (folder, name) = split(url)?;
    match lake_access::at(config, folder).await?.read(name).await {
        Ok(_) => Err(exists(url)),
        Err(orgcensus_lake::Error::Missing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Writes a plan, which nobody has written meanwhile.
pub(crate) async fn write(config: &Config, url: &str, plan: &Plan) -> Result<(), Failure> {
    let (folder, name) = split(url)?;
    let bytes = serde_json::to_vec(plan).map_err(|error| Failure::Usage(format!("{url}: {error}")))?;
    let is_new = lake_access::at(config, folder).await?.write_new(name, bytes).await?;
    if is_new { Ok(()) } else { Err(exists(url)) }
}

fn exists(url: &str) -> Failure {
    Failure::Usage(format!(
        "--out {url}: it is there already, and a plan is never overwritten: name another file, or remove this one"
    ))
}

fn split(url: &str) -> Result<(&str, &str), Failure> {
    match url.rsplit_once('/') {
        None => Ok((".", url)),
        Some((folder, name)) if !folder.is_empty() && !name.is_empty() => Ok((folder, name)),
        Some(_) => Err(Failure::Usage(format!("{url}: expected the name of a file in a folder or bucket"))),
    }
}

/// Which shard this process is: as told, else as the environment says.
pub(crate) fn shard(
    plan: &Plan,
    told: Option<Shard>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<u32, Failure> {
    let from_environment = || {
        let (name, value) = INDEX_VARIABLES.iter().find_map(|name| Some((name, environment(name)?)))?;
        Some(value.parse().map_err(|error| Failure::Usage(format!("{name}: {error}"))))
    };
    let shard = match told {
        Some(shard) => shard,
        None => from_environment().unwrap_or_else(|| {
            let [batch, kubernetes] = INDEX_VARIABLES;
            Err(Failure::Usage(format!("which shard? Say --shard I/{}, or set {batch} or {kubernetes}", plan.shards)))
        })?,
    };
    let Shard { index, of } = shard;
    if index >= plan.shards || of.is_some_and(|of| of != plan.shards) {
        let (shards, last) = (plan.shards, plan.shards - 1);
        return Err(Failure::Usage(format!("the plan has {shards} shards, 0/{shards} to {last}/{shards}")));
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::Plan;

    use super::*;

    fn plan() -> Plan {
        let task = r#"{"collector":"organization","region":"global","outcome":"complete","calls":0,"retries":0,
            "throttles":0,"rows":0,"missed":0,"duration_millis":0,"slices":[]}"#;
        let text = format!(
            r#"{{"format":2,"orgcensus_version":"0","tables":"","run_id":"r","captured_at":0,"shards":16,"collectors":[],
            "regions":[],"selected":[],"organization":{{"id":"o-1","row":{{"arn":"","management_account_id":"1",
            "is_whole":true}},
            "units":[],"accounts":[],"differences":[]}},"reading":{task},
            "regions_known":{{"own":null,"reading":{task}}},"tags":null}}"#
        );
        Plan::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_shard_is_told_or_found_in_the_environment() {
        let nothing = |_: &str| None;
        let told = |text: &str| shard(&plan(), Some(text.parse().unwrap()), nothing);
        assert_eq!(told("3/16").unwrap(), 3);
        assert_eq!(told("15").unwrap(), 15);
        for wrong in ["16/16", "3/4", "16"] {
            let error = told(wrong).unwrap_err().to_string();
            assert_eq!(error, "the plan has 16 shards, 0/16 to 15/16");
        }
        for name in INDEX_VARIABLES {
            let environment = |asked: &str| (asked == name).then(|| "7".to_owned());
            assert_eq!(shard(&plan(), None, environment).unwrap(), 7);
        }
        assert!(shard(&plan(), None, nothing).unwrap_err().to_string().contains("AWS_BATCH_JOB_ARRAY_INDEX"));
        assert!("x/3".parse::<Shard>().is_err());
    }

    #[test]
    fn a_plan_is_a_file_in_a_folder_or_bucket() {
        assert_eq!(split("s3://bucket/night/plan.json").unwrap(), ("s3://bucket/night", "plan.json"));
        assert_eq!(split("plan.json").unwrap(), (".", "plan.json"));
        assert!(split("s3://bucket/").is_err() && split("/plan.json").is_err());
    }
}
