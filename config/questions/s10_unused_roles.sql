-- id: S10
-- title: Roles that nobody used for over {idle_days} days
-- subject: organization_id, account_id, account_name, role_name, arn, last_used_days, age_days
-- threshold: idle_days 90
-- why: AWS remembers the use of a role for 400 days, so null days mean never, or longer ago
-- of: roles
-- where: is_own
-- is so: is_unused
-- fact: Roles of the account's own that nobody used for over {idle_days} days
-- caveat: An analyzer of unused access names them too, and keys, passwords and permissions, but costs by the identity: accessanalyzer_unused_findings. Roles that are at most {idle_days} days old, those of AWS services and those of Identity Center are counted apart. Use is what AWS saw in the last 400 days. Unknown are roles of unknown age that AWS never saw used
-- of: young_roles
-- where: is_young
-- is so: is_never_used
-- fact: Roles of the account's own, at most {idle_days} days old, that nobody used yet
-- of: service_linked_roles
-- where: is_service_linked
-- is so: is_unused
-- fact: Service-linked roles that their AWS service did not use for over {idle_days} days
-- caveat: Only the service can tell whether it needs the role. It refuses to delete one that it needs
-- of: reserved_roles
-- where: is_reserved
-- is so: is_unused
-- fact: Roles that AWS reserves for itself, as those of Identity Center, that nobody used for over {idle_days} days
-- caveat: Identity Center makes them of its assignments: not the role is removed, but the assignment
WITH roles AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    role_name,
    arn,
    last_used_days,
    age_days,
    is_service_linked,
    is_identity_center OR arn LIKE '%:role/aws-reserved/%' AS is_reserved,
    COALESCE(age_days <= {idle_days}, false) AS is_recent,
    CASE
      WHEN last_used_days > {idle_days} THEN true
      WHEN last_used_days <= {idle_days} THEN false
      WHEN age_days > {idle_days} THEN true
      WHEN age_days <= {idle_days} THEN false
    END AS is_unused
  FROM iam_roles
)
SELECT
  organization_id,
  account_id,
  account_name,
  role_name,
  arn,
  last_used_days,
  age_days,
  NOT is_service_linked AND NOT is_reserved AND NOT is_recent AS is_own,
  NOT is_service_linked AND NOT is_reserved AND is_recent AS is_young,
  is_service_linked,
  is_reserved,
  is_unused,
  CASE WHEN last_used_days IS NOT NULL THEN false ELSE true END AS is_never_used
FROM roles

-- case: 90 days without use are not over 90 days
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/app, false, false, 400, 90
-- answer: S10 roles lake: 0 of 1

-- case: 91 days are
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/app, false, false, 400, 91
-- answer: S10 roles lake: 1 of 1

-- case: a role that was used today
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/app, false, false, 3000, 0
-- answer: S10 roles lake: 0 of 1

-- case: never used, or not in the 400 days that AWS remembers
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/never, false, false, 91, null
--   arn:aws:iam::1:role/long ago, false, false, 3000, null
-- answer: S10 roles lake: 2 of 2

-- case: a young role is counted apart, used or not
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/not yet, false, false, 90, null
--   arn:aws:iam::1:role/used, false, false, 90, 3
-- answer: S10 roles lake: 0 of 0
-- answer: S10 young_roles lake: 1 of 2

-- case: on its 91st day it is young no longer
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/app, false, false, 91, 3
-- answer: S10 roles lake: 0 of 1
-- answer: S10 young_roles lake: 0 of 0

-- case: a role of a path of its own that begins alike is the account's
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/aws-reserved-for-us/app, false, false, 400, null
-- answer: S10 roles lake: 1 of 1
-- answer: S10 reserved_roles lake: 0 of 0

-- case: service-linked roles, whatever their age
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport, true, false, 3000, null
--   arn:aws:iam::1:role/aws-service-role/trustedadvisor.amazonaws.com/AWSServiceRoleForTrustedAdvisor, true, false, 3000, 2
--   arn:aws:iam::1:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS, true, false, 5, null
-- answer: S10 roles lake: 0 of 0
-- answer: S10 young_roles lake: 0 of 0
-- answer: S10 service_linked_roles lake: 1 of 3

-- case: roles of Identity Center, and others that AWS reserves
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1, false, true, 400, 100
--   arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Read_1, false, true, 400, 10
--   arn:aws:iam::1:role/aws-reserved/other.amazonaws.com/Role, false, false, 400, null
-- answer: S10 roles lake: 0 of 0
-- answer: S10 reserved_roles lake: 2 of 3

-- case: a role of unknown age is known by its use, and unknown without
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/used, false, false, null, 3
--   arn:aws:iam::1:role/idle, false, false, null, 200
--   arn:aws:iam::1:role/not known, false, false, null, null
-- answer: S10 roles lake: 1 of 2, 1 unknown

-- case: accounts do not mix
-- iam_roles: account_id, arn, is_service_linked, is_identity_center, age_days, last_used_days
--   1, arn:aws:iam::1:role/app, false, false, 400, 100
--   2, arn:aws:iam::2:role/app, false, false, 400, 1
-- answer: S10 roles lake: 1 of 2
