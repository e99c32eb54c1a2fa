-- id: S2
-- title: IAM Access Analyzer: where nothing looks for access from outside, who looks for unused access, and what is found
-- subject: organization_id, account_id, account_name, region, subject_type, subject_arn
-- rests on: accessanalyzer_analyzers, delegated_administrators
-- of: accounts_and_regions
-- where: is_place
-- fact: Accounts and regions without an active analyzer of access from outside
-- caveat: One of the organization in the same region counts. Unknown are those where no analyzer is seen and not all were read: of the place, of the management account, and of the accounts that administer Access Analyzer
-- controls: CIS 6.0 2.19; CIS 7.0 2.18
-- of: accounts
-- where: is_account
-- fact: Accounts without an active analyzer of unused access
-- caveat: One of the organization counts, in whatever region. AWS charges for such an analyzer by the identity
-- of: analyzers
-- where: is_analyzer
-- is so: is_inactive
-- definition: not_active
-- fact: Analyzers that are not active
-- of: analyzers_of_access_from_outside
-- where: is_of_outside
-- is so: has_findings
-- definition: active_findings
-- fact: Analyzers of access from outside with findings that are active
-- caveat: By AWS's own counts, which are some hours old. Unknown are those of which there are no counts
-- of: analyzers_of_unused_access
-- where: is_of_unused
-- is so: has_findings
-- definition: active_findings
-- fact: Analyzers of unused access with findings that are active
-- caveat: By AWS's own counts, which are some hours old. Unknown are those of which there are no counts
WITH tasks AS (
  SELECT organization_id, account_id, account_name, region, is_complete
  FROM coverage
  WHERE is_planned AND collector = 'accessanalyzer_analyzers'
),
found AS (
  SELECT
    organization_id,
    account_id,
    region,
    access_kind,
    is_of_organization,
    CASE WHEN status = 'ACTIVE' THEN 2 WHEN status IS NULL THEN 1 ELSE 0 END AS certainty
  FROM accessanalyzer_analyzers
),
outside_here AS (
  SELECT organization_id, account_id, region, MAX(certainty) AS certainty
  FROM found
  WHERE access_kind = 'external_access'
  GROUP BY organization_id, account_id, region
),
outside_of_all AS (
  SELECT organization_id, region, MAX(certainty) AS certainty
  FROM found
  WHERE access_kind = 'external_access' AND is_of_organization
  GROUP BY organization_id, region
),
unused_here AS (
  SELECT organization_id, account_id, MAX(certainty) AS certainty
  FROM found
  WHERE access_kind = 'unused_access'
  GROUP BY organization_id, account_id
),
unused_of_all AS (
  SELECT organization_id, MAX(certainty) AS certainty
  FROM found
  WHERE access_kind = 'unused_access' AND is_of_organization
  GROUP BY organization_id
),
administrators AS (
  SELECT organization_id, management_account_id AS account_id
  FROM organizations
  UNION
  SELECT organization_id, delegated_account_id AS account_id
  FROM delegated_services
  WHERE service_principal = 'access-analyzer.amazonaws.com'
),
delegations AS (
  SELECT organization_id, bool_and(is_complete) AS is_seen
  FROM coverage
  WHERE is_planned AND collector = 'delegated_administrators'
  GROUP BY organization_id
),
administered AS (
  SELECT tasks.organization_id, tasks.region, bool_and(tasks.is_complete AND delegations.is_seen) AS is_seen
  FROM tasks
  INNER JOIN administrators ON administrators.organization_id = tasks.organization_id
    AND administrators.account_id = tasks.account_id
  INNER JOIN delegations ON delegations.organization_id = tasks.organization_id
  GROUP BY tasks.organization_id, tasks.region
),
administered_everywhere AS (
  SELECT organization_id, bool_and(is_seen) AS is_seen
  FROM administered
  GROUP BY organization_id
),
seen AS (
  SELECT organization_id, account_id, MAX(account_name) AS account_name, bool_and(is_complete) AS is_seen
  FROM tasks
  GROUP BY organization_id, account_id
)
SELECT
  tasks.organization_id,
  tasks.account_id,
  tasks.account_name,
  tasks.region,
  'place' AS subject_type,
  tasks.region AS subject_arn,
  true AS is_place,
  false AS is_account,
  false AS is_analyzer,
  false AS is_of_outside,
  false AS is_of_unused,
  CASE
    WHEN outside_here.certainty = 2 OR outside_of_all.certainty = 2 THEN false
    WHEN COALESCE(outside_here.certainty, 0) + COALESCE(outside_of_all.certainty, 0) = 0
      AND tasks.is_complete
      AND administered.is_seen
      THEN true
  END AS is_so,
  false AS is_inactive,
  false AS has_findings
FROM tasks
LEFT JOIN outside_here ON outside_here.organization_id = tasks.organization_id
  AND outside_here.account_id = tasks.account_id
  AND outside_here.region = tasks.region
LEFT JOIN outside_of_all ON outside_of_all.organization_id = tasks.organization_id
  AND outside_of_all.region = tasks.region
