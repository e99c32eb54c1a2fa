-- id: F9
-- part: F
-- title: IAM users with a console password and no MFA device
-- tables: iam_credential_report, coverage
WITH users AS (
  SELECT
    organization_id,
    password_enabled AND NOT mfa_active AS is_counted
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
  'F9' AS id,
  'IAM users with a console password and no MFA device' AS fact,
  'users' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  1.1E1 AS study_percent,
  coverage_percent,
  CAST(NULL AS VARCHAR(255)) AS caveat
FROM counted CROSS JOIN rests_on
