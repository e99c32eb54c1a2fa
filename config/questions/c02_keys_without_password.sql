-- id: C2
-- title: Users whose password is off while their access keys live on
-- subject: organization_id, account_id, account_name, user_path, user_name, access_key_1_last_used_days, access_key_2_last_used_days
-- why: Trino 368 refuses to filter by IS NULL where a file has nothing but nulls, so the query compares with ''
-- of: users_with_active_key
-- fact: IAM users without a console password who have an active access key
-- caveat: Of a person whose password was taken away, and of a program, AWS says the same. Unknown are users with keys beyond two, of which the report does not say whether they are active
WITH users AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    access_key_1_last_used_days,
    access_key_2_last_used_days,
    password_enabled,
    CASE
      WHEN access_key_1_active OR access_key_2_active THEN true
      WHEN COALESCE(additional_credentials_info, '') <> '' AND COALESCE(additional_access_key_count, 1) > 0
        THEN CAST(NULL AS BOOLEAN)
      ELSE access_key_1_active OR access_key_2_active
    END AS has_active_key
  FROM iam_credential_report
  WHERE NOT is_root
)
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  access_key_1_last_used_days,
  access_key_2_last_used_days,
  CASE WHEN password_enabled THEN false WHEN has_active_key THEN NOT password_enabled END AS is_so
FROM users
WHERE COALESCE(has_active_key, true)

-- case: either key counts, a key that is off does not, and what is not said is unknown
-- iam_credential_report: user_name, is_root, password_enabled, access_key_1_active, access_key_2_active
--   root, true, null, true, false
--   first key, false, false, true, false
--   second key, false, false, false, true
--   with password, false, true, true, true
--   keys off, false, false, false, false
--   password not said, false, null, true, false
--   key not said, false, false, null, false
--   key not said and password, false, true, null, false
-- answer: C2 users_with_active_key lake: 2 of 4, 2 unknown

-- case: keys beyond two may be active
-- iam_credential_report: user_name, is_root, password_enabled, access_key_1_active, access_key_2_active, additional_credentials_info, additional_access_key_count
--   one more, false, false, false, false, 1 additional access key, 1
--   one more beside an active one, false, false, true, false, 1 additional access key, 1
--   no number, false, false, false, false, more keys, null
--   certificates alone, false, false, false, false, 1 additional certificate, 0
-- answer: C2 users_with_active_key lake: 1 of 1, 2 unknown
