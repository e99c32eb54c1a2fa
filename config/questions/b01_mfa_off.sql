-- id: B1
-- part: B
-- title: Users with a console password and no MFA device, and root users without one
-- tables: iam_credential_report, coverage
WITH counted AS (
  SELECT
    COUNT(*) FILTER (WHERE NOT is_root AND password_enabled) AS console_users,
    COUNT(*) FILTER (WHERE NOT is_root AND password_enabled AND NOT mfa_active) AS users_without,
    COUNT(*) FILTER (WHERE is_root) AS root_users,
    COUNT(*) FILTER (WHERE is_root AND NOT mfa_active) AS roots_without,
    COUNT(*) FILTER (WHERE mfa_active IS NULL) AS unknown_count
  FROM iam_credential_report
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_credential_report'
)
SELECT
  'B1' AS id,
  'IAM users with a console password and no MFA device' AS fact,
  'console_users' AS population,
  'lake' AS definition,
  users_without AS numerator,
  console_users AS denominator,
  ROUND(1E2 * users_without / NULLIF(console_users, 0), 1) AS percent,
  coverage_percent,
  'Users without a password are left out. With unknown MFA, counted as having it: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B1' AS id,
  'Root users without an MFA device' AS fact,
  'root_users' AS population,
  'lake' AS definition,
  roots_without AS numerator,
  root_users AS denominator,
  ROUND(1E2 * roots_without / NULLIF(root_users, 0), 1) AS percent,
  coverage_percent,
  'A root user whose credentials were removed centrally counts as well: the report does not tell them apart' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
