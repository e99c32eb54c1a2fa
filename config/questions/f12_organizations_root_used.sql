-- id: F12
-- part: F
-- title: Organizations whose root password or key was used in the last 30 days
-- tables: iam_credential_report, organizations, coverage
WITH roots AS (
  SELECT
    organization_id,
    password_last_used_days <= 30
    OR access_key_1_last_used_days <= 30
    OR access_key_2_last_used_days <= 30 AS is_counted
  FROM iam_credential_report
  WHERE is_root
),
having_one AS (
  SELECT COUNT(DISTINCT organization_id) AS numerator FROM roots WHERE is_counted
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
  'F12' AS id,
  'Organizations whose root password or key was used in the last 30 days' AS fact,
  'organizations' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  2.3E1 AS study_percent,
  coverage_percent,
  'An organization in which no credential report could be read counts as one without' AS caveat
FROM having_one CROSS JOIN known CROSS JOIN rests_on
