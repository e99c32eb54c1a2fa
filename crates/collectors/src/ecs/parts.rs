//! What the collectors of ECS have in common: the list of clusters, and answers about several things at once.

use std::collections::BTreeMap;

use orgcensus_collect::{Class, Read, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use crate::items::{Answer, all, given};

pub(super) const CLUSTERS: Read<Clusters> = reads("ecs", "ListClusters");

/// How ECS says that there is no such cluster.
pub(super) const GONE: &[&str] = &["ClusterNotFoundException"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Clusters {
    cluster_arns: Vec<String>,
}

/// A tag as ECS writes it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

/// A thing of which ECS says nothing, and why.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Failure {
    arn: Option<String>,
    reason: Option<String>,
}

/// The ARNs of a region's clusters.
pub(super) async fn cluster_arns(session: &Session) -> Answer<Vec<String>> {
    all(&CLUSTERS, session, json!({"maxResults": 100}), |page| page.cluster_arns).await
}

/// Tags as a row has them.
pub(super) fn by_key(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// The last part of an ARN.
pub(super) fn name_in(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The ARNs of a list, as many together as one call takes.
pub(super) fn some(arns: &[String], at_once: usize) -> Vec<Vec<String>> {
    arns.chunks(at_once).map(<[String]>::to_vec).collect()
}

/// What an answer about several things says of each, by its ARN: nothing of what is no longer there. ECS also names
/// those of which it cannot say anything, with a reason; only MISSING means that there is no such thing. If it says
/// something without an ARN, one that it does not name may be meant, and is not gone.
pub(super) fn by_arn<T>(
    arns: Vec<String>,
    answer: Answer<(Vec<T>, Vec<Failure>)>,
    arn_of: fn(&T) -> Option<&String>,
    call: &str,
    member: &str,
) -> Vec<(String, Answer<Option<T>>)> {
    let (found, failures) = match answer {
        Ok(answer) => answer,
        Err(error) => return arns.into_iter().map(|arn| (arn, Err(error.clone()))).collect(),
    };
    let is_one_nameless = found.iter().any(|it| arn_of(it).is_none());
    let keyed = found.into_iter().filter_map(|it| Some((arn_of(&it)?.clone(), it)));
    let mut found: BTreeMap<String, T> = keyed.collect();
    let of = |arn: String| {
        let failure = failures.iter().find(|failure| failure.arn.as_ref() == Some(&arn));
        let answer = match (found.remove(&arn), failure) {
            (None, None) if is_one_nameless => given(None, call, member),
            (None, Some(failure)) if failure.reason.as_deref() != Some("MISSING") => {
                let reason = failure.reason.as_deref().unwrap_or("Unknown");
                let message = format!("{arn}: no answer but {reason}");
                Err(orgcensus_aws::Error::new(Class::Failed, reason, message).during(call))
            }
            (it, _) => Ok(it),
        };
        (arn, answer)
    };
    arns.into_iter().map(of).collect()
}
