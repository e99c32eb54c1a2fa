-- id: F11
-- part: F
-- title: Accounts with an active root access key
-- tables: iam_credential_report, coverage
WITH roots AS (
  SELECT
    organization_id,
    access_key_1_active OR access_key_2_active AS is_counted
  FROM iam_credential_report
  WHERE is_root
),
counted AS (
  SELECT COUNT(*) FILTER (WHERE is_counted) AS numerator, COUNT(*) AS denominator
  FROM roots
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'F11' AS id,
  'Accounts with an active root access key' AS fact,
  'accounts' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  3E0 AS study_percent,
  coverage_percent,
  'Accounts whose credential report was read' AS caveat
FROM counted CROSS JOIN rests_on