LEFT JOIN administered ON administered.organization_id = tasks.organization_id AND administered.region = tasks.region
UNION ALL
SELECT
  seen.organization_id,
  seen.account_id,
  seen.account_name,
  'global' AS region,
  'account' AS subject_type,
  seen.account_id AS subject_arn,
  false AS is_place,
  true AS is_account,
  false AS is_analyzer,
  false AS is_of_outside,
  false AS is_of_unused,
  CASE
    WHEN unused_here.certainty = 2 OR unused_of_all.certainty = 2 THEN false
    WHEN COALESCE(unused_here.certainty, 0) + COALESCE(unused_of_all.certainty, 0) = 0
      AND seen.is_seen
      AND administered_everywhere.is_seen
      THEN true
  END AS is_so,
  false AS is_inactive,
  false AS has_findings
FROM seen
LEFT JOIN unused_here ON unused_here.organization_id = seen.organization_id AND unused_here.account_id = seen.account_id
LEFT JOIN unused_of_all ON unused_of_all.organization_id = seen.organization_id
LEFT JOIN administered_everywhere ON administered_everywhere.organization_id = seen.organization_id
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'analyzer' AS subject_type,
  arn AS subject_arn,
  false AS is_place,
  false AS is_account,
  true AS is_analyzer,
  access_kind = 'external_access' AS is_of_outside,
  access_kind = 'unused_access' AS is_of_unused,
  false AS is_so,
  status <> 'ACTIVE' AS is_inactive,
  active_finding_count > 0 AS has_findings
FROM accessanalyzer_analyzers

-- case: an analyzer of the account, one that is off, one of the organization in one of the regions
-- organizations: management_account_id
--   m
-- delegated_services: account_id, delegated_account_id, service_principal
--   m, 3, access-analyzer.amazonaws.com
--   m, 2, guardduty.amazonaws.com
-- coverage: account_id, region, collector, is_planned, is_complete
--   m, global, delegated_administrators, true, true
--   m, eu, accessanalyzer_analyzers, true, true
--   m, us, accessanalyzer_analyzers, true, true
--   1, eu, accessanalyzer_analyzers, true, true
--   1, us, accessanalyzer_analyzers, true, true
--   2, eu, accessanalyzer_analyzers, true, false
--   2, us, accessanalyzer_analyzers, true, false
--   3, eu, accessanalyzer_analyzers, true, true
--   3, us, accessanalyzer_analyzers, true, true
--   4, eu, accessanalyzer_analyzers, false, false
-- accessanalyzer_analyzers: account_id, region, arn, access_kind, is_of_organization, status
--   1, us, a-1, external_access, false, ACTIVE
--   3, eu, a-2, external_access, true, ACTIVE
--   3, us, a-3, external_access, true, DISABLED
--   3, us, a-4, unused_access, false, ACTIVE
--   m, us, a-5, unused_access, false, CREATING
-- answer: S2 accounts_and_regions lake: 2 of 7, 1 unknown
-- answer: S2 accounts lake: 2 of 3, 1 unknown
-- answer: S2 analyzers not_active: 2 of 5

-- case: one of unused access of the organization is enough, in whatever region
-- organizations: management_account_id
--   m
-- coverage: account_id, region, collector, is_planned, is_complete
--   m, eu, accessanalyzer_analyzers, true, true
--   1, us, accessanalyzer_analyzers, true, false
-- accessanalyzer_analyzers: account_id, region, arn, access_kind, is_of_organization, status
--   m, eu, a-1, unused_access, true, ACTIVE
-- answer: S2 accounts lake: 0 of 2

-- case: where those that administer were not read, or delegations were not, an analyzer of the organization may be there
-- organizations: organization_id, management_account_id
--   o-1, m
--   o-2, n
-- delegated_services: organization_id, account_id, delegated_account_id, service_principal
--   o-1, m, 1, access-analyzer.amazonaws.com
-- coverage: organization_id, account_id, region, collector, is_planned, is_complete
--   o-1, m, global, delegated_administrators, true, true
--   o-1, m, eu, accessanalyzer_analyzers, true, true
--   o-1, 1, eu, accessanalyzer_analyzers, true, false
--   o-2, n, eu, accessanalyzer_analyzers, true, true
--   o-2, n, global, delegated_administrators, true, false
--   o-2, 2, eu, accessanalyzer_analyzers, true, true
-- accessanalyzer_analyzers: organization_id, account_id, region, arn, access_kind, is_of_organization, status
--   o-2, 2, eu, a-1, external_access, false, null
-- answer: S2 accounts_and_regions lake: 0 of 0, 4 unknown
-- answer: S2 accounts lake: 0 of 0, 4 unknown
-- answer: S2 analyzers not_active: 0 of 0, 1 unknown

-- case: findings, by kind
-- accessanalyzer_analyzers: arn, access_kind, status, active_finding_count
--   a-1, external_access, ACTIVE, 3
--   a-2, external_access, ACTIVE, 0
--   a-3, external_access, ACTIVE, null
--   a-4, unused_access, ACTIVE, 9
--   a-5, internal_access, ACTIVE, 5
--   a-6, null, ACTIVE, 5
-- answer: S2 analyzers_of_access_from_outside active_findings: 1 of 2, 1 unknown
-- answer: S2 analyzers_of_unused_access active_findings: 1 of 1
