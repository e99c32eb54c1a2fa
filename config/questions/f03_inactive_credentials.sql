-- id: F3
-- part: F
-- title: IAM users with a password or an active access key not used for over 90 days
-- tables: iam_credential_report, coverage
WITH users AS (
  SELECT
    organization_id,
    (password_enabled AND COALESCE(password_last_used_days, password_age_days) > 90)
    OR (access_key_1_active AND COALESCE(access_key_1_last_used_days, access_key_1_age_days) > 90)
    OR (access_key_2_active AND COALESCE(access_key_2_last_used_days, access_key_2_age_days) > 90) AS is_counted
  FROM iam_credential_report
  WHERE NOT is_root
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
  'F3' AS id,
  'IAM users with a password or an active access key not used for over 90 days' AS fact,
  'users' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  3.9E1 AS study_percent,
  coverage_percent,
  'A credential that was never used counts by its age' AS caveat
FROM counted CROSS JOIN rests_on
