-- id: S3
-- title: Regions where GuardDuty is off, is on its own, or has severe findings that are open
-- subject: organization_id, account_id, account_name, region, is_copy
-- rests on: delegated_administrators, guardduty_detectors
-- why: a finding counts in the account and region that it is about, never in its administrator's. Where the account was not read, what its administrator has of it counts, and is_copy says so
-- of: regions
-- definition: off
-- controls: FSBP GuardDuty.1
-- fact: Regions of accounts where GuardDuty is off or suspended
-- caveat: Unknown are those where it was not seen. Regions that an account has not switched on, and those where GuardDuty is not offered, are left out
-- of: regions_on
-- where: is_on
-- is so: is_on_its_own
-- definition: on_its_own
-- fact: Regions of accounts where GuardDuty is on and no other account administers it
-- caveat: The organization's administrator of GuardDuty is left out. Unknown are those whose administrator could not be read, and all without one where the delegated administrators were not read
-- of: regions_watched
-- where: is_watched
-- is so: has_severe_findings
-- definition: severe_findings
-- fact: Regions of accounts where GuardDuty has findings of severity 7 and above about the account that nobody archived
-- caveat: GuardDuty is on in these, or the account was not read and its administrator has findings about it. Unknown are those whose findings could not be counted
WITH planned AS (
  SELECT organization_id, account_id, account_name, region, is_complete
  FROM coverage
  WHERE is_planned AND collector = 'guardduty_detectors'
),
delegation AS (
  SELECT organization_id
  FROM coverage
  WHERE is_complete AND collector = 'delegated_administrators'
  GROUP BY organization_id
),
administrators AS (
  SELECT organization_id, delegated_account_id
  FROM delegated_services
  WHERE service_principal = 'guardduty.amazonaws.com'
  GROUP BY organization_id, delegated_account_id
),
finding_counts AS (
  SELECT organization_id, account_id, region, critical_count, high_count, is_copy
  FROM security_finding_counts
  WHERE service = 'guardduty'
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  finding_counts.is_copy,
  NOT guardduty_detectors.is_enabled AS is_so,
  COALESCE(guardduty_detectors.is_enabled, false) AS is_on,
  COALESCE(guardduty_detectors.is_enabled, false) OR COALESCE(finding_counts.is_copy, false) AS is_watched,
  CASE
    WHEN guardduty_detectors.administrator_account_id IS NOT NULL THEN false
    WHEN administrators.delegated_account_id IS NOT NULL THEN false
    WHEN planned.is_complete AND delegation.organization_id IS NOT NULL THEN true
  END AS is_on_its_own,
  finding_counts.critical_count > 0 OR finding_counts.high_count > 0 AS has_severe_findings
FROM planned
LEFT JOIN guardduty_detectors ON guardduty_detectors.organization_id = planned.organization_id
  AND guardduty_detectors.account_id = planned.account_id
  AND guardduty_detectors.region = planned.region
LEFT JOIN finding_counts ON finding_counts.organization_id = planned.organization_id
  AND finding_counts.account_id = planned.account_id
  AND finding_counts.region = planned.region
LEFT JOIN delegation ON delegation.organization_id = planned.organization_id
LEFT JOIN administrators ON administrators.organization_id = planned.organization_id
  AND administrators.delegated_account_id = planned.account_id

-- case: on, suspended, never on, refused, a detector that was not read, and a region that is off
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, guardduty_detectors, true, true
--   1, us, guardduty_detectors, true, true
--   1, ap, guardduty_detectors, true, true
--   2, eu, guardduty_detectors, true, false
--   2, us, guardduty_detectors, true, false
--   2, me, guardduty_detectors, false, false
--   1, global, delegated_administrators, true, true
-- guardduty_detectors: account_id, region, detector_id, is_enabled
--   1, eu, d-1, true
--   1, us, d-2, false
--   1, ap, null, false
--   2, us, d-3, null
-- security_finding_counts: account_id, region, service, critical_count, high_count, is_copy, reason
--   1, eu, guardduty, 0, 0, false, null
--   1, us, guardduty, null, null, null, off
--   1, ap, guardduty, null, null, null, off
--   2, eu, guardduty, null, null, null, not_read
--   2, us, guardduty, null, null, null, not_read
-- answer: S3 regions off: 2 of 3, 2 unknown
-- answer: S3 regions_on on_its_own: 1 of 1
-- answer: S3 regions_watched severe_findings: 0 of 1

-- case: a member, an administrator, one on its own, and one whose administrator could not be read
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, guardduty_detectors, true, true
--   2, eu, guardduty_detectors, true, true
--   3, eu, guardduty_detectors, true, true
--   4, eu, guardduty_detectors, true, false
--   1, global, delegated_administrators, true, true
-- delegated_services: account_id, delegated_account_id, service_principal
--   1, 2, guardduty.amazonaws.com
--   1, 3, macie.amazonaws.com
-- guardduty_detectors: account_id, region, detector_id, is_enabled, administrator_account_id
--   1, eu, d-1, true, 2
--   2, eu, d-2, true, null
--   3, eu, d-3, true, null
--   4, eu, d-4, true, null
-- security_finding_counts: account_id, region, service, critical_count, high_count, is_copy, reason
--   1, eu, guardduty, 1, 0, false, null
--   2, eu, guardduty, 0, 3, false, null
--   3, eu, guardduty, 0, 0, false, null
--   4, eu, guardduty, null, null, null, not_read
-- answer: S3 regions off: 0 of 4
-- answer: S3 regions_on on_its_own: 1 of 3, 1 unknown
-- answer: S3 regions_watched severe_findings: 2 of 3, 1 unknown

-- case: members that were not read count by what their administrator has, and one of which it says nothing is no region to count
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, guardduty_detectors, true, true
--   2, eu, guardduty_detectors, true, false
--   3, eu, guardduty_detectors, true, false
--   4, eu, guardduty_detectors, true, false
--   5, eu, guardduty_detectors, true, false
--   1, global, delegated_administrators, true, true
-- delegated_services: account_id, delegated_account_id, service_principal
--   1, 1, guardduty.amazonaws.com
-- guardduty_detectors: account_id, region, detector_id, is_enabled
--   1, eu, d-1, true
--   4, eu, d-4, true
-- security_finding_counts: account_id, region, service, critical_count, high_count, is_copy, counted_by_account_id, reason
--   1, eu, guardduty, 0, 0, false, 1, null
--   2, eu, guardduty, 0, 2, true, 1, null
--   2, eu, inspector, 0, 0, false, 2, null
--   3, eu, guardduty, null, null, null, null, not_read
--   4, eu, guardduty, 0, 0, true, 1, null
--   5, eu, guardduty, null, 0, true, 1, null
-- answer: S3 regions off: 0 of 2, 3 unknown
-- answer: S3 regions_on on_its_own: 0 of 1, 1 unknown
-- answer: S3 regions_watched severe_findings: 1 of 3, 1 unknown

-- case: where the delegated administrators were not read, nobody is known to be on its own
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, guardduty_detectors, true, true
--   2, eu, guardduty_detectors, true, true
--   1, global, delegated_administrators, true, false
-- guardduty_detectors: account_id, region, detector_id, is_enabled, administrator_account_id
--   1, eu, d-1, true, 2
--   2, eu, d-2, true, null
-- answer: S3 regions_on on_its_own: 0 of 1, 1 unknown
