-- id: S5
-- title: Regions where Security Hub is off, CSPM has no standard or is on its own, and standards that are not ready or fail
-- subject: organization_id, account_id, account_name, region, standards_id, score_percent
-- rests on: delegated_administrators, securityhub_hubs, securityhub_v2_hubs
-- why: the scores rest on securityhub_findings, which runs only where it is named
-- of: regions
-- where: is_region
-- is so: is_off
-- definition: off
-- fact: Regions of accounts where neither generation of Security Hub is on
-- caveat: Unknown are those where one was not seen and the other is off or was not seen either. Where the newer one is not offered, the older one decides
-- of: regions
-- where: is_region
-- is so: is_cspm_off
-- definition: cspm_off
-- controls: CIS 6.0 5.16; CIS 7.0 5.16; Well-Architected SEC04-BP04
-- fact: Regions of accounts where Security Hub CSPM is off
-- caveat: Unknown are those where it was not seen
-- of: regions_on
-- where: is_cspm_on
-- is so: is_without_standard
-- definition: no_standard
-- fact: Regions of accounts where Security Hub CSPM is on without any standard, not even the Foundational one
-- caveat: Unknown are those whose standards could not be read
-- of: regions_on
-- where: is_cspm_on
-- is so: is_on_its_own
-- definition: on_its_own
-- fact: Regions of accounts where Security Hub CSPM is on and no other account administers it
-- caveat: The organization's administrator of Security Hub is left out. Unknown are those whose administrator could not be read, and all without one where the delegated administrators were not read
-- of: standards
-- where: is_standard
-- is so: is_not_ready
-- definition: not_ready
-- fact: Standards of Security Hub CSPM that are on and not READY, as for want of a recorder of Config
-- of: standards_with_a_score
-- where: has_score
-- is so: has_failed_controls
-- definition: failed_controls
-- fact: Standards with a control that failed, beside the share of controls that passed as score_percent
-- caveat: Only where securityhub_findings was named. Unknown are those with more findings than are read. Findings of a control that was switched off lately still count
WITH planned AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    region,
    bool_or(collector = 'securityhub_hubs') AS has_cspm,
    bool_or(collector = 'securityhub_v2_hubs') AS has_v2,
    bool_or(is_complete AND collector = 'securityhub_hubs') AS is_complete
  FROM coverage
  WHERE is_planned AND collector IN ('securityhub_hubs', 'securityhub_v2_hubs')
  GROUP BY organization_id, account_id, account_name, region
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
  WHERE service_principal = 'securityhub.amazonaws.com'
  GROUP BY organization_id, delegated_account_id
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  CAST(NULL AS VARCHAR(255)) AS standards_id,
  CAST(NULL AS INT) AS score_percent,
  true AS is_region,
  false AS is_standard,
  false AS has_score,
  COALESCE(planned.has_cspm AND securityhub_hubs.is_enabled, false) AS is_cspm_on,
  CASE WHEN planned.has_cspm THEN NOT securityhub_hubs.is_enabled ELSE true END
    AND CASE WHEN planned.has_v2 THEN NOT securityhub_v2_hubs.is_enabled ELSE true END AS is_off,
  CASE WHEN planned.has_cspm THEN NOT securityhub_hubs.is_enabled ELSE false END AS is_cspm_off,
  securityhub_hubs.standard_count = 0 AS is_without_standard,
  CASE
    WHEN securityhub_hubs.administrator_account_id IS NOT NULL THEN false
    WHEN administrators.delegated_account_id IS NOT NULL THEN false
    WHEN planned.is_complete AND delegation.organization_id IS NOT NULL THEN true
  END AS is_on_its_own,
  false AS is_not_ready,
  false AS has_failed_controls
FROM planned
LEFT JOIN securityhub_hubs ON securityhub_hubs.organization_id = planned.organization_id
  AND securityhub_hubs.account_id = planned.account_id
  AND securityhub_hubs.region = planned.region
LEFT JOIN securityhub_v2_hubs ON securityhub_v2_hubs.organization_id = planned.organization_id
  AND securityhub_v2_hubs.account_id = planned.account_id
  AND securityhub_v2_hubs.region = planned.region
LEFT JOIN delegation ON delegation.organization_id = planned.organization_id
LEFT JOIN administrators ON administrators.organization_id = planned.organization_id
  AND administrators.delegated_account_id = planned.account_id
