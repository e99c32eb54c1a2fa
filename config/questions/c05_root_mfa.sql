-- id: C5
-- title: Root users without an MFA device
-- subject: organization_id, account_id, account_name
-- of: root_users
-- controls: FSBP IAM.9
-- caveat: A root user that has neither a password nor an access key, as new members have none, needs no device. If that was not read, it counts
SELECT
  iam_credential_report.organization_id,
  iam_credential_report.account_id,
  iam_credential_report.account_name,
  CASE
    WHEN NOT COALESCE(iam_credential_report.password_enabled, iam_root_users.has_password, true)
      AND NOT COALESCE(iam_root_users.has_access_key, true) THEN false
    ELSE NOT iam_credential_report.mfa_active
  END AS is_so
FROM iam_credential_report
LEFT JOIN iam_root_users
  ON iam_root_users.organization_id = iam_credential_report.organization_id
  AND iam_root_users.account_id = iam_credential_report.account_id
WHERE iam_credential_report.is_root

-- case: with a device, without, without credentials, without a password but with a key, and what was not read
-- iam_credential_report: account_id, user_name, is_root, mfa_active, password_enabled
--   1, root, true, true, null
--   2, root, true, false, null
--   3, root, true, false, false
--   4, root, true, false, null
--   5, root, true, false, null
--   6, root, true, false, null
--   7, root, true, null, null
--   7, user, false, false, true
-- iam_root_users: account_id, has_password, has_access_key
--   1, true, false
--   2, true, false
--   3, true, false
--   4, false, false
--   5, false, true
--   7, true, false
-- answer: C5 root_users lake: 3 of 6, 1 unknown
