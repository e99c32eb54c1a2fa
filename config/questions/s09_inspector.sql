-- id: S9
-- title: Regions where Inspector is off, scans no instances or images, or has critical findings that are open
-- subject: organization_id, account_id, account_name, region, is_copy
-- rests on: inspector2_accounts
-- why: where an account was not read, the findings that its administrator has about it count, and is_copy says so
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
-- of: regions_watched
-- where: is_watched
-- is so: has_critical_findings
-- definition: critical_findings
-- fact: Regions of accounts where Inspector has active findings of severity CRITICAL about the account
-- caveat: Inspector is on in these, or the account was not read and its administrator has findings about it. Unknown are those whose findings could not be counted
WITH planned AS (
  SELECT organization_id, account_id, account_name, region
  FROM coverage
  WHERE is_planned AND collector = 'inspector2_accounts'
),
finding_counts AS (
  SELECT organization_id, account_id, region, critical_count, is_copy
  FROM security_finding_counts
  WHERE service = 'inspector'
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  finding_counts.is_copy,
  NOT inspector2_accounts.is_enabled AS is_so,
  COALESCE(inspector2_accounts.is_enabled, false) AS is_on,
  COALESCE(inspector2_accounts.is_enabled, false) OR COALESCE(finding_counts.is_copy, false) AS is_watched,
  inspector2_accounts.ec2_status <> 'ENABLED' AS is_without_ec2,
  inspector2_accounts.ecr_status <> 'ENABLED' AS is_without_ecr,
  inspector2_accounts.lambda_status <> 'ENABLED' AS is_without_lambda,
  finding_counts.critical_count > 0 AS has_critical_findings
FROM planned
LEFT JOIN inspector2_accounts ON inspector2_accounts.organization_id = planned.organization_id
  AND inspector2_accounts.account_id = planned.account_id
  AND inspector2_accounts.region = planned.region
LEFT JOIN finding_counts ON finding_counts.organization_id = planned.organization_id
  AND finding_counts.account_id = planned.account_id
  AND finding_counts.region = planned.region

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
-- inspector2_accounts: account_id, region, is_enabled, status, ec2_status, ecr_status, lambda_status
--   1, eu, true, ENABLED, ENABLED, ENABLED, ENABLED
--   1, us, false, SUSPENDED, DISABLED, DISABLED, DISABLED
--   1, ap, false, DISABLED, DISABLED, DISABLED, DISABLED
--   2, us, null, null, null, null, null
--   3, eu, true, ENABLED, ENABLING, DISABLED, null
--   4, eu, true, ENABLED, ENABLED, ENABLED, DISABLED
-- security_finding_counts: account_id, region, service, critical_count, is_copy, reason
--   1, eu, inspector, 0, false, null
--   1, us, inspector, null, null, off
--   1, ap, inspector, null, null, off
--   2, eu, inspector, null, null, not_read
--   2, us, inspector, null, null, not_read
--   3, eu, inspector, 4, false, null
--   4, eu, inspector, null, null, not_read
-- answer: S9 regions off: 2 of 5, 2 unknown
-- answer: S9 regions_on ec2_off: 1 of 3
-- answer: S9 regions_on ecr_off: 1 of 3
-- answer: S9 regions_on lambda_off: 1 of 2, 1 unknown
-- answer: S9 regions_watched critical_findings: 1 of 2, 1 unknown

-- case: members that were not read count by what their administrator has, and one of which it says nothing is no region to count
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, inspector2_accounts, true, true
--   2, eu, inspector2_accounts, true, false
--   3, eu, inspector2_accounts, true, false
--   4, eu, inspector2_accounts, true, false
-- inspector2_accounts: account_id, region, is_enabled, status
--   1, eu, true, ENABLED
--   4, eu, true, ENABLED
-- security_finding_counts: account_id, region, service, critical_count, is_copy, counted_by_account_id, reason
--   1, eu, inspector, 0, false, 1, null
--   2, eu, inspector, 3, true, 1, null
--   2, eu, guardduty, 0, false, 2, null
--   3, eu, inspector, null, null, null, not_read
--   4, eu, inspector, 0, true, 1, null
-- answer: S9 regions off: 0 of 2, 2 unknown
-- answer: S9 regions_watched critical_findings: 1 of 3
