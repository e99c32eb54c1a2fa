-- id: F1
-- part: F
-- title: Organizations with more than one AWS account
-- tables: accounts, coverage
WITH sizes AS (
  SELECT organization_id, COUNT(*) AS account_count
  FROM accounts
  GROUP BY organization_id
),
counted AS (
  SELECT COUNT(*) FILTER (WHERE account_count > 1) AS numerator, COUNT(*) AS denominator
  FROM sizes
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'organization'
)
SELECT
  'F1' AS id,
  'Organizations with more than one AWS account' AS fact,
  'organizations' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  4.1E1 AS study_percent,
  coverage_percent,
  'All accounts count, also suspended ones and those that could not be crawled' AS caveat
FROM counted CROSS JOIN rests_on
