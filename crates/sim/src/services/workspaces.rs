//! WorkSpaces.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeWorkspaceImages", "Images", |context| {
            IMAGES.list(context, |it| {
                json!({
                    "ImageId": it.id,
                    "Name": it.name,
                    "State": "AVAILABLE",
                    "Created": it.created(),
                    "OwnerAccountId": context.place.account.id,
                    "OperatingSystem": {"Type": "WINDOWS"},
                })
            })
        }),
        get("DescribeWorkspaceImagePermissions", |context| {
            let it = IMAGES.wanted(context, "ImageId", "ResourceNotFoundException")?;
            let shared: Vec<_> = it.accounts().into_iter().map(|one| json!({"SharedAccountId": one})).collect();
            Ok(json!({"ImagePermissions": shared}))
        }),
    ]],
    kinds: &[other(|place| IMAGES.planted(place))],
    ..Service::named("workspaces")
};

const IMAGES: Things =
    kind_of("workspaces_images", "workspaces", "workspaceimage/{id}", &["workspaces:CopyWorkspaceImage"])
        .shared()
        .never_public();
