-- id: E4
-- title: Root in daily use: its password or a key of it was used in the last 30 days
-- subject: organization_id, account_id, account_name, password_last_used_days, access_key_1_last_used_days, access_key_2_last_used_days
-- why: null days mean that it was never used, or is not there
-- of: accounts
-- definition: last_30_days
-- controls: CIS 6.0 2.6; CIS 7.0 2.7
-- fact: Accounts whose root password or root access key was used in the last 30 days
-- caveat: Accounts whose credential report was read. One use is no daily use: the days stand beside each case
SELECT
  organization_id,
  account_id,
  account_name,
  password_last_used_days,
  access_key_1_last_used_days,
  access_key_2_last_used_days,
  COALESCE(password_last_used_days, 31) <= 30
    OR COALESCE(access_key_1_last_used_days, 31) <= 30
    OR COALESCE(access_key_2_last_used_days, 31) <= 30 AS is_so
FROM iam_credential_report
WHERE is_root

-- case: by password, by either key, long ago, never, and a user who is not root
-- iam_credential_report: account_id, user_name, is_root, password_last_used_days, access_key_1_last_used_days, access_key_2_last_used_days
--   1, root, true, 30, null, null
--   2, root, true, 400, 0, null
--   3, root, true, null, null, 12
--   4, root, true, 31, 31, null
--   5, root, true, null, null, null
--   5, user, false, 1, 1, 1
-- answer: E4 accounts last_30_days: 3 of 5
