-- id: E3
-- title: Access keys that are shared or badly managed
-- subject: organization_id, account_id, account_name, user_name, access_key_id
-- threshold: key_age_days 90
-- threshold: unused_days 45
-- threshold: in_use_days 30
-- of: active_keys
-- where: is_key
-- is so: is_old
-- definition: over_{key_age_days}_days
-- fact: Active access keys of IAM users older than {key_age_days} days
-- caveat: Root access keys are left out: F11 counts them
-- of: active_keys
-- where: is_key
-- is so: is_idle
-- definition: unused_{unused_days}_days
-- fact: Active access keys of IAM users that nobody used for {unused_days} days
-- caveat: A key that was never used is idle when it is older than {unused_days} days. Unknown are keys whose use was not read
-- of: users_with_active_key
-- where: is_user
-- is so: has_two_in_use
-- definition: two_keys_in_use
-- fact: IAM users with two active access keys that were both used in the last {in_use_days} days
-- caveat: Two programs share the user, or a rotation stands still. Who holds a key is in no table of AWS, so one key that two programs share is not seen
-- of: users_with_active_key
-- where: is_user
-- is so: has_console_too
-- definition: console_and_key
-- fact: IAM users with an active access key and a console password
-- caveat: A person and a program share the user, or a person keeps a key. Unknown are users whom the credential report does not have
WITH active_keys AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_name,
    access_key_id,
    age_days > {key_age_days} AS is_old,
    CASE
      WHEN has_been_used THEN last_used_days > {unused_days}
      WHEN NOT has_been_used THEN age_days > {unused_days}
    END AS is_idle,
    CASE
      WHEN has_been_used THEN last_used_days <= {in_use_days}
      WHEN NOT has_been_used THEN false
    END AS is_in_use
  FROM iam_access_keys
  WHERE is_active
),
users_with_key AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_name,
    COUNT(*) AS key_count,
    SUM(CASE WHEN is_in_use THEN 1 ELSE 0 END) AS in_use_count,
    SUM(CASE WHEN is_in_use IS NULL THEN 1 ELSE 0 END) AS unknown_count
  FROM active_keys
  GROUP BY organization_id, account_id, account_name, user_name
)
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  access_key_id,
  true AS is_key,
  false AS is_user,
  is_old,
  is_idle,
  false AS has_two_in_use,
  false AS has_console_too
FROM active_keys
UNION ALL
SELECT
  users_with_key.organization_id,
  users_with_key.account_id,
  users_with_key.account_name,
  users_with_key.user_name,
  'all' AS access_key_id,
  false AS is_key,
  true AS is_user,
  false AS is_old,
  false AS is_idle,
  CASE
    WHEN users_with_key.in_use_count > 1 THEN true
    WHEN users_with_key.in_use_count + users_with_key.unknown_count < 2 THEN false
  END AS has_two_in_use,
  iam_credential_report.password_enabled AS has_console_too
FROM users_with_key
LEFT JOIN iam_credential_report
  ON iam_credential_report.organization_id = users_with_key.organization_id
  AND iam_credential_report.account_id = users_with_key.account_id
  AND iam_credential_report.user_name = users_with_key.user_name

-- case: one key and two, used and not, and a key that is off
-- iam_access_keys: access_key_id, user_name, is_active, age_days, has_been_used, last_used_days
--   a1, ana, true, 400, true, 1
--   a2, ana, true, 10, true, 30
--   b1, ben, true, 91, true, 46
--   b2, ben, true, 46, false, null
--   c1, cat, true, 90, false, null
--   d1, dan, false, 500, true, 1
--   e1, eve, true, 45, null, null
--   e2, eve, true, 45, true, 3
-- iam_credential_report: user_name, is_root, password_enabled
--   root, true, true
--   ana, false, true
--   ben, false, false
--   cat, false, false
-- answer: E3 active_keys over_90_days: 2 of 7
-- answer: E3 active_keys unused_45_days: 3 of 6, 1 unknown
-- answer: E3 users_with_active_key two_keys_in_use: 1 of 3, 1 unknown
-- answer: E3 users_with_active_key console_and_key: 1 of 3, 1 unknown
