//! What scans found in the newest images of each private repository: DescribeRepositories, DescribeImages for each,
//! then DescribeImageScanFindings for those of the newest of whose scan the list says nothing.
//!
//! DescribeImages has the counts of Inspector's scans and of ECR's older ones. Of ECR's present basic scans it says
//! nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, is_gone};

mod scan;

use scan::{Scan, Status, Summary};

const LIST: Read<Page> = reads("ecr", "DescribeRepositories");
const IMAGES: Read<Images> = reads("ecr", "DescribeImages");
const FINDINGS: Read<Found> = reads("ecr", "DescribeImageScanFindings");

/// How many images of a repository have rows.
const NEWEST: usize = 5;

/// How ECR says that there is no such repository.
const GONE: &[&str] = &["RepositoryNotFoundException"];

/// How ECR says that there is no such image.
const NO_IMAGE: &[&str] = &["ImageNotFoundException"];

/// How ECR says that an image was never scanned.
const NO_SCAN: &[&str] = &["ScanNotFoundException"];

/// Lists of images by architecture, which ECR does not scan.
const INDEXES: &[&str] =
    &["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// One of the five newest tagged images of a private repository, with how many vulnerabilities its scan found.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecr_image_findings", key = "repository_arn, image_digest")]
pub struct ImageFindings {
    /// The repository's ARN.
    pub repository_arn: String,
    /// The repository's name, with its namespaces.
    pub repository_name: String,
    /// The image's digest, sha256:….
    pub image_digest: String,
    /// Its tags.
    pub image_tags: Vec<String>,
    /// Whether it is the newest tagged image of its repository.
    pub is_newest: bool,
    /// When it was pushed (UTC). Null: AWS did not say.
    pub pushed_at: Option<Timestamp>,
    /// Whole days since it was pushed.
    pub pushed_days: Option<i32>,
    /// When it was last pulled, as ECR notes once a day (UTC). Null: not since ECR notes it.
    pub last_pulled_at: Option<Timestamp>,
    /// Whole days since it was last pulled.
    pub last_pulled_days: Option<i32>,
    /// Its size in the repository, compressed, in bytes. Null: AWS did not say.
    pub size_bytes: Option<i64>,
    /// The type of its manifest. Null: AWS did not say.
    pub manifest_media_type: Option<String>,
    /// The type of what it is, if it is no image that runs. Null: AWS did not say.
    pub artifact_media_type: Option<String>,
    /// ACTIVE, ARCHIVED or ACTIVATING. Null: AWS did not say.
    pub image_status: Option<String>,
    /// COMPLETE, ACTIVE (scanned again and again), IN_PROGRESS, FAILED, UNSUPPORTED_IMAGE … Null: it was never scanned,
    /// or AWS did not say.
    pub scan_status: Option<String>,
    /// When it was last scanned (UTC). Null: never, or AWS did not say.
    pub scanned_at: Option<Timestamp>,
    /// Whole days since it was last scanned.
    pub scanned_days: Option<i32>,
    /// Whether a scan of it has ended. Null: that could not be read.
    pub is_scanned: Option<bool>,
    /// How many vulnerabilities of severity CRITICAL were found. Null: no scan has ended, or it could not be read.
    pub critical_count: Option<i32>,
    /// The same of HIGH.
    pub high_count: Option<i32>,
    /// The same of MEDIUM.
    pub medium_count: Option<i32>,
    /// The same of LOW.
    pub low_count: Option<i32>,
    /// The same of INFORMATIONAL.
    pub informational_count: Option<i32>,
    /// The same of UNDEFINED, and of severities that this version does not know.
    pub other_count: Option<i32>,
}

