-- id: S10
-- title: Roles, services and actions that nobody used for over {idle_days} days, and what IAM Access Analyzer finds unused
-- subject: organization_id, account_id, account_name, role_name, arn, unused, access_key_id, last_used_days, age_days
-- rests on: accessanalyzer_analyzers, iam_authorization_details, iam_service_last_accessed
-- threshold: idle_days 90
-- why: AWS remembers the use of a role for 400 days, so null days mean never, or longer ago. unused says what is not used: the role, a service, an action, or the type of a finding
-- of: roles
-- where: is_own
-- is so: is_unused
-- fact: Roles of the account's own that nobody used for over {idle_days} days
-- caveat: Roles that are at most {idle_days} days old, those of AWS services and those of Identity Center are counted apart. Use is what AWS saw in the last 400 days. Unknown are roles of unknown age that AWS never saw used
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
-- of: allowed_services
-- where: is_service
-- is so: is_unused
-- fact: Services that a user or role may use by its own policies, and did not for over {idle_days} days
-- caveat: Only where iam_service_last_accessed is named. No boundary, control policy or policy of a resource is looked at. Nothing counts as unused of an identity that is at most {idle_days} days old. An identity whose job failed has no services here, and its task is not complete
-- of: tracked_actions
-- where: is_action
-- is so: is_unused
-- fact: Actions that a user or role may use by its own policies, that AWS tracks, and that it did not use for over {idle_days} days
-- caveat: As for services. What AWS does not track is not here, and nobody knows whether it is used: iam:PassRole, every action on data, and the actions of a service that it did not use
-- of: unused_access_findings
-- where: is_finding
-- is so: is_active
-- definition: active
-- fact: Findings of unused access of IAM Access Analyzer that are active: of roles, access keys, passwords and permissions
-- caveat: The others are archived: somebody knows of them. After how many days is the analyzer's own setting, unused_access_age_days. One of the organization finds in all accounts, and the account is the identity's. S2 counts the accounts where none looks
WITH findings AS (
  SELECT
    organization_id,
    COALESCE(resource_account_id, account_id) AS owner_account_id,
    resource_arn,
    finding_type,
    access_key_id,
    MAX(last_accessed_days) AS last_used_days,
    bool_or(status = 'ACTIVE') AS is_active
  FROM accessanalyzer_unused_findings
  GROUP BY organization_id, COALESCE(resource_account_id, account_id), resource_arn, finding_type, access_key_id
),
identities AS (
  SELECT organization_id, arn, age_days
  FROM iam_roles
  UNION ALL
  SELECT organization_id, arn, age_days
  FROM iam_users
),
uses AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    principal_arn,
    service_namespace AS unused,
    last_authenticated_days AS last_used_days,
    true AS is_service
  FROM iam_service_last_accessed
  UNION ALL
  SELECT
    organization_id,
    account_id,
    account_name,
    principal_arn,
    action AS unused,
    last_accessed_days AS last_used_days,
    false AS is_service
  FROM iam_action_last_accessed
),
things AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    role_name,
    arn,
    'role' AS unused,
    last_used_days,
    age_days,
    true AS is_role,
    false AS is_service,
    is_service_linked,
    is_identity_center OR arn LIKE '%:role/aws-reserved/%' AS is_reserved
  FROM iam_roles
  UNION ALL
  SELECT
    uses.organization_id,
    uses.account_id,
    uses.account_name,
    CAST(NULL AS VARCHAR(64)) AS role_name,
    uses.principal_arn AS arn,
    uses.unused,
    uses.last_used_days,
    identities.age_days,
    false AS is_role,
    uses.is_service,
    false AS is_service_linked,
    false AS is_reserved
  FROM uses
  LEFT JOIN identities ON identities.organization_id = uses.organization_id AND identities.arn = uses.principal_arn
)
SELECT
  organization_id,
  account_id,
  account_name,
  role_name,
  arn,
  unused,
  CAST(NULL AS VARCHAR(128)) AS access_key_id,
  last_used_days,
  age_days,
  is_role AND NOT is_service_linked AND NOT is_reserved AND NOT COALESCE(age_days <= {idle_days}, false) AS is_own,
  is_role AND NOT is_service_linked AND NOT is_reserved AND COALESCE(age_days <= {idle_days}, false) AS is_young,
  is_service_linked,
  is_reserved,
  is_service,
  NOT is_role AND NOT is_service AS is_action,
  false AS is_finding,
  CASE
    WHEN last_used_days > {idle_days} THEN true
    WHEN last_used_days <= {idle_days} THEN false
    WHEN age_days > {idle_days} THEN true
    WHEN age_days <= {idle_days} THEN false
  END AS is_unused,
  CASE WHEN last_used_days IS NOT NULL THEN false ELSE true END AS is_never_used,
  false AS is_active
