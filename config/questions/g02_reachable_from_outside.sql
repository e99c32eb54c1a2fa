-- id: G2
-- title: Every resource that someone outside the organization can reach, and who
-- key: resource_arn, policy_kind, policy_name, ordinal, principal, reason
-- why: V2 has the resources for which it is not known
SELECT
  resource_arn,
  principal,
  policy_kind,
  policy_name,
  ordinal,
  reason,
  resource_type,
  account_id,
  account_name,
  ou_path,
  region,
  principal_account_id,
  is_public,
  has_read_access,
  has_write_access,
  has_permissions_access,
  is_network_restricted,
  bounded_by,
  flags,
  explanation
FROM external_access
WHERE is_external
ORDER BY account_id NULLS LAST, resource_arn NULLS LAST, policy_kind NULLS LAST, policy_name NULLS LAST, ordinal NULLS LAST, principal NULLS LAST, reason NULLS LAST

-- case: who is inside, or is not known, is not listed
-- external_access: resource_arn, policy_kind, policy_name, ordinal, principal, reason, is_external
--   b-1, resource, one, 0, AWS:*, public, true
--   b-1, resource, one, 1, AWS:1, account, false
--   b-2, resource, one, 0, AWS:2, account, null
-- answer: b-1, resource, one, 0, AWS:*, public
