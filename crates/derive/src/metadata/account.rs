//! What one account has of each layer, and the roles of its instance profiles.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use orgcensus_collectors::autoscaling::groups::{Group, GroupRef};
use orgcensus_collectors::autoscaling::launch_configurations::{LaunchConfiguration, LaunchConfigurationRef};
use orgcensus_collectors::ec2::images::Image;
use orgcensus_collectors::ec2::images_in_use::ImageInUse;
use orgcensus_collectors::ec2::launch_templates::{LaunchTemplateVersion, LaunchTemplateVersionRef};
use orgcensus_collectors::ec2::metadata_defaults::{MetadataDefaults, MetadataDefaultsRef};
use orgcensus_collectors::iam::instance_profiles::{INSTANCE_PROFILES, InstanceProfile};
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};

use super::layers::{Defaults, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, Launch, Layer, Options};
use crate::account_policies::AccountPolicy;
use crate::identity::IdentityAccess;

/// Why a profile has no role that the account could give away: it was deleted, or was never there.
pub(super) const PROFILE_GONE: &str = "profile_gone";

/// The collector of instance profiles, as the coverage names it.
const PROFILES: &str = INSTANCE_PROFILES.name;

/// The staged tables, but for the instances.
pub(super) struct Sources {
    coverage: Staged<TaskCoverage>,
    defaults: Staged<MetadataDefaults>,
    images: Staged<Image>,
    in_use: Staged<ImageInUse>,
    versions: Staged<LaunchTemplateVersion>,
    configurations: Staged<LaunchConfiguration>,
    groups: Staged<Group>,
    profiles: Staged<InstanceProfile>,
    identities: Staged<IdentityAccess>,
    policies: Staged<AccountPolicy>,
}

/// One account.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) regions: BTreeMap<String, Region>,
    /// The declarative policies that are in effect and say something of the metadata service.
    pub(super) declarative_policy_ids: BTreeSet<String>,
    /// The role of each instance profile, by the profile's ARN and by its name; none if it holds no role.
    pub(super) profiles: HashMap<String, Option<String>>,
    /// Whether all instance profiles were read. Only then one that is not among them does not exist.
    pub(super) has_all_profiles: bool,
    /// What each role may do, by its ARN.
    pub(super) roles: HashMap<String, Rights>,
}

/// Whether a role is administrator, and whether it may come to more rights.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) is_administrator: Option<bool>,
    pub(super) may_escalate: Option<bool>,
}

/// One region of the account.
#[derive(Debug, Default)]
pub(super) struct Region {
    /// The defaults; none if they were not read.
    pub(super) defaults: Option<Defaults>,
    /// Who manages them.
    pub(super) managed_by: Option<String>,
    /// What each image asks for, by its id.
    pub(super) images: HashMap<String, Layer<Option<String>>>,
    /// The versions that were read, by the template's id.
    pub(super) versions: BTreeMap<String, Vec<Source>>,
    /// The ids of the templates, by name.
    pub(super) template_ids: HashMap<String, String>,
    /// The launch configurations, by name.
    pub(super) configurations: BTreeMap<String, Source>,
    /// What each group launches, by the group's name.
    pub(super) groups: HashMap<String, Launches>,
}

/// What a launch can be made of: a version of a template, or a launch configuration.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The subject of its own row.
    pub(super) subject: String,
    /// The id of the template, the name of the launch configuration.
    pub(super) name: String,
    /// None: it is no version.
    pub(super) number: Option<i64>,
    pub(super) is_default: Option<bool>,
    pub(super) is_latest: Option<bool>,
    pub(super) image_id: Option<String>,
    /// The ARN of the instance profile, or its name.
    pub(super) profile: Option<String>,
    pub(super) options: Options,
}

/// What a group launches, as the group names it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Launches {
    pub(super) template_id: Option<String>,
    pub(super) template_name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) configuration: Option<String>,
    /// Whether types of instances have templates of their own.
    pub(super) has_overrides: bool,
}

