-- id: G1
-- part: G
-- title: Every resource that anyone on the internet can reach
-- shape: list
-- tables: resource_access
-- why: what is_public cannot say for want of a policy or a block is in V2
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
