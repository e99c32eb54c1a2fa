-- id: E7
-- title: Relational databases on the public internet
-- subject: organization_id, account_id, account_name, region, arn
-- rests on: ec2_managed_prefix_lists, ec2_network_acls, ec2_network_interfaces, ec2_route_tables, ec2_security_group_rules, ec2_security_groups, ec2_subnets, ec2_vpc_block_public_access_exclusions, rds_instances
-- why: whose name leads to a public address is one rule away from the internet, so both are asked
-- of: database_instances
-- is so: is_reached
-- definition: reached
-- fact: RDS instances that the internet reaches
-- caveat: By the network alone: a password may still keep out whoever comes. G17 says from where and by what ways. Unknown are those of which something on the way was not read or is not followed, and whose network interface cannot be told from another's: V3 says so
-- of: database_instances
-- is so: is_publicly_accessible
-- definition: publicly_accessible
-- controls: FSBP RDS.2
-- fact: RDS instances that are publicly accessible: their names lead to public addresses
-- caveat: A route to an internet gateway, network ACLs and security groups still decide who connects. Unknown are those of which RDS did not say it
WITH reached AS (
  SELECT
    organization_id,
    target_arn,
    CASE WHEN bool_or(is_reachable) THEN true WHEN COUNT(is_reachable) = COUNT(*) THEN false END AS is_reached
  FROM internet_paths
  WHERE target_type = 'rds_instance'
  GROUP BY organization_id, target_arn
)
SELECT
  rds_instances.organization_id,
  rds_instances.account_id,
  rds_instances.account_name,
  rds_instances.region,
  rds_instances.arn,
  rds_instances.is_publicly_accessible,
  reached.is_reached
FROM rds_instances
LEFT JOIN reached
  ON reached.organization_id = rds_instances.organization_id
  AND reached.target_arn = rds_instances.arn

-- case: one that is reached by one way of two, one that is shut, one that is not public, one of which nothing was said, and two of which it is not known
-- rds_instances: arn, is_publicly_accessible
--   db-1, true
--   db-2, true
--   db-3, false
--   db-4, null
--   db-5, true
--   db-6, true
-- internet_paths: target_arn, target_type, entry_address, is_reachable
--   db-1, rds_instance, 203.0.113.7, true
--   db-1, rds_instance, null, null
--   db-2, rds_instance, null, false
--   db-3, rds_instance, null, false
--   db-4, rds_instance, null, null
--   db-5, rds_instance, null, false
--   db-5, rds_instance, null, null
-- answer: E7 database_instances reached: 1 of 3, 3 unknown
-- answer: E7 database_instances publicly_accessible: 4 of 5, 1 unknown

-- case: what reaches something else does not reach the database
-- rds_instances: arn, is_publicly_accessible
--   db-1, false
-- internet_paths: organization_id, target_arn, target_type, is_reachable
--   o-1, db-1, rds_instance, false
--   o-1, db-2, ec2_instance, true
--   o-2, db-1, rds_instance, true
-- answer: E7 database_instances reached: 0 of 1
-- answer: E7 database_instances publicly_accessible: 0 of 1
