-- id: E7
-- title: RDS instances whose names lead to public addresses
-- subject: organization_id, account_id, account_name, region, arn
-- of: database_instances
-- controls: FSBP RDS.2
-- fact: RDS instances that are publicly accessible
-- caveat: A route to an internet gateway and the security groups still decide who connects. Unknown are those of which RDS did not say it
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  arn,
  is_publicly_accessible AS is_so
FROM rds_instances

-- case: what was not said is unknown
-- rds_instances: arn, is_publicly_accessible
--   db-1, true
--   db-2, false
--   db-3, null
-- answer: E7 database_instances lake: 1 of 2, 1 unknown