UNION ALL
SELECT
  securityhub_standards.organization_id,
  securityhub_standards.account_id,
  securityhub_standards.account_name,
  securityhub_standards.region,
  COALESCE(securityhub_standards.standards_id, securityhub_standards.standards_subscription_arn) AS standards_id,
  CAST(ROUND(securityhub_scores.score_percent) AS INT) AS score_percent,
  false AS is_region,
  true AS is_standard,
  securityhub_scores.standards_id IS NOT NULL AS has_score,
  false AS is_cspm_on,
  false AS is_off,
  false AS is_cspm_off,
  false AS is_without_standard,
  false AS is_on_its_own,
  securityhub_standards.status <> 'READY' AS is_not_ready,
  CASE WHEN securityhub_scores.standards_id IS NOT NULL THEN securityhub_scores.failed_control_count > 0 ELSE false END
    AS has_failed_controls
FROM securityhub_standards
LEFT JOIN securityhub_scores ON securityhub_scores.organization_id = securityhub_standards.organization_id
  AND securityhub_scores.account_id = securityhub_standards.account_id
  AND securityhub_scores.region = securityhub_standards.region
  AND securityhub_scores.standards_id = securityhub_standards.standards_id

-- case: on, off in one generation, off in both, not seen, and where the newer one is not offered
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, securityhub_hubs, true, true
--   1, eu, securityhub_v2_hubs, true, true
--   1, us, securityhub_hubs, true, true
--   1, us, securityhub_v2_hubs, true, true
--   1, ap, securityhub_hubs, true, true
--   1, ap, securityhub_v2_hubs, true, true
--   2, eu, securityhub_hubs, true, false
--   2, eu, securityhub_v2_hubs, true, true
--   2, us, securityhub_hubs, true, true
--   2, us, securityhub_v2_hubs, false, false
--   3, eu, securityhub_hubs, true, false
--   3, eu, securityhub_v2_hubs, true, true
--   1, global, delegated_administrators, true, true
-- securityhub_hubs: account_id, region, is_enabled, standard_count
--   1, eu, true, 2
--   1, us, false, null
--   1, ap, false, null
--   2, us, false, null
-- securityhub_v2_hubs: account_id, region, is_enabled
--   1, eu, false
--   1, us, true
--   1, ap, false
--   2, eu, false
--   3, eu, true
-- answer: S5 regions off: 2 of 5, 1 unknown
-- answer: S5 regions cspm_off: 3 of 4, 2 unknown
-- answer: S5 regions_on no_standard: 0 of 1
-- answer: S5 regions_on on_its_own: 1 of 1

-- case: without a standard, standards not read, a member, an administrator, one whose administrator could not be read
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, securityhub_hubs, true, true
--   2, eu, securityhub_hubs, true, true
--   3, eu, securityhub_hubs, true, false
--   1, global, delegated_administrators, true, true
-- delegated_services: account_id, delegated_account_id, service_principal
--   1, 2, securityhub.amazonaws.com
-- securityhub_hubs: account_id, region, is_enabled, standard_count, administrator_account_id
--   1, eu, true, 0, 2
--   2, eu, true, 1, null
--   3, eu, true, null, null
-- answer: S5 regions_on no_standard: 1 of 2, 1 unknown
-- answer: S5 regions_on on_its_own: 0 of 2, 1 unknown

-- case: where the delegated administrators were not read, nobody is known to be on its own
-- coverage: account_id, region, collector, is_planned, is_complete
--   2, eu, securityhub_hubs, true, true
-- securityhub_hubs: account_id, region, is_enabled, standard_count
--   2, eu, true, 1
-- answer: S5 regions_on on_its_own: 0 of 0, 1 unknown

-- case: standards that are ready or not, with a score, with too many findings, and without findings that were read
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, securityhub_hubs, true, true
-- securityhub_standards: account_id, region, standards_subscription_arn, standards_id, status
--   1, eu, arn-1, fsbp, READY
--   1, eu, arn-2, cis, INCOMPLETE
--   1, us, arn-3, fsbp, READY
--   1, us, arn-4, null, null
--   2, eu, arn-5, fsbp, READY
-- securityhub_scores: account_id, region, standards_id, failed_control_count, score_percent
--   1, eu, fsbp, 3, 62.5
--   1, eu, cis, 0, 100
--   2, eu, fsbp, null, null
-- answer: S5 standards not_ready: 1 of 4, 1 unknown
-- answer: S5 standards_with_a_score failed_controls: 1 of 2, 1 unknown
