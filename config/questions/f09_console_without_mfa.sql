-- id: F9
-- title: IAM users with a console password and no MFA device
-- subject: organization_id, account_id, account_name, user_name
-- of: users
-- study 2022: 11, text 10
-- per organization: F8, organizations
-- fact: Organizations with an IAM user who has a console password and no MFA device
-- study 2022: 40
-- caveat: Unknown is where no credential report was read
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  password_enabled AND NOT mfa_active AS is_so
FROM iam_credential_report
WHERE NOT is_root

-- case: root is no IAM user, and no console needs no device
-- iam_credential_report: organization_id, account_id, user_name, is_root, password_enabled, mfa_active
--   o-1, 1, root, true, true, false
--   o-1, 1, without, false, true, false
--   o-1, 1, with, false, true, true
--   o-1, 1, no console, false, false, false
--   o-1, 1, not known, false, true, null
--   o-2, 2, with, false, true, true
-- answer: F9 users study: 1 of 4, 1 unknown
-- answer: F8 organizations study: 1 of 2

-- case: an organization whose only user is not known is not known
-- iam_credential_report: user_name, is_root, password_enabled, mfa_active
--   not known, false, true, null
-- answer: F9 users study: 0 of 0, 1 unknown
-- answer: F8 organizations study: 0 of 0, 1 unknown
-- answer: F8 accounts study: 0 of 0, 1 unknown
