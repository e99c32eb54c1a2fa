-- id: F3
-- title: IAM users with a password or an active access key not used for over 90 days
-- subject: organization_id, account_id, account_name, user_name
-- of: users
-- study 2022: 39, text 40
-- caveat: A credential that was never used counts by its age
-- per organization: F4, organizations
-- fact: Organizations with an IAM user whose credentials were not used for over 90 days
-- study 2022: 70
-- caveat: A credential that was never used counts by its age. Unknown is where no credential report was read
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  (password_enabled AND COALESCE(password_last_used_days, password_age_days) > 90)
    OR (access_key_1_active AND COALESCE(access_key_1_last_used_days, access_key_1_age_days) > 90)
    OR (access_key_2_active AND COALESCE(access_key_2_last_used_days, access_key_2_age_days) > 90) AS is_so
FROM iam_credential_report
WHERE NOT is_root

-- case: over 90 days is 91, and what was never used counts by its age
-- iam_credential_report: organization_id, account_id, user_name, is_root, password_enabled, password_last_used_days, password_age_days, access_key_1_active, access_key_1_last_used_days, access_key_1_age_days, access_key_2_active
--   o-1, 1, root, true, null, 400, null, false, null, null, false
--   o-1, 1, unused, false, true, 91, 400, false, null, null, false
--   o-1, 1, used 90 days ago, false, true, 90, 400, false, null, null, false
--   o-1, 1, never used, false, false, null, null, true, null, 400, false
--   o-1, 1, new, false, true, null, 10, false, null, null, false
--   o-1, 1, switched off, false, false, null, null, false, 400, 500, false
--   o-2, 2, root, true, null, null, null, false, null, null, false
--   o-2, 2, quiet, false, false, null, null, false, null, null, false
-- answer: F3 users study: 2 of 6
-- answer: F4 organizations study: 1 of 2

-- case: an organization of which no report was read is unknown, one without users is not so
-- organizations: organization_id
--   o-1
--   o-2
-- coverage: organization_id, account_id, collector, is_planned, is_complete
--   o-1, 1, iam_credential_report, true, true
--   o-2, 2, iam_credential_report, true, false
-- answer: F3 users study: 0 of 0
-- answer: F4 organizations study: 0 of 1, 1 unknown

-- case: beside one organization stand its accounts
-- accounts: account_id
--   1
--   2
--   3
-- coverage: account_id, collector, is_planned, is_complete
--   1, iam_credential_report, true, true
--   2, iam_credential_report, true, true
--   3, iam_credential_report, true, false
-- iam_credential_report: account_id, user_name, is_root, password_enabled, password_last_used_days, access_key_1_active, access_key_2_active
--   1, unused, false, true, 91, false, false
--   1, another, false, true, 92, false, false
-- answer: F3 users study: 2 of 2
-- answer: F4 organizations study: 1 of 1
-- answer: F4 accounts study: 1 of 2, 1 unknown
