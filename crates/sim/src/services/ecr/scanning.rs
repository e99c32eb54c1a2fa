//! How a registry scans images, and what this comes to for a repository.

use super::{Repository, repositories};
use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use serde_json::{Value, json};

/// How the registry of a region scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registry {
    /// A repository's own setting decides.
    ByRepository,
    /// ECR scans what is pushed.
    OnPush,
    /// Inspector scans what is pushed.
    Inspector,
    /// Inspector scans again and again.
    InspectorAlways,
    /// Inspector scans the repositories of one name.
    InspectorPart,
}

/// The repositories that [`Registry::InspectorPart`] scans: a filter, and how their names begin.
const PART: (&str, &str) = ("web-*", "web-");

impl Registry {
    pub(super) fn of(place: &Place<'_>) -> Self {
        let weights = [
            (Self::ByRepository, 5),
            (Self::OnPush, 2),
            (Self::Inspector, 1),
            (Self::InspectorAlways, 1),
            (Self::InspectorPart, 1),
        ];
        if place.is_settled() { place.dice("ecr-scanning").weighted(&weights) } else { Self::ByRepository }
    }

    /// Whether Inspector scans, and not ECR.
    pub(super) fn is_enhanced(self) -> bool {
        matches!(self, Self::Inspector | Self::InspectorAlways | Self::InspectorPart)
    }

    /// When the images of a repository are scanned.
    pub(super) fn frequency(self, repository: &Repository) -> &'static str {
        match self {
            Self::ByRepository if repository.is_scanned => "SCAN_ON_PUSH",
            Self::InspectorPart if repository.name.starts_with(PART.1) => "CONTINUOUS_SCAN",
            Self::ByRepository | Self::InspectorPart => "MANUAL",
            Self::OnPush | Self::Inspector => "SCAN_ON_PUSH",
            Self::InspectorAlways => "CONTINUOUS_SCAN",
        }
    }

    pub(super) fn describe(self) -> Value {
        let rule = |frequency: &str, filter: &str| {
            json!([{
                "scanFrequency": frequency,
                "repositoryFilters": [{ "filter": filter, "filterType": "WILDCARD" }],
            }])
        };
        let rules = match self {
            Self::ByRepository => json!([]),
            Self::OnPush | Self::Inspector => rule("SCAN_ON_PUSH", "*"),
            Self::InspectorAlways => rule("CONTINUOUS_SCAN", "*"),
            Self::InspectorPart => rule("CONTINUOUS_SCAN", PART.0),
        };
        json!({ "scanType": if self.is_enhanced() { "ENHANCED" } else { "BASIC" }, "rules": rules })
    }

    /// The filters of the registry's rules that take a repository in.
    fn filters(self, repository: &Repository) -> Vec<Value> {
        let filter = match self {
            Self::ByRepository => None,
            Self::InspectorPart => Some(PART.0).filter(|_| repository.name.starts_with(PART.1)),
            Self::OnPush | Self::Inspector | Self::InspectorAlways => Some("*"),
        };
        filter.map(|filter| json!({ "filter": filter, "filterType": "WILDCARD" })).into_iter().collect()
    }
}

/// What the rules come to for the repositories that are asked for.
pub(super) fn batch(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.texts("repositoryNames");
    if wanted.is_empty() || wanted.len() > 25 {
        let message = "Invalid parameter at 'repositoryNames' failed to satisfy constraint: 1 to 25 members";
        return Err(Refusal::new(400, "InvalidParameterException", message));
    }
    let (place, registry) = (&context.place, Registry::of(&context.place));
    let all = repositories(place);
    let describe = |it: &Repository| {
        let frequency = registry.frequency(it);
        json!({
            "repositoryArn": it.arn,
            "repositoryName": it.name,
            "scanOnPush": frequency != "MANUAL",
            "scanFrequency": frequency,
            "appliedScanFilters": registry.filters(it),
        })
    };
    let found: Vec<Value> = all.iter().filter(|it| wanted.contains(&it.name.as_str())).map(describe).collect();
    let is_missing = |name: &&str| !all.iter().any(|it| it.name == *name);
    let failure = |name: &str| {
        json!({
            "repositoryName": name,
            "failureCode": "REPOSITORY_NOT_FOUND",
            "failureReason": "The repository does not exist in the registry",
        })
    };
    let failures: Vec<Value> = wanted.iter().copied().filter(is_missing).map(failure).collect();
    Ok(json!({ "scanningConfigurations": found, "failures": failures }))
}
