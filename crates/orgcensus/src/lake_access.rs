//! How the lake is reached: with which credentials, which account must own the bucket, how objects are encrypted.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use object_store::CredentialProvider;
use object_store::aws::{AwsCredential, AwsCredentialProvider};
use orgcensus_aws::{Access, Chain, Hop, Session, client};
use orgcensus_lake::{Lake, LakeOptions};

use crate::args::Place;
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::{reporter, setup};

/// The lake that a command line means, to read it.
pub(crate) async fn of(place: &Place) -> Result<Lake, Failure> {
    read(&setup::load_place(place)?).await
}

/// The configured lake, to read it. A folder that is not there is none, and is not made.
pub(crate) async fn read(config: &Config) -> Result<Lake, Failure> {
    let url = &config.lake.url;
    if !url.contains("://") && !Path::new(url).exists() {
        let words = format!("find a lake: there is no folder {url}; --lake names another, or ORGCENSUS_LAKE__URL");
        return Err(Failure::Nothing(words));
    }
    open(config).await
}

/// A folder or bucket beside the lake, reached as the lake is.
pub(crate) async fn at(config: &Config, url: &str) -> Result<Lake, Failure> {
    let mut config = config.clone();
    url.clone_into(&mut config.lake.url);
    open(&config).await
}

/// The configured lake. A bucket is reached with credentials that are found as the AWS CLI finds them, or by its role.
pub(crate) async fn open(config: &Config) -> Result<Lake, Failure> {
    let Some(bucket) = config.lake.url.strip_prefix("s3://") else {
        return Ok(Lake::open(&config.lake.url, &LakeOptions { warn: Some(warn), ..LakeOptions::default() })?);
    };
    let session = session(config, None).await?;
    let endpoint = config.lake.endpoint_url.clone().or_else(|| config.aws.endpoint_url.clone());
    if let Some(owner) = &config.lake.expected_bucket_owner {
        check_owner(&session, endpoint.as_deref(), bucket, owner).await?;
    }
    let credentials: AwsCredentialProvider = Arc::new(Bridge(Arc::clone(session.access())));
    let settings = settings(&config.lake, session.region(), endpoint);
    let storage_class = config.lake.storage_class.clone();
    let (credentials, warn) = (Some(credentials), Some(warn as fn(&str)));
    Ok(Lake::open(&config.lake.url, &LakeOptions { settings, credentials, storage_class, warn, clock: None })?)
}

/// Warns about an object that the lake passes over, only once for each object.
fn warn(words: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(words.to_owned()) {
        reporter::say("warning", words);
    }
}

/// The identity that writes the lake and its catalogue, in a region or the lake's.
pub(crate) async fn session(config: &Config, region: Option<&str>) -> Result<Session, Failure> {
    let base = setup::base(config).await?;
    let between: Vec<Hop> = config.lake.role_arn.iter().map(|arn| hop(config, arn)).collect();
    let doing = "assume the lake's role";
    let chain = Chain::new(&base, &between, Hop::default()).await.map_err(|source| Failure::Aws { doing, source })?;
    let region = region.or(config.lake.region.as_deref()).unwrap_or(base.home_region());
    Ok(chain.last().session(region))
}

fn hop(config: &Config, role_arn: &str) -> Hop {
    let session_name = config.role.session_name.clone();
    Hop { role_arn: role_arn.to_owned(), external_id: config.lake.external_id.clone(), session_name, ..Hop::default() }
}

/// The settings for `object_store`. It reads the environment's endpoints itself.
fn settings(lake: &config::Lake, region: &str, endpoint: Option<String>) -> Vec<(String, String)> {
    let mut settings = vec![("aws_region".to_owned(), region.to_owned())];
    let mut set = |key: &str, value: &str| settings.push((key.to_owned(), value.to_owned()));
    if let Some(url) = endpoint {
        set("aws_endpoint_url_s3", &url);
    }
    if let Some(key) = &lake.kms_key_id {
        set("aws_server_side_encryption", "aws:kms");
        set("aws_sse_kms_key_id", key);
        set("aws_sse_bucket_key_enabled", "true");
    }
    settings
}

/// Refuses a bucket of another account: someone may have created a bucket of the same name after ours was deleted. Asks
/// by a listing, which the lake's policy allows anyway.
async fn check_owner(session: &Session, endpoint: Option<&str>, bucket: &str, owner: &str) -> Result<(), Failure> {
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let is_own = endpoint.is_some() || session.has_own_endpoint();
    let s3 = client!(session, aws_sdk_s3, |builder| {
        let builder = builder.force_path_style(is_own);
        match endpoint {
            Some(url) => builder.endpoint_url(url),
            None => builder,
        }
    });
    let prefix = format!("{}/", prefix.trim_matches('/'));
    let call = s3.list_objects_v2().bucket(name).prefix(prefix.trim_start_matches('/')).max_keys(1);
    let answer = call.expected_bucket_owner(owner).send().await;
    let doing = "see that the lake's bucket belongs to lake.expected_bucket_owner and may be listed";
    answer.map(drop).map_err(|error| Failure::Aws { doing, source: error.into() })
}

/// The SDK's credentials, renewed in time, for the object store.
struct Bridge(Arc<Access>);

impl std::fmt::Debug for Bridge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Bridge")
    }
}

#[async_trait]
impl CredentialProvider for Bridge {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let unauthenticated = |error: orgcensus_aws::Error| object_store::Error::Unauthenticated {
            path: "the lake's bucket".to_owned(),
            source: error.into(),
        };
        let found = self.0.credentials().await.map_err(unauthenticated)?;
        Ok(Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_kms_and_the_configured_endpoint_wins() {
        let plain = settings(&config::Lake::default(), "eu-west-1", None);
        assert_eq!(plain, [("aws_region".to_owned(), "eu-west-1".to_owned())]);
        let lake = config::Lake { kms_key_id: Some("arn:key".into()), ..config::Lake::default() };
        let all = settings(&lake, "eu-west-1", Some("http://127.0.0.1:1".into()));
        let lake = Lake::open("s3://bucket/lake", &LakeOptions { settings: all.clone(), ..LakeOptions::default() });
        lake.unwrap();
        let value = |key: &str| all.iter().find(|it| it.0 == key).map(|it| it.1.as_str());
        assert_eq!(value("aws_server_side_encryption"), Some("aws:kms"));
        assert_eq!(value("aws_sse_kms_key_id"), Some("arn:key"));
        assert_eq!(value("aws_endpoint_url_s3"), Some("http://127.0.0.1:1"));
    }
}
