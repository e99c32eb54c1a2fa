-- id: C3
-- title: Active access keys that nobody ever used, or not for over {idle_days} days
-- subject: organization_id, account_id, account_name, user_path, user_name, access_key, last_used_days, last_used_region, last_used_service, age_days
-- threshold: idle_days 90
-- why: Trino 368 refuses to filter by IS NULL where a file has nothing but nulls, so the query compares with ''
-- of: active_keys
-- is so: is_never_used
-- definition: never_used
-- fact: Active access keys of IAM users that AWS never saw used
-- caveat: New keys as well. AWS has looked since April 2015. Unknown are keys beyond two, which the report does not describe
-- of: active_keys
-- is so: is_idle
-- definition: over_{idle_days}_days
-- fact: Active access keys of IAM users not used for over {idle_days} days
-- caveat: A key that was never used counts by its age. Unknown are keys beyond two, which the report does not describe
WITH access_keys AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    '1' AS access_key,
    access_key_1_active AS is_active,
    access_key_1_age_days AS age_days,
    access_key_1_last_used_days AS last_used_days,
    access_key_1_last_used_region AS last_used_region,
    access_key_1_last_used_service AS last_used_service
  FROM iam_credential_report
  WHERE NOT is_root
  UNION ALL
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    '2' AS access_key,
    access_key_2_active AS is_active,
    access_key_2_age_days AS age_days,
    access_key_2_last_used_days AS last_used_days,
    access_key_2_last_used_region AS last_used_region,
    access_key_2_last_used_service AS last_used_service
  FROM iam_credential_report
  WHERE NOT is_root
  UNION ALL
  SELECT
    organization_id,
    account_id,
    account_name,
    user_path,
    user_name,
    'beyond 2' AS access_key,
    CAST(NULL AS BOOLEAN) AS is_active,
    CAST(NULL AS INT) AS age_days,
    CAST(NULL AS INT) AS last_used_days,
    CAST(NULL AS VARCHAR(64)) AS last_used_region,
    CAST(NULL AS VARCHAR(64)) AS last_used_service
  FROM iam_credential_report
  WHERE NOT is_root AND COALESCE(additional_credentials_info, '') <> '' AND COALESCE(additional_access_key_count, 1) > 0
)
SELECT
  organization_id,
  account_id,
  account_name,
  user_path,
  user_name,
  access_key,
  last_used_days,
  last_used_region,
  last_used_service,
  age_days,
  CASE WHEN is_active THEN last_used_days IS NULL END AS is_never_used,
  CASE WHEN is_active THEN COALESCE(last_used_days, age_days) > {idle_days} END AS is_idle
FROM access_keys
WHERE COALESCE(is_active, true)

-- case: each key by itself, one that is off, one of no age, one that is not said, and those beyond two
-- iam_credential_report: user_name, is_root, access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, access_key_2_active, access_key_2_age_days, access_key_2_last_used_days, additional_credentials_info, additional_access_key_count
--   root, true, true, 400, null, false, null, null, null, 0
--   two, false, true, 400, 91, true, 90, null, null, 0
--   used, false, true, 400, 90, false, 500, 400, null, 0
--   never used, false, false, null, null, true, 91, null, null, 0
--   no age, false, true, null, null, false, null, null, null, 0
--   not said, false, null, 400, 400, false, null, null, null, 0
--   three, false, true, 10, 1, false, null, null, 1 additional access key, 1
-- answer: C3 active_keys never_used: 3 of 6, 2 unknown
-- answer: C3 active_keys over_90_days: 2 of 5, 3 unknown
