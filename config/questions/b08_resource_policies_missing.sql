-- id: B8
-- part: B
-- title: Buckets, queues, topics, secrets and repositories without a policy of their own
-- tables: policy_documents, coverage
WITH counted AS (
  SELECT
    resource_type,
    COUNT(*) FILTER (WHERE state = 'absent') AS numerator,
    COUNT(*) AS denominator,
    COUNT(*) FILTER (WHERE state = 'unread') AS unread_count
  FROM policy_documents
  WHERE policy_kind = 'resource'
    AND resource_type IN ('ecr_repository', 's3_bucket', 'secretsmanager_secret', 'sns_topic', 'sqs_queue')
  GROUP BY resource_type
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector IN ('ecr_repositories', 's3_buckets', 'secretsmanager_secrets', 'sns_topics', 'sqs_queues')
)
SELECT
  'B8' AS id,
  'Resources without a policy of their own' AS fact,
  resource_type AS population,
  'lake' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  coverage_percent,
  'Who reaches them is left to identities alone, and nothing asks for encryption on the way. Of a secret only the default policy is read. With an unread policy, counted as having one: '
    || CAST(unread_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
