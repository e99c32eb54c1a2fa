-- id: G15
-- title: Who can leave the organization, stop a trail, delete backups
-- subject: organization_id, account_id, account_name, kind, principal_arn
-- rests on: iam_authorization_details, organization_policies
-- why: by all policies together, boundary and control policies too: effective_access. Whom a role lets in is not followed: who-can tells it. An account whose identities were not all read is a subject itself, and unknown
-- of: identities
-- is so: can_leave
-- definition: leave_organization
-- fact: Users and roles that can take their account out of the organization
-- caveat: Also under a condition. Root users, who can what no control policy denies, are not counted, and neither are service-linked roles. The management account cannot leave. Unknown is where a policy was not read
-- of: identities
-- is so: can_stop_trail
-- definition: stop_trail
-- fact: Users and roles that can stop a trail, delete it, send it elsewhere or choose what it hears
-- caveat: Also under a condition, and whether or not their account has a trail. The organization's own can be stopped in the account alone that it belongs to. Unknown is where a policy was not read
-- of: identities
-- is so: can_delete_backups
-- definition: delete_backups
-- fact: Users and roles that can delete recovery points of AWS Backup
-- caveat: Also under a condition, and of some vaults alone. What a vault's lock or its policy denies is not seen. Unknown is where a policy was not read
WITH rights AS (
  SELECT
    organization_id,
    principal_arn,
    action,
    result,
    COALESCE(denied_actions, '') AS denied,
    COALESCE(unknown_actions, '') AS doubted
  FROM effective_access
),
ranked AS (
  SELECT
    organization_id,
    principal_arn,
    CASE
      WHEN action = 'organizations:LeaveOrganization' AND result <> 'unknown' THEN 2
      WHEN action = 'organizations:LeaveOrganization' THEN 1
      WHEN action <> '*' OR denied LIKE '%organizations:LeaveOrganization%' THEN 0
      WHEN doubted LIKE '%organizations:LeaveOrganization%' THEN 1
      ELSE 2
    END AS leaves,
    CASE
      WHEN action IN ('cloudtrail:StopLogging', 'cloudtrail:DeleteTrail', 'cloudtrail:UpdateTrail', 'cloudtrail:PutEventSelectors') THEN
        CASE WHEN result <> 'unknown' THEN 2 ELSE 1 END
      WHEN action <> '*' THEN 0
      WHEN denied LIKE '%cloudtrail:StopLogging%'
        AND denied LIKE '%cloudtrail:DeleteTrail%'
        AND denied LIKE '%cloudtrail:UpdateTrail%'
        AND denied LIKE '%cloudtrail:PutEventSelectors%' THEN 0
      WHEN (denied LIKE '%cloudtrail:StopLogging%' OR doubted LIKE '%cloudtrail:StopLogging%')
        AND (denied LIKE '%cloudtrail:DeleteTrail%' OR doubted LIKE '%cloudtrail:DeleteTrail%')
        AND (denied LIKE '%cloudtrail:UpdateTrail%' OR doubted LIKE '%cloudtrail:UpdateTrail%')
        AND (denied LIKE '%cloudtrail:PutEventSelectors%' OR doubted LIKE '%cloudtrail:PutEventSelectors%') THEN 1
      ELSE 2
    END AS stops,
    CASE
      WHEN action = 'backup:DeleteRecoveryPoint' AND result <> 'unknown' THEN 2
      WHEN action = 'backup:DeleteRecoveryPoint' THEN 1
      WHEN action <> '*' OR denied LIKE '%backup:DeleteRecoveryPoint%' THEN 0
      WHEN doubted LIKE '%backup:DeleteRecoveryPoint%' THEN 1
      ELSE 2
    END AS deletes
  FROM rights
),
best AS (
  SELECT organization_id, principal_arn, MAX(leaves) AS leaves, MAX(stops) AS stops, MAX(deletes) AS deletes
  FROM ranked
  GROUP BY organization_id, principal_arn
),
identities AS (
  SELECT organization_id, account_id, account_name, identity_type AS kind, identity_arn AS principal_arn
  FROM identity_access
  WHERE identity_type IN ('user', 'role') AND NOT is_service_linked
  UNION ALL
  SELECT organization_id, account_id, account_name, kind, principal_arn
  FROM effective_access
  WHERE kind = 'account'
)
SELECT
  identities.organization_id,
  identities.account_id,
  identities.account_name,
  identities.kind,
  identities.principal_arn,
  CASE
    WHEN accounts.is_management THEN false
    WHEN best.leaves = 2 THEN true
    WHEN COALESCE(best.leaves, 0) = 0 THEN false
  END AS can_leave,
  CASE WHEN best.stops = 2 THEN true WHEN COALESCE(best.stops, 0) = 0 THEN false END AS can_stop_trail,
  CASE WHEN best.deletes = 2 THEN true WHEN COALESCE(best.deletes, 0) = 0 THEN false END AS can_delete_backups
