-- id: F15
-- title: Organizations with a public S3 bucket, and public buckets of all
-- subject: organization_id, account_id, account_name, region, arn
-- rests on: s3_account_public_access_blocks, s3_buckets
-- per organization: organizations_with_s3
-- fact: Organizations with a public S3 bucket
-- is so: is_public_by_study
-- study 2022: 36
-- caveat: A bucket counts as public when a policy statement allows everyone something without a condition, or its ACL gives everyone full control, whatever Block Public Access and Deny statements say. Unknown are those with an unread policy
-- per organization: organizations_with_s3
-- fact: Organizations with a public S3 bucket
-- is so: is_public_by_lake
-- definition: lake
-- study 2022: 36
-- caveat: The lake reads conditions, Deny statements, every ACL grant and Block Public Access. Unknown are those with an unknown verdict
-- of: buckets
-- fact: Public S3 buckets
-- is so: is_public_by_study
-- study 2022: text 2
-- caveat: A bucket counts as public when a policy statement allows everyone something without a condition, or its ACL gives everyone full control, whatever Block Public Access and Deny statements say. Unknown are those with an unread policy
-- of: buckets
-- fact: Public S3 buckets
-- is so: is_public_by_lake
-- definition: lake
-- study 2022: text 2
-- caveat: The lake reads conditions, Deny statements, every ACL grant and Block Public Access. Unknown are those with an unknown verdict
WITH by_statement AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE resource_type = 's3_bucket' AND is_allow AND has_wildcard_principal
    AND ((policy_kind = 'resource' AND NOT has_condition) OR (policy_kind = 'acl' AND has_wildcard_action))
),
by_verdict AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 's3_bucket'
  GROUP BY resource_arn
),
unread AS (
  SELECT DISTINCT resource_arn
  FROM policy_documents
  WHERE resource_type = 's3_bucket' AND state = 'unread'
)
SELECT
  s3_buckets.organization_id,
  s3_buckets.account_id,
  s3_buckets.account_name,
  s3_buckets.region,
  s3_buckets.arn,
  CASE WHEN by_statement.resource_arn IS NOT NULL THEN true WHEN unread.resource_arn IS NULL THEN false END
    AS is_public_by_study,
  by_verdict.is_public AS is_public_by_lake
FROM s3_buckets
LEFT JOIN by_statement ON by_statement.resource_arn = s3_buckets.arn
LEFT JOIN by_verdict ON by_verdict.resource_arn = s3_buckets.arn
LEFT JOIN unread ON unread.resource_arn = s3_buckets.arn

-- case: by the study a condition or a partial ACL makes no bucket public, and a policy that was not read is unknown
-- s3_buckets: organization_id, account_id, arn
--   o-1, 1, b-policy
--   o-1, 1, b-condition
--   o-1, 1, b-acl-full
--   o-1, 1, b-acl-read
--   o-2, 2, b-unread
-- policy_documents: resource_arn, resource_type, state
--   b-unread, s3_bucket, unread
--   b-policy, s3_bucket, read
-- policy_statements: resource_arn, resource_type, policy_kind, is_allow, has_wildcard_principal, has_condition, has_wildcard_action
--   b-policy, s3_bucket, resource, true, true, false, false
--   b-policy, s3_bucket, resource, true, true, false, false
--   b-condition, s3_bucket, resource, true, true, true, false
--   b-acl-full, s3_bucket, acl, true, true, false, true
--   b-acl-read, s3_bucket, acl, true, true, false, false
-- resource_access: resource_arn, resource_type, is_public
--   b-policy, s3_bucket, true
--   b-condition, s3_bucket, null
--   b-acl-full, s3_bucket, true
--   b-acl-read, s3_bucket, true
-- answer: F15 buckets study: 2 of 4, 1 unknown
-- answer: F15 buckets lake: 3 of 3, 2 unknown
-- answer: F15 organizations_with_s3 study: 1 of 1, 1 unknown
-- answer: F15 organizations_with_s3 lake: 1 of 1, 1 unknown

-- case: an open ACL or policy that Block Public Access closes is public by the study alone
-- s3_buckets: arn
--   b-blocked
-- policy_statements: resource_arn, resource_type, policy_kind, is_allow, has_wildcard_principal, has_condition, has_wildcard_action
--   b-blocked, s3_bucket, resource, true, true, false, false
-- resource_access: resource_arn, resource_type, is_public
--   b-blocked, s3_bucket, false
-- answer: F15 buckets study: 1 of 1
-- answer: F15 buckets lake: 0 of 1
-- answer: F15 accounts_with_s3 study: 1 of 1
-- answer: F15 accounts_with_s3 lake: 0 of 1
