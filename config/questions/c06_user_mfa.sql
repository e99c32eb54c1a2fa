-- id: C6
-- title: Users who sign in to the console without an MFA device
-- subject: organization_id, account_id, account_name, user_path, user_name, password_last_used_days
-- of: console_users
-- controls: CIS 6.0 2.9; CIS 7.0 2.10; FSBP IAM.5
-- fact: IAM users with a console password and no MFA device, of those with a console password
-- caveat: Users that only programs use have no password and are left out: a device would not guard their keys
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  password_last_used_days,
  CASE WHEN mfa_active THEN false WHEN password_enabled THEN NOT mfa_active END AS is_so
FROM iam_credential_report
WHERE NOT is_root AND COALESCE(password_enabled, true)

-- case: with and without, a program's user, root, and what is not said
-- iam_credential_report: user_name, is_root, password_enabled, mfa_active
--   root, true, null, false
--   with, false, true, true
--   without, false, true, false
--   program, false, false, false
--   device not said, false, true, null
--   password not said, false, null, false
--   password not said but device, false, null, true
-- answer: C6 console_users lake: 1 of 3, 2 unknown
