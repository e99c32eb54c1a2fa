//! AppStream.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeImages", "Images", |context| {
            IMAGES.list(context, |it| {
                json!({
                    "Name": it.name,
                    "Arn": it.arn,
                    "State": "AVAILABLE",
                    "Visibility": "PRIVATE",
                    "Platform": "WINDOWS_SERVER_2022",
                    "CreatedTime": it.created(),
                })
            })
        }),
        get("DescribeImagePermissions", |context| {
            let it = IMAGES.wanted(context, "Name", "ResourceNotFoundException")?;
            let shared: Vec<_> = it
                .accounts()
                .into_iter()
                .map(|one| json!({"sharedAccountId": one, "imagePermissions": {"allowFleet": true}}))
                .collect();
            Ok(json!({"SharedImagePermissionsList": shared}))
        }),
    ]],
    kinds: &[other(|place| IMAGES.planted(place))],
    ..Service::named("appstream")
};

const IMAGES: Things =
    kind_of("appstream_images", "appstream", "image/{name}", &["appstream:CreateFleet"]).shared().never_public();
