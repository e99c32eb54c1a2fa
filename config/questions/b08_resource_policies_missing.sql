-- id: B8
-- title: Buckets, queues, topics, secrets and repositories without a policy of their own
-- subject: organization_id, account_id, account_name, region, resource_type, resource_arn
-- rests on: ecr_repositories, s3_buckets, secretsmanager_secrets, sns_topics, sqs_queues
-- of each: resource_type
-- fact: Resources without a policy of their own
-- caveat: Only the policies of identities decide who reaches them, and nothing requires encryption in transit. For a secret only the default policy counts, which is its owner's
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  resource_type,
  resource_arn,
  CASE WHEN state <> 'unread' THEN state = 'absent' END AS is_so
FROM policy_documents
WHERE policy_kind = 'resource'
  AND COALESCE(policy_name, '') = ''
  AND resource_type IN ('ecr_repository', 's3_bucket', 'secretsmanager_secret', 'sns_topic', 'sqs_queue')

-- case: an unread policy is unknown, and neither ACLs nor keys nor further policies count
-- policy_documents: resource_arn, resource_type, policy_kind, policy_name, state
--   b-1, s3_bucket, resource, null, read
--   b-2, s3_bucket, resource, null, absent
--   b-3, s3_bucket, resource, null, unread
--   b-1, s3_bucket, acl, null, absent
--   q-1, sqs_queue, resource, null, absent
--   k-1, kms_key, resource, null, absent
--   s-1, secretsmanager_secret, resource, null, absent
--   s-1, secretsmanager_secret, resource, aws-sync, read
-- answer: B8 s3_bucket lake: 1 of 2, 1 unknown
-- answer: B8 secretsmanager_secret lake: 1 of 1
-- answer: B8 sqs_queue lake: 1 of 1
