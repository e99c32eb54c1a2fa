-- id: B6
-- title: EC2 instances without an instance profile, or with one that may do too much
-- subject: organization_id, account_id, account_name, region, arn
-- of: instances
-- is so: has_no_profile
-- definition: no_profile
-- controls: CIS 6.0 2.17; CIS 7.0 2.16
-- fact: EC2 instances without an instance profile
-- caveat: Programs on such an instance cannot use AWS, except with keys that someone left there. Terminated instances are left out
-- of: instances_with_profile
-- where: has_profile
-- is so: is_over_broad
-- definition: over_broad
-- fact: EC2 instances whose role is administrator, or may make itself one
-- caveat: Terminated instances are left out. Unknown are those with a profile or a role that was not read in full
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
)
SELECT
  ec2_instances.organization_id,
  ec2_instances.account_id,
  ec2_instances.account_name,
  ec2_instances.region,
  ec2_instances.arn,
  ec2_instances.instance_profile_arn IS NULL AS has_no_profile,
  ec2_instances.instance_profile_arn IS NOT NULL AS has_profile,
  CASE WHEN profile_access.is_over_broad THEN true WHEN NOT profile_access.is_unknown THEN false END AS is_over_broad
FROM ec2_instances
LEFT JOIN profile_access ON profile_access.profile_arn = ec2_instances.instance_profile_arn
WHERE ec2_instances.is_terminated IS DISTINCT FROM true

-- case: a profile or a role that was not read is unknown, and never harmless
-- ec2_instances: arn, is_terminated, instance_profile_arn
--   i-1, false, null
--   i-2, false, p-admin
--   i-3, false, p-climber
--   i-4, false, p-unread
--   i-5, false, p-plain
--   i-6, false, p-not-seen
--   i-7, true, null
-- iam_instance_profiles: arn, role_arn
--   p-admin, admin
--   p-climber, climber
--   p-unread, unread
--   p-plain, plain
-- identity_access: identity_arn, identity_type, is_administrator, may_escalate
--   admin, role, true, false
--   climber, role, false, true
--   unread, role, null, null
--   plain, role, false, false
-- answer: B6 instances no_profile: 1 of 6
-- answer: B6 instances_with_profile over_broad: 2 of 3, 2 unknown

-- case: where no profile was read, nothing is known
-- ec2_instances: arn, is_terminated, instance_profile_arn
--   i-1, false, p-not-seen
-- answer: B6 instances no_profile: 0 of 1
-- answer: B6 instances_with_profile over_broad: 0 of 0, 1 unknown
