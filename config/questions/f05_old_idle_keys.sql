-- id: F5
-- title: IAM users with an active access key older than a year and not used for over 30 days
-- subject: organization_id, account_id, account_name, user_name
-- of: users
-- study 2022: 25
-- caveat: The denominator of the study's table
-- of: users_with_active_key
-- where: has_active_key
-- study 2022: 25
-- caveat: The denominator of the study's text
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  access_key_1_active OR access_key_2_active AS has_active_key,
  (
    access_key_1_active AND access_key_1_age_days > 365
    AND COALESCE(access_key_1_last_used_days, access_key_1_age_days) > 30
  ) OR (
    access_key_2_active AND access_key_2_age_days > 365
    AND COALESCE(access_key_2_last_used_days, access_key_2_age_days) > 30
  ) AS is_so
FROM iam_credential_report
WHERE NOT is_root

-- case: old and idle, old and in use, never used, switched off, no key
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days
--   root, true, true, 500, null, false, null, null
--   idle, false, false, null, null, true, 400, 31
--   in use, false, true, 366, 30, false, null, null
--   never used, false, true, 366, null, false, null, null
--   a year old, false, true, 365, null, false, null, null
--   switched off, false, false, 500, 400, false, null, null
--   no key, false, false, null, null, false, null, null
-- answer: F5 users study: 2 of 6
-- answer: F5 users_with_active_key study: 2 of 4
