-- id: F16
-- part: F
-- title: Organizations with a public SNS topic
-- tables: sns_topics, policy_statements, policy_documents, resource_access, coverage
WITH by_statement AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE resource_type = 'sns_topic' AND is_allow AND has_wildcard_principal
    AND policy_kind = 'resource' AND NOT has_condition
),
by_verdict AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 'sns_topic'
  GROUP BY resource_arn
),
unread AS (
  SELECT DISTINCT resource_arn
  FROM policy_documents
  WHERE resource_type = 'sns_topic' AND state = 'unread'
),
topics AS (
  SELECT
    sns_topics.organization_id,
    by_statement.resource_arn IS NOT NULL AS is_public_by_study,
    COALESCE(by_verdict.is_public, false) AS is_public_by_lake,
    by_verdict.is_public IS NULL AS is_unknown,
    unread.resource_arn IS NOT NULL AS is_unread
  FROM sns_topics
  LEFT JOIN by_statement ON by_statement.resource_arn = sns_topics.arn
  LEFT JOIN by_verdict ON by_verdict.resource_arn = sns_topics.arn
  LEFT JOIN unread ON unread.resource_arn = sns_topics.arn
),
counted AS (
  SELECT
    COUNT(*) FILTER (WHERE is_unread AND NOT is_public_by_study) AS unread_count,
    COUNT(*) FILTER (WHERE is_unknown) AS unknown_count,
    COUNT(DISTINCT organization_id) AS denominator,
    COUNT(DISTINCT organization_id) FILTER (WHERE is_public_by_study) AS by_study,
    COUNT(DISTINCT organization_id) FILTER (WHERE is_public_by_lake) AS by_lake
  FROM topics
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'sns_topics'
)
SELECT
  'F16' AS id,
  'Organizations with a public SNS topic' AS fact,
  'organizations_with_sns' AS population,
  'study' AS definition,
  by_study AS numerator,
  denominator,
  ROUND(1E2 * by_study / NULLIF(denominator, 0), 1) AS percent,
  1.5E1 AS study_percent,
  coverage_percent,
  'A topic counts as public when a policy statement allows everyone something without a condition, whatever Deny statements say. With an unread policy, counted as not public: '
    || CAST(unread_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F16' AS id,
  'Organizations with a public SNS topic' AS fact,
  'organizations_with_sns' AS population,
  'lake' AS definition,
  by_lake AS numerator,
  denominator,
  ROUND(1E2 * by_lake / NULLIF(denominator, 0), 1) AS percent,
  1.5E1 AS study_percent,
  coverage_percent,
  'The lake reads conditions and Deny statements. With an unknown verdict, counted as not public: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY definition NULLS LAST
