-- id: F13
-- part: F
-- title: EC2 instances that do not enforce IMDSv2
-- tables: ec2_instances, coverage
WITH counted AS (
  SELECT
    COUNT(*) FILTER (WHERE NOT is_imdsv2_required) AS numerator,
    COUNT(*) AS denominator,
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
  'F13' AS id,
  'EC2 instances that do not enforce IMDSv2' AS fact,
  'instances' AS population,
  'study' AS definition,
  numerator,
  denominator,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  9.3E1 AS study_percent,
  coverage_percent,
  'Terminated instances are left out. With unknown metadata options, counted as enforcing: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
