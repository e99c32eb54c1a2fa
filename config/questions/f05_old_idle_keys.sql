-- id: F5
-- part: F
-- title: IAM users with an active access key older than a year and not used for over 30 days
-- tables: iam_credential_report, coverage
WITH users AS (
  SELECT
    access_key_1_active OR access_key_2_active AS has_active_key,
    (
      access_key_1_active AND access_key_1_age_days > 365
      AND COALESCE(access_key_1_last_used_days, access_key_1_age_days) > 30
    ) OR (
      access_key_2_active AND access_key_2_age_days > 365
      AND COALESCE(access_key_2_last_used_days, access_key_2_age_days) > 30
    ) AS is_counted
  FROM iam_credential_report
  WHERE NOT is_root
),
counted AS (
  SELECT
    COUNT(*) FILTER (WHERE is_counted) AS numerator,
    COUNT(*) FILTER (WHERE has_active_key) AS with_active_key,
    COUNT(*) AS denominator
  FROM users
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'F5' AS id,
  'IAM users with an active access key older than a year and not used for over 30 days' AS fact,
  'users_with_active_key' AS population,
  'study' AS definition,
  numerator,
  with_active_key AS denominator,
  ROUND(1E2 * numerator / NULLIF(with_active_key, 0), 1) AS percent,
  2.5E1 AS study_percent,
  coverage_percent,
  'The denominator of the study''s text' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F5' AS id,
  'IAM users with an active access key older than a year and not used for over 30 days' AS fact,
  'users' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  2.5E1 AS study_percent,
  coverage_percent,
  'The denominator of the study''s table' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST
