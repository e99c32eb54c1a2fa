-- id: F14
-- part: F
-- title: Organizations with an EC2 instance that does not enforce IMDSv2
-- tables: ec2_instances, coverage
WITH counted AS (
  SELECT
    COUNT(DISTINCT organization_id) FILTER (WHERE NOT is_imdsv2_required) AS numerator,
    COUNT(DISTINCT organization_id) AS denominator,
    COUNT(*) FILTER (WHERE is_imdsv2_required IS NULL) AS unknown_count
  FROM ec2_instances
  WHERE is_terminated IS DISTINCT FROM true
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'ec2_instances'
)
SELECT
  'F14' AS id,
  'Organizations with an EC2 instance that does not enforce IMDSv2' AS fact,
  'organizations_with_ec2' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  9.5E1 AS study_percent,
  coverage_percent,
  'Terminated instances are left out. With unknown metadata options, counted as enforcing: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
