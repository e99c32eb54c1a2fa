-- id: G9
-- part: G
-- title: Service principals trusted with no source condition (confused deputy)
-- shape: list
-- tables: external_access
-- why: in a role's trust policy the condition is not needed, since only roles of the same account are passed to a service
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
  has_read_access,
  has_write_access,
  has_permissions_access,
  bounded_by,
  explanation
FROM external_access
WHERE is_service_unscoped
ORDER BY account_id NULLS LAST, resource_arn NULLS LAST, policy_kind NULLS LAST, policy_name NULLS LAST, ordinal NULLS LAST, principal NULLS LAST, reason NULLS LAST