impl Source {
    /// The layer that it is.
    pub(super) fn layer(&self) -> &'static str {
        if self.number.is_some() { LAUNCH_TEMPLATE } else { LAUNCH_CONFIGURATION }
    }

    pub(super) fn launch(&self) -> Launch {
        Launch { by: self.layer(), options: self.options.clone() }
    }
}

impl Region {
    /// What an image asks for.
    pub(super) fn image(&self, id: Option<&str>) -> Layer<Option<String>> {
        match id {
            None => Err("image_not_named"),
            Some(id) if !id.starts_with("ami-") => Err("image_by_parameter"),
            Some(id) => self.images.get(id).cloned().unwrap_or(Err("image_unread")),
        }
    }

    /// The version of a template that is named so: by its number, by $Latest or $Default, or not at all.
    pub(super) fn version(&self, template_id: &str, version: Option<&str>) -> Layer<&Source> {
        let versions = self.versions.get(template_id).ok_or("launch_template_unread")?;
        let is_named = |it: &&Source| match version {
            None | Some("$Default") => it.is_default == Some(true),
            Some("$Latest") => it.is_latest == Some(true),
            Some(number) => it.number.is_some_and(|it| it.to_string() == number),
        };
        versions.iter().find(is_named).ok_or("version_unread")
    }

    /// What a group launches now.
    pub(super) fn of_group(&self, name: &str) -> Layer<&Source> {
        let group = self.groups.get(name).ok_or("group_unread")?;
        if group.has_overrides {
            return Err("several_templates");
        }
        if let Some(name) = &group.configuration {
            return self.configurations.get(name).ok_or("launch_configuration_unread");
        }
        let named = group.template_name.as_ref().and_then(|name| self.template_ids.get(name));
        let id = group.template_id.as_ref().or(named).ok_or("launch_template_unread")?;
        self.version(id, group.version.as_deref())
    }
}

impl Account {
    /// The role that an instance profile holds, with what it may do; none if there is no profile, or no role in it.
    pub(super) fn role(&self, profile: Option<&str>) -> Layer<Option<(&str, Rights)>> {
        let Some(profile) = profile else { return Ok(None) };
        let missing = if self.has_all_profiles { PROFILE_GONE } else { "profile_unread" };
        let role = self.profiles.get(profile).ok_or(missing)?;
        Ok(role.as_deref().map(|arn| (arn, self.roles.get(arn).copied().unwrap_or_default())))
    }

    fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }
}

impl Sources {
    pub(super) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            coverage: derive.staged()?,
            defaults: derive.staged()?,
            images: derive.staged()?,
            in_use: derive.staged()?,
            versions: derive.staged()?,
            configurations: derive.staged()?,
            groups: derive.staged()?,
            profiles: derive.staged()?,
            identities: derive.staged()?,
            policies: derive.staged()?,
        })
    }

    /// One account. Accounts must be asked for in order. `metadata_policies` are the declarative policies that say
    /// something of the metadata service.
    pub(super) fn account(&mut self, id: &str, metadata_policies: &BTreeSet<String>) -> Result<Account, Error> {
        let mut account = Account::default();
        self.coverage.of_account(id, |task| {
            account.has_all_profiles |= task.collector == PROFILES && task.is_complete;
        })?;
        self.defaults.of_regions(id, |region, row| account.region(region).set_defaults(&row))?;
        self.images.of_regions(id, |region, row| {
            let support = row.imds_support.map(str::to_owned);
            account.region(region).images.insert(row.image_id.to_owned(), Ok(support));
        })?;
        self.in_use.of_regions(id, |region, row| {
            let support = if row.is_found { Ok(row.imds_support.map(str::to_owned)) } else { Err("image_gone") };
            account.region(region).images.entry(row.image_id.to_owned()).or_insert(support);
        })?;
        self.versions.of_regions(id, |region, row| account.region(region).add_version(&row))?;
        self.configurations.of_regions(id, |region, row| account.region(region).add_configuration(&row))?;
        self.groups.of_regions(id, |region, row| {
            account.region(region).groups.insert(row.auto_scaling_group_name.to_owned(), launches(&row));
        })?;
        self.profiles.of_account(id, |row| {
            let role = row.role_arn.map(str::to_owned);
            account.profiles.insert(row.instance_profile_name.to_owned(), role.clone());
            account.profiles.insert(row.arn.to_owned(), role);
        })?;
        self.identities.of_account(id, |row| {
            if row.identity_type == "role" {
                let rights = Rights { is_administrator: row.is_administrator, may_escalate: row.may_escalate };
                account.roles.insert(row.identity_arn.to_owned(), rights);
            }
        })?;
        self.policies.of_account(id, |row| {
            if row.is_in_effect && metadata_policies.contains(row.policy_id) {
                account.declarative_policy_ids.insert(row.policy_id.to_owned());
            }
        })?;
        Ok(account)
    }
}

