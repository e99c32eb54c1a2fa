-- id: B8
-- title: Buckets, queues, topics, secrets and repositories without a policy of their own
-- subject: organization_id, account_id, account_name, region, resource_type, resource_arn
-- rests on: ecr_repositories, s3_buckets, secretsmanager_secrets, sns_topics, sqs_queues
-- of each: resource_type
-- fact: Resources without a policy of their own
-- caveat: Only the policies of identities decide who reaches them, and nothing requires encryption in transit. For a secret only the default policy is read
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
  AND resource_type IN ('ecr_repository', 's3_bucket', 'secretsmanager_secret', 'sns_topic', 'sqs_queue')

-- case: an unread policy is unknown, and neither ACLs nor keys count
-- policy_documents: resource_arn, resource_type, policy_kind, state
--   b-1, s3_bucket, resource, read
--   b-2, s3_bucket, resource, absent
--   b-3, s3_bucket, resource, unread
--   b-1, s3_bucket, acl, absent
--   q-1, sqs_queue, resource, absent
--   k-1, kms_key, resource, absent
-- answer: B8 s3_bucket lake: 1 of 2, 1 unknown
-- answer: B8 sqs_queue lake: 1 of 1
