-- id: E9
-- title: Network ACLs that let everything in
-- key: arn
-- why: the default ACL of every VPC does. One that denies something first, whatever it is, does not let everything in
WITH opened AS (
  SELECT
    organization_id,
    account_id,
    region,
    network_acl_id,
    is_egress,
    MIN(rule_number) AS rule_number
  FROM ec2_network_acl_entries
  WHERE allows_everything
  GROUP BY organization_id, account_id, region, network_acl_id, is_egress
),
denied AS (
  SELECT
    organization_id,
    account_id,
    region,
    network_acl_id,
    is_egress,
    MIN(rule_number) AS rule_number
  FROM ec2_network_acl_entries
  WHERE rule_action = 'deny'
  GROUP BY organization_id, account_id, region, network_acl_id, is_egress
),
everything AS (
  SELECT
    opened.organization_id,
    opened.account_id,
    opened.region,
    opened.network_acl_id,
    opened.is_egress
  FROM opened
  LEFT JOIN denied
    ON denied.organization_id = opened.organization_id
    AND denied.account_id = opened.account_id
    AND denied.region = opened.region
    AND denied.network_acl_id = opened.network_acl_id
    AND denied.is_egress = opened.is_egress
  WHERE denied.rule_number IS NULL OR opened.rule_number < denied.rule_number
)
SELECT
  acls.arn,
  acls.network_acl_id,
  acls.network_acl_name,
  acls.vpc_id,
  acls.is_default,
  acls.subnet_count,
  outgoing.network_acl_id IS NOT NULL AS lets_everything_out,
  acls.account_id,
  acls.account_name,
  acls.ou_path,
  acls.region
FROM ec2_network_acls AS acls
JOIN everything AS incoming
  ON incoming.organization_id = acls.organization_id
  AND incoming.account_id = acls.account_id
  AND incoming.region = acls.region
  AND incoming.network_acl_id = acls.network_acl_id
  AND NOT incoming.is_egress
LEFT JOIN everything AS outgoing
  ON outgoing.organization_id = acls.organization_id
  AND outgoing.account_id = acls.account_id
  AND outgoing.region = acls.region
  AND outgoing.network_acl_id = acls.network_acl_id
  AND outgoing.is_egress
ORDER BY acls.account_id NULLS LAST, acls.arn NULLS LAST

-- case: one that lets all in, one that denies something first, one that lets all out alone, and one for a port
-- ec2_network_acls: arn, region, network_acl_id
--   open, eu-west-1, acl-1
--   careful, eu-west-1, acl-2
--   outward, eu-west-1, acl-3
--   narrow, eu-west-1, acl-4
--   without a deny, eu-west-1, acl-5
-- ec2_network_acl_entries: region, network_acl_id, is_egress, rule_number, rule_action, allows_everything
--   eu-west-1, acl-1, false, 100, allow, true
--   eu-west-1, acl-1, false, 32767, deny, false
--   eu-west-1, acl-2, false, 90, deny, false
--   eu-west-1, acl-2, false, 100, allow, true
--   eu-west-1, acl-3, true, 100, allow, true
--   eu-west-1, acl-4, false, 100, allow, false
--   eu-west-1, acl-5, false, 100, allow, true
-- answer: open
-- answer: without a deny