/// A value that a layer says. Some write down that they have no preference.
fn said(value: Option<&str>) -> Option<String> {
    value.filter(|value| !matches!(*value, "" | "no-preference" | "no_preference")).map(str::to_owned)
}

fn launches(row: &GroupRef<'_>) -> Launches {
    Launches {
        template_id: row.launch_template_id.map(str::to_owned),
        template_name: row.launch_template_name.map(str::to_owned),
        version: row.launch_template_version.map(str::to_owned),
        configuration: row.launch_configuration_name.map(str::to_owned),
        has_overrides: row.override_launch_templates.iter().next().is_some(),
    }
}

impl Region {
    fn set_defaults(&mut self, row: &MetadataDefaultsRef<'_>) {
        let options = Options {
            endpoint: said(row.http_endpoint),
            tokens: said(row.http_tokens),
            hop_limit: row.http_put_response_hop_limit.filter(|limit| *limit > 0),
            tags: said(row.instance_metadata_tags),
        };
        let is_declared = row.managed_by == Some("declarative-policy");
        let is_enforced = row.http_tokens_enforced == Some("enabled");
        self.defaults = Some(Defaults { options, is_enforced, is_declared });
        self.managed_by = row.managed_by.map(str::to_owned);
    }

    fn add_version(&mut self, row: &LaunchTemplateVersionRef<'_>) {
        if let Some(name) = row.launch_template_name {
            self.template_ids.insert(name.to_owned(), row.launch_template_id.to_owned());
        }
        let version = Source {
            subject: format!("{}:{}", row.launch_template_arn, row.version_number),
            name: row.launch_template_id.to_owned(),
            number: Some(row.version_number),
            is_default: row.is_default,
            is_latest: row.is_latest,
            image_id: row.image_id.map(str::to_owned),
            profile: row.instance_profile_arn.or(row.instance_profile_name).map(str::to_owned),
            options: Options {
                endpoint: said(row.http_endpoint),
                tokens: said(row.http_tokens),
                hop_limit: row.http_put_response_hop_limit,
                tags: said(row.instance_metadata_tags),
            },
        };
        self.versions.entry(row.launch_template_id.to_owned()).or_default().push(version);
    }

    fn add_configuration(&mut self, row: &LaunchConfigurationRef<'_>) {
        let configuration = Source {
            subject: row.arn.to_owned(),
            name: row.launch_configuration_name.to_owned(),
            number: None,
            is_default: None,
            is_latest: None,
            image_id: row.image_id.map(str::to_owned),
            profile: row.instance_profile_arn.or(row.instance_profile_name).map(str::to_owned),
            options: Options {
                endpoint: said(row.http_endpoint),
                tokens: said(row.http_tokens),
                hop_limit: row.http_put_response_hop_limit,
                tags: None,
            },
        };
        self.configurations.insert(configuration.name.clone(), configuration);
    }
}
