//! End User Messaging.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{SMS_VOICE_OPT_OUT_LIST, SMS_VOICE_PHONE_NUMBER, SMS_VOICE_POOL, SMS_VOICE_SENDER_ID};

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Phone numbers, with those with whom they are shared.
    PHONE_NUMBERS = listed(
        "sms_voice_phone_numbers",
        SMS_VOICE_PHONE_NUMBER,
        &[list("pinpointsmsvoicev2", "DescribePhoneNumbers", "PhoneNumbers", &[("Owner", Text("SELF"))])],
        &[policy("pinpointsmsvoicev2", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("PhoneNumberArn")
    .name("PhoneNumberId")
    .created("CreatedTimestamp")
    .keeps(&["Status", "IsoCountryCode", "MessageType", "NumberType", "DeletionProtectionEnabled"]);
    /// Pools, with those with whom they are shared.
    POOLS = listed(
        "sms_voice_pools",
        SMS_VOICE_POOL,
        &[list("pinpointsmsvoicev2", "DescribePools", "Pools", &[("Owner", Text("SELF"))])],
        &[policy("pinpointsmsvoicev2", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("PoolArn")
    .name("PoolId")
    .created("CreatedTimestamp")
    .keeps(&["Status", "MessageType", "OptOutListName", "SharedRoutesEnabled", "DeletionProtectionEnabled"]);
    /// Lists of those who want no messages, with those with whom they are shared.
    OPT_OUT_LISTS = listed(
        "sms_voice_opt_out_lists",
        SMS_VOICE_OPT_OUT_LIST,
        &[list("pinpointsmsvoicev2", "DescribeOptOutLists", "OptOutLists", &[("Owner", Text("SELF"))])],
        &[policy("pinpointsmsvoicev2", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("OptOutListArn")
    .name("OptOutListName")
    .created("CreatedTimestamp");
    /// Names of senders, with those with whom they are shared.
    SENDER_IDS = listed(
        "sms_voice_sender_ids",
        SMS_VOICE_SENDER_ID,
        &[list("pinpointsmsvoicev2", "DescribeSenderIds", "SenderIds", &[("Owner", Text("SELF"))])],
        &[policy("pinpointsmsvoicev2", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("SenderIdArn")
    .name("SenderId")
    .keeps(&["IsoCountryCode", "Registered", "DeletionProtectionEnabled"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[OPT_OUT_LISTS, PHONE_NUMBERS, POOLS, SENDER_IDS];
