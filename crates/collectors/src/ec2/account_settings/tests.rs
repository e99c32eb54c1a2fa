use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ACCOUNT_SETTINGS;
use crate::ec2::testing::refused;
use crate::testing::columns;

const OPERATIONS: [&str; 7] = [
    "GetImageBlockPublicAccessState",
    "GetSnapshotBlockPublicAccessState",
    "DescribeVpcBlockPublicAccessOptions",
    "GetSerialConsoleAccessStatus",
    "GetAllowedImagesSettings",
    "GetEbsEncryptionByDefault",
    "GetEbsDefaultKmsKeyId",
];

/// Usual answers, in the order of the operations. One state is not known yet.
const ANSWERS: [&str; 7] = [
    "<imageBlockPublicAccessState>block-new-sharing</imageBlockPublicAccessState>
     <managedBy>declarative-policy</managedBy>",
    "<state>block-some-sharing</state>",
    "<vpcBlockPublicAccessOptions><awsAccountId>111122223333</awsAccountId><state>update-complete</state>
     <internetGatewayBlockMode>block-ingress</internetGatewayBlockMode><managedBy>account</managedBy>
     <exclusionsAllowed>allowed</exclusionsAllowed><lastUpdateTimestamp>2025-12-22T00:00:00Z</lastUpdateTimestamp>
     </vpcBlockPublicAccessOptions>",
    "<serialConsoleAccessEnabled>false</serialConsoleAccessEnabled>",
    "<state>audit-mode</state><imageCriterionSet><item><imageProviderSet><item>amazon</item><item>111122223333</item>
     </imageProviderSet></item><item><imageProviderSet><item>aws-marketplace</item></imageProviderSet>
     <imageNameSet><item>golden-*</item></imageNameSet></item></imageCriterionSet>",
    "<ebsEncryptionByDefault>true</ebsEncryptionByDefault><sseType>sse-kms</sseType>",
    "<kmsKeyId>alias/aws/ebs</kmsKeyId>",
];

fn with_root(operation: &str, members: &str) -> String {
    format!("<{operation}Response>{members}</{operation}Response>")
}

#[tokio::test]
async fn all_settings_are_one_row() {
    let mut recorded = Recorded::new();
    for (operation, answer) in OPERATIONS.iter().zip(ANSWERS) {
        recorded = recorded.answer(operation, &with_root(operation, answer));
    }
    let collected = recorded.run(&ACCOUNT_SETTINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&ACCOUNT_SETTINGS);
    assert_eq!(
        collected.table("ec2_account_settings"),
        [json!({
            "image_block_public_access_state": "block-new-sharing",
            "image_block_public_access_managed_by": "declarative-policy",
            "snapshot_block_public_access_state": "block-some-sharing",
            "vpc_block_public_access_mode": "block-ingress",
            "vpc_block_public_access_state": "update-complete",
            "vpc_block_public_access_exclusions": "allowed",
            "vpc_block_public_access_managed_by": "account",
            "vpc_block_public_access_updated_at": "2025-12-22T00:00:00",
            "vpc_block_public_access_updated_days": 10,
            "is_serial_console_access_enabled": false,
            "allowed_images_state": "audit-mode",
            "allowed_images_criteria_count": 2,
            "allowed_image_providers": ["amazon", "111122223333", "aws-marketplace"],
            "allowed_image_names": ["golden-*"],
            "is_ebs_encrypted_by_default": true,
            "ebs_default_sse_type": "sse-kms",
            "ebs_default_kms_key_id": "alias/aws/ebs",
        })]
    );
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn a_refused_setting_and_one_of_which_nothing_is_said_cost_their_own_columns() {
    let mut recorded = Recorded::new();
    for (number, (operation, answer)) in OPERATIONS.iter().zip(ANSWERS).enumerate() {
        recorded = match number {
            0 => recorded.refuse(operation, "", 403, &refused("UnauthorizedOperation")),
            1 => recorded.refuse(operation, "", 400, &refused("UnsupportedOperation")),
            2 => recorded.answer(operation, &with_root(operation, "")),
            4 => recorded.answer(operation, &with_root(operation, "<state>disabled</state><imageCriterionSet/>")),
            _ => recorded.answer(operation, &with_root(operation, answer)),
        };
    }
    let collected = recorded.run(&ACCOUNT_SETTINGS).await;
    collected.result.as_ref().unwrap();
    let names = [
        "image_block_public_access_state",
        "snapshot_block_public_access_state",
        "vpc_block_public_access_mode",
        "is_serial_console_access_enabled",
        "allowed_images_state",
        "allowed_image_providers",
        "is_ebs_encrypted_by_default",
    ];
    let rows = columns(&collected, "ec2_account_settings", &names);
    assert_eq!(rows, [json!([null, null, null, false, "disabled", [], true])]);
    assert_eq!(collected.short(), (3, vec!["ec2_account_settings"]));
}

#[tokio::test]
async fn denied_everywhere_is_how_the_task_ends() {
    let mut recorded = Recorded::new();
    for operation in OPERATIONS {
        recorded = recorded.refuse(operation, "", 403, &refused("UnauthorizedOperation"));
    }
    let collected = recorded.run(&ACCOUNT_SETTINGS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("ec2_account_settings").is_empty());
}
