-- id: F13
-- title: EC2 instances that do not enforce IMDSv2
-- subject: organization_id, account_id, account_name, region, arn
-- of: instances
-- controls: CIS 6.0 6.7; CIS 7.0 6.7; FSBP EC2.8
-- study 2022: 93
-- caveat: Terminated instances are left out. Unknown are those without metadata options
-- per organization: F14, organizations_with_ec2
-- fact: Organizations with an EC2 instance that does not enforce IMDSv2
-- study 2022: 95
-- caveat: Terminated instances are left out
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  arn,
  NOT is_imdsv2_required AS is_so
FROM ec2_instances
WHERE is_terminated IS DISTINCT FROM true

-- case: terminated instances are left out, and an organization without instances is in no population
-- organizations: organization_id
--   o-1
--   o-2
-- ec2_instances: arn, is_terminated, is_imdsv2_required
--   i-1, false, true
--   i-2, false, false
--   i-3, true, false
--   i-4, false, null
-- answer: F13 instances study: 1 of 2, 1 unknown
-- answer: F14 organizations_with_ec2 study: 1 of 1

-- case: beside one organization stand its accounts that have instances
-- accounts: account_id
--   1
--   2
--   3
-- ec2_instances: account_id, arn, is_terminated, is_imdsv2_required
--   1, i-1, false, true
--   2, i-2, false, false
-- answer: F13 instances study: 1 of 2
-- answer: F14 accounts_with_ec2 study: 1 of 2
