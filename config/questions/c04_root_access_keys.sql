-- id: C4
-- title: Accounts whose root user has an access key, with the age of the oldest
-- subject: organization_id, account_id, account_name, oldest_key_age_days, access_key_1_last_used_days, access_key_2_last_used_days
-- of: accounts
-- is so: has_active_key
-- definition: active
-- controls: CIS 6.0 2.3; CIS 7.0 2.4; FSBP IAM.4
-- fact: Accounts whose root user has an active access key
-- caveat: Accounts whose credential report was read
-- of: accounts
-- is so: has_key
-- definition: active_or_not
-- fact: Accounts whose root user has an access key, active or not
-- caveat: Accounts whose credential report was read. Unknown is where the summary of the account was not
WITH roots AS (
  SELECT
    iam_credential_report.organization_id,
    iam_credential_report.account_id,
    iam_credential_report.account_name,
    iam_credential_report.access_key_1_age_days,
    iam_credential_report.access_key_2_age_days,
    iam_credential_report.access_key_1_last_used_days,
    iam_credential_report.access_key_2_last_used_days,
    iam_credential_report.access_key_1_active OR iam_credential_report.access_key_2_active AS has_active_key,
    iam_root_users.has_access_key
  FROM iam_credential_report
  LEFT JOIN iam_root_users
    ON iam_root_users.organization_id = iam_credential_report.organization_id
    AND iam_root_users.account_id = iam_credential_report.account_id
  WHERE iam_credential_report.is_root
)
SELECT
  organization_id,
  account_id,
  account_name,
  CASE
    WHEN access_key_1_age_days > access_key_2_age_days THEN access_key_1_age_days
    ELSE COALESCE(access_key_2_age_days, access_key_1_age_days)
  END AS oldest_key_age_days,
  access_key_1_last_used_days,
  access_key_2_last_used_days,
  has_active_key,
  CASE
    WHEN has_active_key OR COALESCE(access_key_1_age_days, access_key_2_age_days) IS NOT NULL THEN true
    ELSE has_access_key
  END AS has_key
FROM roots

-- case: either key, a key that is off, one that the summary alone knows, and a summary that was not read
-- iam_credential_report: account_id, user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_2_active, access_key_2_age_days
--   1, root, true, true, 4800, false, null
--   2, root, true, false, null, true, 10
--   3, root, true, false, 900, false, null
--   4, root, true, false, null, false, null
--   5, root, true, false, null, false, null
--   6, root, true, false, null, false, null
--   7, root, true, null, null, false, null
--   7, user, false, true, 10, true, 10
-- iam_root_users: account_id, has_access_key
--   1, true
--   2, true
--   3, true
--   4, true
--   5, false
--   7, false
-- answer: C4 accounts active: 2 of 6, 1 unknown
-- answer: C4 accounts active_or_not: 4 of 6, 1 unknown
