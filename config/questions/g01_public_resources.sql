-- id: G1
-- title: Every resource that anyone on the internet can reach
-- key: resource_arn
-- why: V2 has the resources whose is_public is null because a policy or a block was not read
SELECT
  resource_arn,
  resource_type,
  account_id,
  account_name,
  ou_path,
  region,
  has_rcp,
  gated_by,
  flags,
  reasons
FROM resource_access
WHERE is_public
ORDER BY account_id NULLS LAST, resource_arn NULLS LAST

-- case: what is not known is no public resource
-- resource_access: account_id, resource_arn, is_public
--   2, open, true
--   1, open too, true
--   1, closed, false
--   1, not known, null
-- answer: open too
-- answer: open
