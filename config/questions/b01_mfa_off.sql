-- id: B1
-- title: Users with a console password and no MFA device, and root users without one
-- subject: organization_id, account_id, account_name, user_name
-- of: console_users
-- where: is_console_user
-- controls: CIS 6.0 2.9; CIS 7.0 2.10; FSBP IAM.5
-- fact: IAM users with a console password and no MFA device
-- caveat: Users without a password are left out
-- of: root_users
-- where: is_root
-- fact: Root users without an MFA device
-- caveat: A root user whose credentials were removed centrally counts as well: the report does not tell them apart
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  is_root,
  NOT is_root AND password_enabled AS is_console_user,
  NOT mfa_active AS is_so
FROM iam_credential_report

-- case: users without a password are in no population, and a device that is not known is unknown
-- iam_credential_report: user_name, is_root, password_enabled, mfa_active
--   root, true, null, false
--   root of another account, true, null, true
--   with a device, false, true, true
--   without, false, true, false
--   not known, false, true, null
--   no console, false, false, false
-- answer: B1 console_users lake: 1 of 2, 1 unknown
-- answer: B1 root_users lake: 1 of 2
