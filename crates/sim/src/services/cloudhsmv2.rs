//! CloudHSM.

use crate::protocol::tags;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeBackups", "Backups", |context| {
            BACKUPS.list(context, |it| {
                json!({
                    "BackupId": it.id,
                    "BackupArn": it.arn,
                    "BackupState": "READY",
                    "CreateTimestamp": it.created(),
                    "NeverExpires": false,
                    "TagList": tags(&it.tags),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            BACKUPS.policy_or_nothing(context, "ResourceArn", "Policy", "CloudHsmResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| BACKUPS.planted(place))],
    ..Service::named("cloudhsmv2")
};

const BACKUPS: Things = kind_of("cloudhsm_backups", "cloudhsm", "backup/{id}", &["cloudhsm:CreateCluster"]);
