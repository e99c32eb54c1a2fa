-- id: F11
-- title: Accounts with an active root access key
-- subject: organization_id, account_id, account_name, access_key_1_age_days, access_key_2_age_days
-- of: accounts
-- controls: CIS 6.0 2.3; CIS 7.0 2.4; FSBP IAM.4
-- study 2022: 3
-- caveat: Accounts whose credential report was read
-- per organization: F10, organizations
-- fact: Organizations with an active root access key
-- study 2022: 9, text 10
-- caveat: Unknown is where no credential report was read. The cases show the age of each key: the study found one of 13 years
SELECT
  organization_id,
  account_id,
  account_name,
  access_key_1_age_days,
  access_key_2_age_days,
  access_key_1_active OR access_key_2_active AS is_so
FROM iam_credential_report
WHERE is_root

-- case: the second key counts as the first does, and users' keys do not
-- iam_credential_report: organization_id, account_id, user_name, is_root, access_key_1_active, access_key_2_active
--   o-1, 1, root, true, false, true
--   o-1, 2, root, true, false, false
--   o-2, 3, root, true, false, false
--   o-2, 3, user, false, true, true
-- answer: F11 accounts study: 1 of 3
-- answer: F10 organizations study: 1 of 2
