-- id: B2
-- part: B
-- title: Accounts with a weak password policy, or with none of their own
-- tables: iam_password_policies, coverage
WITH counted AS (
  SELECT
    COUNT(*) AS accounts,
    COUNT(*) FILTER (WHERE NOT is_configured) AS without_policy,
    COUNT(*) FILTER (
      WHERE NOT is_configured
        OR COALESCE(minimum_password_length, 0) < 14
        OR COALESCE(password_reuse_prevention, 0) < 24
        OR NOT COALESCE(requires_symbols, false)
        OR NOT COALESCE(requires_numbers, false)
        OR NOT COALESCE(requires_uppercase_characters, false)
        OR NOT COALESCE(requires_lowercase_characters, false)
    ) AS weak
  FROM iam_password_policies
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_password_policies'
)
SELECT
  'B2' AS id,
  'Accounts without a password policy of their own' AS fact,
  'accounts' AS population,
  'no_policy' AS definition,
  without_policy AS numerator,
  accounts AS denominator,
  ROUND(1E2 * without_policy / NULLIF(accounts, 0), 1) AS percent,
  coverage_percent,
  'The default of AWS holds there: 8 characters of three kinds, no expiry, no memory of former passwords' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B2' AS id,
  'Accounts with a weak password policy' AS fact,
  'accounts' AS population,
  'weak' AS definition,
  weak AS numerator,
  accounts AS denominator,
  ROUND(1E2 * weak / NULLIF(accounts, 0), 1) AS percent,
  coverage_percent,
  'Weak is less than 14 characters, less than all four kinds of them, or less than the last 24 passwords kept from coming back. Accounts without a policy of their own count as weak' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
