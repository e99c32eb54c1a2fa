-- id: G14
-- title: Accounts whose guardrails stop none of the dangerous actions
-- subject: organization_id, account_id, account_name, ou_path, action_count
-- rests on: organization, organization_policies
-- why: the table guardrail_stops, which has each action of config/dangerous_actions.txt for each account, and what stops it
-- of: member_accounts
-- where: is_member
-- fact: Member accounts whose service and resource control policies stop none of the dangerous actions
-- caveat: A Deny under a condition stops an action too, but not one that depends on the region alone, nor one of some roles or resources alone. Unknown are those of whose policies one was not read that may stop some
-- of: management_accounts
-- where: is_management
-- fact: Management accounts, whom no service or resource control policy binds
-- caveat: They are counted apart, since no policy of the organization can protect them
WITH counted AS (
  SELECT
    organization_id,
    account_id,
    COUNT(*) AS action_count,
    COUNT(*) FILTER (WHERE is_stopped) AS stopped_count,
    COUNT(*) FILTER (WHERE NOT is_stopped) AS free_count
  FROM guardrail_stops
  GROUP BY organization_id, account_id
)
SELECT
  accounts.organization_id,
  accounts.account_id,
  accounts.account_name,
  accounts.ou_path,
  counted.action_count,
  accounts.is_management,
  NOT accounts.is_management AS is_member,
  CASE
    WHEN counted.stopped_count > 0 THEN false
    WHEN counted.free_count = counted.action_count THEN true
  END AS is_so
FROM accounts
LEFT JOIN counted ON counted.organization_id = accounts.organization_id AND counted.account_id = accounts.account_id
WHERE COALESCE(accounts.is_active, true)

-- case: nothing stopped, something stopped, something not known, nothing known, the management account, one that is closed
-- accounts: account_id, is_management, is_active
--   1, true, true
--   2, false, true
--   3, false, true
--   4, false, true
--   5, false, true
--   6, false, null
--   7, false, false
-- guardrail_stops: account_id, action, is_stopped
--   1, cloudtrail:StopLogging, false
--   1, kms:DisableKey, false
--   2, cloudtrail:StopLogging, false
--   2, kms:DisableKey, false
--   3, cloudtrail:StopLogging, false
--   3, kms:DisableKey, true
--   4, cloudtrail:StopLogging, false
--   4, kms:DisableKey, null
--   5, cloudtrail:StopLogging, null
--   5, kms:DisableKey, true
--   7, cloudtrail:StopLogging, false
--   7, kms:DisableKey, false
-- answer: G14 member_accounts lake: 1 of 3, 2 unknown
-- answer: G14 management_accounts lake: 1 of 1
