//! End User Messaging.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::SMS_VOICE_PHONE_NUMBER;

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
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[PHONE_NUMBERS];
