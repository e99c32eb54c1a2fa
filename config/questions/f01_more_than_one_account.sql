-- id: F1
-- title: Organizations with more than one AWS account
-- subject: organization_id, account_count
-- rests on: organization
-- of: organizations
-- study 2022: 41
-- caveat: All accounts count, also suspended ones and those that could not be crawled
SELECT
  organization_id,
  COUNT(*) AS account_count,
  COUNT(*) > 1 AS is_so
FROM accounts
WHERE organization_id NOT LIKE 'account-%'
GROUP BY organization_id

-- case: two accounts, and one
-- accounts: organization_id, account_id
--   o-1, 1
--   o-1, 2
--   o-2, 3
--   account-4, 4
--   account-4, 5
-- answer: F1 organizations study: 1 of 2
