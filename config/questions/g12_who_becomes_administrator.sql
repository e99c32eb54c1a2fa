-- id: G12
-- title: People and outsiders who can become administrator of each account
-- subject: organization_id, account_id, account_name, kind, principal_arn
-- rests on: iam_authorization_details, identity_center_account_assignments, identity_center_directory, identity_center_permission_sets, organization_policies
-- why: can_become has the ways and their conditions: its rows of the account and the principal. A role is no person: those who assume it are told themselves. Of an account that was not wholly read, and of a role with more principals than are told, there is a row others
-- of: people
-- where: is_person
-- fact: People who can become administrator of an account, among its users and those who can become one of its roles
-- caveat: One who enters several accounts counts in each. Users by their own policies as well, without the root user, who always is. Also under conditions, as from an address. What somebody could do first to gain more rights is not followed (identity_access.may_escalate)
-- of: outsiders
-- where: is_outsider
-- fact: Outsiders who can become administrator of an account, among those who can become one of its roles
-- caveat: Accounts outside, anyone, and providers of identities other than SAML. What an account outside allows its own identities is not known, and is taken as allowed
WITH entries AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    principal_kind AS kind,
    principal_arn,
    is_outside,
    CASE WHEN NOT is_role_administrator THEN false WHEN result <> 'unknown' THEN is_role_administrator END AS is_administrator
  FROM can_become
  UNION ALL
  SELECT
    organization_id,
    account_id,
    account_name,
    'user' AS kind,
    identity_arn AS principal_arn,
    false AS is_outside,
    is_administrator
  FROM identity_access
  WHERE identity_type = 'user'
),
principals AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    kind,
    principal_arn,
    bool_or(is_outside) AS is_outside,
    bool_or(is_administrator) AS is_some,
    COUNT(*) FILTER (WHERE is_administrator IS NULL) AS unknown_count
  FROM entries
  WHERE is_outside OR kind NOT IN ('role', 'session')
  GROUP BY organization_id, account_id, account_name, kind, principal_arn
)
SELECT
  principals.organization_id,
  principals.account_id,
  principals.account_name,
  principals.kind,
  principals.principal_arn,
  NOT principals.is_outside AS is_person,
  principals.is_outside OR principals.kind = 'others' AS is_outsider,
  CASE WHEN principals.is_some THEN true WHEN principals.unknown_count = 0 THEN false END AS is_so
FROM principals
LEFT JOIN accounts ON accounts.organization_id = principals.organization_id AND accounts.account_id = principals.account_id
WHERE COALESCE(accounts.is_active, true)

-- case: by oneself, by a role, by what was not read, and by roles that are no administrators
-- can_become: role_arn, principal_kind, principal_arn, is_outside, result, is_role_administrator
--   r-admin, user, u-role, false, allowed, true
--   r-plain, user, u-role, false, allowed, false
--   r-plain, user, u-plain, false, allowed, false
--   r-unread, person, pia, false, allowed, null
--   r-admin, person, ben, false, unknown, true
--   r-admin, role, r-plain, false, allowed, true
--   r-admin, account, 999999999999, true, conditional, true
--   r-plain, provider, oidc, true, allowed, false
--   *, others, *, false, unknown, null
-- identity_access: identity_arn, identity_type, is_administrator
--   u-self, user, true
--   u-plain, user, false
--   r-admin, role, true
-- answer: G12 people lake: 2 of 3, 3 unknown
-- answer: G12 outsiders lake: 1 of 2, 1 unknown

-- case: an account that is closed has no administrators
-- accounts: account_id, is_active
--   1, true
--   2, false
-- can_become: account_id, role_arn, principal_kind, principal_arn, is_outside, result, is_role_administrator
--   1, *, others, *, false, unknown, null
--   2, *, others, *, false, unknown, null
-- answer: G12 people lake: 0 of 0, 1 unknown
-- answer: G12 outsiders lake: 0 of 0, 1 unknown

-- case: one person counts in each account
-- can_become: account_id, role_arn, principal_kind, principal_arn, is_outside, result, is_role_administrator
--   1, r-1, person, pia, false, allowed, true
--   2, r-2, person, pia, false, allowed, true
--   2, r-3, person, pia, false, allowed, null
--   3, r-4, person, pia, false, allowed, false
-- answer: G12 people lake: 2 of 3
