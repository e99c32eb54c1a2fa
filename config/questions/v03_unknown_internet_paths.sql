-- id: V3
-- title: Instances, load balancers, tasks, databases and others of which it is not known whether the internet reaches them
-- key: target_arn, network_interface_id, reason
-- why: something on the way was not read, leads to what is not followed (a transit gateway, a peering, a firewall), or cannot be told from what is another's
WITH reached AS (
  SELECT DISTINCT organization_id, target_arn
  FROM internet_paths
  WHERE is_reachable
)
SELECT
  paths.target_arn,
  paths.network_interface_id,
  paths.reason,
  paths.target_type,
  paths.interface_description,
  paths.account_id,
  paths.account_name,
  paths.ou_path,
  paths.region
FROM internet_paths AS paths
LEFT JOIN reached
  ON reached.organization_id = paths.organization_id
  AND reached.target_arn = paths.target_arn
WHERE paths.is_reachable IS NULL AND reached.target_arn IS NULL
ORDER BY
  paths.account_id NULLS LAST,
  paths.target_arn NULLS LAST,
  paths.network_interface_id NULLS LAST,
  paths.reason NULLS LAST

-- case: what is open by another way is known
-- internet_paths: target_arn, network_interface_id, is_reachable, reason
--   i-1, eni-1, true, null
--   i-1, eni-1, null, not followed
--   i-2, eni-2, null, not followed
--   i-3, eni-3, false, closed
-- answer: i-2, eni-2, not followed
