//! Images that the account uses and does not own: the ids of its instances, launch templates and launch
//! configurations, then DescribeImages for up to a hundred of them at a time.

use std::collections::{BTreeMap, HashMap};

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use crate::items::{Answer, Unread, all};

mod described;

use described::{ConfigurationPage, Described, ImagePage, InstancePage, VersionPage};

const INSTANCES: Read<InstancePage> = reads("ec2", "DescribeInstances");
const VERSIONS: Read<VersionPage> = reads("ec2", "DescribeLaunchTemplateVersions");
const CONFIGURATIONS: Read<ConfigurationPage> = reads("autoscaling", "DescribeLaunchConfigurations");
const IMAGES: Read<ImagePage> = reads("ec2", "DescribeImages");

/// How many images are asked for at once.
const BATCH: usize = 100;

/// One image that an instance was started from, or that a launch template or configuration names, and that the account
/// does not own. Its own images are in ec2_images.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_images_in_use", key = "image_id")]
pub struct ImageInUse {
    /// The image's id, ami-….
    pub image_id: String,
    /// Whether AWS shows it. False: it is gone, or no longer shared with the account, and what follows is null.
    pub is_found: bool,
    /// The image's name. Null: it has none.
    pub image_name: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// amazon, aws-backup-vault or aws-marketplace. Null: somebody else owns it.
    pub owner_alias: Option<String>,
    /// pending, available, disabled ….
    pub state: Option<String>,
    /// Whether everyone may launch it. False: its owner shares it with this account.
    pub is_public: Option<bool>,
    /// Whether the account's own setting for allowed images lets it be launched. Null: the setting is off.
    pub is_allowed: Option<bool>,
    /// v2.0: what is launched from it takes IMDSv2 only, unless the launch says otherwise. Null: it does not ask for
    /// that.
    pub imds_support: Option<String>,
    /// i386, x86_64, arm64, x86_64_mac or arm64_mac.
    pub architecture: Option<String>,
    /// The operating system as billed, Linux/UNIX.
    pub platform_details: Option<String>,
    /// The product codes of AWS Marketplace.
    pub product_codes: Vec<String>,
    /// How many instances were started from it; those that are terminated do not count. Null: they were not listed.
    pub instance_count: Option<i32>,
    /// How many default or latest versions of launch templates name it. Null: they were not listed.
    pub launch_template_version_count: Option<i32>,
    /// How many launch configurations name it. Null: they were not listed.
    pub launch_configuration_count: Option<i32>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it becomes deprecated, or became so (UTC). Null: no date is set.
    pub deprecated_at: Option<Timestamp>,
    /// Whole days since then; negative where it is still to come.
    pub deprecated_days: Option<i32>,
}

