//! Pod identity associations: ListClusters, ListPodIdentityAssociations for each cluster, then
//! DescribePodIdentityAssociation for each association.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::clusters::{GONE, LIST as CLUSTERS};
use crate::items::{Answer, Unread, all, details, given, is_gone};

const LIST: Read<Page> = reads("eks", "ListPodIdentityAssociations");
const DESCRIBE: Read<Answered> = reads("eks", "DescribePodIdentityAssociation");

/// One service account of a cluster's pods, and the role that these pods get. Where it could not be described, what its
/// list does not say is null.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "eks_pod_identity_associations", key = "arn", name = "association_id")]
pub struct PodIdentityAssociation {
    /// The association's ARN.
    pub arn: String,
    /// The association's id, a-….
    pub association_id: String,
    /// The cluster's name.
    pub cluster_name: String,
    /// The namespace of the service account in the cluster.
    pub namespace: Option<String>,
    /// The service account's name in the cluster.
    pub service_account: Option<String>,
    /// The role that the pods get.
    pub role_arn: Option<String>,
    /// The role that they get by way of the first one, often in another account. Null: none, or it was not read.
    pub target_role_arn: Option<String>,
    /// The external id with which they take on the target role. Null: none, or it was not read.
    pub external_id: Option<String>,
    /// Whether a policy narrows what the pods may do with the role. Null: it was not read.
    pub has_session_policy: Option<bool>,
    /// That policy, as JSON. Null: none, or it was not read.
    pub session_policy_json: Option<String>,
    /// Whether the pods' sessions lack the tags that say cluster, namespace and service account. Null: AWS did not say.
    pub is_session_tagging_disabled: Option<bool>,
    /// What of EKS made it and manages it, an add-on, by its ARN. Null: nothing does.
    pub owner_arn: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
    /// Tags. Null: it was not read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The pod identity associations of one region's clusters.
pub const POD_IDENTITY_ASSOCIATIONS: Collector = Collector {
    name: "eks_pod_identity_associations",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[CLUSTERS.call(), LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<PodIdentityAssociation>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    associations: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    namespace: Option<String>,
    service_account: Option<String>,
    association_arn: Option<String>,
    association_id: Option<String>,
    owner_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answered {
    association: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    role_arn: Option<String>,
    tags: BTreeMap<String, String>,
    created_at: Option<Moment>,
    modified_at: Option<Moment>,
    disable_session_tags: Option<bool>,
    target_role_arn: Option<String>,
    external_id: Option<String>,
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = CLUSTERS.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut clusters = details(page?.clusters, |name| of_cluster(session, name));
        let mut listed = Vec::new();
        while let Some((name, associations)) = clusters.next().await {
            if is_gone(GONE, &associations) {
                rows.gone();
                continue;
            }
            let associations = rows.item([PodIdentityAssociation::TABLE], associations)?.unwrap_or_default();
            listed.extend(associations.into_iter().map(|it| (name.clone(), it)));
        }
        let mut associations = details(listed, |(cluster, listed)| read(session, cluster, listed));
        while let Some((cluster, listed, described)) = associations.next().await {
            push(session, rows, cluster, listed, described).await?;
        }
    }
    Ok(())
}

async fn of_cluster(session: &Session, name: String) -> (String, Answer<Vec<Listed>>) {
    let input = json!({"name": name, "maxResults": 100});
    let associations = all(&LIST, session, input, |page| page.associations).await;
    (name, associations)
}

async fn read(session: &Session, cluster: String, listed: Listed) -> (String, Listed, Answer<Described>) {
    let answer = DESCRIBE.send(session, json!({"name": cluster, "associationId": listed.association_id})).await;
    let described = answer.and_then(|it| given(it.association, &DESCRIBE.call().name(), "association"));
    (cluster, listed, described)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    cluster: String,
    listed: Listed,
    described: Answer<Described>,
) -> Result<(), Error> {
    if is_gone(GONE, &described) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(base) = listed_only(session, cluster, listed, &mut unread) else {
        unread.lost(rows, [PodIdentityAssociation::TABLE], &LIST.call().name());
        return Ok(());
    };
    let described = rows.item([PodIdentityAssociation::TABLE], described)?;
    let row = match described {
        Some(described) => association(base, described, rows.captured_at(), &mut unread),
        None => base,
    };
    unread.count(rows, PodIdentityAssociation::TABLE, &DESCRIBE.call().name());
    rows.push(row).await
}

/// What the list says.
fn listed_only(
    session: &Session,
    cluster_name: String,
    it: Listed,
    unread: &mut Unread,
) -> Option<PodIdentityAssociation> {
    let made = |id: &str| session.arn("eks", &format!("podidentityassociation/{cluster_name}/{id}"));
    let (arn, association_id) = unread.identity("associationId", it.association_id, it.association_arn, made)?;
    Some(PodIdentityAssociation {
        arn,
        association_id,
        cluster_name,
        namespace: it.namespace,
        service_account: it.service_account,
        owner_arn: it.owner_arn,
        ..PodIdentityAssociation::default()
    })
}

fn association(
    listed: PodIdentityAssociation,
    it: Described,
    now: Timestamp,
    unread: &mut Unread,
) -> PodIdentityAssociation {
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let policy = it.policy.filter(|text| !text.is_empty());
    PodIdentityAssociation {
        role_arn: unread.value("roleArn", it.role_arn),
        target_role_arn: it.target_role_arn,
        external_id: it.external_id,
        has_session_policy: Some(policy.is_some()),
        session_policy_json: policy,
        is_session_tagging_disabled: it.disable_session_tags,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: unread.moment("modifiedAt", it.modified_at.as_ref()),
        tags: Some(it.tags),
        ..listed
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::POD_IDENTITY_ASSOCIATIONS;
    use crate::testing::{columns, json_error};

    const CLUSTERS: &str = "ListClusters";
    const LIST: &str = "ListPodIdentityAssociations";
    const DESCRIBE: &str = "DescribePodIdentityAssociation";

    const FULL: &str = r#"{"association":{"roleArn":"arn:role","targetRoleArn":"arn:target","externalId":"x","policy":"{}",
        "createdAt":1766361600,"modifiedAt":1766361600,"disableSessionTags":true,"tags":{"team":"a"}}}"#;

    fn listed(id: &str) -> String {
        format!(
            r#"{{"namespace":"default","serviceAccount":"app","associationArn":"arn:{id}","associationId":"{id}"}}"#
        )
    }

    /// A cluster with two pages of associations: a usual one, one of which nothing is said, one that went away, and one
    /// that is refused. A cluster that went away, and one that is refused.
    #[tokio::test]
    async fn pods_and_their_roles() {
        let first = format!(r#"{{"associations":[{},{}],"nextToken":"more"}}"#, listed("a-1"), listed("a-2"));
        let second = format!(r#"{{"associations":[{},{},{{}}]}}"#, listed("a-3"), listed("a-4"));
        let recorded = Recorded::new()
            .answer(CLUSTERS, r#"{"clusters":["main","gone","denied"]}"#)
            .answer_to(LIST, "clusters/main", &first)
            .answer_to(LIST, "nextToken=more", &second)
            .refuse(LIST, "clusters/gone", 404, &json_error("ResourceNotFoundException"))
            .refuse(LIST, "clusters/denied", 403, &json_error("AccessDeniedException"))
            .answer_to(DESCRIBE, "a-1", FULL)
            .answer_to(DESCRIBE, "a-2", r#"{"association":{}}"#)
            .refuse(DESCRIBE, "a-3", 404, &json_error("ResourceNotFoundException"))
            .refuse(DESCRIBE, "a-4", 400, &json_error("UnsupportedOperation"));
        let collected = recorded.run(&POD_IDENTITY_ASSOCIATIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&POD_IDENTITY_ASSOCIATIONS);
        let names = ["association_id", "cluster_name", "role_arn", "target_role_arn", "has_session_policy", "age_days"];
        assert_eq!(
            columns(&collected, "eks_pod_identity_associations", &names),
            [
                json!(["a-1", "main", "arn:role", "arn:target", true, 10]),
                json!(["a-2", "main", null, null, false, null]),
                json!(["a-4", "main", null, null, null, null]),
            ]
        );
        let one = &collected.table("eks_pod_identity_associations")[0];
        assert_eq!((&one["namespace"], &one["service_account"]), (&json!("default"), &json!("app")));
        assert_eq!((&one["is_session_tagging_disabled"], &one["tags"]), (&json!(true), &json!({"team": "a"})));
        // A cluster, an association, one without an id, and the two values that another one lacks.
        assert_eq!(collected.short(), (5, vec!["eks_pod_identity_associations"]));
        assert_eq!(collected.gone, 2);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(CLUSTERS, "", 403, &denied).run(&POD_IDENTITY_ASSOCIATIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
