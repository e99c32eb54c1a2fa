-- id: S8
-- title: Regions where Macie is off, has not looked into buckets, or has severe findings that are open
-- subject: organization_id, account_id, account_name, region
-- rests on: macie_sessions
-- of: regions
-- definition: off
-- controls: FSBP Macie.1
-- fact: Regions of accounts where Macie is off or paused
-- caveat: Unknown are those where it was not seen. A region without buckets counts too, and regions where Macie is not offered are left out
-- of: regions_on
-- where: is_on
-- is so: has_unclassified_buckets
-- definition: unclassified
-- fact: Regions of accounts where Macie is on and has not looked into some bucket
-- caveat: Unknown are those of which Macie does not say it
-- of: regions_on
-- where: is_on
-- is so: has_severe_findings
-- definition: severe_findings
-- fact: Regions of accounts where Macie has findings of severity High about the account that nobody archived
-- caveat: Unknown are those whose findings could not be counted. Macie does not count an administrator's findings by account, so nothing is told of members that were not read
WITH planned AS (
  SELECT organization_id, account_id, account_name, region
  FROM coverage
  WHERE is_planned AND collector = 'macie_sessions'
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  NOT macie_sessions.is_enabled AS is_so,
  COALESCE(macie_sessions.is_enabled, false) AS is_on,
  macie_sessions.unclassified_bucket_count > 0 AS has_unclassified_buckets,
  macie_sessions.high_count > 0 AS has_severe_findings
FROM planned
LEFT JOIN macie_sessions ON macie_sessions.organization_id = planned.organization_id
  AND macie_sessions.account_id = planned.account_id
  AND macie_sessions.region = planned.region

-- case: on, paused, off, not seen, a status that was left out, and where Macie is not offered
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, macie_sessions, true, true
--   1, us, macie_sessions, true, true
--   1, ap, macie_sessions, true, true
--   2, eu, macie_sessions, true, false
--   2, us, macie_sessions, true, false
--   2, me, macie_sessions, false, false
--   3, eu, macie_sessions, true, true
--   4, eu, macie_sessions, true, false
-- macie_sessions: account_id, region, is_enabled, status, high_count, unclassified_bucket_count
--   1, eu, true, ENABLED, 2, 0
--   1, us, false, PAUSED, null, null
--   1, ap, false, null, null, null
--   2, us, null, null, null, null
--   3, eu, true, ENABLED, 0, 5
--   4, eu, true, ENABLED, null, null
-- answer: S8 regions off: 2 of 5, 2 unknown
-- answer: S8 regions_on unclassified: 1 of 2, 1 unknown
-- answer: S8 regions_on severe_findings: 1 of 2, 1 unknown
