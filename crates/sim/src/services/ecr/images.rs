//! Images of repositories, and what scans found in them.

use super::{Repository, find, scanning::Registry};
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use serde_json::{Map, Value, json};

/// The age in days from which a grave finding counts as ignored.
pub(super) const IGNORED_DAYS: i64 = 30;

/// How many images of a repository a census looks at.
const NEWEST: usize = 5;

/// An image.
#[derive(Debug)]
pub(super) struct Image {
    digest: String,
    tag: Option<String>,
    sort: Sort,
    pub(super) pushed_millis: i64,
}

/// What is known of an image's scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A list of images by architecture, which is not scanned.
    Index,
    /// It was never scanned.
    Unscanned,
    /// Its scan failed.
    Failed,
    /// It was scanned: how many findings of severity CRITICAL, HIGH and MEDIUM there are.
    Scanned(i64, i64, i64),
}

impl Image {
    /// Whether it is a list of images.
    pub(super) fn is_index(&self) -> bool {
        self.sort == Sort::Index
    }

    /// Whether findings of severity CRITICAL or HIGH are known.
    pub(super) fn is_grave(&self) -> bool {
        matches!(self.sort, Sort::Scanned(critical, high, _) if critical + high > 0)
    }

    /// The status of its scan, if there was one.
    fn status(&self, registry: Registry) -> Option<Value> {
        let status = match self.sort {
            Sort::Index | Sort::Unscanned => return None,
            Sort::Failed => "FAILED",
            Sort::Scanned(..) if registry.is_enhanced() => "ACTIVE",
            Sort::Scanned(..) => "COMPLETE",
        };
        Some(json!({ "status": status, "description": "The scan was completed or failed." }))
    }

    /// What its scan found.
    fn summary(&self) -> Option<Value> {
        let Sort::Scanned(critical, high, medium) = self.sort else { return None };
        let counts = [("CRITICAL", critical), ("HIGH", high), ("MEDIUM", medium)];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let counts: Map<String, Value> = counts.map(|(name, count)| (name.to_owned(), json!(count))).collect();
        let at = epoch_seconds(self.pushed_millis);
        Some(json!({
            "imageScanCompletedAt": at,
            "vulnerabilitySourceUpdatedAt": at,
            "findingSeverityCounts": counts,
        }))
    }
}

/// The images of a repository.
fn images(place: &Place<'_>, repository: &str) -> Vec<Image> {
    let mut dice = place.dice(&format!("ecr-images-{repository}"));
    let count = dice.some(0, 7);
    (0..count).map(|number| image(place, number, &mut dice)).collect()
}

fn image(place: &Place<'_>, number: i64, dice: &mut Dice) -> Image {
    let grave = Sort::Scanned(dice.between(0, 3), dice.between(1, 9), dice.between(0, 20));
    let days = dice.between(0, 120);
    Image {
        digest: format!("sha256:{}", dice.hex(64)),
        tag: dice.chance(0.85).then(|| format!("v{number}")),
        sort: dice.weighted(&[
            (grave, 4),
            (Sort::Scanned(0, 0, 2), 2),
            (Sort::Scanned(0, 0, 0), 2),
            (Sort::Unscanned, 2),
            (Sort::Failed, 1),
            (Sort::Index, 1),
        ]),
        pushed_millis: place.days_ago(days, dice),
    }
}

/// The newest tagged images of a repository, which a census looks at.
pub(super) fn newest(place: &Place<'_>, repository: &str) -> Vec<Image> {
    let mut tagged: Vec<Image> = images(place, repository).into_iter().filter(|it| it.tag.is_some()).collect();
    tagged.sort_by_key(|it| std::cmp::Reverse(epoch_seconds(it.pushed_millis)));
    tagged.truncate(NEWEST);
    tagged
}

fn repository(context: &Context<'_>) -> Result<Repository, Refusal> {
    let name = context.request.required("repositoryName")?;
    find(context, |it| it.name == name)
}

/// All images, or the tagged ones. Only of Inspector's scans the list says something, as at AWS.
pub(super) fn list(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let repository = repository(context)?;
    let (place, registry) = (&context.place, Registry::of(&context.place));
    let is_tagged_only = context.request.structure("filter").is_some_and(|filter| filter["tagStatus"] == "TAGGED");
    let asked = images(place, &repository.name).into_iter().filter(|it| !is_tagged_only || it.tag.is_some());
    let describe = |it: Image| {
        let media_type = match it.sort {
            Sort::Index => "application/vnd.oci.image.index.v1+json",
            _ => "application/vnd.oci.image.manifest.v1+json",
        };
        json!({
            "registryId": place.account.id,
            "repositoryName": repository.name,
            "imageDigest": it.digest,
            "imageTags": it.tag.as_ref().map(|tag| [tag]),
            "imageSizeInBytes": 12_345_678,
            "imagePushedAt": epoch_seconds(it.pushed_millis),
            "imageScanStatus": it.status(registry).filter(|_| registry.is_enhanced()),
            "imageScanFindingsSummary": it.summary().filter(|_| registry.is_enhanced()),
            "imageManifestMediaType": media_type,
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
            "imageStatus": "ACTIVE",
        })
    };
    Ok(asked.map(describe).collect())
}

/// What a scan found in one image.
pub(super) fn findings(context: &Context<'_>) -> Result<Value, Refusal> {
    let repository = repository(context)?;
    let (place, registry) = (&context.place, Registry::of(&context.place));
    let wanted = context.request.structure("imageId").and_then(|id| id["imageDigest"].as_str()).unwrap_or_default();
    let none = |code: &'static str| Refusal::new(400, code, format!("No image or scan of {wanted}"));
    let image = images(place, &repository.name).into_iter().find(|it| it.digest == wanted);
    let image = image.ok_or_else(|| none("ImageNotFoundException"))?;
    let status = image.status(registry).ok_or_else(|| none("ScanNotFoundException"))?;
    let mut findings = image.summary();
    if let Some(findings) = &mut findings {
        findings["findings"] = json!([]);
    }
    Ok(json!({
        "registryId": place.account.id,
        "repositoryName": repository.name,
        "imageId": { "imageDigest": image.digest },
        "imageScanStatus": status,
        "imageScanFindings": findings,
    }))
}
