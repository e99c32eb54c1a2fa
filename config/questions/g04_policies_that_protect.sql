-- id: G4
-- title: Which policies of the organization protect each account, from where, and which accounts have none but full access
-- key: account_id, policy_id, source_id, is_unprotected
-- rests on: organization, organization_policies
-- why: SCPs, RCPs and declarative policies that bind the account, but not those of AWS that allow everything. An account without one has a row without a policy: is_unprotected is null there if the policies were not read completely
WITH protecting AS (
  SELECT
    organization_id,
    account_id,
    policy_id,
    policy_name,
    policy_type,
    source_id,
    source_type,
    source_name,
    is_inherited
  FROM account_policies
  WHERE is_in_effect AND NOT is_aws_managed
    AND (policy_type IN ('RESOURCE_CONTROL_POLICY', 'SERVICE_CONTROL_POLICY') OR policy_type LIKE 'DECLARATIVE_POLICY%')
),
whole AS (
  SELECT organization_id
  FROM coverage
  WHERE collector IN ('organization', 'organization_policies')
  GROUP BY organization_id
  HAVING bool_and(is_complete) AND COUNT(DISTINCT collector) = 2
)
SELECT
  accounts.account_id,
  protecting.policy_id,
  protecting.source_id,
  CASE
    WHEN protecting.policy_id IS NOT NULL THEN false
    WHEN whole.organization_id IS NOT NULL THEN true
  END AS is_unprotected,
  accounts.account_name,
  accounts.ou_path,
  accounts.status AS account_status,
  accounts.is_management,
  protecting.policy_type,
  protecting.policy_name,
  protecting.source_type,
  protecting.source_name,
  CASE WHEN protecting.is_inherited THEN organizational_units.path ELSE accounts.ou_path END AS source_path,
  protecting.is_inherited
FROM accounts
LEFT JOIN protecting
  ON protecting.organization_id = accounts.organization_id AND protecting.account_id = accounts.account_id
LEFT JOIN organizational_units
  ON organizational_units.organization_id = accounts.organization_id
    AND organizational_units.ou_id = protecting.source_id
LEFT JOIN whole ON whole.organization_id = accounts.organization_id
ORDER BY accounts.account_id NULLS LAST, protecting.policy_id NULLS LAST, protecting.source_id NULLS LAST

-- case: what binds an account is listed, with its source, and full access, tags, and what does not bind it protect nobody
-- accounts: account_id
--   1
--   2
--   3
-- account_policies: account_id, policy_id, policy_type, source_id, source_type, is_aws_managed, is_inherited, is_in_effect
--   1, p-full, SERVICE_CONTROL_POLICY, r-1, ROOT, true, true, true
--   1, p-scp, SERVICE_CONTROL_POLICY, r-1, ROOT, false, true, false
--   2, p-full, SERVICE_CONTROL_POLICY, r-1, ROOT, true, true, true
--   2, p-scp, SERVICE_CONTROL_POLICY, r-1, ROOT, false, true, true
--   2, p-scp, SERVICE_CONTROL_POLICY, 2, ACCOUNT, false, false, true
--   2, p-rcp, RESOURCE_CONTROL_POLICY, ou-1, ORGANIZATIONAL_UNIT, false, true, true
--   2, p-imds, DECLARATIVE_POLICY_EC2, ou-1, ORGANIZATIONAL_UNIT, false, true, true
--   3, p-tag, TAG_POLICY, r-1, ROOT, false, true, true
-- coverage: account_id, collector, is_planned, is_complete
--   1, organization, true, true
--   1, organization_policies, true, true
-- answer: 1, null, null, true
-- answer: 2, p-imds, ou-1, false
-- answer: 2, p-rcp, ou-1, false
-- answer: 2, p-scp, 2, false
-- answer: 2, p-scp, r-1, false
-- answer: 3, null, null, true

-- case: where policies were not read nobody is known to be without one
-- accounts: account_id
--   1
--   2
-- account_policies: account_id, policy_id, policy_type, source_id, is_aws_managed, is_inherited, is_in_effect
--   2, p-scp, SERVICE_CONTROL_POLICY, r-1, false, true, true
-- coverage: account_id, collector, is_planned, is_complete
--   1, organization, true, true
--   1, organization_policies, true, false
-- answer: 1, null, null, null
-- answer: 2, p-scp, r-1, false

-- case: policies that nobody asked for are not read either
-- accounts: account_id
--   1
-- coverage: account_id, collector, is_planned, is_complete
--   1, organization, true, true
-- answer: 1, null, null, null