/// What scans found in the newest images of one region.
pub const IMAGE_FINDINGS: Collector = Collector {
    name: "ecr_image_findings",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), IMAGES.call(), FINDINGS.call()],
    resources: &[],
    tables: &[table::<ImageFindings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    repositories: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    repository_arn: Option<String>,
    repository_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Images {
    image_details: Vec<Image>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Image {
    image_digest: Option<String>,
    image_tags: Vec<String>,
    image_size_in_bytes: Option<i64>,
    image_pushed_at: Option<Moment>,
    image_scan_status: Option<Status>,
    image_scan_findings_summary: Option<Summary>,
    image_manifest_media_type: Option<String>,
    artifact_media_type: Option<String>,
    last_recorded_pull_time: Option<Moment>,
    image_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Found {
    image_scan_status: Option<Status>,
    image_scan_findings: Option<Summary>,
}

/// A repository, and its newest images with what is said of their scans.
struct Repository {
    arn: String,
    name: String,
    images: Answer<Vec<(Image, Answer<Scan>)>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut repositories = details(page?.repositories, |listed| read(session, listed));
        while let Some(repository) = repositories.next().await {
            push(rows, repository).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> Repository {
    // Without a name its images cannot be asked for, which counts.
    let name = listed.repository_name.unwrap_or_default();
    let arn = listed.repository_arn.unwrap_or_else(|| session.arn("ecr", &format!("repository/{name}")));
    let images = match newest(session, &name).await {
        Ok(images) => {
            let mut scanned = Vec::new();
            for mut image in images {
                let scan = scan_of(session, &name, &mut image).await;
                scanned.push((image, scan));
            }
            Ok(scanned)
        }
        Err(error) => Err(error),
    };
    Repository { arn, name, images }
}

/// The newest tagged images. ECR gives them in no order, so all are listed, and only the newest of them kept.
async fn newest(session: &Session, name: &str) -> Answer<Vec<Image>> {
    let input = json!({"repositoryName": name, "filter": {"tagStatus": "TAGGED"}, "maxResults": 1000});
    let mut pages = IMAGES.pages(session, input);
    let mut newest: Vec<Image> = Vec::new();
    while let Some(page) = pages.next().await {
        newest.extend(page?.image_details);
        newest.sort_by_key(|it| Reverse(it.image_pushed_at.as_ref().and_then(Moment::millis)));
        newest.truncate(NEWEST);
    }
    Ok(newest)
}

/// What is said of an image's scan: by the list of images, or, where that says nothing, by a call of its own.
async fn scan_of(session: &Session, name: &str, image: &mut Image) -> Answer<Scan> {
    let (status, summary) = (image.image_scan_status.take(), image.image_scan_findings_summary.take());
    let is_index = image.image_manifest_media_type.as_deref().is_some_and(|of| INDEXES.contains(&of));
    if status.is_some() || summary.is_some() || is_index {
        return Ok(Scan::of(status, summary));
    }
    // Without a digest it has no row.
    let Some(digest) = image.image_digest.as_deref() else { return Ok(Scan::default()) };
    let input = json!({"repositoryName": name, "imageId": {"imageDigest": digest}, "maxResults": 1});
    let found = FINDINGS.send(session, input).await.optional(NO_SCAN)?;
    Ok(found.map(|it| Scan::of(it.image_scan_status, it.image_scan_findings)).unwrap_or_default())
}

async fn push(rows: &mut Rows<'_>, repository: Repository) -> Result<(), Error> {
    let Repository { arn, name, images } = repository;
    if is_gone(GONE, &images) {
        rows.gone();
        return Ok(());
    }
    let images = rows.item([ImageFindings::TABLE], images)?.unwrap_or_default();
    for (number, (image, scan)) in images.into_iter().enumerate() {
        if is_gone(NO_IMAGE, &scan) {
            rows.gone();
            continue;
        }
        let scan = rows.item([ImageFindings::TABLE], scan)?;
        let mut unread = Unread::default();
        let row = row(&arn, &name, image, scan.as_ref(), rows.captured_at(), &mut unread);
        let row = row.map(|row| ImageFindings { is_newest: number == 0, ..row });
        unread.push(rows, &IMAGES.call().name(), row).await?;
    }
    Ok(())
}

fn row(
    arn: &str,
    name: &str,
    it: Image,
    scan: Option<&Scan>,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<ImageFindings> {
    let image_digest = unread.value("imageDigest", it.image_digest)?;
    let pushed_at = unread.moment("imagePushedAt", it.image_pushed_at.as_ref());
    let last_pulled_at = unread.moment("lastRecordedPullTime", it.last_recorded_pull_time.as_ref());
    let completed = scan.and_then(|scan| scan.summary.as_ref()?.image_scan_completed_at.as_ref());
    let scanned_at = unread.moment("imageScanCompletedAt", completed);
    let counts = scan.and_then(Scan::counts);
    let count = |severity: &str| counts.map(|counts| counts.get(severity).copied().unwrap_or_default());
    let known = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];
    let others = |counts: &BTreeMap<String, i32>| -> i32 {
        counts.iter().filter(|(severity, _)| !known.contains(&severity.as_str())).map(|(_, count)| *count).sum()
    };
    Some(ImageFindings {
        repository_arn: arn.to_owned(),
        repository_name: name.to_owned(),
        image_digest,
        image_tags: it.image_tags,
        is_newest: false,
        pushed_at,
        pushed_days: pushed_at.map(|at| at.days_until(now)),
        last_pulled_at,
        last_pulled_days: last_pulled_at.map(|at| at.days_until(now)),
        size_bytes: it.image_size_in_bytes,
        manifest_media_type: it.image_manifest_media_type,
        artifact_media_type: it.artifact_media_type,
        image_status: it.image_status,
        scan_status: scan.and_then(|scan| scan.status.clone()),
        scanned_at,
        scanned_days: scanned_at.map(|at| at.days_until(now)),
        is_scanned: scan.map(|_| counts.is_some()),
        critical_count: count("CRITICAL"),
        high_count: count("HIGH"),
        medium_count: count("MEDIUM"),
        low_count: count("LOW"),
        informational_count: count("INFORMATIONAL"),
        other_count: counts.map(others),
    })
}

#[cfg(test)]
mod tests;
