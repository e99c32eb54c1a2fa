//! Image Builder.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListComponents", "componentVersionList", |context| {
            COMPONENTS.list(context, |it| {
                json!({
                    "arn": it.arn,
                    "name": it.name,
                    "owner": context.place.account.id,
                    "platform": "Linux",
                    "dateCreated": it.created_text(),
                })
            })
        }),
        get("GetComponentPolicy", |context| {
            COMPONENTS.policy_or_nothing(context, "componentArn", "policy", "ResourceNotFoundException")
        }),
        list("ListImages", "imageVersionList", |context| {
            IMAGES.list(context, |it| {
                json!({
                    "arn": it.arn,
                    "name": it.name,
                    "owner": context.place.account.id,
                    "platform": "Linux",
                    "dateCreated": it.created_text(),
                })
            })
        }),
        get("GetImagePolicy", |context| {
            IMAGES.policy_or_nothing(context, "imageArn", "policy", "ResourceNotFoundException")
        }),
        list("ListImageRecipes", "imageRecipeSummaryList", |context| {
            IMAGE_RECIPES.list(context, |it| {
                json!({
                    "arn": it.arn,
                    "name": it.name,
                    "owner": context.place.account.id,
                    "platform": "Linux",
                    "dateCreated": it.created_text(),
                })
            })
        }),
        get("GetImageRecipePolicy", |context| {
            IMAGE_RECIPES.policy_or_nothing(context, "imageRecipeArn", "policy", "ResourceNotFoundException")
        }),
        list("ListContainerRecipes", "containerRecipeSummaryList", |context| {
            CONTAINER_RECIPES.list(context, |it| {
                json!({
                    "arn": it.arn,
                    "name": it.name,
                    "owner": context.place.account.id,
                    "platform": "Linux",
                    "dateCreated": it.created_text(),
                })
            })
        }),
        get("GetContainerRecipePolicy", |context| {
            CONTAINER_RECIPES.policy_or_nothing(context, "containerRecipeArn", "policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[
        other(|place| COMPONENTS.planted(place)),
        other(|place| IMAGES.planted(place)),
        other(|place| IMAGE_RECIPES.planted(place)),
        other(|place| CONTAINER_RECIPES.planted(place)),
    ],
    ..Service::named("imagebuilder")
};

const COMPONENTS: Things =
    kind_of("imagebuilder_components", "imagebuilder", "component/{name}/1.0.0", &["imagebuilder:GetComponent"]);
const IMAGES: Things = kind_of("imagebuilder_images", "imagebuilder", "image/{name}/1.0.0", &["imagebuilder:GetImage"]);
const IMAGE_RECIPES: Things = kind_of(
    "imagebuilder_image_recipes",
    "imagebuilder",
    "image-recipe/{name}/1.0.0",
    &["imagebuilder:GetImageRecipe"],
);
const CONTAINER_RECIPES: Things = kind_of(
    "imagebuilder_container_recipes",
    "imagebuilder",
    "container-recipe/{name}/1.0.0",
    &["imagebuilder:GetContainerRecipe"],
);
