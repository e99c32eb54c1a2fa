//! Image Builder.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{
    IMAGEBUILDER_COMPONENT, IMAGEBUILDER_CONTAINER_RECIPE, IMAGEBUILDER_IMAGE, IMAGEBUILDER_IMAGE_RECIPE,
};

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Components, with their policies.
    COMPONENTS = listed(
        "imagebuilder_components",
        IMAGEBUILDER_COMPONENT,
        &[list("imagebuilder", "ListComponents", "componentVersionList", &[("owner", Text("Self"))])],
        &[policy("imagebuilder", "GetComponentPolicy", &[("componentArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .created("dateCreated")
    .keeps(&["version", "platform", "type", "owner", "status"]);
    /// Images, with their policies.
    IMAGES = listed(
        "imagebuilder_images",
        IMAGEBUILDER_IMAGE,
        &[list("imagebuilder", "ListImages", "imageVersionList", &[("owner", Text("Self"))])],
        &[policy("imagebuilder", "GetImagePolicy", &[("imageArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .created("dateCreated")
    .keeps(&["version", "platform", "osVersion", "type", "owner", "buildType"]);
    /// Recipes for images, with their policies.
    IMAGE_RECIPES = listed(
        "imagebuilder_image_recipes",
        IMAGEBUILDER_IMAGE_RECIPE,
        &[list("imagebuilder", "ListImageRecipes", "imageRecipeSummaryList", &[("owner", Text("Self"))])],
        &[policy("imagebuilder", "GetImageRecipePolicy", &[("imageRecipeArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .created("dateCreated")
    .keeps(&["platform", "owner", "parentImage"]);
    /// Recipes for containers, with their policies.
    CONTAINER_RECIPES = listed(
        "imagebuilder_container_recipes",
        IMAGEBUILDER_CONTAINER_RECIPE,
        &[list("imagebuilder", "ListContainerRecipes", "containerRecipeSummaryList", &[("owner", Text("Self"))])],
        &[policy("imagebuilder", "GetContainerRecipePolicy", &[("containerRecipeArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .created("dateCreated")
    .keeps(&["platform", "owner", "parentImage", "containerType"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[COMPONENTS, IMAGES, IMAGE_RECIPES, CONTAINER_RECIPES];
