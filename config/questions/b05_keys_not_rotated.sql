-- id: B5
-- title: Active access keys older than {key_age_days} days, and users who have one
-- subject: organization_id, account_id, account_name, user_name, access_key
-- threshold: key_age_days 90
-- of: active_keys
-- where: is_key
-- fact: Active access keys of IAM users older than {key_age_days} days
-- caveat: Root access keys are left out: none of them should be
-- of: users_with_active_key
-- where: is_user
-- controls: CIS 6.0 2.13; CIS 7.0 2.12; FSBP IAM.3
-- fact: IAM users with an active access key older than {key_age_days} days
-- caveat: Root access keys are left out: none of them should be
WITH active_keys AS (
  SELECT organization_id, account_id, account_name, user_name, '1' AS access_key, access_key_1_age_days > {key_age_days} AS is_old
  FROM iam_credential_report
  WHERE NOT is_root AND access_key_1_active
  UNION ALL
  SELECT organization_id, account_id, account_name, user_name, '2' AS access_key, access_key_2_age_days > {key_age_days} AS is_old
  FROM iam_credential_report
  WHERE NOT is_root AND access_key_2_active
)
SELECT
  organization_id, account_id, account_name, user_name, access_key, true AS is_key, false AS is_user, is_old AS is_so
FROM active_keys
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  '1 or 2' AS access_key,
  false AS is_key,
  true AS is_user,
  CASE WHEN bool_or(is_old) THEN true WHEN COUNT(is_old) = COUNT(*) THEN false END AS is_so
FROM active_keys
GROUP BY organization_id, account_id, account_name, user_name

-- case: two keys of one user, keys that are off, and one whose age is not known
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_2_active, access_key_2_age_days
--   root, true, true, 500, false, null
--   both, false, true, 90, true, 400
--   young, false, true, 10, false, null
--   old, false, true, 91, false, null
--   off, false, false, 500, false, null
--   not known, false, true, null, false, null
-- answer: B5 active_keys lake: 2 of 4, 1 unknown
-- answer: B5 users_with_active_key lake: 2 of 3, 1 unknown