/// The images of one region that are used there and belong to others.
pub const IMAGES_IN_USE: Collector = Collector {
    name: "ec2_images_in_use",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[INSTANCES.call(), VERSIONS.call(), CONFIGURATIONS.call(), IMAGES.call()],
    resources: &[],
    tables: &[table::<ImageInUse>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// How often each image is named.
type Counts = BTreeMap<String, i32>;

/// Who uses images. None: that list was not read.
#[derive(Default)]
struct Uses {
    instances: Option<Counts>,
    versions: Option<Counts>,
    configurations: Option<Counts>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let uses = uses(session, rows).await?;
    let ids = uses.ids();
    for batch in ids.chunks(BATCH) {
        // A filter leaves out what is gone. Asked by its id, one image that is gone would refuse them all.
        let filter = json!([{"Name": "image-id", "Value": batch}]);
        let input = json!({"Filter": filter, "IncludeDeprecated": true, "IncludeDisabled": true});
        let shown = all(&IMAGES, session, input, |page| page.images_set).await?;
        let mut unread = Unread::default();
        let named = shown.into_iter().filter_map(|it| Some((unread.value("imageId", it.image_id.clone())?, it)));
        let mut shown: HashMap<String, Described> = named.collect();
        unread.count(rows, ImageInUse::TABLE, &IMAGES.call().name());
        for id in batch {
            let described = shown.remove(id);
            let owner = described.as_ref().and_then(|it| it.image_owner_id.as_deref());
            if owner == Some(rows.stamp().account_id.as_str()) {
                continue;
            }
            let mut unread = Unread::default();
            let row = image(id, described, &uses, rows.captured_at(), &mut unread);
            unread.count(rows, ImageInUse::TABLE, &IMAGES.call().name());
            rows.push(row).await?;
        }
    }
    Ok(())
}

async fn uses(session: &Session, rows: &mut Rows<'_>) -> Result<Uses, Error> {
    let instances = all(&INSTANCES, session, json!({"MaxResults": 1000}), InstancePage::image_ids).await;
    let input = json!({"LaunchTemplateVersion": ["$Default", "$Latest"], "MaxResults": 200});
    let versions = all(&VERSIONS, session, input, VersionPage::image_ids).await;
    let input = json!({"MaxRecords": 100});
    let configurations = all(&CONFIGURATIONS, session, input, ConfigurationPage::image_ids).await;
    Ok(Uses {
        instances: counted(rows, instances, &INSTANCES.call().name())?,
        versions: counted(rows, versions, &VERSIONS.call().name())?,
        configurations: counted(rows, configurations, &CONFIGURATIONS.call().name())?,
    })
}

/// How often each image is among these. A template may name a parameter that names the image: that is left out.
fn counted(rows: &mut Rows<'_>, ids: Answer<Vec<Option<String>>>, call: &str) -> Result<Option<Counts>, Error> {
    let Some(ids) = rows.part([ImageInUse::TABLE], ids)? else { return Ok(None) };
    let (mut counts, mut unread) = (Counts::new(), Unread::default());
    let ids = ids.into_iter().filter_map(|id| unread.value("imageId", id));
    for id in ids.filter(|id| id.starts_with("ami-")) {
        *counts.entry(id).or_default() += 1;
    }
    unread.count(rows, ImageInUse::TABLE, call);
    Ok(Some(counts))
}

impl Uses {
    /// All images, each once, in order.
    fn ids(&self) -> Vec<String> {
        let lists = [&self.instances, &self.versions, &self.configurations];
        let mut ids: Vec<String> = lists.into_iter().flatten().flat_map(BTreeMap::keys).cloned().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

fn image(id: &str, it: Option<Described>, uses: &Uses, now: Timestamp, unread: &mut Unread) -> ImageInUse {
    let is_found = it.is_some();
    let it = it.unwrap_or_default();
    let count = |counts: Option<&Counts>| counts.map(|counts| counts.get(id).copied().unwrap_or_default());
    let created_at = unread.moment("creationDate", it.creation_date.as_ref());
    let deprecated_at = unread.moment("deprecationTime", it.deprecation_time.as_ref());
    let (state, is_public) = match is_found {
        true => (unread.value("imageState", it.image_state), unread.value("isPublic", it.is_public)),
        false => (None, None),
    };
    ImageInUse {
        image_id: id.to_owned(),
        is_found,
        image_name: it.name,
        description: it.description.filter(|text| !text.is_empty()),
        owner_account_id: it.image_owner_id,
        owner_alias: it.image_owner_alias,
        state,
        is_public,
        is_allowed: it.image_allowed,
        imds_support: it.imds_support,
        architecture: it.architecture,
        platform_details: it.platform_details,
        product_codes: it.product_codes.into_iter().filter_map(|code| code.product_code).collect(),
        instance_count: count(uses.instances.as_ref()),
        launch_template_version_count: count(uses.versions.as_ref()),
        launch_configuration_count: count(uses.configurations.as_ref()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        deprecated_at,
        deprecated_days: deprecated_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests;
