-- id: E8
-- title: Rules of security groups that let in the whole world, 0.0.0.0/0 or ::/0
-- key: arn
-- why: a rule by a prefix list that holds the whole world counts too. G16 has the instances that are reached
SELECT
  rules.arn,
  rules.security_group_id,
  security_groups.group_name,
  security_groups.vpc_id,
  rules.ip_protocol,
  rules.from_port,
  rules.to_port,
  rules.cidr_ipv4,
  rules.cidr_ipv6,
  rules.prefix_list_id,
  rules.ip_protocol = '-1' AS allows_all_protocols,
  rules.description,
  rules.account_id,
  rules.account_name,
  rules.ou_path,
  rules.region
FROM ec2_security_group_rules AS rules
LEFT JOIN ec2_security_groups AS security_groups
  ON security_groups.organization_id = rules.organization_id
  AND security_groups.account_id = rules.account_id
  AND security_groups.region = rules.region
  AND security_groups.security_group_id = rules.security_group_id
LEFT JOIN ec2_managed_prefix_lists AS lists
  ON lists.organization_id = rules.organization_id
  AND lists.account_id = rules.account_id
  AND lists.region = rules.region
  AND lists.prefix_list_id = rules.prefix_list_id
WHERE rules.direction = 'ingress'
  AND (rules.is_open_to_world OR COALESCE(lists.is_open_to_world, false))
ORDER BY rules.account_id NULLS LAST, rules.arn NULLS LAST

-- case: both families and a list count, but what goes out, an office and another list do not
-- ec2_security_group_rules: arn, region, direction, is_open_to_world, prefix_list_id
--   sgr-1, eu-west-1, ingress, true, null
--   sgr-2, eu-west-1, egress, true, null
--   sgr-3, eu-west-1, ingress, false, null
--   sgr-4, eu-west-1, ingress, false, pl-1
--   sgr-5, eu-west-1, ingress, false, pl-2
--   sgr-6, eu-west-1, ingress, false, pl-3
--   sgr-7, eu-west-1, null, true, null
-- ec2_managed_prefix_lists: region, prefix_list_id, is_open_to_world
--   eu-west-1, pl-1, true
--   eu-west-1, pl-2, false
--   eu-west-1, pl-3, null
-- answer: sgr-1
-- answer: sgr-4
