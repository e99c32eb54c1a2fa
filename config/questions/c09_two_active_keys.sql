-- id: C9
-- title: Users with two active access keys that are no rotation in progress
-- subject: organization_id, account_id, account_name, user_path, user_name, state, newer_key_age_days, access_key_1_last_used_days, access_key_2_last_used_days
-- threshold: idle_days 90
-- threshold: in_use_days 30
-- threshold: rotation_days 30
-- why: a rotation is in progress while the newer key is at most {rotation_days} days old and neither is idle
-- why: Trino 368 refuses to filter by IS NULL where a file has nothing but nulls, so the query compares with ''
-- of: users_with_two_keys
-- is so: has_both_in_use
-- definition: both_in_use
-- fact: IAM users with two active access keys that were both used in the last {in_use_days} days, the newer of them over {rotation_days} days old
-- caveat: Two programs share the user, or a rotation stands still. Unknown are users with keys beyond two, which the report does not describe
-- of: users_with_two_keys
-- is so: has_one_idle
-- definition: one_idle
-- fact: IAM users with an active access key that nobody used for over {idle_days} days, beside another one
-- caveat: A key that was never used counts by its age. Unknown are users with keys beyond two, which the report does not describe
WITH users AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    access_key_1_last_used_days,
    access_key_2_last_used_days,
    access_key_1_active AND access_key_2_active AS has_both,
    COALESCE(additional_credentials_info, '') <> '' AND COALESCE(additional_access_key_count, 1) > 0 AS has_more,
    CASE
      WHEN access_key_1_age_days < access_key_2_age_days THEN access_key_1_age_days
      WHEN access_key_1_age_days >= access_key_2_age_days THEN access_key_2_age_days
    END AS newer_key_age_days,
    COALESCE(access_key_1_last_used_days, access_key_1_age_days) > {idle_days} AS is_1_idle,
    COALESCE(access_key_2_last_used_days, access_key_2_age_days) > {idle_days} AS is_2_idle,
    COALESCE(access_key_1_last_used_days <= {in_use_days}, false)
      AND COALESCE(access_key_2_last_used_days <= {in_use_days}, false) AS are_used
  FROM iam_credential_report
  WHERE NOT is_root
),
judged AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    newer_key_age_days,
    access_key_1_last_used_days,
    access_key_2_last_used_days,
    CASE
      WHEN NOT are_used THEN false
      WHEN has_both AND NOT has_more THEN newer_key_age_days > {rotation_days}
    END AS has_both_in_use,
    CASE WHEN has_both AND NOT has_more THEN (is_1_idle AND NOT is_2_idle) OR (NOT is_1_idle AND is_2_idle) END AS has_one_idle,
    CASE WHEN has_both AND NOT has_more THEN is_1_idle AND is_2_idle END AS has_both_idle
  FROM users
  WHERE has_more OR COALESCE(has_both, true)
)
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  CASE
    WHEN has_both_in_use IS NULL OR has_one_idle IS NULL THEN 'not known'
    WHEN has_both_in_use THEN 'both in use'
    WHEN has_one_idle THEN 'one idle'
    WHEN has_both_idle THEN 'both idle'
    WHEN newer_key_age_days <= {rotation_days} THEN 'rotation in progress'
    ELSE 'two keys'
  END AS state,
  newer_key_age_days,
  access_key_1_last_used_days,
  access_key_2_last_used_days,
  has_both_in_use,
  has_one_idle
FROM judged

-- case: a rotation in progress is no finding, however much both keys are used
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days
--   new key not used yet, false, true, 400, 0, true, 3, null
--   both used, false, true, 400, 5, true, 30, 0
--   stands in the other place, false, true, 30, 0, true, 400, 5
-- answer: C9 users_with_two_keys both_in_use: 0 of 3
-- answer: C9 users_with_two_keys one_idle: 0 of 3

-- case: both in use once the newer key is 31 days old, and one that was used 31 days ago is not in use
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days
--   root, true, true, 400, 0, true, 400, 0
--   in use, false, true, 400, 30, true, 31, 30
--   one less, false, true, 400, 31, true, 31, 0
--   one off, false, true, 400, 0, false, 400, 0
-- answer: C9 users_with_two_keys both_in_use: 1 of 2
-- answer: C9 users_with_two_keys one_idle: 0 of 2

-- case: one idle beside another, also beside a new one, and two idle ones are C3
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days
--   beside a used one, false, true, 400, 91, true, 400, 1
--   never used, false, true, 400, 1, true, 91, null
--   beside a new one, false, true, 400, 200, true, 2, 1
--   both idle, false, true, 400, 91, true, 400, null
--   90 days, false, true, 400, 90, true, 400, 1
-- answer: C9 users_with_two_keys both_in_use: 0 of 5
-- answer: C9 users_with_two_keys one_idle: 3 of 5

-- case: what is not said is unknown, and so is what the report does not describe
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days, additional_credentials_info, additional_access_key_count
--   not said, false, true, 400, 1, null, 400, 1, null, 0
--   no age, false, true, null, 1, true, 400, 1, null, 0
--   three, false, true, 400, 1, true, 400, 1, 1 additional access key, 1
--   off and not said, false, false, 400, 1, null, 400, 1, null, 0
-- answer: C9 users_with_two_keys both_in_use: 0 of 0, 3 unknown
-- answer: C9 users_with_two_keys one_idle: 0 of 1, 2 unknown
