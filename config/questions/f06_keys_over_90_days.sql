-- id: F6
-- title: IAM users with an active access key older than 90 days
-- subject: organization_id, account_id, account_name, user_name
-- of: users
-- study 2022: 60
-- of: F7, users_with_active_key
-- where: has_active_key
-- study 2022: 76, text 75
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  access_key_1_active OR access_key_2_active AS has_active_key,
  (access_key_1_active AND access_key_1_age_days > 90) OR (access_key_2_active AND access_key_2_age_days > 90) AS is_so
FROM iam_credential_report
WHERE NOT is_root

-- case: over 90 days is 91, keys that are off do not count, and an age that is missing is unknown
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_2_active, access_key_2_age_days
--   root, true, true, 500, false, null
--   old, false, true, 91, false, null
--   young, false, true, 90, false, null
--   both, false, true, 10, true, 400
--   switched off, false, false, 500, false, null
--   not known, false, true, null, false, null
-- answer: F6 users study: 2 of 4, 1 unknown
-- answer: F7 users_with_active_key study: 2 of 3, 1 unknown
