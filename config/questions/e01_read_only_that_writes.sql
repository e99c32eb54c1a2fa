-- id: E1
-- title: Over-broad identities: called read-only and able to write, allowed everything on everything, or without a boundary where others have one
-- subject: organization_id, account_id, account_name, identity_type, identity_arn
-- of: called_read_only
-- where: is_called_read_only
-- is so: allows_writing
-- definition: can_write
-- fact: Users, groups, roles and permission sets that are called read-only and may write
-- caveat: By their name or path. Writing is an action that AWS calls Write, Permissions management or Tagging, allowed without a condition, before boundaries and Deny statements. Unknown are those with unread policies
-- of: identities
-- is so: allows_everything
-- definition: allows_everything
-- fact: Users, groups, roles and permission sets with a policy that allows everything on everything
-- caveat: Before permissions boundaries and Deny statements. Roles of AWS services, and those of permission sets, are left out. Unknown are those with unread policies
-- of: users_and_roles
-- where: may_need_boundary
-- is so: has_no_boundary
-- definition: no_boundary
-- fact: Users and roles without a permissions boundary, in organizations that use boundaries
-- caveat: An organization uses boundaries if one of its users or roles has one. Roles of AWS services, and those of permission sets, are left out
WITH boundaries AS (
  SELECT organization_id, bool_or(COALESCE(has_permissions_boundary, false)) AS uses_boundaries
  FROM identity_access
  WHERE identity_type IN ('user', 'role')
  GROUP BY organization_id
)
SELECT
  identity_access.organization_id,
  identity_access.account_id,
  identity_access.account_name,
  identity_access.identity_type,
  identity_access.identity_arn,
  LOWER(identity_access.identity_arn) LIKE '%readonly%'
    OR LOWER(identity_access.identity_arn) LIKE '%read_only%'
    OR LOWER(identity_access.identity_arn) LIKE '%viewonly%'
    OR LOWER(identity_access.identity_arn) LIKE '%view_only%'
    OR LOWER(identity_access.identity_name) LIKE '%readonly%'
    OR LOWER(identity_access.identity_name) LIKE '%read_only%'
    OR LOWER(identity_access.identity_name) LIKE '%viewonly%'
    OR LOWER(identity_access.identity_name) LIKE '%view_only%' AS is_called_read_only,
  identity_access.allows_writing,
  identity_access.allows_everything,
  identity_access.identity_type IN ('user', 'role') AND COALESCE(boundaries.uses_boundaries, false) AS may_need_boundary,
  NOT identity_access.has_permissions_boundary AS has_no_boundary
FROM identity_access
LEFT JOIN boundaries ON boundaries.organization_id = identity_access.organization_id
WHERE NOT identity_access.is_service_linked AND NOT identity_access.is_identity_center

-- case: by name and by path, one that reads, one that was not read, and roles that others made
-- identity_access: identity_arn, identity_type, identity_name, is_service_linked, is_identity_center, allows_writing, allows_everything, has_permissions_boundary
--   arn:aws:iam::1:user/ReadOnly-ana, user, ReadOnly-ana, false, false, true, false, false
--   arn:aws:iam::1:role/read-only/ops, role, ops, false, false, true, true, false
--   arn:aws:iam::1:group/view_only, group, view_only, false, false, false, false, null
--   arn:aws:sso:::permissionSet/ssoins-1/ps-1, permission_set, ReadOnlyAccess, false, false, null, false, false
--   arn:aws:iam::1:role/deploy, role, deploy, false, false, true, false, false
--   arn:aws:iam::1:role/aws-service-role/readonly, role, readonly, true, false, true, false, false
--   arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/readonly, role, readonly, false, true, true, false, false
-- answer: E1 called_read_only can_write: 2 of 3, 1 unknown
-- answer: E1 identities allows_everything: 1 of 5
-- answer: E1 users_and_roles no_boundary: 0 of 0

-- case: where one has a boundary, those without are counted, and groups can have none
-- identity_access: organization_id, identity_arn, identity_type, identity_name, is_service_linked, is_identity_center, allows_writing, allows_everything, has_permissions_boundary
--   o-1, u-1, user, a, false, false, false, false, true
--   o-1, u-2, user, b, false, false, false, false, false
--   o-1, r-1, role, c, false, false, false, false, null
--   o-1, g-1, group, d, false, false, false, false, false
--   o-2, u-3, user, e, false, false, false, false, false
-- answer: E1 called_read_only can_write: 0 of 0
-- answer: E1 identities allows_everything: 0 of 5
-- answer: E1 users_and_roles no_boundary: 1 of 2, 1 unknown
