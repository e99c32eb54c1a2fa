//! The row of one instance, one version of a launch template, or one launch configuration.

use std::collections::BTreeSet;

use orgcensus_collectors::ec2::instances::InstanceRef;

use super::account::{Account, PROFILE_GONE, Region, Rights, Source};
use super::layers::{Layer, Layers, NextLaunch, is_imdsv1_answered};
use super::rows::MetadataPosture;

/// The tags by which Auto Scaling and EC2 say what launched an instance.
pub(super) const GROUP_TAG: &str = "aws:autoscaling:groupName";
pub(super) const TEMPLATE_TAG: &str = "aws:ec2launchtemplate:id";

/// What the next launch is made of.
struct Next<'a> {
    /// The version or configuration; none if the launch has neither.
    source: Layer<Option<&'a Source>>,
    image_id: Option<&'a str>,
}

impl Account {
    /// The row of an instance. Its next launch is by what launched it: its group, or the default version of its
    /// template. If it has neither, a launch of its image that says nothing is meant.
    pub(super) fn of_instance(&self, region: Option<&Region>, it: &InstanceRef<'_>) -> MetadataPosture {
        let empty = Region::default();
        let region = region.unwrap_or(&empty);
        let tag = |name: &str| it.tags.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        let source = match (tag(GROUP_TAG), tag(TEMPLATE_TAG)) {
            (Some(group), _) => region.of_group(group).map(Some),
            (None, Some(template_id)) => region.version(template_id, None).map(Some),
            (None, None) => Ok(None),
        };
        let own_image = source.ok().flatten().and_then(|source| source.image_id.as_deref());
        let next = Next { source, image_id: own_image.or(it.image_id) };
        let row = self.posture(region, &next, it.instance_profile_arn);
        let is_answered = is_imdsv1_answered(it.http_endpoint, it.http_tokens);
        MetadataPosture {
            subject: it.arn.to_owned(),
            subject_type: "instance".to_owned(),
            subject_name: it.instance_id.to_owned(),
            http_endpoint: it.http_endpoint.map(str::to_owned),
            http_tokens: it.http_tokens.map(str::to_owned),
            http_put_response_hop_limit: it.http_put_response_hop_limit,
            instance_metadata_tags: it.instance_metadata_tags.map(str::to_owned),
            is_imdsv1_answered: is_answered,
            exposes_administrator: exposes(is_answered, &row),
            ..row
        }
    }

    /// The row of a version or a launch configuration.
    pub(super) fn of_source(&self, region: &Region, it: &Source) -> MetadataPosture {
        let next = Next { source: Ok(Some(it)), image_id: it.image_id.as_deref() };
        let row = self.posture(region, &next, it.profile.as_deref());
        let subject_type = if it.number.is_some() { "launch_template_version" } else { "launch_configuration" };
        MetadataPosture {
            subject: it.subject.clone(),
            subject_type: subject_type.to_owned(),
            subject_name: it.name.clone(),
            version_number: it.number,
            is_default_version: it.is_default,
            is_latest_version: it.is_latest,
            exposes_administrator: exposes(row.is_next_imdsv1_answered, &row),
            ..row
        }
    }

    /// What the row of any subject says of its next launch and of its role.
    fn posture(&self, region: &Region, next: &Next<'_>, profile: Option<&str>) -> MetadataPosture {
        let image = region.image(next.image_id);
        let layers = Layers {
            launches: next.source.map(|source| source.into_iter().map(Source::launch).collect()),
            defaults: region.defaults.clone().ok_or("defaults_unread"),
            image: image.clone(),
        };
        let launch = layers.next_launch();
        let mut unread = launch.unread.clone();
        let (role_arn, rights) = self.rights(profile, &mut unread);
        let source = next.source.ok().flatten();
        let defaults = region.defaults.as_ref();
        MetadataPosture {
            launched_by: source.map(|source| source.layer().to_owned()),
            launch_source: source.map(|source| source.subject.clone()),
            image_id: next.image_id.map(str::to_owned),
            image_imds_support: image.ok().flatten(),
            default_http_tokens: defaults.and_then(|it| it.options.tokens.clone()),
            is_tokens_enforced: defaults.map(|it| it.is_enforced),
            defaults_managed_by: region.managed_by.clone(),
            declarative_policy_ids: self.declarative_policy_ids.iter().cloned().collect(),
            instance_profile: profile.map(str::to_owned),
            role_arn,
            is_role_administrator: rights.is_administrator,
            may_role_escalate: rights.may_escalate,
            unread: unread.into_iter().map(str::to_owned).collect(),
            ..of_launch(launch)
        }
    }

    /// The role of a profile and what it may do. Without a role nothing may be done.
    fn rights(&self, profile: Option<&str>, unread: &mut BTreeSet<&'static str>) -> (Option<String>, Rights) {
        let nothing = Rights { is_administrator: Some(false), may_escalate: Some(false) };
        match self.role(profile) {
            Ok(None) => (None, nothing),
            Err(PROFILE_GONE) => {
                unread.insert(PROFILE_GONE);
                (None, nothing)
            }
            Ok(Some((arn, rights))) => {
                if rights.is_administrator.is_none() || rights.may_escalate.is_none() {
                    unread.insert("role_unread");
                }
                (Some(arn.to_owned()), rights)
            }
            Err(why) => {
                unread.insert(why);
                (None, Rights::default())
            }
        }
    }
}

/// The columns that say what the next launch gets, without all others.
fn of_launch(it: NextLaunch) -> MetadataPosture {
    let name = |by: Option<&'static str>| by.map(str::to_owned);
    MetadataPosture {
        endpoint_decided_by: name(it.endpoint.by),
        next_http_endpoint: it.endpoint.value,
        tokens_decided_by: name(it.tokens.by),
        next_http_tokens: it.tokens.value,
        hop_limit_decided_by: name(it.hop_limit.by),
        next_http_put_response_hop_limit: it.hop_limit.value,
        tags_decided_by: name(it.tags.by),
        next_instance_metadata_tags: it.tags.value,
        is_next_launch_refused: it.is_refused,
        is_next_imdsv1_answered: it.is_imdsv1_answered,
        ..MetadataPosture::default()
    }
}

/// Whether IMDSv1 gives away a role that is administrator or may become it.
fn exposes(is_answered: Option<bool>, row: &MetadataPosture) -> Option<bool> {
    let may = match (row.is_role_administrator, row.may_role_escalate) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    match (is_answered, may) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
