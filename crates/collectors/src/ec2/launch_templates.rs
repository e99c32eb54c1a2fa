//! Launch templates: DescribeLaunchTemplates, then DescribeLaunchTemplateVersions once for the default and the latest
//! version of all of them.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use crate::ec2::tags;
use crate::items::{Unread, all};

mod described;

use described::{Described, Page, Version, VersionPage};

const LIST: Read<Page> = reads("ec2", "DescribeLaunchTemplates");
const VERSIONS: Read<VersionPage> = reads("ec2", "DescribeLaunchTemplateVersions");

/// One launch template of EC2. What it says is in its versions.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_launch_templates", key = "arn")]
pub struct LaunchTemplate {
    /// The template's ARN.
    pub arn: String,
    /// The template's id, lt-….
    pub launch_template_id: String,
    /// The template's name. Null: AWS did not say.
    pub launch_template_name: Option<String>,
    /// The version that a launch takes which names none.
    pub default_version_number: Option<i64>,
    /// The newest version.
    pub latest_version_number: Option<i64>,
    /// Whether the newest version is the default. Null: AWS did not say both.
    pub is_latest_default: Option<bool>,
    /// The ARN of who made it. Null: AWS did not say.
    pub created_by: Option<String>,
    /// The service that manages it, eks.amazonaws.com. Null: none.
    pub managed_by: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The default or the latest version of one launch template. Other versions are not read, and user data never is.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_launch_template_versions", key = "launch_template_id, version_number")]
pub struct LaunchTemplateVersion {
    /// The ARN of its template.
    pub launch_template_arn: String,
    /// The id of its template, lt-….
    pub launch_template_id: String,
    /// The name of its template.
    pub launch_template_name: Option<String>,
    /// Its number, from 1.
    pub version_number: i64,
    /// What its author wrote about it. Null: nothing.
    pub version_description: Option<String>,
    /// Whether a launch takes it that names no version. Null: AWS did not say.
    pub is_default: Option<bool>,
    /// Whether it is the newest. Null: the templates were not listed.
    pub is_latest: Option<bool>,
    /// The image, ami-…, or resolve:ssm: and the name of a parameter that names it. Null: the launch must say it.
    pub image_id: Option<String>,
    /// The type, m7g.large. Null: the launch must say it, or the version says what the type must have.
    pub instance_type: Option<String>,
    /// The key pair for logins. Null: none.
    pub key_name: Option<String>,
    /// The ARN of its instance profile. Null: it has none, or names it by its name.
    pub instance_profile_arn: Option<String>,
    /// The name of its instance profile. Null: it has none, or names it by its ARN.
    pub instance_profile_name: Option<String>,
    /// required (IMDSv2 only) or optional (IMDSv1 too). Null: the version leaves it to the account and the image.
    pub http_tokens: Option<String>,
    /// Whether the metadata service answers: enabled or disabled. Null: the version leaves it to the account.
    pub http_endpoint: Option<String>,
    /// How many network hops an answer with a token may travel. Null: the version leaves it to the account and the
    /// image.
    pub http_put_response_hop_limit: Option<i32>,
    /// Whether the metadata service answers under its IPv6 address too: enabled or disabled. Null: not said.
    pub http_protocol_ipv6: Option<String>,
    /// Whether the metadata service shows the instance's tags: enabled or disabled. Null: the version leaves it to the
    /// account.
    pub instance_metadata_tags: Option<String>,
    /// Whether a network interface asks for a public IPv4 address. Null: none says so, and the subnet decides.
    pub associates_public_ip_address: Option<bool>,
    /// The subnets of its network interfaces.
    pub subnet_ids: Vec<String>,
    /// The security groups, its own and those of its network interfaces, by id.
    pub security_group_ids: Vec<String>,
    /// spot, or capacity-block. Null: on demand, unless the launch says otherwise.
    pub market_type: Option<String>,
    /// default, dedicated or host. Null: not said.
    pub tenancy: Option<String>,
    /// Whether detailed monitoring is on. Null: not said.
    pub is_monitored: Option<bool>,
    /// The ARN of who made it. Null: AWS did not say.
    pub created_by: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The launch templates of one region, with their default and their latest versions.
pub const LAUNCH_TEMPLATES: Collector = Collector {
    name: "ec2_launch_templates",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), VERSIONS.call()],
    resources: &[],
    tables: &[table::<LaunchTemplate>(), table::<LaunchTemplateVersion>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// The newest version of each template, by the template's id.
type Latest = BTreeMap<String, Option<i64>>;

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let listed = all(&LIST, session, json!({"MaxResults": 200}), |page| page.launch_templates).await;
    let latest = match rows.part([LaunchTemplate::TABLE], listed)? {
        Some(listed) if listed.is_empty() => return Ok(()),
        Some(listed) => Some(push_templates(session, rows, listed).await?),
        None => None,
    };
    let input = json!({"LaunchTemplateVersion": ["$Default", "$Latest"], "MaxResults": 200});
    let mut pages = VERSIONS.pages(session, input);
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part([LaunchTemplateVersion::TABLE], page)? else { break };
        for version in page.launch_template_version_set {
            let mut unread = Unread::default();
            let row = version_row(session, version, latest.as_ref(), rows.captured_at(), &mut unread);
            unread.push(rows, &VERSIONS.call().name(), row).await?;
        }
    }
    Ok(())
}

