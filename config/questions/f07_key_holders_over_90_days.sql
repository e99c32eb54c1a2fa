-- id: F7
-- part: F
-- title: IAM users with an active access key older than 90 days
-- tables: iam_credential_report, coverage
WITH users AS (
  SELECT
    organization_id,
    (access_key_1_active AND access_key_1_age_days > 90) OR (access_key_2_active AND access_key_2_age_days > 90) AS is_counted
  FROM iam_credential_report
  WHERE NOT is_root AND (access_key_1_active OR access_key_2_active)
),
counted AS (
  SELECT COUNT(*) FILTER (WHERE is_counted) AS numerator, COUNT(*) AS denominator
  FROM users
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'F7' AS id,
  'IAM users with an active access key older than 90 days' AS fact,
  'users_with_active_key' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  7.6E1 AS study_percent,
  coverage_percent,
  CAST(NULL AS VARCHAR(255)) AS caveat
FROM counted CROSS JOIN rests_on
