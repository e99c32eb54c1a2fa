-- id: B3
-- part: B
-- title: IAM users with a password or an active access key that is not used
-- tables: iam_credential_report, coverage
WITH users AS (
  SELECT
    CASE WHEN password_enabled THEN COALESCE(password_last_used_days, password_age_days, 0) ELSE 0 END AS password_days,
    CASE WHEN access_key_1_active THEN COALESCE(access_key_1_last_used_days, access_key_1_age_days, 0) ELSE 0 END
      AS key_1_days,
    CASE WHEN access_key_2_active THEN COALESCE(access_key_2_last_used_days, access_key_2_age_days, 0) ELSE 0 END
      AS key_2_days
  FROM iam_credential_report
  WHERE NOT is_root
),
counted AS (
  SELECT
    COUNT(*) AS users,
    COUNT(*) FILTER (WHERE password_days > 45 OR key_1_days > 45 OR key_2_days > 45) AS over_45_days,
    COUNT(*) FILTER (WHERE password_days > 90 OR key_1_days > 90 OR key_2_days > 90) AS over_90_days
  FROM users
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'B3' AS id,
  'IAM users with a password or an active access key not used for over 45 days' AS fact,
  'users' AS population,
  'over_45_days' AS definition,
  over_45_days AS numerator,
  users AS denominator,
  ROUND(1E2 * over_45_days / NULLIF(users, 0), 1) AS percent,
  coverage_percent,
  'A credential that was never used counts by its age' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B3' AS id,
  'IAM users with a password or an active access key not used for over 90 days' AS fact,
  'users' AS population,
  'over_90_days' AS definition,
  over_90_days AS numerator,
  users AS denominator,
  ROUND(1E2 * over_90_days / NULLIF(users, 0), 1) AS percent,
  coverage_percent,
  'A credential that was never used counts by its age' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
