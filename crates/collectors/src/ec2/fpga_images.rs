//! FPGA images: DescribeFpgaImages, then DescribeFpgaImageAttribute for the load permissions of each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_FPGA_IMAGE;
use orgcensus_collect::{
    Collector, Error, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::shares::{Permission, sharees};
use crate::ec2::tags::{self, Tag};
use crate::items::{Answer, Unread, details, given, is_gone, with_policies};
use crate::shares::counted;

const LIST: Read<Page> = reads("ec2", "DescribeFpgaImages");
const PERMISSIONS: Read<Attribute> = reads("ec2", "DescribeFpgaImageAttribute");

/// How EC2 says that there is no such image.
const GONE: &[&str] = &["InvalidFpgaImageID.NotFound"];

/// One image for FPGAs that the account owns. Who else may load it is in policy_documents, as its launch permission.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_fpga_images", key = "arn")]
pub struct FpgaImage {
    /// The image's ARN. It names no account.
    pub arn: String,
    /// The image's id, afi-….
    pub fpga_image_id: String,
    /// The id by which instances load it, agfi-….
    pub fpga_image_global_id: Option<String>,
    /// The image's name. Null: it has none.
    pub fpga_image_name: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// pending, failed, available or unavailable.
    pub state: Option<String>,
    /// Why it failed. Null: it did not.
    pub state_message: Option<String>,
    /// Whether everyone may load it.
    pub is_public: Option<bool>,
    /// The version of the shell that it was made with.
    pub shell_version: Option<String>,
    /// Whether it can be loaded without losing what is in the card's memory.
    pub has_data_retention_support: Option<bool>,
    /// The types of instances that can load it.
    pub instance_types: Vec<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since it was last changed.
    pub last_modified_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The images for FPGAs of one region that the account owns, with their load permissions.
pub const FPGA_IMAGES: Collector = Collector {
    name: "ec2_fpga_images",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), PERMISSIONS.call()],
    resources: &[EC2_FPGA_IMAGE],
    tables: &[table::<FpgaImage>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    fpga_image_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    fpga_image_id: Option<String>,
    fpga_image_global_id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    owner_id: Option<String>,
    state: State,
    public: Option<bool>,
    shell_version: Option<String>,
    data_retention_support: Option<bool>,
    instance_types: Vec<String>,
    create_time: Option<Moment>,
    update_time: Option<Moment>,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct State {
    code: Option<String>,
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Attribute {
    fpga_image_attribute: Permissions,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Permissions {
    load_permissions: Option<Vec<Permission>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Owner": ["self"], "MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut images = details(page?.fpga_image_set, |described| read(session, described));
        while let Some((described, sharees)) = images.next().await {
            push(session, rows, described, sharees).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Vec<Sharee>>) {
    let input = json!({"Attribute": "loadPermission", "FpgaImageId": described.fpga_image_id});
    let (answer, call) = (PERMISSIONS.send(session, input).await, PERMISSIONS.call().name());
    let permissions = answer.and_then(|it| given(it.fpga_image_attribute.load_permissions, &call, "loadPermissions"));
    (described, permissions.and_then(|it| sharees(it, &call)))
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    sharees: Answer<Vec<Sharee>>,
) -> Result<(), Error> {
    if is_gone(GONE, &sharees) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(row) = image(session, described, rows.captured_at(), &mut unread) else {
        unread.lost(rows, with_policies([FpgaImage::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let mut sharees = counted(rows, sharees)?;
    if row.is_public == Some(true) {
        // The list says so, whatever else was not read.
        sharees = Ok(sharees.into_iter().flatten().chain([Sharee::Everyone]).collect());
    }
    unread.count(rows, FpgaImage::TABLE, &LIST.call().name());
    let share = Share {
        resource_arn: &row.arn,
        resource: EC2_FPGA_IMAGE,
        origin: PolicyKind::LaunchPermission,
        name: "",
        actions: &["ec2:CopyFpgaImage"],
        gate: None,
    };
    rows.share(share, sharees).await?;
    rows.push(row).await
}

fn image(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<FpgaImage> {
    let fpga_image_id = unread.value("fpgaImageId", it.fpga_image_id)?;
    let created_at = unread.moment("createTime", it.create_time.as_ref());
    let last_modified_at = unread.moment("updateTime", it.update_time.as_ref());
    Some(FpgaImage {
        arn: format!("arn:{}:ec2:{}::fpga-image/{fpga_image_id}", session.partition(), session.region()),
        fpga_image_id,
        fpga_image_global_id: it.fpga_image_global_id,
        fpga_image_name: it.name.filter(|name| !name.is_empty()),
        description: it.description.filter(|text| !text.is_empty()),
        owner_account_id: it.owner_id,
        state: unread.value("state", it.state.code),
        state_message: it.state.message,
        is_public: unread.value("public", it.public),
        shell_version: it.shell_version,
        has_data_retention_support: it.data_retention_support,
        instance_types: it.instance_types,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        tags: tags::by_key(it.tags),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::FPGA_IMAGES;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    /// What EC2 always says, and a state that is not known yet.
    fn listed(id: &str, is_public: bool) -> String {
        format!(
            "<item><fpgaImageId>{id}</fpgaImageId><state><code>resting</code></state><public>{is_public}</public>
            <createTime>2025-12-22T00:00:00.000Z</createTime><tags><item><key>team</key><value>a</value></item></tags>
            </item>"
        )
    }

    fn page(images: &str, token: &str) -> String {
        format!("<DescribeFpgaImagesResponse><fpgaImageSet>{images}</fpgaImageSet>{token}</DescribeFpgaImagesResponse>")
    }

    fn permissions(items: &str) -> String {
        format!(
            "<DescribeFpgaImageAttributeResponse><fpgaImageAttribute><loadPermissions>{items}</loadPermissions>
            </fpgaImageAttribute></DescribeFpgaImageAttributeResponse>"
        )
    }

    #[tokio::test]
    async fn images_of_two_pages_with_permissions_read_absent_and_unread() {
        let first = page(&listed("afi-0aa", false), "<nextToken>second</nextToken>");
        let rest = [("afi-0bb", true), ("afi-0cc", false), ("afi-0dd", false), ("afi-0ee", false)];
        let rest: String = rest.iter().map(|(id, is_public)| listed(id, *is_public)).collect();
        let second = page(
            &format!("{rest}<item><fpgaImageId>afi-0ff</fpgaImageId></item><item><public>true</public></item>"),
            "",
        );
        let recorded = Recorded::new()
            .answer_to("DescribeFpgaImages", "Owner.1=self", &first)
            .answer_to("DescribeFpgaImages", "NextToken=second", &second)
            .answer_to(
                "DescribeFpgaImageAttribute",
                "afi-0aa",
                &permissions("<item><userId>999988887777</userId></item>"),
            )
            .refuse("DescribeFpgaImageAttribute", "afi-0bb", 403, &refused("UnauthorizedOperation"))
            .refuse("DescribeFpgaImageAttribute", "afi-0cc", 400, &refused("InvalidFpgaImageID.NotFound"))
            .refuse("DescribeFpgaImageAttribute", "afi-0dd", 403, &refused("UnauthorizedOperation"))
            .refuse("DescribeFpgaImageAttribute", "afi-0ee", 400, &refused("UnsupportedOperation"))
            .answer_to("DescribeFpgaImageAttribute", "afi-0ff", &permissions(""));
        let collected = recorded.run(&FPGA_IMAGES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&FPGA_IMAGES);
        let images = columns(&collected, "ec2_fpga_images", &["fpga_image_id", "state", "is_public", "age_days"]);
        assert_eq!(
            images,
            [
                json!(["afi-0aa", "resting", false, 10]),
                json!(["afi-0bb", "resting", true, 10]),
                json!(["afi-0dd", "resting", false, 10]),
                json!(["afi-0ee", "resting", false, 10]),
                json!(["afi-0ff", null, null, null]),
            ]
        );
        assert_eq!(collected.table("ec2_fpga_images")[0]["arn"], "arn:aws:ec2:eu-west-1::fpga-image/afi-0aa");
        assert_eq!(collected.table("ec2_fpga_images")[0]["tags"], json!({"team": "a"}));
        let states = columns(&collected, "policy_documents", &["state", "error_code"]);
        let denied = json!(["unread", "UnauthorizedOperation"]);
        let unsupported = json!(["unread", "UnsupportedOperation"]);
        let read = json!(["read", null]);
        assert_eq!(states, [read.clone(), read, denied, unsupported, json!(["absent", null])]);
        let principals = columns(&collected, "policy_statements", &["principals"]);
        assert_eq!(principals, [json!([["AWS:arn:aws:iam::999988887777:root"]]), json!([["AWS:*"]])]);
        // Three permissions, two values that one image lacks, and an image without an id.
        assert_eq!(collected.short(), (6, vec!["ec2_fpga_images", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let recorded = Recorded::new().refuse("DescribeFpgaImages", "", 403, &refused("UnauthorizedOperation"));
        let collected = recorded.run(&FPGA_IMAGES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
