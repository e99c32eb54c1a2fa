-- id: F15
-- part: F
-- title: Organizations with a public S3 bucket, and public buckets of all
-- tables: s3_buckets, policy_statements, policy_documents, resource_access, coverage
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
),
buckets AS (
  SELECT
    s3_buckets.organization_id,
    by_statement.resource_arn IS NOT NULL AS is_public_by_study,
    COALESCE(by_verdict.is_public, false) AS is_public_by_lake,
    by_verdict.is_public IS NULL AS is_unknown,
    unread.resource_arn IS NOT NULL AS is_unread
  FROM s3_buckets
  LEFT JOIN by_statement ON by_statement.resource_arn = s3_buckets.arn
  LEFT JOIN by_verdict ON by_verdict.resource_arn = s3_buckets.arn
  LEFT JOIN unread ON unread.resource_arn = s3_buckets.arn
),
counted AS (
  SELECT
    COUNT(*) AS buckets,
    COUNT(*) FILTER (WHERE is_public_by_study) AS buckets_by_study,
    COUNT(*) FILTER (WHERE is_public_by_lake) AS buckets_by_lake,
    COUNT(*) FILTER (WHERE is_unread AND NOT is_public_by_study) AS unread_count,
    COUNT(*) FILTER (WHERE is_unknown) AS unknown_count,
    COUNT(DISTINCT organization_id) AS organizations,
    COUNT(DISTINCT organization_id) FILTER (WHERE is_public_by_study) AS organizations_by_study,
    COUNT(DISTINCT organization_id) FILTER (WHERE is_public_by_lake) AS organizations_by_lake
  FROM buckets
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector IN ('s3_buckets', 's3_account_public_access_blocks')
)
SELECT
  'F15' AS id,
  'Organizations with a public S3 bucket' AS fact,
  'organizations_with_s3' AS population,
  'study' AS definition,
  organizations_by_study AS numerator,
  organizations AS denominator,
  ROUND(1E2 * organizations_by_study / NULLIF(organizations, 0), 1) AS percent,
  3.6E1 AS study_percent,
  coverage_percent,
  'A bucket counts as public when a policy statement allows everyone something without a condition, or its ACL gives everyone full control, whatever Block Public Access and Deny statements say. With an unread policy, counted as not public: '
    || CAST(unread_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F15' AS id,
  'Organizations with a public S3 bucket' AS fact,
  'organizations_with_s3' AS population,
  'lake' AS definition,
  organizations_by_lake AS numerator,
  organizations AS denominator,
  ROUND(1E2 * organizations_by_lake / NULLIF(organizations, 0), 1) AS percent,
  3.6E1 AS study_percent,
  coverage_percent,
  'The lake reads conditions, Deny statements, every ACL grant and Block Public Access. With an unknown verdict, counted as not public: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F15' AS id,
  'Public S3 buckets' AS fact,
  'buckets' AS population,
  'study' AS definition,
  buckets_by_study AS numerator,
  buckets AS denominator,
  ROUND(1E2 * buckets_by_study / NULLIF(buckets, 0), 1) AS percent,
  2E0 AS study_percent,
  coverage_percent,
  'A bucket counts as public when a policy statement allows everyone something without a condition, or its ACL gives everyone full control, whatever Block Public Access and Deny statements say. With an unread policy, counted as not public: '
    || CAST(unread_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F15' AS id,
  'Public S3 buckets' AS fact,
  'buckets' AS population,
  'lake' AS definition,
  buckets_by_lake AS numerator,
  buckets AS denominator,
  ROUND(1E2 * buckets_by_lake / NULLIF(buckets, 0), 1) AS percent,
  2E0 AS study_percent,
  coverage_percent,
  'The lake reads conditions, Deny statements, every ACL grant and Block Public Access. With an unknown verdict, counted as not public: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
