-- id: F4
-- part: F
-- title: Organizations with an IAM user whose credentials were not used for over 90 days
-- tables: iam_credential_report, organizations, coverage
WITH users AS (
  SELECT
    organization_id,
    (password_enabled AND COALESCE(password_last_used_days, password_age_days) > 90)
    OR (access_key_1_active AND COALESCE(access_key_1_last_used_days, access_key_1_age_days) > 90)
    OR (access_key_2_active AND COALESCE(access_key_2_last_used_days, access_key_2_age_days) > 90) AS is_counted
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
  'F4' AS id,
  'Organizations with an IAM user whose credentials were not used for over 90 days' AS fact,
  'organizations' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  7E1 AS study_percent,
  coverage_percent,
  'A credential that was never used counts by its age. An organization in which no credential report could be read counts as one without' AS caveat
FROM having_one CROSS JOIN known CROSS JOIN rests_on
