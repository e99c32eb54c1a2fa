//! What names images, as far as it names them, and the images themselves.

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InstancePage {
    reservation_set: Vec<Reservation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reservation {
    instances_set: Vec<Instance>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Instance {
    image_id: Option<String>,
    instance_state: State,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct State {
    name: Option<String>,
}

impl InstancePage {
    /// The images of its instances, each of which has one; those of terminated ones are no longer in use.
    pub(super) fn image_ids(self) -> Vec<Option<String>> {
        let instances = self.reservation_set.into_iter().flat_map(|it| it.instances_set);
        let living = instances.filter(|it| it.instance_state.name.as_deref() != Some("terminated"));
        living.map(|it| it.image_id).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VersionPage {
    launch_template_version_set: Vec<Version>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Version {
    launch_template_data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data {
    image_id: Option<String>,
}

impl VersionPage {
    /// The images of its versions. One without an image leaves it to the launch.
    pub(super) fn image_ids(self) -> Vec<Option<String>> {
        let images = self.launch_template_version_set.into_iter().map(|it| it.launch_template_data.image_id);
        images.filter(Option::is_some).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ConfigurationPage {
    launch_configurations: Vec<Configuration>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configuration {
    image_id: Option<String>,
}

impl ConfigurationPage {
    /// The images of its configurations, each of which has one.
    pub(super) fn image_ids(self) -> Vec<Option<String>> {
        self.launch_configurations.into_iter().map(|it| it.image_id).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ImagePage {
    pub(super) images_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) image_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) image_owner_id: Option<String>,
    pub(super) image_owner_alias: Option<String>,
    pub(super) image_state: Option<String>,
    pub(super) is_public: Option<bool>,
    pub(super) image_allowed: Option<bool>,
    pub(super) imds_support: Option<String>,
    pub(super) architecture: Option<String>,
    pub(super) platform_details: Option<String>,
    pub(super) product_codes: Vec<ProductCode>,
    pub(super) creation_date: Option<Moment>,
    pub(super) deprecation_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ProductCode {
    pub(super) product_code: Option<String>,
}
