-- id: B4
-- part: B
-- title: IAM users with policies of their own, beside those of their groups
-- tables: iam_users, coverage
WITH counted AS (
  SELECT
    COUNT(*) AS denominator,
    COUNT(*) FILTER (WHERE has_direct_policies) AS numerator
  FROM iam_users
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_authorization_details'
)
SELECT
  'B4' AS id,
  'IAM users with policies of their own, inline or attached' AS fact,
  'users' AS population,
  'lake' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  coverage_percent,
  'A permissions boundary is no such policy' AS caveat
FROM counted CROSS JOIN rests_on
