-- id: B3
-- title: IAM users with a password or an active access key that is not used
-- subject: organization_id, account_id, account_name, user_name
-- threshold: unused_days 45
-- threshold: idle_days 90
-- of: users
-- is so: is_unused
-- definition: over_{unused_days}_days
-- fact: IAM users with a password or an active access key not used for over {unused_days} days
-- controls: CIS 6.0 2.11; CIS 7.0 2.11; FSBP IAM.22
-- caveat: A credential that was never used counts by its age
-- of: users
-- is so: is_idle
-- definition: over_{idle_days}_days
-- fact: IAM users with a password or an active access key not used for over {idle_days} days
-- controls: FSBP IAM.8
-- caveat: A credential that was never used counts by its age
WITH users AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_name,
    CASE WHEN password_enabled THEN COALESCE(password_last_used_days, password_age_days) ELSE 0 END AS password_days,
    CASE WHEN access_key_1_active THEN COALESCE(access_key_1_last_used_days, access_key_1_age_days) ELSE 0 END
      AS key_1_days,
    CASE WHEN access_key_2_active THEN COALESCE(access_key_2_last_used_days, access_key_2_age_days) ELSE 0 END
      AS key_2_days
  FROM iam_credential_report
  WHERE NOT is_root
)
SELECT
  organization_id,
  account_id,
  account_name,
  user_name,
  password_days > {unused_days} OR key_1_days > {unused_days} OR key_2_days > {unused_days} AS is_unused,
  password_days > {idle_days} OR key_1_days > {idle_days} OR key_2_days > {idle_days} AS is_idle
FROM users

-- case: over 45 days is 46, what was never used counts by its age, and no age at all is unknown
-- iam_credential_report: user_name, is_root, password_enabled, password_last_used_days, password_age_days, access_key_1_active, access_key_1_last_used_days, access_key_1_age_days, access_key_2_active
--   root, true, null, 400, null, false, null, null, false
--   used 45 days ago, false, true, 45, 400, false, null, null, false
--   used 46 days ago, false, true, 46, 400, false, null, null, false
--   never used, false, true, null, 91, false, null, null, false
--   idle key, false, false, null, null, true, 91, 500, false
--   key switched off, false, false, null, null, false, 400, 500, false
--   not known, false, true, null, null, false, null, null, false
-- answer: B3 users over_45_days: 3 of 5, 1 unknown
-- answer: B3 users over_90_days: 2 of 5, 1 unknown
