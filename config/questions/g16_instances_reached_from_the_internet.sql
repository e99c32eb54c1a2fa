-- id: G16
-- title: Instances that can be reached from the internet, by what ports
-- key: target_arn, network_interface_id, entry_address, ip_protocol, from_port, to_port, source_range
-- rests on: ec2_instances, ec2_managed_prefix_lists, ec2_network_acls, ec2_network_interfaces, ec2_route_tables, ec2_security_group_rules, ec2_security_groups, ec2_subnets, ec2_vpc_block_public_access_exclusions
-- why: the ways themselves, one row each. Where something was not read or is not followed, V3 says so
SELECT
  paths.target_arn,
  paths.entry_address,
  paths.ip_protocol,
  paths.from_port,
  paths.to_port,
  paths.source_range,
  paths.is_from_world,
  instances.instance_name,
  instances.state,
  instances.vpc_id,
  instances.subnet_id,
  paths.network_interface_id,
  paths.hops,
  paths.account_id,
  paths.account_name,
  paths.ou_path,
  paths.region
FROM internet_paths AS paths
LEFT JOIN ec2_instances AS instances
  ON instances.organization_id = paths.organization_id
  AND instances.arn = paths.target_arn
WHERE paths.target_type = 'ec2_instance' AND paths.is_reachable
ORDER BY
  paths.account_id NULLS LAST,
  paths.target_arn NULLS LAST,
  paths.network_interface_id NULLS LAST,
  paths.entry_address NULLS LAST,
  paths.ip_protocol NULLS LAST,
  paths.from_port NULLS LAST,
  paths.to_port NULLS LAST,
  paths.source_range NULLS LAST

-- case: each open way is a row, but what is closed, not known, or no instance is not here
-- internet_paths: target_arn, target_type, network_interface_id, entry_address, ip_protocol, from_port, to_port, source_range, is_reachable
--   i-1, ec2_instance, eni-1, 203.0.113.7, tcp, 22, 22, 0.0.0.0/0, true
--   i-1, ec2_instance, eni-1, 203.0.113.7, tcp, 22, 80, 0.0.0.0/0, true
--   i-1, ec2_instance, eni-1, 2001:db8::5, tcp, 443, 443, ::/0, true
--   i-2, ec2_instance, eni-2, null, null, null, null, null, false
--   i-3, ec2_instance, eni-3, null, null, null, null, null, null
--   eni-4, ec2_network_interface, eni-4, 203.0.113.9, tcp, 443, 443, 0.0.0.0/0, true
-- answer: i-1, eni-1, 2001:db8::5, tcp, 443, 443, ::/0
-- answer: i-1, eni-1, 203.0.113.7, tcp, 22, 22, 0.0.0.0/0
-- answer: i-1, eni-1, 203.0.113.7, tcp, 22, 80, 0.0.0.0/0
