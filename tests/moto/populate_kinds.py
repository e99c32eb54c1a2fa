"""Something of every further kind of resource that moto has, in one account, in both regions.

    from populate_kinds import populate
    populate(aws, "eu-west-1", number, account_id)

Of each kind there are two or three: one without a policy, and others open to everyone, to an account outside, or to
their own account, as far as the kind can be.
"""

import populate_kinds_compute
import populate_kinds_data
import populate_kinds_databases
import populate_kinds_listed
import populate_kinds_messages
import populate_kinds_shared

# The number of the account that has them: rows of another account would be seen at once.
KINDS_IN = 1
# Of each of these one is open to everyone, in each region. Others are not, or moto does not say it: whether a snapshot
# of EBS is open is unknown without the region's block, and a version of a function has the policies of its aliases.
PUBLIC = {
    "apigateway_rest_api",
    "cognito_identity_pool",
    "comprehend_entity_recognizer",
    "dynamodb_table",
    "ec2_image",
    "ec2_vpc_endpoint_service",
    "efs_file_system",
    "events_event_bus",
    "kinesis_stream",
    "lambda_layer",
    "lex_bot_alias",
    "logs_destination",
    "opensearch_domain",
    "rds_cluster_snapshot",
    "rds_snapshot",
    "ses_identity",
    "ssm_document",
}
# Those that are open in every account, beside the kinds: buckets, queues and the like, and functions.
PUBLIC_ELSEWHERE = ["iam_role", "lambda_function", "s3_bucket", "sns_topic", "sqs_queue"]
PARTS = [
    populate_kinds_compute,
    populate_kinds_data,
    populate_kinds_databases,
    populate_kinds_listed,
    populate_kinds_messages,
    populate_kinds_shared,
]


def populate(aws, region, number, account_id):
    if number == KINDS_IN:
        for part in PARTS:
            part.populate(aws, region, account_id)
    if number == 0:
        populate_kinds_listed.hsm(aws, region)
