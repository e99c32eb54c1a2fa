-- id: E5
-- title: Administrators without MFA
-- subject: organization_id, account_id, account_name, kind, who
-- of: administrators
-- where: is_user
-- definition: iam_users
-- fact: IAM users who are administrators and have no MFA device
-- caveat: By their own policies and their groups'. Also users without a console password, whose keys need no device. Unknown are users whose policies or devices were not read
-- of: root_users
-- where: is_root_user
-- definition: root
-- fact: Root users without an MFA device
-- caveat: A root user whose credentials were removed centrally counts as well: the report does not tell them apart
-- of: identity_center_people
-- where: is_person
-- definition: identity_center
-- fact: People of IAM Identity Center who are administrators of an account and have no MFA device
-- caveat: Always unknown: AWS has no API that says their devices, so this row says how many people there are. By assignments of a permission set that is administrator, or may be. Users who are switched off are left out
WITH administrator_sets AS (
  SELECT organization_id, identity_arn AS permission_set_arn
  FROM identity_access
  WHERE identity_type = 'permission_set' AND is_administrator IS DISTINCT FROM false
),
administrator_ids AS (
  SELECT
    identity_center_account_assignments.organization_id,
    identity_center_account_assignments.principal_type,
    identity_center_account_assignments.principal_id
  FROM identity_center_account_assignments
  JOIN administrator_sets
    ON administrator_sets.organization_id = identity_center_account_assignments.organization_id
    AND administrator_sets.permission_set_arn = identity_center_account_assignments.permission_set_arn
),
people_ids AS (
  SELECT organization_id, principal_id AS user_id
  FROM administrator_ids
  WHERE principal_type = 'USER'
  UNION
  SELECT identity_center_memberships.organization_id, identity_center_memberships.user_id
  FROM identity_center_memberships
  JOIN administrator_ids
    ON administrator_ids.organization_id = identity_center_memberships.organization_id
    AND administrator_ids.principal_id = identity_center_memberships.group_id
    AND administrator_ids.principal_type = 'GROUP'
)
SELECT
  identity_access.organization_id,
  identity_access.account_id,
  identity_access.account_name,
  'user' AS kind,
  identity_access.identity_arn AS who,
  true AS is_user,
  false AS is_root_user,
  false AS is_person,
  CASE
    WHEN iam_credential_report.mfa_active THEN false
    WHEN identity_access.is_administrator THEN NOT iam_credential_report.mfa_active
  END AS is_so
FROM identity_access
LEFT JOIN iam_credential_report
  ON iam_credential_report.organization_id = identity_access.organization_id
  AND iam_credential_report.account_id = identity_access.account_id
  AND iam_credential_report.arn = identity_access.identity_arn
WHERE identity_access.identity_type = 'user' AND identity_access.is_administrator IS DISTINCT FROM false
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  'root' AS kind,
  arn AS who,
  false AS is_user,
  true AS is_root_user,
  false AS is_person,
  NOT mfa_active AS is_so
FROM iam_credential_report
WHERE is_root
UNION ALL
SELECT
  identity_center_users.organization_id,
  identity_center_users.account_id,
  identity_center_users.account_name,
  'person' AS kind,
  identity_center_users.arn AS who,
  false AS is_user,
  false AS is_root_user,
  true AS is_person,
  CAST(NULL AS BOOLEAN) AS is_so
FROM identity_center_users
JOIN people_ids
  ON people_ids.organization_id = identity_center_users.organization_id
  AND people_ids.user_id = identity_center_users.user_id
WHERE identity_center_users.is_enabled IS DISTINCT FROM false

-- case: users with and without a device, one of unread policies, root, and people by assignment and by group
-- identity_access: identity_arn, identity_type, is_administrator
--   u-with, user, true
--   u-without, user, true
--   u-unread, user, null
--   u-unlisted, user, true
--   u-plain, user, false
--   ps-admin, permission_set, true
--   ps-unread, permission_set, null
--   ps-plain, permission_set, false
-- iam_credential_report: user_name, arn, is_root, mfa_active
--   with, u-with, false, true
--   without, u-without, false, false
--   unread, u-unread, false, false
--   plain, u-plain, false, false
--   root, root, true, false
-- identity_center_account_assignments: permission_set_arn, target_account_id, principal_type, principal_id
--   ps-admin, 1, USER, p-1
--   ps-admin, 2, USER, p-1
--   ps-unread, 1, GROUP, g-1
--   ps-plain, 1, USER, p-4
-- identity_center_memberships: membership_id, group_id, user_id
--   m-1, g-1, p-1
--   m-2, g-1, p-2
--   m-3, g-1, p-3
-- identity_center_users: arn, user_id, is_enabled
--   arn-1, p-1, true
--   arn-2, p-2, null
--   arn-3, p-3, false
--   arn-4, p-4, true
-- answer: E5 administrators iam_users: 1 of 2, 2 unknown
-- answer: E5 root_users root: 1 of 1
-- answer: E5 identity_center_people identity_center: 0 of 0, 2 unknown
