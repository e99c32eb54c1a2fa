-- id: G9
-- title: Service principals trusted with no source condition (confused deputy)
-- key: resource_arn, policy_kind, policy_name, ordinal, principal
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

-- case: one without a source, one with
-- external_access: resource_arn, policy_kind, policy_name, ordinal, principal, is_service_unscoped
--   q-1, resource, one, 0, Service:sns.amazonaws.com, true
--   q-1, resource, one, 1, Service:sqs.amazonaws.com, false
-- answer: q-1, resource, one, 0, Service:sns.amazonaws.com
