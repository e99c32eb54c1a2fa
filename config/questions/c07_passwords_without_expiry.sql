-- id: C7
-- title: Console passwords that never expire
-- subject: organization_id, account_id, account_name, user_path, user_name, password_age_days
-- of: users_with_password
-- fact: IAM users with a console password whose next rotation is not asked for
-- caveat: The password policy of the account decides it. A moment that could not be read counts as none
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  password_age_days,
  CASE WHEN password_enabled THEN password_next_rotation_at IS NULL END AS is_so
FROM iam_credential_report
WHERE NOT is_root AND COALESCE(password_enabled, true)

-- case: with and without a date, no password, root, and a password that is not said
-- iam_credential_report: user_name, is_root, password_enabled, password_next_rotation_at
--   root, true, null, null
--   expires, false, true, 2026-01-01T00:00:00
--   never, false, true, null
--   no password, false, false, null
--   not said, false, null, null
-- answer: C7 users_with_password lake: 1 of 2, 1 unknown
