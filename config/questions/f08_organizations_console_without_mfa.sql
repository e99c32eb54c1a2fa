-- id: F8
-- part: F
-- title: Organizations with an IAM user who has a console password and no MFA device
-- tables: iam_credential_report, organizations, coverage
WITH users AS (
  SELECT
    organization_id,
    password_enabled AND NOT mfa_active AS is_counted
  FROM iam_credential_report
  WHERE NOT is_root
),
having_one AS (
  SELECT COUNT(DISTINCT organization_id) AS numerator FROM users WHERE is_counted
),
known AS (
  SELECT COUNT(DISTINCT organization_id) AS denominator FROM organizations
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'F8' AS id,
  'Organizations with an IAM user who has a console password and no MFA device' AS fact,
  'organizations' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  4E1 AS study_percent,
  coverage_percent,
  'An organization in which no credential report could be read counts as one without' AS caveat
FROM having_one CROSS JOIN known CROSS JOIN rests_on
