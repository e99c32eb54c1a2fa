-- id: F12
-- title: Organizations whose root password or key was used in the last 30 days
-- subject: organization_id, account_id, account_name, password_last_used_days, access_key_1_last_used_days, access_key_2_last_used_days
-- why: null days mean that it was never used, or is not there
-- per organization: organizations
-- study 2022: 23, text 25
-- caveat: Unknown is where no credential report was read
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

-- case: the last 30 days are 30 days, and what was never used was not used
-- iam_credential_report: organization_id, account_id, user_name, is_root, password_last_used_days, access_key_1_last_used_days, access_key_2_last_used_days
--   o-1, 1, root, true, 31, null, null
--   o-1, 2, root, true, null, null, 30
--   o-2, 3, root, true, 31, null, null
--   o-2, 3, user, false, 1, 1, 1
-- answer: F12 organizations study: 1 of 2

-- case: beside one organization stand its accounts
-- iam_credential_report: account_id, user_name, is_root, password_last_used_days
--   1, root, true, 1
--   2, root, true, null
-- answer: F12 organizations study: 1 of 1
-- answer: F12 accounts study: 1 of 2