FROM things
UNION ALL
SELECT
  findings.organization_id,
  findings.owner_account_id AS account_id,
  accounts.account_name,
  CAST(NULL AS VARCHAR(64)) AS role_name,
  findings.resource_arn AS arn,
  findings.finding_type AS unused,
  findings.access_key_id,
  findings.last_used_days,
  CAST(NULL AS INT) AS age_days,
  false AS is_own,
  false AS is_young,
  false AS is_service_linked,
  false AS is_reserved,
  false AS is_service,
  false AS is_action,
  true AS is_finding,
  false AS is_unused,
  false AS is_never_used,
  findings.is_active
FROM findings
LEFT JOIN accounts ON accounts.organization_id = findings.organization_id
  AND accounts.account_id = findings.owner_account_id

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

-- case: a role that only an analyzer looks at is counted by its own use, and by the finding beside it
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/idle, false, false, 400, 100
--   arn:aws:iam::1:role/app, false, false, 400, 3
-- accessanalyzer_unused_findings: analyzer_arn, finding_id, finding_type, resource_arn, resource_account_id, status
--   a, f-1, UnusedIAMRole, arn:aws:iam::1:role/idle, 1, ACTIVE
-- answer: S10 roles lake: 1 of 2
-- answer: S10 unused_access_findings active: 1 of 1

-- case: without an analyzer there is no finding, and the roles are counted all the same
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/idle, false, false, 400, 100
-- answer: S10 roles lake: 1 of 1
-- answer: S10 unused_access_findings active: 0 of 0
-- answer: S10 allowed_services lake: 0 of 0
-- answer: S10 tracked_actions lake: 0 of 0

-- case: findings of each type, archived, of unknown status
-- accessanalyzer_unused_findings: analyzer_arn, finding_id, finding_type, resource_arn, resource_account_id, status, access_key_id
--   a, f-1, UnusedIAMRole, arn:aws:iam::1:role/app, 1, ACTIVE, null
--   a, f-2, UnusedIAMUserAccessKey, arn:aws:iam::1:user/ana, 1, ACTIVE, AKIA1
--   a, f-3, UnusedIAMUserAccessKey, arn:aws:iam::1:user/ana, 1, ACTIVE, AKIA2
--   a, f-4, UnusedIAMUserPassword, arn:aws:iam::1:user/ana, 1, ACTIVE, null
--   a, f-5, UnusedPermission, arn:aws:iam::1:user/ana, 1, ARCHIVED, null
--   a, f-6, UnusedPermission, arn:aws:iam::1:role/app, 1, null, null
-- answer: S10 unused_access_findings active: 4 of 5, 1 unknown

-- case: a finding that is archived is one, and no case
-- accessanalyzer_unused_findings: analyzer_arn, finding_id, finding_type, resource_arn, resource_account_id, status
--   a, f-1, UnusedIAMRole, arn:aws:iam::1:role/app, 1, ARCHIVED
-- answer: S10 unused_access_findings active: 0 of 1

