-- id: E10
-- title: VPC endpoints whose policies were left at full access
-- key: arn
-- rests on: ec2_vpc_endpoints
-- why: everybody in the VPC can bring data by it into any account. Gateway load balancers' endpoints have no policy
WITH open_policies AS (
  SELECT DISTINCT organization_id, resource_arn
  FROM policy_statements
  WHERE resource_type = 'ec2_vpc_endpoint'
    AND policy_kind = 'endpoint'
    AND allows_everything
    AND has_wildcard_principal
)
SELECT
  endpoints.arn,
  endpoints.vpc_endpoint_id,
  endpoints.vpc_endpoint_name,
  endpoints.endpoint_type,
  endpoints.service_name,
  endpoints.vpc_id,
  endpoints.has_policy,
  endpoints.account_id,
  endpoints.account_name,
  endpoints.ou_path,
  endpoints.region
FROM ec2_vpc_endpoints AS endpoints
JOIN open_policies
  ON open_policies.organization_id = endpoints.organization_id
  AND open_policies.resource_arn = endpoints.arn
ORDER BY endpoints.account_id NULLS LAST, endpoints.arn NULLS LAST

-- case: full access, a condition, and another principal
-- ec2_vpc_endpoints: arn
--   full
--   held
--   own
--   none
-- policy_statements: resource_arn, resource_type, policy_kind, allows_everything, has_wildcard_principal
--   full, ec2_vpc_endpoint, endpoint, true, true
--   held, ec2_vpc_endpoint, endpoint, false, true
--   own, ec2_vpc_endpoint, endpoint, true, false
-- answer: full
