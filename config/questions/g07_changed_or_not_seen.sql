-- id: G7
-- title: What changed since the previous complete snapshot, by account and rule, told apart from what was not seen
-- key: organization_id, account_id, rule_id, change
-- why: the table changes, counted, the worst priority first. unknown and not_seen are no changes, and do not say that there was none. Without an account a row is about the whole organization. A row without a rule says that nothing was compared, and why: no_previous is a first census
WITH censuses AS (
  SELECT DISTINCT organization_id
  FROM accounts
),
made AS (
  SELECT organization_id, outcome
  FROM materializations
  WHERE table_name = 'changes'
),
counted AS (
  SELECT
    organization_id,
    account_id,
    rule_id,
    change,
    MAX(account_name) AS account_name,
    MAX(ou_path) AS ou_path,
    MAX(priority) AS priority,
    MAX(title) AS title,
    COUNT(*) AS change_count,
    COUNT(DISTINCT region) AS region_count,
    COUNT(DISTINCT actor_arn) AS actor_count,
    CASE WHEN MIN(reason) = MAX(reason) THEN MIN(reason) END AS reason,
    MAX(previous_snapshot_date) AS previous_snapshot_date
  FROM changes
  GROUP BY organization_id, account_id, rule_id, change
),
told AS (
  SELECT
    censuses.organization_id,
    NULLIF(counted.account_id, '') AS account_id,
    counted.rule_id,
    COALESCE(counted.change, 'not_seen') AS change,
    counted.priority,
    counted.title,
    counted.change_count,
    counted.region_count,
    counted.actor_count,
    CASE WHEN counted.rule_id IS NULL THEN COALESCE(made.outcome, 'not published') ELSE counted.reason END AS reason,
    counted.account_name,
    counted.ou_path,
    counted.previous_snapshot_date,
    CASE
      WHEN counted.rule_id IS NULL THEN 0
      WHEN counted.priority = 'critical' THEN 1
      WHEN counted.priority = 'error' THEN 2
      WHEN counted.priority = 'warning' THEN 3
      WHEN counted.priority = 'notice' THEN 4
      ELSE 5
    END AS priority_number
  FROM censuses
  LEFT JOIN made ON made.organization_id = censuses.organization_id
  LEFT JOIN counted ON counted.organization_id = censuses.organization_id
  WHERE counted.rule_id IS NOT NULL OR COALESCE(made.outcome, '') <> 'complete'
)
SELECT
  organization_id,
  account_id,
  rule_id,
  change,
  priority,
  title,
  change_count,
  region_count,
  actor_count,
  reason,
  account_name,
  ou_path,
  previous_snapshot_date
FROM told
ORDER BY
  priority_number NULLS LAST,
  organization_id NULLS LAST,
  account_id NULLS LAST,
  rule_id NULLS LAST,
  change NULLS LAST

-- case: the worst first, each account, rule and change once, and what was not seen is no change
-- changes: account_id, rule_id, ordinal, change, priority, resource
--   1, D6, 0, appeared, info, user-1
--   1, D6, 1, appeared, info, user-2
--   1, D6, 2, unknown, info, user-3
--   1, D3, 3, changed, notice, user-1
--   1, D1, 4, gone, warning, user-4
--   1, D5, 5, appeared, error, sgr-1
--   2, D9, 6, appeared, critical, sgr-1
--   2, D6, 7, appeared, info, user-1
--   , D6, 8, not_seen, info, null
-- materializations: table_name, outcome
--   changes, complete
--   facts, failed
-- answer: o-1, 2, D9, appeared
-- answer: o-1, 1, D5, appeared
-- answer: o-1, 1, D1, gone
-- answer: o-1, 1, D3, changed
-- answer: o-1, 1, D6, appeared
-- answer: o-1, 1, D6, unknown
-- answer: o-1, 2, D6, appeared
-- answer: o-1, null, D6, not_seen

-- case: a first census has compared nothing
-- materializations: table_name, outcome
--   changes, no_previous
--   facts, complete
-- answer: o-1, null, null, not_seen

-- case: of two organizations one was compared, and nothing is known to have changed in the other
-- accounts: organization_id, account_id
--   o-1, 1
--   o-2, 2
-- changes: organization_id, account_id, rule_id, change, priority
--   o-1, 1, D9, appeared, critical
-- materializations: organization_id, table_name, outcome
--   o-1, changes, complete
-- answer: o-2, null, null, not_seen
-- answer: o-1, 1, D9, appeared

-- case: compared, and nothing found
-- materializations: table_name, outcome
--   changes, complete
