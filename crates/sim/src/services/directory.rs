//! Directory Service.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeDirectories", "DirectoryDescriptions", |context| {
            DIRECTORIES.list(context, |it| {
                json!({
                    "DirectoryId": it.id,
                    "Name": it.name,
                    "Type": "MicrosoftAD",
                    "Edition": "Standard",
                    "Stage": "Active",
                    "LaunchTime": it.created(),
                    "SsoEnabled": false,
                    "VpcSettings": {"VpcId": "vpc-0", "SubnetIds": []},
                })
            })
        }),
        get("DescribeSharedDirectories", |context| {
            let it = DIRECTORIES.wanted(context, "OwnerDirectoryId", "ResourceNotFoundException")?;
            let shared: Vec<_> = it
                .accounts()
                .into_iter()
                .map(|one| {
                    json!({
                        "OwnerAccountId": context.place.account.id,
                        "OwnerDirectoryId": it.id,
                        "SharedAccountId": one,
                        "ShareStatus": "Shared",
                    })
                })
                .collect();
            Ok(json!({"SharedDirectories": shared}))
        }),
    ]],
    kinds: &[other(|place| DIRECTORIES.planted(place))],
    ..Service::named("directory")
};

const DIRECTORIES: Things =
    kind_of("ds_directories", "ds", "directory/{id}", &["ds:AcceptSharedDirectory"]).shared().never_public();
