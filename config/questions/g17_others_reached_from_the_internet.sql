-- id: G17
-- title: Load balancers, containers, databases, domains and clusters that can be reached from the internet, by what ports
-- key: target_arn, network_interface_id, entry_address, ip_protocol, from_port, to_port, source_range
-- why: as G16, by the network alone: whom a policy or a password lets in is not asked here. A service behind a load balancer is reached where the load balancer is
SELECT
  paths.target_arn,
  paths.entry_address,
  paths.ip_protocol,
  paths.from_port,
  paths.to_port,
  paths.source_range,
  paths.is_from_world,
  paths.target_type,
  paths.network_interface_id,
  paths.hops,
  paths.account_id,
  paths.account_name,
  paths.ou_path,
  paths.region
FROM internet_paths AS paths
WHERE paths.target_type NOT IN ('ec2_instance', 'ec2_network_interface') AND paths.is_reachable
ORDER BY
  paths.account_id NULLS LAST,
  paths.target_arn NULLS LAST,
  paths.network_interface_id NULLS LAST,
  paths.entry_address NULLS LAST,
  paths.ip_protocol NULLS LAST,
  paths.from_port NULLS LAST,
  paths.to_port NULLS LAST,
  paths.source_range NULLS LAST

-- case: a load balancer and a cluster that are reached, but nothing closed or unknown, and no instance or bare interface
-- internet_paths: target_arn, target_type, network_interface_id, entry_address, ip_protocol, from_port, to_port, source_range, is_reachable
--   lb-1, elbv2_load_balancer, eni-1, 203.0.113.7, tcp, 443, 443, 0.0.0.0/0, true
--   lb-2, elbv2_load_balancer, eni-2, null, null, null, null, null, false
--   k-1, eks_cluster, null, api, tcp, 443, 443, 198.51.100.0/24, true
--   db-1, rds_instance, null, null, null, null, null, null, null
--   i-1, ec2_instance, eni-3, 203.0.113.8, tcp, 22, 22, 0.0.0.0/0, true
--   eni-4, ec2_network_interface, eni-4, 203.0.113.9, tcp, 22, 22, 0.0.0.0/0, true
-- answer: k-1, null, api, tcp, 443, 443, 198.51.100.0/24
-- answer: lb-1, eni-1, 203.0.113.7, tcp, 443, 443, 0.0.0.0/0
