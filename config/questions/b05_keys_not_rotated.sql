-- id: B5
-- part: B
-- title: Active access keys older than 90 days, and users who have one
-- tables: iam_credential_report, coverage
WITH counted AS (
  SELECT
    COUNT(*) FILTER (WHERE access_key_1_active) + COUNT(*) FILTER (WHERE access_key_2_active) AS active_keys,
    COUNT(*) FILTER (WHERE access_key_1_active AND access_key_1_age_days > 90)
      + COUNT(*) FILTER (WHERE access_key_2_active AND access_key_2_age_days > 90) AS old_keys,
    COUNT(*) FILTER (WHERE access_key_1_active OR access_key_2_active) AS holders,
    COUNT(*) FILTER (
      WHERE (access_key_1_active AND access_key_1_age_days > 90) OR (access_key_2_active AND access_key_2_age_days > 90)
    ) AS holders_of_old
  FROM iam_credential_report
  WHERE NOT is_root
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'B5' AS id,
  'Active access keys of IAM users older than 90 days' AS fact,
  'active_keys' AS population,
  'lake' AS definition,
  old_keys AS numerator,
  active_keys AS denominator,
  ROUND(1E2 * old_keys / NULLIF(active_keys, 0), 1) AS percent,
  coverage_percent,
  'Root access keys are left out: none of them should be' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B5' AS id,
  'IAM users with an active access key older than 90 days' AS fact,
  'users_with_active_key' AS population,
  'lake' AS definition,
  holders_of_old AS numerator,
  holders AS denominator,
  ROUND(1E2 * holders_of_old / NULLIF(holders, 0), 1) AS percent,
  coverage_percent,
  'Root access keys are left out: none of them should be' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
