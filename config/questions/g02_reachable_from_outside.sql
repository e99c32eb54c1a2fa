-- id: G2
-- part: G
-- title: Every resource that someone outside the organization can reach, and who
-- shape: list
-- tables: external_access
-- why: what it could not tell is in V2
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
