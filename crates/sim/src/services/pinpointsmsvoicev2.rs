//! End User Messaging.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
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
        get("GetResourcePolicy", |context| {
            PHONE_NUMBERS.policy(
                context,
                "ResourceArn",
                "Policy",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| PHONE_NUMBERS.planted(place))],
    ..Service::named("pinpointsmsvoicev2")
};

const PHONE_NUMBERS: Things =
    kind_of("sms_voice_phone_numbers", "sms-voice", "phone-number/{id}", &["sms-voice:SendTextMessage"]);
