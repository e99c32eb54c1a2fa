-- id: B7
-- title: Users, groups, roles and permission sets that may do everything, or may come to it
-- subject: organization_id, account_id, account_name, identity_type, identity_arn
-- of: identities
-- is so: is_administrator
-- definition: administrator
-- fact: Identities that are administrators
-- caveat: After permissions boundaries and Deny statements, before service control policies. Roles of AWS services are left out. Unknown are those with unread policies
-- of: identities
-- is so: allows_everything
-- definition: allows_everything
-- controls: CIS 6.0 2.15; CIS 7.0 2.14
-- fact: Identities with a policy that allows everything on everything
-- caveat: Before permissions boundaries and Deny statements. Roles of AWS services are left out. Unknown are those with unread policies
-- of: identities
-- is so: may_escalate
-- definition: may_escalate
-- fact: Identities that are no administrators and may come to more rights
-- caveat: By one of the ways in privilege_paths that is open. Roles of AWS services are left out. Unknown are those with unread policies
SELECT
  organization_id,
  account_id,
  account_name,
  identity_type,
  identity_arn,
  is_administrator,
  allows_everything,
  may_escalate
FROM identity_access
WHERE NOT is_service_linked

-- case: an administrator, one whom a Deny stops, one who may climb, one that was not read, and one of AWS
-- identity_access: identity_arn, identity_type, is_service_linked, is_administrator, allows_everything, may_escalate
--   admin, role, false, true, true, false
--   stopped, role, false, false, true, false
--   climber, role, false, false, false, true
--   unread, role, false, null, false, null
--   plain, user, false, false, false, false
--   linked, role, true, true, true, false
-- answer: B7 identities administrator: 1 of 4, 1 unknown
-- answer: B7 identities allows_everything: 2 of 5
-- answer: B7 identities may_escalate: 1 of 4, 1 unknown