FROM identities
LEFT JOIN best ON best.organization_id = identities.organization_id AND best.principal_arn = identities.principal_arn
LEFT JOIN accounts ON accounts.organization_id = identities.organization_id AND accounts.account_id = identities.account_id
WHERE COALESCE(accounts.is_active, true)

-- case: by a right of its own, under a condition, on some resources. What is unknown is in no share
-- identity_access: identity_arn, identity_type, is_service_linked
--   u-leaves, user, false
--   u-stops, user, false
--   u-deletes, user, false
--   r-unknown, role, false
--   r-nothing, role, false
--   r-linked, role, true
--   g-1, group, false
-- effective_access: principal_arn, kind, action, scope, result
--   u-leaves, user, organizations:LeaveOrganization, *, conditional
--   u-stops, user, cloudtrail:UpdateTrail, trail/a, allowed
--   u-deletes, user, backup:DeleteRecoveryPoint, a, unknown
--   u-deletes, user, backup:DeleteRecoveryPoint, b, allowed
--   r-unknown, role, organizations:LeaveOrganization, *, unknown
--   r-unknown, role, cloudtrail:DeleteTrail, *, unknown
--   r-unknown, role, backup:DeleteRecoveryPoint, *, unknown
--   r-nothing, role, s3:GetObject, *, allowed
-- answer: G15 identities leave_organization: 1 of 4, 1 unknown
-- answer: G15 identities stop_trail: 1 of 4, 1 unknown
-- answer: G15 identities delete_backups: 1 of 4, 1 unknown

-- case: an administrator can what nothing takes away, and of four ways to stop a trail one is enough
-- identity_access: identity_arn, identity_type, is_service_linked
--   r-all, role, false
--   r-kept, role, false
--   r-trail, role, false
--   r-doubted, role, false
-- effective_access: principal_arn, kind, action, scope, result, denied_actions, unknown_actions
--   r-all, role, *, *, allowed, null, null
--   r-kept, role, *, *, allowed, backup:DeleteRecoveryPoint cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors organizations:LeaveOrganization, null
--   r-trail, role, *, *, allowed, cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail, organizations:LeaveOrganization
--   r-doubted, role, *, *, unknown, cloudtrail:StopLogging cloudtrail:DeleteTrail, backup:DeleteRecoveryPoint cloudtrail:UpdateTrail cloudtrail:PutEventSelectors organizations:LeaveOrganization
-- answer: G15 identities leave_organization: 1 of 2, 2 unknown
-- answer: G15 identities stop_trail: 2 of 3, 1 unknown
-- answer: G15 identities delete_backups: 2 of 3, 1 unknown

-- case: what is denied on everything and left in part, the management account, one that was not read, and one that is closed
-- accounts: account_id, is_management, is_active
--   1, true, true
--   2, false, true
--   3, false, null
--   4, false, false
-- identity_access: account_id, identity_arn, identity_type, is_service_linked
--   1, r-1, role, false
--   2, r-2, role, false
-- effective_access: account_id, principal_arn, kind, action, scope, result, denied_actions, unknown_actions
--   1, r-1, role, *, *, allowed, null, null
--   2, r-2, role, *, *, allowed, backup:DeleteRecoveryPoint, null
--   2, r-2, role, backup:DeleteRecoveryPoint, a, allowed, null, null
--   3, 3, account, *, *, unknown, null, backup:DeleteRecoveryPoint cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors organizations:LeaveOrganization
--   4, 4, account, *, *, unknown, null, backup:DeleteRecoveryPoint cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors organizations:LeaveOrganization
-- answer: G15 identities leave_organization: 1 of 2, 1 unknown
-- answer: G15 identities stop_trail: 2 of 2, 1 unknown
-- answer: G15 identities delete_backups: 2 of 2, 1 unknown
