-- id: E20
-- title: Nothing detects incidents: GuardDuty, Macie or Detective is off
-- subject: organization_id, account_id, account_name, region
-- rests on: detective_graphs, guardduty_detectors, macie_sessions
-- why: S3, S4 and S8 say more of each. Detective needs no other service, so GuardDuty off beside it is counted once, by its own row
-- of: regions_with_guardduty
-- where: can_have_guardduty
-- is so: is_without_guardduty
-- definition: no_guardduty
-- controls: FSBP GuardDuty.1; Well-Architected SEC04-BP04
-- fact: Regions of accounts where GuardDuty is off or suspended
-- caveat: Unknown are those where it was not seen. Regions where it is not offered are left out
-- of: regions_with_macie
-- where: can_have_macie
-- is so: is_without_macie
-- definition: no_macie
-- controls: FSBP Macie.1
-- fact: Regions of accounts where Macie is off or paused
-- caveat: Unknown are those where it was not seen. Regions where it is not offered are left out
-- of: regions_with_detective
-- where: can_have_detective
-- is so: is_without_detective
-- definition: no_detective
-- fact: Regions of accounts that neither administer a behavior graph of Detective nor are an enabled member of one
-- caveat: Unknown are those where it was not seen. Regions where it is not offered are left out. What the administrator of a graph says of its members counts too
WITH planned AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    region,
    bool_or(collector = 'guardduty_detectors') AS can_have_guardduty,
    bool_or(collector = 'macie_sessions') AS can_have_macie,
    bool_or(collector = 'detective_graphs') AS can_have_detective
  FROM coverage
  WHERE is_planned AND collector IN ('detective_graphs', 'guardduty_detectors', 'macie_sessions')
  GROUP BY organization_id, account_id, account_name, region
),
members AS (
  SELECT organization_id, member_account_id, region
  FROM detective_members
  WHERE is_enabled
  GROUP BY organization_id, member_account_id, region
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  planned.can_have_guardduty,
  planned.can_have_macie,
  planned.can_have_detective,
  NOT guardduty_detectors.is_enabled AS is_without_guardduty,
  NOT macie_sessions.is_enabled AS is_without_macie,
  CASE WHEN members.member_account_id IS NOT NULL THEN false ELSE NOT detective_graphs.is_enabled END
    AS is_without_detective
FROM planned
LEFT JOIN guardduty_detectors ON guardduty_detectors.organization_id = planned.organization_id
  AND guardduty_detectors.account_id = planned.account_id
  AND guardduty_detectors.region = planned.region
LEFT JOIN macie_sessions ON macie_sessions.organization_id = planned.organization_id
  AND macie_sessions.account_id = planned.account_id
  AND macie_sessions.region = planned.region
LEFT JOIN detective_graphs ON detective_graphs.organization_id = planned.organization_id
  AND detective_graphs.account_id = planned.account_id
  AND detective_graphs.region = planned.region
LEFT JOIN members ON members.organization_id = planned.organization_id
  AND members.member_account_id = planned.account_id
  AND members.region = planned.region

-- case: all on, all off, one not seen, and a region where Macie and Detective are not offered
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, guardduty_detectors, true, true
--   1, eu, macie_sessions, true, true
--   1, eu, detective_graphs, true, true
--   1, us, guardduty_detectors, true, true
--   1, us, macie_sessions, true, true
--   1, us, detective_graphs, true, true
--   2, eu, guardduty_detectors, true, false
--   2, eu, macie_sessions, true, true
--   2, eu, detective_graphs, true, false
--   2, us, guardduty_detectors, true, true
--   2, us, macie_sessions, false, false
-- guardduty_detectors: account_id, region, is_enabled
--   1, eu, true
--   1, us, false
--   2, us, true
-- macie_sessions: account_id, region, is_enabled
--   1, eu, true
--   1, us, false
--   2, eu, false
-- detective_graphs: account_id, region, is_enabled
--   1, eu, true
--   1, us, false
-- answer: E20 regions_with_guardduty no_guardduty: 1 of 3, 1 unknown
-- answer: E20 regions_with_macie no_macie: 2 of 3
-- answer: E20 regions_with_detective no_detective: 1 of 2, 1 unknown

-- case: members whom only the administrator of the graph names, one of them not seen, and one that is not enabled
-- coverage: account_id, region, collector, is_planned, is_complete
--   2, eu, detective_graphs, true, true
--   3, eu, detective_graphs, true, false
--   4, eu, detective_graphs, true, true
-- detective_graphs: account_id, region, is_enabled
--   2, eu, false
--   4, eu, false
-- detective_members: account_id, region, graph_arn, member_account_id, is_enabled
--   1, eu, g-1, 2, true
--   1, eu, g-1, 3, true
--   1, eu, g-1, 4, false
-- answer: E20 regions_with_detective no_detective: 1 of 3