async fn push_templates(session: &Session, rows: &mut Rows<'_>, listed: Vec<Described>) -> Result<Latest, Error> {
    let mut latest = Latest::new();
    for described in listed {
        let mut unread = Unread::default();
        let row = template(session, described, rows.captured_at(), &mut unread);
        if let Some(row) = &row {
            latest.insert(row.launch_template_id.clone(), row.latest_version_number);
        }
        unread.push(rows, &LIST.call().name(), row).await?;
    }
    Ok(latest)
}

fn arn(session: &Session, id: &str) -> String {
    session.arn("ec2", &format!("launch-template/{id}"))
}

fn template(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<LaunchTemplate> {
    let launch_template_id = unread.value("launchTemplateId", it.launch_template_id)?;
    let created_at = unread.moment("createTime", it.create_time.as_ref());
    let default_version_number = unread.value("defaultVersionNumber", it.default_version_number);
    let latest_version_number = unread.value("latestVersionNumber", it.latest_version_number);
    Some(LaunchTemplate {
        arn: arn(session, &launch_template_id),
        launch_template_id,
        launch_template_name: it.launch_template_name,
        default_version_number,
        latest_version_number,
        is_latest_default: default_version_number.zip(latest_version_number).map(|(default, latest)| default == latest),
        created_by: it.created_by,
        managed_by: it.operator.principal,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: tags::by_key(it.tag_set),
    })
}

fn version_row(
    session: &Session,
    it: Version,
    latest: Option<&Latest>,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<LaunchTemplateVersion> {
    let launch_template_id = unread.value("launchTemplateId", it.launch_template_id)?;
    let version_number = unread.value("versionNumber", it.version_number).unwrap_or_default();
    let newest = latest.and_then(|latest| latest.get(&launch_template_id).copied().flatten());
    let created_at = unread.moment("createTime", it.create_time.as_ref());
    let data = it.launch_template_data;
    let interfaces = &data.network_interface_set;
    let mut groups = data.security_group_id_set;
    groups.extend(interfaces.iter().flat_map(|interface| interface.group_set.iter().cloned()));
    let publics: Vec<bool> = interfaces.iter().filter_map(|it| it.associate_public_ip_address).collect();
    Some(LaunchTemplateVersion {
        launch_template_arn: arn(session, &launch_template_id),
        launch_template_id,
        launch_template_name: it.launch_template_name,
        version_number,
        version_description: it.version_description.filter(|text| !text.is_empty()),
        is_default: it.default_version,
        is_latest: newest.map(|newest| newest == version_number),
        image_id: data.image_id,
        instance_type: data.instance_type,
        key_name: data.key_name,
        instance_profile_arn: data.iam_instance_profile.arn,
        instance_profile_name: data.iam_instance_profile.name,
        http_tokens: data.metadata_options.http_tokens,
        http_endpoint: data.metadata_options.http_endpoint,
        http_put_response_hop_limit: data.metadata_options.http_put_response_hop_limit,
        http_protocol_ipv6: data.metadata_options.http_protocol_ipv6,
        instance_metadata_tags: data.metadata_options.instance_metadata_tags,
        associates_public_ip_address: (!publics.is_empty()).then(|| publics.contains(&true)),
        subnet_ids: interfaces.iter().filter_map(|interface| interface.subnet_id.clone()).collect(),
        security_group_ids: groups,
        market_type: data.instance_market_options.market_type,
        tenancy: data.placement.tenancy,
        is_monitored: data.monitoring.enabled,
        created_by: it.created_by,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

#[cfg(test)]
mod tests;
