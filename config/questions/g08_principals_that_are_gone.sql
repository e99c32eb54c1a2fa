-- id: G8
-- title: Principals named in policies that no longer exist
-- key: resource_arn, policy_kind, policy_name, ordinal, principal
-- why: only accounts of the organization whose identities were all read can say that a role or user is not there
SELECT
  resource_arn,
  principal,
  policy_kind,
  policy_name,
  ordinal,
  resource_type,
  account_id,
  account_name,
  ou_path,
  region,
  principal_account_id,
  flags
FROM policy_principals
WHERE NOT is_living
ORDER BY account_id NULLS LAST, resource_arn NULLS LAST, policy_kind NULLS LAST, policy_name NULLS LAST, ordinal NULLS LAST, principal NULLS LAST

-- case: only what is known to be gone is listed
-- policy_principals: resource_arn, policy_kind, policy_name, ordinal, principal, is_living
--   b-1, resource, one, 0, AWS:AIDA, false
--   b-1, resource, one, 0, AWS:living, true
--   b-1, resource, one, 0, AWS:others, null
-- answer: b-1, resource, one, 0, AWS:AIDA
