//! What reads the data of resources, by their types.

use orgcensus_policy::kinds::{
    DYNAMODB_TABLE, ECR_REPOSITORY, KINESIS_STREAM, KMS_KEY, S3_BUCKET, SECRETSMANAGER_SECRET, SQS_QUEUE, SSM_PARAMETER,
};

/// The actions that read the data of each type that can be asked about. Of other types it is not known who reads them:
/// what may be read of a database or a file system does not follow from policies alone.
const READS: [(&str, &[&str]); 8] = [
    (DYNAMODB_TABLE.resource_type, &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]),
    (ECR_REPOSITORY.resource_type, &["ecr:BatchGetImage"]),
    (KINESIS_STREAM.resource_type, &["kinesis:GetRecords"]),
    (KMS_KEY.resource_type, &["kms:Decrypt"]),
    (BUCKET, &["s3:GetObject"]),
    (SECRETSMANAGER_SECRET.resource_type, &["secretsmanager:GetSecretValue"]),
    (SQS_QUEUE.resource_type, &["sqs:ReceiveMessage"]),
    (SSM_PARAMETER.resource_type, &["ssm:GetParameter"]),
];

/// The collectors that read these types.
pub(crate) const COLLECTORS: [&str; 8] = [
    "dynamodb_tables",
    "ecr_repositories",
    "kinesis_streams",
    "kms_keys",
    "s3_buckets",
    "secretsmanager_secrets",
    "sqs_queues",
    "ssm_parameters",
];

pub(crate) const BUCKET: &str = S3_BUCKET.resource_type;

/// What reads an object of a bucket.
pub(crate) const GET_OBJECT: &str = "s3:GetObject";

/// The actions that read the data of a type; none if it is not known.
pub(crate) fn of(resource_type: &str) -> Option<&'static [&'static str]> {
    READS.iter().find(|(it, _)| *it == resource_type).map(|(_, actions)| *actions)
}

/// What the actions are about: all objects of a bucket, anything else itself.
pub(crate) fn whole(resource_type: &str, arn: &str) -> String {
    if resource_type == BUCKET { format!("{arn}/*") } else { arn.to_owned() }
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::ResourceKind;
    use orgcensus_reach::{Asker, SENSITIVE};

    use super::*;

    /// A type's name that nothing has would leave every resource of the type unknown.
    #[test]
    fn each_type_is_one_of_those_that_have_policies_and_can_be_asked() {
        for (resource_type, actions) in READS {
            let is_type = ResourceKind::of_type(resource_type).is_some();
            assert!(is_type && !actions.is_empty(), "{resource_type}");
            for action in actions {
                assert!(Asker::can_ask(action, &whole(resource_type, "arn:aws:s3:::x")), "{action}");
            }
        }
        for ((resource_type, _), collector) in READS.iter().zip(COLLECTORS) {
            assert!(collector.starts_with(resource_type.trim_end_matches('y')), "{collector} reads no {resource_type}");
        }
        let asked: Vec<&str> = READS.iter().flat_map(|(_, actions)| actions.iter().copied()).collect();
        for action in ["s3:GetObject", "dynamodb:Scan", "kms:Decrypt", "ssm:GetParameter"] {
            assert!(asked.contains(&action) && SENSITIVE.contains(&action), "{action}");
        }
        assert_eq!(of(BUCKET), Some(&[GET_OBJECT][..]));
        assert_eq!(of("rds_instance"), None);
    }
}
