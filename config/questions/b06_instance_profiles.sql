-- id: B6
-- part: B
-- title: EC2 instances without an instance profile, or with one that may do too much
-- tables: ec2_instances, iam_instance_profiles, identity_access, coverage
WITH role_access AS (
  SELECT
    identity_arn,
    bool_or(COALESCE(is_administrator, false) OR COALESCE(may_escalate, false)) AS is_over_broad,
    bool_or(is_administrator IS NULL OR may_escalate IS NULL) AS is_unknown
  FROM identity_access
  WHERE identity_type = 'role'
  GROUP BY identity_arn
),
profile_access AS (
  SELECT
    iam_instance_profiles.arn AS profile_arn,
    bool_or(COALESCE(role_access.is_over_broad, false)) AS is_over_broad,
    bool_or(COALESCE(role_access.is_unknown, true)) AS is_unknown
  FROM iam_instance_profiles
  LEFT JOIN role_access ON role_access.identity_arn = iam_instance_profiles.role_arn
  GROUP BY iam_instance_profiles.arn
),
instances AS (
  SELECT
    ec2_instances.instance_profile_arn,
    COALESCE(profile_access.is_over_broad, false) AS is_over_broad,
    COALESCE(profile_access.is_unknown, true) AS is_unknown
  FROM ec2_instances
  LEFT JOIN profile_access ON profile_access.profile_arn = ec2_instances.instance_profile_arn
  WHERE ec2_instances.is_terminated IS DISTINCT FROM true
),
counted AS (
  SELECT
    COUNT(*) AS instances,
    COUNT(*) FILTER (WHERE instance_profile_arn IS NULL) AS without_profile,
    COUNT(instance_profile_arn) AS with_profile,
    COUNT(*) FILTER (WHERE instance_profile_arn IS NOT NULL AND is_over_broad) AS over_broad,
    COUNT(*) FILTER (WHERE instance_profile_arn IS NOT NULL AND is_unknown AND NOT is_over_broad) AS unknown_count
  FROM instances
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector IN ('ec2_instances', 'iam_authorization_details')
)
SELECT
  'B6' AS id,
  'EC2 instances without an instance profile' AS fact,
  'instances' AS population,
  'no_profile' AS definition,
  without_profile AS numerator,
  instances AS denominator,
  ROUND(1E2 * without_profile / NULLIF(instances, 0), 1) AS percent,
  coverage_percent,
  'What runs there reaches nothing of AWS, or by keys that someone left there. Terminated instances are left out' AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B6' AS id,
  'EC2 instances whose role is administrator, or may make itself one' AS fact,
  'instances_with_profile' AS population,
  'over_broad' AS definition,
  over_broad AS numerator,
  with_profile AS denominator,
  ROUND(1E2 * over_broad / NULLIF(with_profile, 0), 1) AS percent,
  coverage_percent,
  'Terminated instances are left out. With a profile or a role that was not read in full, counted as not over-broad: '
    || CAST(unknown_count AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
