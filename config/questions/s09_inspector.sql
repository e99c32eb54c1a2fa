-- id: S9
-- title: Regions where Inspector is off, scans no instances or images, or has critical findings that are open
-- subject: organization_id, account_id, account_name, region
-- rests on: inspector2_accounts
-- of: regions
-- definition: off
-- fact: Regions of accounts where Inspector is off or suspended
-- caveat: Unknown are those where it was not seen. Regions where Inspector is not offered are left out
-- of: regions_on
-- where: is_on
-- is so: is_without_ec2
-- definition: ec2_off
-- fact: Regions of accounts where Inspector is on and does not scan EC2 instances
-- of: regions_on
-- where: is_on
-- is so: is_without_ecr
-- definition: ecr_off
-- fact: Regions of accounts where Inspector is on and does not scan images in ECR
-- of: regions_on
-- where: is_on
-- is so: is_without_lambda
-- definition: lambda_off
-- fact: Regions of accounts where Inspector is on and does not scan what Lambda functions depend on
-- caveat: Unknown are those of which AWS does not say it
-- of: regions_on
-- where: is_on
-- is so: has_critical_findings
-- definition: critical_findings
-- fact: Regions of accounts where Inspector has active findings of severity CRITICAL about the account
-- caveat: Unknown are those whose findings could not be counted
WITH planned AS (
  SELECT organization_id, account_id, account_name, region
  FROM coverage
  WHERE is_planned AND collector = 'inspector2_accounts'
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  NOT inspector2_accounts.is_enabled AS is_so,
  COALESCE(inspector2_accounts.is_enabled, false) AS is_on,
  inspector2_accounts.ec2_status <> 'ENABLED' AS is_without_ec2,
  inspector2_accounts.ecr_status <> 'ENABLED' AS is_without_ecr,
  inspector2_accounts.lambda_status <> 'ENABLED' AS is_without_lambda,
  inspector2_accounts.critical_count > 0 AS has_critical_findings
FROM planned
LEFT JOIN inspector2_accounts ON inspector2_accounts.organization_id = planned.organization_id
  AND inspector2_accounts.account_id = planned.account_id
  AND inspector2_accounts.region = planned.region

-- case: on, suspended, off, not seen, of which AWS says nothing, and where Inspector is not offered
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, inspector2_accounts, true, true
--   1, us, inspector2_accounts, true, true
--   1, ap, inspector2_accounts, true, true
--   2, eu, inspector2_accounts, true, false
--   2, us, inspector2_accounts, true, false
--   2, me, inspector2_accounts, false, false
--   3, eu, inspector2_accounts, true, true
--   4, eu, inspector2_accounts, true, false
-- inspector2_accounts: account_id, region, is_enabled, status, ec2_status, ecr_status, lambda_status, critical_count
--   1, eu, true, ENABLED, ENABLED, ENABLED, ENABLED, 0
--   1, us, false, SUSPENDED, DISABLED, DISABLED, DISABLED, null
--   1, ap, false, DISABLED, DISABLED, DISABLED, DISABLED, null
--   2, us, null, null, null, null, null, null
--   3, eu, true, ENABLED, ENABLING, DISABLED, null, 4
--   4, eu, true, ENABLED, ENABLED, ENABLED, DISABLED, null
-- answer: S9 regions off: 2 of 5, 2 unknown
-- answer: S9 regions_on ec2_off: 1 of 3
-- answer: S9 regions_on ecr_off: 1 of 3
-- answer: S9 regions_on lambda_off: 1 of 2, 1 unknown
-- answer: S9 regions_on critical_findings: 1 of 2, 1 unknown
