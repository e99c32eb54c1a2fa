-- id: C1
-- title: Console passwords that nobody ever used, or not for over {idle_days} days
-- subject: organization_id, account_id, account_name, user_path, user_name, password_last_used_days, password_age_days
-- threshold: idle_days 90
-- of: users_with_password
-- is so: has_no_information
-- definition: no_information
-- fact: IAM users with a console password that AWS never saw used
-- caveat: New passwords as well. AWS has looked since October 2014
-- of: users_with_password
-- is so: is_idle
-- definition: over_{idle_days}_days
-- fact: IAM users with a console password not used for over {idle_days} days
-- caveat: A password that was never used counts by its age
-- of each: user_path
-- is so: is_idle
-- definition: by_path
-- fact: IAM users with a console password not used for over {idle_days} days, by the path of the user
-- caveat: A password that was never used counts by its age
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  password_last_used_days,
  password_age_days,
  CASE WHEN password_enabled THEN password_last_used_state = 'no_information' END AS has_no_information,
  CASE
    WHEN password_enabled AND password_last_used_state IS NOT NULL
      THEN COALESCE(password_last_used_days, password_age_days) > {idle_days}
  END AS is_idle
FROM iam_credential_report
WHERE NOT is_root AND COALESCE(password_enabled, true)

-- case: used 90 and 91 days ago, never used, and what the report does not say
-- iam_credential_report: user_name, user_path, is_root, password_enabled, password_last_used_state, password_last_used_days, password_age_days
--   root, null, true, null, used, 400, null
--   used 90 days ago, /, false, true, used, 90, 400
--   used 91 days ago, /people/, false, true, used, 91, 400
--   never used, /people/, false, true, no_information, null, 91
--   new, /, false, true, no_information, null, 0
--   not said, /, false, true, null, null, 400
--   no age, /, false, true, no_information, null, null
--   no password, /, false, false, not_applicable, null, null
--   not known, /, false, null, null, null, null
-- answer: C1 users_with_password no_information: 3 of 5, 2 unknown
-- answer: C1 users_with_password over_90_days: 2 of 4, 3 unknown
-- answer: C1 / by_path: 0 of 2, 3 unknown
-- answer: C1 /people/ by_path: 2 of 2