-- case: the organization's analyzer finds in other accounts what their own analyzers find too
-- accessanalyzer_unused_findings: account_id, analyzer_arn, finding_id, finding_type, resource_arn, resource_account_id, status
--   3, organization, f-1, UnusedIAMRole, arn:aws:iam::1:role/app, 1, ACTIVE
--   3, organization, f-2, UnusedIAMRole, arn:aws:iam::2:role/app, 2, ACTIVE
--   1, account, f-3, UnusedIAMRole, arn:aws:iam::1:role/app, 1, ARCHIVED
--   1, account, f-4, UnusedIAMUserPassword, arn:aws:iam::1:user/ana, null, ACTIVE
-- answer: S10 unused_access_findings active: 3 of 3

-- case: services used lately, used long ago, never used
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/app, false, false, 400, 3
-- iam_service_last_accessed: principal_arn, service_namespace, last_authenticated_days
--   arn:aws:iam::1:role/app, s3, 3
--   arn:aws:iam::1:role/app, ec2, 90
--   arn:aws:iam::1:role/app, sqs, 91
--   arn:aws:iam::1:role/app, sns, null
-- answer: S10 roles lake: 0 of 1
-- answer: S10 allowed_services lake: 2 of 4

-- case: what a young user never used is not unused, and of an identity that is not listed it is not known
-- iam_users: arn, age_days
--   arn:aws:iam::1:user/new, 90
--   arn:aws:iam::1:user/old, 91
-- iam_service_last_accessed: principal_arn, service_namespace, last_authenticated_days
--   arn:aws:iam::1:user/new, s3, null
--   arn:aws:iam::1:user/old, s3, null
--   arn:aws:iam::1:user/gone, s3, null
--   arn:aws:iam::1:user/gone, sqs, 200
-- answer: S10 allowed_services lake: 2 of 3, 1 unknown

-- case: actions that AWS tracks, used lately and not
-- iam_users: arn, age_days
--   arn:aws:iam::1:user/old, 400
-- iam_service_last_accessed: principal_arn, service_namespace, last_authenticated_days
--   arn:aws:iam::1:user/old, s3, 3
-- iam_action_last_accessed: principal_arn, service_namespace, action, last_accessed_days
--   arn:aws:iam::1:user/old, s3, s3:CreateBucket, 3
--   arn:aws:iam::1:user/old, s3, s3:DeleteBucket, 120
--   arn:aws:iam::1:user/old, s3, s3:PutBucketPolicy, null
-- answer: S10 allowed_services lake: 0 of 1
-- answer: S10 tracked_actions lake: 2 of 3

-- case: what is not tracked is never unused, iam:PassRole among it
-- iam_users: arn, age_days
--   arn:aws:iam::1:user/old, 400
-- iam_service_last_accessed: principal_arn, service_namespace, last_authenticated_days
--   arn:aws:iam::1:user/old, iam, 3
--   arn:aws:iam::1:user/old, sqs, null
-- answer: S10 allowed_services lake: 1 of 2
-- answer: S10 tracked_actions lake: 0 of 0

-- case: an identity whose job failed has no services, so none of them is unused
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, global, iam_authorization_details, true, true
--   1, global, iam_service_last_accessed, true, false
-- iam_roles: arn, is_service_linked, is_identity_center, age_days, last_used_days
--   arn:aws:iam::1:role/read, false, false, 400, 3
--   arn:aws:iam::1:role/failed, false, false, 400, 100
-- iam_service_last_accessed: principal_arn, service_namespace, last_authenticated_days
--   arn:aws:iam::1:role/read, s3, 100
-- answer: S10 roles lake: 1 of 2
-- answer: S10 allowed_services lake: 1 of 1

-- case: a user of one organization is not another's, though the ARN is the same
-- iam_users: organization_id, arn, age_days
--   o-1, arn:aws:iam::1:user/ana, 400
--   o-2, arn:aws:iam::1:user/ana, 5
-- iam_service_last_accessed: organization_id, principal_arn, service_namespace, last_authenticated_days
--   o-1, arn:aws:iam::1:user/ana, s3, null
--   o-2, arn:aws:iam::1:user/ana, s3, null
-- answer: S10 allowed_services lake: 1 of 2
