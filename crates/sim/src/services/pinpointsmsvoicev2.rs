//! End User Messaging.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribePhoneNumbers", "PhoneNumbers", |context| {
            PHONE_NUMBERS.list(context, |it| {
                json!({
                    "PhoneNumberArn": it.arn,
                    "PhoneNumberId": it.id,
                    "PhoneNumber": "+12065550100",
                    "Status": "ACTIVE",
                    "IsoCountryCode": "US",
                    "MessageType": "TRANSACTIONAL",
                    "NumberCapabilities": ["SMS"],
                    "NumberType": "TOLL_FREE",
                    "MonthlyLeasingPrice": "2.00",
                    "TwoWayEnabled": false,
                    "SelfManagedOptOutsEnabled": false,
                    "OptOutListName": "Default",
                    "DeletionProtectionEnabled": false,
                    "CreatedTimestamp": it.created(),
                })
            })
        }),
        list("DescribePools", "Pools", |context| {
            POOLS.list(context, |it| {
                json!({
                    "PoolArn": it.arn,
                    "PoolId": it.id,
                    "Status": "ACTIVE",
                    "MessageType": "TRANSACTIONAL",
                    "TwoWayEnabled": false,
                    "SelfManagedOptOutsEnabled": false,
                    "OptOutListName": "Default",
                    "SharedRoutesEnabled": false,
                    "DeletionProtectionEnabled": false,
                    "CreatedTimestamp": it.created(),
                })
            })
        }),
        list("DescribeOptOutLists", "OptOutLists", |context| {
            OPT_OUT_LISTS.list(context, |it| {
                json!({
                    "OptOutListArn": it.arn,
                    "OptOutListName": it.name,
                    "CreatedTimestamp": it.created(),
                })
            })
        }),
        list("DescribeSenderIds", "SenderIds", |context| {
            SENDER_IDS.list(context, |it| {
                json!({
                    "SenderIdArn": it.arn,
                    "SenderId": it.id,
                    "IsoCountryCode": "FR",
                    "MessageTypes": ["TRANSACTIONAL"],
                    "MonthlyLeasingPrice": "0.00",
                    "DeletionProtectionEnabled": false,
                    "Registered": false,
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            let kinds = [&PHONE_NUMBERS, &POOLS, &OPT_OUT_LISTS, &SENDER_IDS];
            of_kinds(&kinds, context, "ResourceArn", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[
        other(|place| PHONE_NUMBERS.planted(place)),
        other(|place| POOLS.planted(place)),
        other(|place| OPT_OUT_LISTS.planted(place)),
        other(|place| SENDER_IDS.planted(place)),
    ],
    ..Service::named("pinpointsmsvoicev2")
};

const PHONE_NUMBERS: Things =
    kind_of("sms_voice_phone_numbers", "sms-voice", "phone-number/{id}", &["sms-voice:SendTextMessage"]);
const POOLS: Things = kind_of("sms_voice_pools", "sms-voice", "pool/pool-{id}", &["sms-voice:SendTextMessage"]);
const OPT_OUT_LISTS: Things =
    kind_of("sms_voice_opt_out_lists", "sms-voice", "opt-out-list/{name}", &["sms-voice:PutOptedOutNumber"]);
const SENDER_IDS: Things =
    kind_of("sms_voice_sender_ids", "sms-voice", "sender-id/{id}/FR", &["sms-voice:SendTextMessage"]);
