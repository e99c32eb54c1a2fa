-- id: F2
-- part: F
-- title: Organizations with 10 or more AWS accounts, and with over 100
-- tables: accounts, coverage
WITH sizes AS (
  SELECT organization_id, COUNT(*) AS account_count
  FROM accounts
  GROUP BY organization_id
),
counted AS (
  SELECT
    COUNT(*) FILTER (WHERE account_count >= 10) AS has_10,
    COUNT(*) FILTER (WHERE account_count > 100) AS has_over_100,
    COUNT(*) AS denominator
  FROM sizes
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'organization'
)
SELECT
  'F2' AS id,
  'Organizations with 10 or more AWS accounts' AS fact,
  'organizations_10_or_more' AS population,
  'study' AS definition,
  has_10 AS numerator,
  denominator,
  ROUND(1E2 * has_10 / NULLIF(denominator, 0), 1) AS percent,
  5.5E0 AS study_percent,
  coverage_percent,
  'The study says 5 to 6 %. All accounts count, also suspended ones and those that could not be crawled' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'F2' AS id,
  'Organizations with over 100 AWS accounts' AS fact,
  'organizations_over_100' AS population,
  'study' AS definition,
  has_over_100 AS numerator,
  denominator,
  ROUND(1E2 * has_over_100 / NULLIF(denominator, 0), 1) AS percent,
  6E-1 AS study_percent,
  coverage_percent,
  'All accounts count, also suspended ones and those that could not be crawled' AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST
