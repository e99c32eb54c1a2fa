-- id: E6
-- title: Public S3 buckets
-- subject: organization_id, account_id, account_name, region, arn
-- rests on: s3_account_public_access_blocks, s3_buckets
-- of: buckets
-- caveat: As F15 by the lake: conditions, Deny statements, every ACL grant, access points and Block Public Access are read. Unknown are those with an unknown verdict. G1 says what opens each of them, and G2 who gets in
WITH by_verdict AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 's3_bucket'
  GROUP BY resource_arn
)
SELECT
  s3_buckets.organization_id,
  s3_buckets.account_id,
  s3_buckets.account_name,
  s3_buckets.region,
  s3_buckets.arn,
  by_verdict.is_public AS is_so
FROM s3_buckets
LEFT JOIN by_verdict ON by_verdict.resource_arn = s3_buckets.arn

-- case: a public bucket, a closed one, one of which it is not known, and one without a verdict
-- s3_buckets: arn
--   b-1
--   b-2
--   b-3
--   b-4
-- resource_access: resource_arn, resource_type, is_public
--   b-1, s3_bucket, true
--   b-2, s3_bucket, false
--   b-3, s3_bucket, null
-- answer: E6 buckets lake: 1 of 2, 2 unknown

-- case: a verdict of something else by the same name does not count
-- s3_buckets: arn
--   b-1
-- resource_access: resource_arn, resource_type, is_public
--   b-1, s3_bucket, false
--   b-1, s3_access_point, true
-- answer: E6 buckets lake: 0 of 1
